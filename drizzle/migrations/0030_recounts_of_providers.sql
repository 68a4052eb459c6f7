-- What a provider was answered is remembered until one of the contract's months is counted again (services/outcomes).
grant select on recounts to waymark_provider;
create policy provider_own on recounts for select to waymark_provider
  using (exists (select 1 from contracts k where k.contract_id = recounts.contract_id));
