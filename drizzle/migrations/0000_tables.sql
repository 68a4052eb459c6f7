CREATE TABLE "api_keys" (
	"key_id" text collate "C" PRIMARY KEY NOT NULL,
	"organisation_id" text collate "C",
	"digest" "bytea" NOT NULL,
	"label" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_on" date,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "assessment_revisions" (
	"contract_id" text collate "C" NOT NULL,
	"ref" text collate "C" NOT NULL,
	"revision" integer NOT NULL,
	"case_ref" text collate "C",
	"instrument_id" text NOT NULL,
	"instrument_version" smallint NOT NULL,
	"stage" text NOT NULL,
	"respondent" text NOT NULL,
	"response" text NOT NULL,
	"assessed_on" date NOT NULL,
	"answers" jsonb NOT NULL,
	"scores" integer[] NOT NULL,
	"source_updated_at" timestamp with time zone,
	"received_at" timestamp with time zone NOT NULL,
	CONSTRAINT "assessment_revisions_contract_id_ref_revision_pk" PRIMARY KEY("contract_id","ref","revision")
);
--> statement-breakpoint
CREATE TABLE "assessments" (
	"contract_id" text collate "C" NOT NULL,
	"ref" text collate "C" NOT NULL,
	"revision" integer NOT NULL,
	"withdrawn_at" timestamp with time zone,
	"case_ref" text collate "C",
	"instrument_id" text NOT NULL,
	"instrument_version" smallint NOT NULL,
	"stage" text NOT NULL,
	"respondent" text NOT NULL,
	"response" text NOT NULL,
	"assessed_on" date NOT NULL,
	"answers" jsonb NOT NULL,
	"scores" integer[] NOT NULL,
	"source_updated_at" timestamp with time zone,
	"received_at" timestamp with time zone NOT NULL,
	CONSTRAINT "assessments_contract_id_ref_pk" PRIMARY KEY("contract_id","ref"),
	CONSTRAINT "assessments_stage" CHECK ("assessments"."stage" in ('start', 'review', 'end', 'follow-up')),
	CONSTRAINT "assessments_respondent" CHECK ("assessments"."respondent" in ('self', 'parent', 'worker')),
	CONSTRAINT "assessments_response" CHECK ("assessments"."response" in ('completed', 'declined', 'not-asked', 'unable', 'no-reply'))
);
--> statement-breakpoint
CREATE TABLE "cases" (
	"contract_id" text collate "C" NOT NULL,
	"case_ref" text collate "C" NOT NULL,
	"client" text collate "C",
	"referred_on" date,
	"referral_source" text,
	"first_contact_on" date,
	"started_on" date,
	"closed_on" date,
	"closure" text,
	"continues" boolean,
	"delivered_by" text collate "C" NOT NULL,
	"funding_stream" text,
	"area" text,
	"cohorts" text[],
	"crime_type" text,
	"reported_to_police" boolean,
	"characteristics" jsonb,
	"source_updated_at" timestamp with time zone,
	"counted_on" date,
	"in_support_from" date,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "cases_contract_id_case_ref_pk" PRIMARY KEY("contract_id","case_ref")
);
--> statement-breakpoint
CREATE TABLE "contracts" (
	"contract_id" text collate "C" PRIMARY KEY NOT NULL,
	"title" text NOT NULL,
	"provider_id" text collate "C" NOT NULL,
	"partners" text[] NOT NULL,
	"commissioners" text[] NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date NOT NULL,
	"follows" text collate "C",
	"instruments" text[] NOT NULL,
	"measures" jsonb NOT NULL,
	"targets" jsonb NOT NULL,
	"funding" jsonb NOT NULL,
	"returns" jsonb NOT NULL,
	"minimum_count" integer NOT NULL,
	"minimum_counts" jsonb NOT NULL,
	"retention" jsonb,
	"counted_with" text,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "contracts_minimum_count" CHECK ("contracts"."minimum_count" >= 3),
	CONSTRAINT "contracts_dates" CHECK ("contracts"."starts_on" <= "contracts"."ends_on")
);
--> statement-breakpoint
CREATE TABLE "counts" (
	"contract_id" text collate "C" NOT NULL,
	"month" integer NOT NULL,
	"subject" text collate "C" NOT NULL,
	"by" text collate "C" NOT NULL,
	"value" text collate "C" NOT NULL,
	"x" integer NOT NULL,
	"y" integer NOT NULL,
	"n" integer NOT NULL,
	CONSTRAINT "counts_contract_id_month_subject_by_value_x_y_pk" PRIMARY KEY("contract_id","month","subject","by","value","x","y"),
	CONSTRAINT "counts_n" CHECK ("counts"."n" > 0)
);
--> statement-breakpoint
CREATE TABLE "definition_versions" (
	"kind" text NOT NULL,
	"id" text NOT NULL,
	"version" text NOT NULL,
	"hash" text NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "definition_versions_kind_id_version_pk" PRIMARY KEY("kind","id","version")
);
--> statement-breakpoint
CREATE TABLE "installation" (
	"installation_id" text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "marks" (
	"contract_id" text collate "C" NOT NULL,
	"month" integer NOT NULL,
	"mark_id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "marks_mark_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "marks_contract_id_month_mark_id_pk" PRIMARY KEY("contract_id","month","mark_id")
);
--> statement-breakpoint
CREATE TABLE "organisations" (
	"organisation_id" text collate "C" PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"area_code" text,
	"exact_returns" boolean DEFAULT false NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organisations_kind" CHECK ("organisations"."kind" in ('provider', 'commissioner'))
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_organisation_id_organisations_organisation_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("organisation_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "assessment_revisions" ADD CONSTRAINT "assessment_revisions_assessment" FOREIGN KEY ("contract_id","ref") REFERENCES "public"."assessments"("contract_id","ref") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "assessments" ADD CONSTRAINT "assessments_case" FOREIGN KEY ("contract_id","case_ref") REFERENCES "public"."cases"("contract_id","case_ref") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts" ADD CONSTRAINT "contracts_provider_id_organisations_organisation_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."organisations"("organisation_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts" ADD CONSTRAINT "contracts_follows" FOREIGN KEY ("follows") REFERENCES "public"."contracts"("contract_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_of_organisation" ON "api_keys" USING btree ("organisation_id","key_id");--> statement-breakpoint
CREATE INDEX "assessment_revisions_of_case" ON "assessment_revisions" USING btree ("contract_id","case_ref");--> statement-breakpoint
CREATE INDEX "assessments_of_case" ON "assessments" USING btree ("contract_id","case_ref");--> statement-breakpoint
CREATE INDEX "cases_by_counted_on" ON "cases" USING btree ("contract_id","counted_on");--> statement-breakpoint
CREATE INDEX "cases_of_client" ON "cases" USING btree ("contract_id","client");--> statement-breakpoint
CREATE INDEX "contracts_of_provider" ON "contracts" USING btree ("provider_id");