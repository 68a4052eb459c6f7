ALTER TABLE "returns" ADD COLUMN "changes" jsonb DEFAULT '[]'::jsonb NOT NULL;
--> statement-breakpoint
grant update (changes) on returns to waymark_commissioner;
