alter table recounts enable row level security;
alter table recounts force row level security;
alter table released_counts enable row level security;
alter table released_counts force row level security;
alter table releases enable row level security;
alter table releases force row level security;
--> statement-breakpoint

-- Commissioner: what was released, and no other count.
revoke select on counts from waymark_commissioner;
drop policy commissioner_named on counts;
grant select on recounts, released_counts, releases to waymark_commissioner;
create policy commissioner_named on recounts for select to waymark_commissioner
  using (exists (select 1 from contracts k where k.contract_id = recounts.contract_id));
create policy commissioner_named on released_counts for select to waymark_commissioner
  using (exists (select 1 from contracts k where k.contract_id = released_counts.contract_id));
create policy commissioner_named on releases for select to waymark_commissioner
  using (exists (select 1 from contracts k where k.contract_id = releases.contract_id));
--> statement-breakpoint

-- Worker: of the one contract it was set to.
grant select, insert, update on recounts to waymark_worker;
grant select, insert, update, delete on released_counts, releases to waymark_worker;
create policy worker_contract on recounts to waymark_worker
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy worker_contract on released_counts to waymark_worker
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy worker_contract on releases to waymark_worker
  using (contract_id = (select current_setting('waymark.contract', true)));
