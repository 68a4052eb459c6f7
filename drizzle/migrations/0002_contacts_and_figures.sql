CREATE TABLE "contact_cases" (
	"contract_id" text collate "C" NOT NULL,
	"ref" text collate "C" NOT NULL,
	"case_ref" text collate "C" NOT NULL,
	CONSTRAINT "contact_cases_contract_id_ref_case_ref_pk" PRIMARY KEY("contract_id","ref","case_ref")
);
--> statement-breakpoint
CREATE TABLE "contacts" (
	"contract_id" text collate "C" NOT NULL,
	"ref" text collate "C" NOT NULL,
	"revision" integer NOT NULL,
	"held_on" date NOT NULL,
	"kind" text NOT NULL,
	"minutes" integer,
	"reached" boolean NOT NULL,
	"attendees" integer,
	"source_updated_at" timestamp with time zone,
	"received_at" timestamp with time zone NOT NULL,
	"withdrawn_at" timestamp with time zone,
	CONSTRAINT "contacts_contract_id_ref_pk" PRIMARY KEY("contract_id","ref")
);
--> statement-breakpoint
CREATE TABLE "figures" (
	"contract_id" text collate "C" NOT NULL,
	"period" text collate "C" NOT NULL,
	"values" jsonb NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "figures_contract_id_period_pk" PRIMARY KEY("contract_id","period")
);
--> statement-breakpoint
ALTER TABLE "contracts" ADD COLUMN "has_life_counts" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "contact_cases" ADD CONSTRAINT "contact_cases_contact" FOREIGN KEY ("contract_id","ref") REFERENCES "public"."contacts"("contract_id","ref") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact_cases" ADD CONSTRAINT "contact_cases_case" FOREIGN KEY ("contract_id","case_ref") REFERENCES "public"."cases"("contract_id","case_ref") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "contact_cases_of_case" ON "contact_cases" USING btree ("contract_id","case_ref");--> statement-breakpoint
CREATE INDEX "contacts_by_held_on" ON "contacts" USING btree ("contract_id","held_on");--> statement-breakpoint
CREATE INDEX "assessments_without_case" ON "assessments" USING btree ("contract_id","assessed_on") WHERE "assessments"."case_ref" is null;--> statement-breakpoint
CREATE INDEX "cases_by_in_support_from" ON "cases" USING btree ("contract_id","in_support_from");--> statement-breakpoint
CREATE INDEX "cases_by_referred_on" ON "cases" USING btree ("contract_id","referred_on") WHERE "cases"."referred_on" is not null;