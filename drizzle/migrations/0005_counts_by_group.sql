ALTER TABLE "counts" DROP CONSTRAINT "counts_contract_id_month_subject_by_value_x_y_pk";--> statement-breakpoint
ALTER TABLE "counts" ADD CONSTRAINT "counts_contract_id_by_month_value_subject_x_y_pk" PRIMARY KEY("contract_id","by","month","value","subject","x","y");--> statement-breakpoint
ALTER TABLE "contracts" ADD COLUMN "has_referral_counts" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "contracts" ADD COLUMN "has_entry_counts" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "contracts" ADD COLUMN "has_session_counts" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "counts_dated" ON "counts" USING btree ("contract_id","by","month") WHERE "counts"."subject" >= 'dated/' and "counts"."subject" < 'dated0';