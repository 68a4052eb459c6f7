CREATE TABLE "returns" (
	"return_id" text collate "C" PRIMARY KEY NOT NULL,
	"commissioner_id" text collate "C" NOT NULL,
	"template" text collate "C" NOT NULL,
	"template_version" integer NOT NULL,
	"area_code" text,
	"first_month" integer NOT NULL,
	"last_month" integer NOT NULL,
	"version" integer NOT NULL,
	"status" text DEFAULT 'draft' NOT NULL,
	"provisional" boolean NOT NULL,
	"content" jsonb NOT NULL,
	"checks" jsonb NOT NULL,
	"sha256" text NOT NULL,
	"generated_at" timestamp with time zone NOT NULL,
	"signed_off_by" text,
	"reasons" jsonb,
	"submitted_at" timestamp with time zone,
	CONSTRAINT "returns_status" CHECK ("returns"."status" in ('draft', 'submitted', 'superseded')),
	CONSTRAINT "returns_submitted" CHECK (("returns"."status" = 'draft') = ("returns"."submitted_at" is null))
);
--> statement-breakpoint
ALTER TABLE "returns" ADD CONSTRAINT "returns_commissioner_id_organisations_organisation_id_fk" FOREIGN KEY ("commissioner_id") REFERENCES "public"."organisations"("organisation_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "returns_versions" ON "returns" USING btree ("commissioner_id","template","first_month","last_month","version");--> statement-breakpoint
CREATE UNIQUE INDEX "returns_one_draft" ON "returns" USING btree ("commissioner_id","template","first_month","last_month") WHERE "returns"."status" = 'draft';