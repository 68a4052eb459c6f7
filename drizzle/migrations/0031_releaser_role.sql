-- What is released to commissioners, and what their requests ask beside it, is done in a role of its own: it reads counts and
-- keeps what is shown, of the one contract that it was set to, and has no grant on anything about one person. The worker, which
-- did this before, counts cases; so a commissioner's request that went wrong could have reached them.
--
-- The worker keeps what it may do with what is released: processes of the version before go on beside this one.
do $$
begin
  begin
    if not exists (select 1 from pg_roles where rolname = 'waymark_releaser') then
      create role waymark_releaser nologin nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
  exception when duplicate_object or unique_violation then
    null; -- made by another database's migration since we looked
  end;
  if not (select rolsuper from pg_roles where rolname = current_user) then
    execute format('grant waymark_releaser to %I', current_user);
  end if;
end $$;
--> statement-breakpoint

grant usage on schema public to waymark_releaser;
--> statement-breakpoint

-- What figures are made of: counts, and what a provider says of its whole contract.
grant select on contracts, counts, recounts, marks, figures to waymark_releaser;
create policy releaser_contract on contracts for select to waymark_releaser
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy releaser_contract on counts for select to waymark_releaser
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy releaser_contract on recounts for select to waymark_releaser
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy releaser_contract on marks for select to waymark_releaser
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy releaser_contract on figures for select to waymark_releaser
  using (contract_id = (select current_setting('waymark.contract', true)));
-- Set to no contract it sees which months wait, and nothing else: one look serves all who wait for counts.
create policy releaser_waits on marks for select to waymark_releaser
  using ((select current_setting('waymark.contract', true)) = '');
--> statement-breakpoint

-- What is released, and what was; nobody changes the past.
grant select, insert on releases, past_released_counts to waymark_releaser;
grant update (stamp, ask_for, changes) on releases to waymark_releaser;
grant select, insert, delete on released_counts to waymark_releaser;
grant update (is_hidden, parts, counts, since, released_at) on released_counts to waymark_releaser;
create policy releaser_contract on releases to waymark_releaser
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy releaser_contract on released_counts to waymark_releaser
  using (contract_id = (select current_setting('waymark.contract', true)));
create policy releaser_contract on past_released_counts to waymark_releaser
  using (contract_id = (select current_setting('waymark.contract', true)));
--> statement-breakpoint

-- It tells the contract's commissioners that what they are shown has changed; where to, and under which secret, it cannot read.
grant select (organisation_id, webhook_id, events) on webhooks to waymark_releaser;
grant select (organisation_id, webhook_id, contract_id, event, status, is_sending), insert, update (is_told_again)
  on webhook_deliveries to waymark_releaser;
create policy releaser_sees on webhooks for select to waymark_releaser
  using (exists (select 1 from contracts k where webhooks.organisation_id = any (k.commissioners)));
create policy releaser_tells on webhook_deliveries to waymark_releaser
  using (contract_id = (select current_setting('waymark.contract', true)))
  with check (
    event = 'outcomes.changed'
    and exists (
      select 1 from contracts k
      where k.contract_id = webhook_deliveries.contract_id
        and webhook_deliveries.organisation_id = any (k.commissioners)
    )
  );
