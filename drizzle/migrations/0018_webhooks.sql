CREATE TABLE "webhook_deliveries" (
	"organisation_id" text collate "C" NOT NULL,
	"webhook_id" text collate "C" NOT NULL,
	"delivery_id" text collate "C" NOT NULL,
	"event" text NOT NULL,
	"contract_id" text collate "C",
	"data" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"next_try_at" timestamp with time zone,
	"is_sending" boolean DEFAULT false NOT NULL,
	"is_told_again" boolean DEFAULT false NOT NULL,
	"last_tried_at" timestamp with time zone,
	"status_code" integer,
	"failure" text,
	"delivered_at" timestamp with time zone,
	CONSTRAINT "webhook_deliveries_organisation_id_webhook_id_delivery_id_pk" PRIMARY KEY("organisation_id","webhook_id","delivery_id"),
	CONSTRAINT "webhook_deliveries_status" CHECK ("webhook_deliveries"."status" in ('pending', 'delivered', 'given-up')),
	CONSTRAINT "webhook_deliveries_due" CHECK (("webhook_deliveries"."status" = 'pending') = ("webhook_deliveries"."next_try_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"organisation_id" text collate "C" NOT NULL,
	"webhook_id" text collate "C" NOT NULL,
	"url" text NOT NULL,
	"events" text[] NOT NULL,
	"salt" "bytea" NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhooks_organisation_id_webhook_id_pk" PRIMARY KEY("organisation_id","webhook_id")
);
--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_organisation_id_webhook_id_webhooks_organisation_id_webhook_id_fk" FOREIGN KEY ("organisation_id","webhook_id") REFERENCES "public"."webhooks"("organisation_id","webhook_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_organisation_id_organisations_organisation_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("organisation_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due_first" ON "webhook_deliveries" USING btree ("next_try_at");--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_deliveries_one_pending" ON "webhook_deliveries" USING btree ("organisation_id","webhook_id","contract_id") WHERE "webhook_deliveries"."event" = 'outcomes.changed' and "webhook_deliveries"."status" = 'pending';