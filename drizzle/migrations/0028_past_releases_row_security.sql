-- A worker compares with it whatever is to be shown next; commissioners read what is shown now, and nobody changes the past.
alter table past_released_counts enable row level security, force row level security;
grant select, insert on past_released_counts to waymark_worker;
create policy worker_contract on past_released_counts to waymark_worker
  using (contract_id = (select current_setting('waymark.contract', true)));
grant select on past_released_counts to waymark_backup;
create policy backup_reads on past_released_counts for select to waymark_backup using (true);
