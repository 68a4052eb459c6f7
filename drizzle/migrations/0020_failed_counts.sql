CREATE TABLE "failed_counts" (
	"contract_id" text collate "C" NOT NULL,
	"month" integer NOT NULL,
	"failures" integer NOT NULL,
	"next_try_at" timestamp with time zone NOT NULL,
	CONSTRAINT "failed_counts_contract_id_month_pk" PRIMARY KEY("contract_id","month")
);
