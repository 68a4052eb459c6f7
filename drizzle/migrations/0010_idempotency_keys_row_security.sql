-- Whose keys these are: each organisation's own, in a contract that it may write to; workers sweep out those of yesterday.
alter table idempotency_keys enable row level security, force row level security;
grant select, insert on idempotency_keys to waymark_provider;
create policy provider_own on idempotency_keys to waymark_provider
  using (
    organisation_id = (select current_setting('waymark.organisation', true))
    and exists (select 1 from contracts k where k.contract_id = idempotency_keys.contract_id)
  );
-- A condition of a delete has to be readable; nothing else of a key is.
grant select (created_at), delete on idempotency_keys to waymark_worker;
create policy worker_sweep on idempotency_keys to waymark_worker
  using (created_at < now() - interval '24 hours');
