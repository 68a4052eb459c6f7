CREATE TABLE "audit_log" (
	"organisation_id" text collate "C" NOT NULL,
	"entry" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor_kind" text NOT NULL,
	"action" text NOT NULL,
	"subject_kind" text NOT NULL,
	"details" jsonb NOT NULL,
	"previous_hash" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "audit_log_organisation_id_entry_pk" PRIMARY KEY("organisation_id","entry"),
	CONSTRAINT "audit_log_actor_kind" CHECK ("audit_log"."actor_kind" in ('operator', 'provider', 'commissioner', 'service'))
);
--> statement-breakpoint
CREATE TABLE "erasures" (
	"contract_id" text collate "C" NOT NULL,
	"digest" "bytea" NOT NULL,
	"delivered_by" text collate "C" NOT NULL,
	"erased_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "erasures_contract_id_digest_pk" PRIMARY KEY("contract_id","digest")
);
--> statement-breakpoint
ALTER TABLE "contracts" ADD COLUMN "people_erased_at" timestamp with time zone;