-- Who may see which row, decided by the database itself (design: "a commissioner cannot reach an assessment").
--
-- The login owns the tables and migrates. Pool connections start as waymark_connection, which may do nothing;
-- each unit of work then takes one of the four roles below, and names its organisation or contract:
--   waymark.organisation  the tenant of a provider's or commissioner's unit of work
--   waymark.contract      the one contract that a worker is counting
-- Roles belong to the whole cluster, so another database may have made them already, even at this moment.
do $$
declare
  working_role text;
begin
  foreach working_role in array array[
    'waymark_connection', 'waymark_operator', 'waymark_provider', 'waymark_commissioner', 'waymark_worker'
  ] loop
    begin
      if not exists (select 1 from pg_roles where rolname = working_role) then
        execute format('create role %I nologin nosuperuser nobypassrls nocreatedb nocreaterole', working_role);
      end if;
    exception when duplicate_object or unique_violation then
      null; -- made by another database's migration since we looked
    end;
    -- Since PostgreSQL 16 whoever makes a role may grant it, but not yet take it.
    if not (select rolsuper from pg_roles where rolname = current_user) then
      execute format('grant %I to %I', working_role, current_user);
    end if;
  end loop;
end $$;
--> statement-breakpoint

grant usage on schema public to waymark_operator, waymark_provider, waymark_commissioner, waymark_worker;
--> statement-breakpoint

alter table organisations enable row level security, force row level security;
alter table api_keys enable row level security, force row level security;
alter table contracts enable row level security, force row level security;
alter table cases enable row level security, force row level security;
alter table assessments enable row level security, force row level security;
alter table assessment_revisions enable row level security, force row level security;
alter table marks enable row level security, force row level security;
alter table counts enable row level security, force row level security;
--> statement-breakpoint

-- Operator: organisations, keys, contracts; sees no case and no count.
grant select, insert, update on organisations, api_keys, contracts to waymark_operator;
create policy operator_all on organisations to waymark_operator using (true) with check (true);
create policy operator_all on api_keys to waymark_operator using (true) with check (true);
create policy operator_all on contracts to waymark_operator using (true) with check (true);
--> statement-breakpoint

-- Provider: its own contracts; as a partner, of another's contract only the cases that it delivers itself.
grant select on contracts, counts to waymark_provider;
grant select, insert, update on cases, assessments to waymark_provider;
grant select, insert on assessment_revisions, marks to waymark_provider;
create policy provider_own on contracts for select to waymark_provider
  using (
    provider_id = (select current_setting('waymark.organisation', true))
    or (select current_setting('waymark.organisation', true)) = any (partners)
  );
create policy provider_own on cases to waymark_provider
  using (
    exists (
      select 1 from contracts k
      where k.contract_id = cases.contract_id
        and (
          k.provider_id = (select current_setting('waymark.organisation', true))
          or cases.delivered_by = (select current_setting('waymark.organisation', true))
        )
    )
  );
create policy provider_own on assessments to waymark_provider
  using (
    exists (
      select 1 from contracts k
      where k.contract_id = assessments.contract_id
        and k.provider_id = (select current_setting('waymark.organisation', true))
    )
    or exists (
      select 1 from cases c
      where c.contract_id = assessments.contract_id and c.case_ref = assessments.case_ref
    )
  );
create policy provider_own on assessment_revisions to waymark_provider
  using (
    exists (
      select 1 from contracts k
      where k.contract_id = assessment_revisions.contract_id
        and k.provider_id = (select current_setting('waymark.organisation', true))
    )
    or exists (
      select 1 from cases c
      where c.contract_id = assessment_revisions.contract_id and c.case_ref = assessment_revisions.case_ref
    )
  );
create policy provider_own on marks to waymark_provider
  using (exists (select 1 from contracts k where k.contract_id = marks.contract_id))
  with check (exists (select 1 from contracts k where k.contract_id = marks.contract_id));
create policy provider_own on counts for select to waymark_provider
  using (
    exists (
      select 1 from contracts k
      where k.contract_id = counts.contract_id
        and (
          k.provider_id = (select current_setting('waymark.organisation', true))
          or (counts.by = 'delivered-by' and counts.value = (select current_setting('waymark.organisation', true)))
        )
    )
  );
--> statement-breakpoint

-- Commissioner: contracts that name it and their counts; no grant on anything about one person.
grant select on contracts, counts, marks to waymark_commissioner;
create policy commissioner_named on contracts for select to waymark_commissioner
  using ((select current_setting('waymark.organisation', true)) = any (commissioners));
create policy commissioner_named on counts for select to waymark_commissioner
  using (exists (select 1 from contracts k where k.contract_id = counts.contract_id));
create policy commissioner_named on marks for select to waymark_commissioner
  using (exists (select 1 from contracts k where k.contract_id = marks.contract_id));
--> statement-breakpoint

-- Worker: reads and counts the one contract it was set to; sees of the others only that a month is marked.
grant select on contracts, cases, assessments to waymark_worker;
grant update (counted_with) on contracts to waymark_worker;
grant select, insert, delete on marks, counts to waymark_worker;
create policy worker_contract on contracts to waymark_worker
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy worker_contract on cases for select to waymark_worker
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy worker_contract on assessments for select to waymark_worker
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy worker_contract on counts to waymark_worker
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy worker_contract on marks to waymark_worker
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy worker_sweep on marks for select to waymark_worker using (true);
--> statement-breakpoint

insert into installation (installation_id) values (gen_random_uuid());
--> statement-breakpoint

-- Plans are made once a connection (see store/database.ts), and those made on a young, empty table read all of a contract's
-- rows. Autovacuum notices growth after a minute; the workers' sweep asks for this after seconds. Analysing makes every
-- connection plan anew. Only tables that have doubled since are looked at.
create function refresh_statistics() returns void language plpgsql security definer set search_path = public as $$
declare
  grown regclass;
begin
  for grown in
    select oid from pg_class
    where oid in ('cases'::regclass, 'assessments'::regclass, 'assessment_revisions'::regclass, 'counts'::regclass)
      and pg_relation_size(oid) > 2 * relpages::bigint * current_setting('block_size')::int
  loop
    execute format('analyze (skip_locked) %s', grown);
  end loop;
end $$;
revoke all on function refresh_statistics() from public;
grant execute on function refresh_statistics() to waymark_worker;
