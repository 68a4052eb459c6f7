-- As with marks: a worker keeps them of the contract that it counts, and sees of the others which months are put off.
alter table failed_counts enable row level security, force row level security;
grant select, insert, update, delete on failed_counts to waymark_worker;
create policy worker_contract on failed_counts to waymark_worker
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy worker_sweep on failed_counts for select to waymark_worker using (true);
