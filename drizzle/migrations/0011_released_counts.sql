CREATE TABLE "recounts" (
	"contract_id" text collate "C" NOT NULL,
	"month" integer NOT NULL,
	"times" bigint NOT NULL,
	CONSTRAINT "recounts_contract_id_month_pk" PRIMARY KEY("contract_id","month")
);
--> statement-breakpoint
CREATE TABLE "released_counts" (
	"contract_id" text collate "C" NOT NULL,
	"by" text collate "C" NOT NULL,
	"first_month" integer NOT NULL,
	"last_month" integer NOT NULL,
	"series" text collate "C" NOT NULL,
	"value" text collate "C" NOT NULL,
	"is_hidden" boolean NOT NULL,
	"parts" text[] NOT NULL,
	"counts" integer[] NOT NULL,
	"released_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "released_counts_contract_id_by_first_month_last_month_series_value_pk" PRIMARY KEY("contract_id","by","first_month","last_month","series","value")
);
--> statement-breakpoint
CREATE TABLE "releases" (
	"contract_id" text collate "C" NOT NULL,
	"by" text collate "C" NOT NULL,
	"first_month" integer NOT NULL,
	"last_month" integer NOT NULL,
	"stamp" text NOT NULL,
	"ask_for" jsonb NOT NULL,
	CONSTRAINT "releases_contract_id_by_first_month_last_month_pk" PRIMARY KEY("contract_id","by","first_month","last_month")
);
