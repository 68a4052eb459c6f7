-- What is done with a commissioner's returns stands in its own chain, which its own units of work add to.
grant select, insert on audit_log to waymark_commissioner;
create policy commissioner_own on audit_log to waymark_commissioner
  using (organisation_id = (select current_setting('waymark.organisation', true)));
