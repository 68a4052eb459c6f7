CREATE TABLE "past_released_counts" (
	"contract_id" text collate "C" NOT NULL,
	"by" text collate "C" NOT NULL,
	"first_month" integer NOT NULL,
	"last_month" integer NOT NULL,
	"series" text collate "C" NOT NULL,
	"value" text collate "C" NOT NULL,
	"since" bigint DEFAULT 0 NOT NULL,
	"until" bigint NOT NULL,
	"is_hidden" boolean NOT NULL,
	"parts" text[] NOT NULL,
	"counts" integer[] NOT NULL,
	CONSTRAINT "past_released_counts_pkey" PRIMARY KEY("contract_id","by","first_month","last_month","series","value","until")
);
--> statement-breakpoint
ALTER TABLE "released_counts" ADD COLUMN "since" bigint DEFAULT 0 NOT NULL;