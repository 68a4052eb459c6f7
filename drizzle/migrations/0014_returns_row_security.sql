alter table returns enable row level security, force row level security;
--> statement-breakpoint

-- Commissioner: its own, which are those of the contracts that it leads. Nobody else sees a return: joint funders do not,
-- and the schedule makes each as its commissioner. Only a draft can change, and what was submitted can only be superseded.
grant select, insert on returns to waymark_commissioner;
grant update (template_version, area_code, status, provisional, content, checks, sha256, generated_at, signed_off_by, reasons,
  submitted_at) on returns to waymark_commissioner;
create policy commissioner_own on returns to waymark_commissioner
  using (commissioner_id = (select current_setting('waymark.organisation', true)))
  with check (commissioner_id = (select current_setting('waymark.organisation', true)));
--> statement-breakpoint

create function keep_submitted_return() returns trigger language plpgsql set search_path = public as $$
begin
  if old.status = 'draft' then
    return new;
  end if;
  if old.status = 'submitted' and new.status = 'superseded'
    and to_jsonb(new) - 'status' = to_jsonb(old) - 'status' then
    return new;
  end if;
  raise exception 'a submitted return never changes';
end $$;
create trigger keep_submitted_return before update on returns
  for each row execute function keep_submitted_return();
