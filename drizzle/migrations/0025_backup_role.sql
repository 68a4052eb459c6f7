-- Who makes a backup reads every row, and writes none. Row security is forced on the login, too, which is no superuser as a rule
-- and would see nothing; so the login takes this role for it. No unit of work of the service can.
do $$
declare
  guarded text;
begin
  begin
    if not exists (select 1 from pg_roles where rolname = 'waymark_backup') then
      create role waymark_backup nologin nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
  exception when duplicate_object or unique_violation then
    null; -- made by another database's migration since we looked
  end;
  if not (select rolsuper from pg_roles where rolname = current_user) then
    execute format('grant waymark_backup to %I', current_user);
  end if;

  grant usage on schema public to waymark_backup;
  foreach guarded in array array[
    'api_keys', 'assessment_revisions', 'assessments', 'audit_log', 'cases', 'contact_cases', 'contact_revisions', 'contacts',
    'contracts', 'counts', 'erasures', 'failed_counts', 'figures', 'idempotency_keys', 'marks', 'organisations', 'recounts',
    'released_counts', 'releases', 'returns', 'webhook_deliveries', 'webhooks'
  ] loop
    execute format('grant select on %I to waymark_backup', guarded);
    execute format('create policy backup_reads on %I for select to waymark_backup using (true)', guarded);
  end loop;
end $$;
