DROP INDEX "contracts_of_provider";--> statement-breakpoint
DROP INDEX "assessment_revisions_of_case";--> statement-breakpoint
DROP INDEX "assessments_of_case";--> statement-breakpoint
DROP INDEX "cases_by_counted_on";--> statement-breakpoint
DROP INDEX "cases_by_in_support_from";--> statement-breakpoint
DROP INDEX "cases_of_client";--> statement-breakpoint
CREATE INDEX "assessment_revisions_of_case" ON "assessment_revisions" USING btree ("contract_id","case_ref") WHERE "assessment_revisions"."case_ref" is not null;--> statement-breakpoint
CREATE INDEX "assessments_of_case" ON "assessments" USING btree ("contract_id","case_ref") WHERE "assessments"."case_ref" is not null;--> statement-breakpoint
CREATE INDEX "cases_by_counted_on" ON "cases" USING btree ("contract_id","counted_on") WHERE "cases"."counted_on" is not null;--> statement-breakpoint
CREATE INDEX "cases_by_in_support_from" ON "cases" USING btree ("contract_id","in_support_from") WHERE "cases"."in_support_from" is not null;--> statement-breakpoint
CREATE INDEX "cases_of_client" ON "cases" USING btree ("contract_id","client") WHERE "cases"."client" is not null;