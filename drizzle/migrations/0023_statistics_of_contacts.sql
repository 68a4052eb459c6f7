create or replace function refresh_statistics() returns void language plpgsql security definer
set search_path = public as $$
declare
  grown regclass;
begin
  for grown in
    select oid from pg_class
    where oid in ('cases'::regclass, 'assessments'::regclass, 'assessment_revisions'::regclass, 'contacts'::regclass,
        'contact_cases'::regclass, 'contact_revisions'::regclass, 'counts'::regclass)
      and pg_relation_size(oid) > 2 * relpages::bigint * current_setting('block_size')::int
  loop
    execute format('analyze (skip_locked) %s', grown);
  end loop;
end $$;
