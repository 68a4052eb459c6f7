CREATE TABLE "idempotency_keys" (
	"contract_id" text collate "C" NOT NULL,
	"organisation_id" text collate "C" NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"body_hash" "bytea" NOT NULL,
	"ref" text collate "C" NOT NULL,
	"revision" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_contract_id_organisation_id_key_hash_pk" PRIMARY KEY("contract_id","organisation_id","key_hash")
);
--> statement-breakpoint
ALTER TABLE "installation" ADD COLUMN "secret" text DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') NOT NULL;--> statement-breakpoint
CREATE INDEX "idempotency_keys_by_age" ON "idempotency_keys" USING btree ("created_at");