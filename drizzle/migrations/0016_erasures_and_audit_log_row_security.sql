-- Who may erase people, who knows what was erased, and who writes and reads the audit log.
alter table erasures enable row level security, force row level security;
alter table audit_log enable row level security, force row level security;
--> statement-breakpoint

-- A role that deletes, and no other does: a unit of work that has locked, as the provider, the cases that it may erase goes on
-- in it, since what hangs on these can be others' too, such as a session of several partners' cases.
do $$
begin
  begin
    if not exists (select 1 from pg_roles where rolname = 'waymark_eraser') then
      create role waymark_eraser nologin nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
  exception when duplicate_object or unique_violation then
    null; -- made by another database's migration since we looked
  end;
  if not (select rolsuper from pg_roles where rolname = current_user) then
    execute format('grant waymark_eraser to %I', current_user);
  end if;
end $$;
--> statement-breakpoint

grant usage on schema public to waymark_eraser;
grant select, delete on cases, assessments, assessment_revisions, contacts, contact_cases, contact_revisions,
  idempotency_keys to waymark_eraser;
grant update (case_count) on contacts to waymark_eraser;
grant update (case_refs) on contact_revisions to waymark_eraser;
create policy eraser_contract on cases to waymark_eraser
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy eraser_contract on assessments to waymark_eraser
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy eraser_contract on assessment_revisions to waymark_eraser
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy eraser_contract on contacts to waymark_eraser
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy eraser_contract on contact_cases to waymark_eraser
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy eraser_contract on contact_revisions to waymark_eraser
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy eraser_contract on idempotency_keys to waymark_eraser
  using (contract_id = (select current_setting('waymark.contract', true)));
--> statement-breakpoint

-- Provider: that something was erased holds for every party of the contract; a partner erases its own alone.
grant select, insert on erasures to waymark_provider;
create policy provider_sees on erasures for select to waymark_provider
  using (exists (select 1 from contracts k where k.contract_id = erasures.contract_id));
create policy provider_adds on erasures for insert to waymark_provider
  with check (
    exists (
      select 1 from contracts k
      where k.contract_id = erasures.contract_id
        and (
          k.provider_id = (select current_setting('waymark.organisation', true))
          or erasures.delivered_by = (select current_setting('waymark.organisation', true))
        )
    )
  );
--> statement-breakpoint

-- The worker notes that a contract's people were erased, after which it counts nothing of it any more.
grant update (people_erased_at) on contracts to waymark_worker;
--> statement-breakpoint

-- Audit log: appended only; each organisation its own chain, and operators every one.
grant select, insert on audit_log to waymark_operator, waymark_provider;
create policy operator_all on audit_log to waymark_operator using (true) with check (true);
create policy provider_own on audit_log to waymark_provider
  using (organisation_id = (select current_setting('waymark.organisation', true)));
