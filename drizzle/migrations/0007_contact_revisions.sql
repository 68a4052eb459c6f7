CREATE TABLE "contact_revisions" (
	"contract_id" text collate "C" NOT NULL,
	"ref" text collate "C" NOT NULL,
	"revision" integer NOT NULL,
	"case_refs" text[] NOT NULL,
	"held_on" date NOT NULL,
	"kind" text NOT NULL,
	"minutes" integer,
	"reached" boolean NOT NULL,
	"attendees" integer,
	"source_updated_at" timestamp with time zone,
	"received_at" timestamp with time zone NOT NULL,
	CONSTRAINT "contact_revisions_contract_id_ref_revision_pk" PRIMARY KEY("contract_id","ref","revision")
);
--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "case_count" integer;--> statement-breakpoint
-- The owner, too, is held by forced row security, and would count nothing.
ALTER TABLE "contacts" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "contact_cases" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
UPDATE "contacts" k SET "case_count" = (
	SELECT count(*) FROM "contact_cases" l WHERE l."contract_id" = k."contract_id" AND l."ref" = k."ref"
);--> statement-breakpoint
ALTER TABLE "contacts" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "contact_cases" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "contacts" ALTER COLUMN "case_count" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "contact_revisions" ADD CONSTRAINT "contact_revisions_contact" FOREIGN KEY ("contract_id","ref") REFERENCES "public"."contacts"("contract_id","ref") ON DELETE no action ON UPDATE no action;