-- Who may see former contents of contacts, and who may change a contact that several providers' cases share.
alter table contact_revisions enable row level security, force row level security;
grant select, insert on contact_revisions to waymark_provider;
-- As a partner, those about none but cases that it delivers itself.
create policy provider_own on contact_revisions to waymark_provider
  using (
    exists (
      select 1 from contracts k
      where k.contract_id = contact_revisions.contract_id
        and (
          k.provider_id = (select current_setting('waymark.organisation', true))
          or not exists (
            select 1 from unnest(contact_revisions.case_refs) named
            where not exists (
              select 1 from cases c where c.contract_id = contact_revisions.contract_id and c.case_ref = named
            )
          )
        )
    )
  );
--> statement-breakpoint

-- Reading stays as it was: the figures of a partner's case are made of its share of a session, too. But a contact is changed
-- only by who sees all of its cases; these are changed before it.
drop policy provider_own on contacts;
create policy provider_sees on contacts for select to waymark_provider
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
  );
-- A partner's contact is written before its cases; that these are its own is checked there.
create policy provider_adds on contacts for insert to waymark_provider
  with check (exists (select 1 from contracts k where k.contract_id = contacts.contract_id));
create policy provider_changes on contacts for update to waymark_provider
  using (exists (select 1 from contracts k where k.contract_id = contacts.contract_id))
  with check (
    exists (
      select 1 from contracts k
      where k.contract_id = contacts.contract_id
        and k.provider_id = (select current_setting('waymark.organisation', true))
    )
    or case_count = (
      select count(*) from contact_cases cc
      where cc.contract_id = contacts.contract_id and cc.ref = contacts.ref
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
        'contacts'::regclass, 'contact_cases'::regclass, 'contact_revisions'::regclass
      )
      and pg_relation_size(oid) > 2 * relpages::bigint * current_setting('block_size')::int
  loop
    execute format('analyze (skip_locked) %s', grown);
  end loop;
end $$;
