-- Who may see contacts and figures; and a partner's groups.
alter table contacts enable row level security, force row level security;
alter table contact_cases enable row level security, force row level security;
alter table figures enable row level security, force row level security;
--> statement-breakpoint

-- Provider: contacts of its own contracts; as a partner, those with a case that it delivers itself.
grant select, insert, update on contacts, figures to waymark_provider;
grant select, insert, delete on contact_cases to waymark_provider;
create policy provider_own on contacts to waymark_provider
  using (
    exists (
      select 1 from contracts k
      where k.contract_id = contacts.contract_id
        and k.provider_id = (select current_setting('waymark.organisation', true))
    )
    or exists (
      select 1 from contact_cases cc
      where cc.contract_id = contacts.contract_id and cc.ref = contacts.ref
    )
  )
  -- A partner's contact is written before its cases; that these are its own is checked there.
  with check (exists (select 1 from contracts k where k.contract_id = contacts.contract_id));
create policy provider_own on contact_cases to waymark_provider
  using (
    exists (
      select 1 from cases c
      where c.contract_id = contact_cases.contract_id and c.case_ref = contact_cases.case_ref
    )
  );
-- Figures are the whole contract's, so they are its provider's alone.
create policy provider_own on figures to waymark_provider
  using (
    exists (
      select 1 from contracts k
      where k.contract_id = figures.contract_id
        and k.provider_id = (select current_setting('waymark.organisation', true))
    )
  );
--> statement-breakpoint

-- Worker: reads those of the contract it was set to.
grant select on contacts, contact_cases, figures to waymark_worker;
grant update (has_life_counts) on contracts to waymark_worker;
create policy worker_contract on contacts for select to waymark_worker
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy worker_contract on contact_cases for select to waymark_worker
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy worker_contract on figures for select to waymark_worker
  using (contract_id = (select current_setting('waymark.contract', true)));
--> statement-breakpoint

-- A partner reads the counts of the cases that it delivers, and the groups among these: 'delivered-by' with its own name, or
-- 'delivered-by/<dimension>' with '<its name>/<value>'.
drop policy provider_own on counts;
create policy provider_own on counts for select to waymark_provider
  using (
    exists (
      select 1 from contracts k
      where k.contract_id = counts.contract_id
        and (
          k.provider_id = (select current_setting('waymark.organisation', true))
          or (
            split_part(counts.by, '/', 1) = 'delivered-by'
            and split_part(counts.value, '/', 1) = (select current_setting('waymark.organisation', true))
          )
        )
    )
  );
--> statement-breakpoint

create or replace function refresh_statistics() returns void language plpgsql security definer set search_path = public as $$
declare
  grown regclass;
begin
  for grown in
    select oid from pg_class
    where oid in (
        'cases'::regclass, 'assessments'::regclass, 'assessment_revisions'::regclass, 'counts'::regclass,
        'contacts'::regclass, 'contact_cases'::regclass
      )
      and pg_relation_size(oid) > 2 * relpages::bigint * current_setting('block_size')::int
  loop
    execute format('analyze (skip_locked) %s', grown);
  end loop;
end $$;
