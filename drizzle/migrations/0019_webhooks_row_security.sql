-- Who sees and writes webhooks and what they are told.
alter table webhooks enable row level security, force row level security;
alter table webhook_deliveries enable row level security, force row level security;
--> statement-breakpoint

-- Each organisation its own. Only what happens to a commissioner's returns is told by itself, in the event's transaction.
grant select, insert, delete on webhooks to waymark_provider, waymark_commissioner;
grant update (url, events, revision, updated_at) on webhooks to waymark_provider, waymark_commissioner;
grant select on webhook_deliveries to waymark_provider, waymark_commissioner;
grant insert on webhook_deliveries to waymark_commissioner;
create policy organisation_own on webhooks to waymark_provider, waymark_commissioner
  using (organisation_id = (select current_setting('waymark.organisation', true)));
create policy organisation_own on webhook_deliveries to waymark_provider, waymark_commissioner
  using (organisation_id = (select current_setting('waymark.organisation', true)));
--> statement-breakpoint

-- Worker: sends everybody's, and tells of the one contract that it was set to those who are parties of it.
grant select on webhooks to waymark_worker;
grant select, insert, delete on webhook_deliveries to waymark_worker;
grant update (status, tries, next_try_at, is_sending, is_told_again, last_tried_at, status_code, failure, delivered_at)
  on webhook_deliveries to waymark_worker;
create policy worker_sees on webhooks for select to waymark_worker using (true);
create policy worker_sends on webhook_deliveries for select to waymark_worker using (true);
create policy worker_notes on webhook_deliveries for update to waymark_worker using (true);
create policy worker_forgets on webhook_deliveries for delete to waymark_worker using (status <> 'pending');
create policy worker_tells on webhook_deliveries for insert to waymark_worker
  with check (
    exists (
      select 1 from contracts k
      where k.contract_id = webhook_deliveries.contract_id
        and webhook_deliveries.organisation_id = any (k.provider_id || k.partners || k.commissioners)
    )
  );
