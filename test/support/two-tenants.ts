import type postgres from 'postgres'
import type { Actor } from '../../src/store/database.ts'

/** Every table whose rows belong to somebody. */
export const TENANT_TABLES = [
  'api_keys',
  'assessment_revisions',
  'assessments',
  'audit_log',
  'cases',
  'contact_cases',
  'contact_revisions',
  'contacts',
  'contracts',
  'counts',
  'erasures',
  'failed_counts',
  'figures',
  'idempotency_keys',
  'marks',
  'organisations',
  'past_released_counts',
  'recounts',
  'released_counts',
  'releases',
  'returns',
  'webhook_deliveries',
  'webhooks',
] as const

export type TenantTable = (typeof TENANT_TABLES)[number]

/**
 * Two providers with a contract each, and rows in every table: that of `a` has a partner, who delivers one of its two cases,
 * and two commissioners; that of `b` has none of either in common with it.
 */
export async function insertTwoTenants(owner: postgres.Sql): Promise<void> {
  await owner.unsafe(`
    insert into organisations (organisation_id, name, kind) values
      ('a', 'a', 'provider'), ('b', 'b', 'provider'), ('partner', 'partner', 'provider'),
      ('pcc', 'pcc', 'commissioner'), ('joint', 'joint', 'commissioner'), ('other-pcc', 'other', 'commissioner');
    insert into api_keys (key_id, organisation_id, digest, label, scopes) values
      ('key-a', 'a', '', 'x', '{read}'), ('key-b', 'b', '', 'x', '{read}'), ('key-operator', null, '', 'x', '{read}');
    insert into contracts (contract_id, title, provider_id, partners, commissioners, starts_on, ends_on, instruments,
      measures, targets, funding, returns, minimum_count, minimum_counts)
    select 'of-' || provider, provider, provider, partners, commissioners, '2018-10-01', '2021-09-30', '{}',
      '[]', '{}', '[]', '[]', 5, '[{"since": "2018-10-01", "minimumCount": 5}]'
    from (values ('a', array['partner'], array['pcc', 'joint']), ('b', array[]::text[], array['other-pcc']))
      as t (provider, partners, commissioners);
    insert into cases (contract_id, case_ref, delivered_by) values
      ('of-a', 'own', 'a'), ('of-a', 'shared', 'partner'), ('of-b', 'foreign', 'b');
    insert into assessments (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage, respondent,
      response, assessed_on, answers, scores, received_at)
    select contract_id, 'r-' || coalesce(case_ref, 'none'), 1, case_ref, 'victim-needs', 1, 'end', 'self', 'completed',
      '2019-03-31', '{}', '{}', now()
    from (select contract_id, case_ref from cases union all values ('of-a', null)) as t;
    insert into assessment_revisions (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage,
      respondent, response, assessed_on, answers, scores, received_at)
    select contract_id, ref, 0, case_ref, instrument_id, instrument_version, stage, respondent, response, assessed_on,
      answers, scores, received_at from assessments;
    insert into contacts (contract_id, ref, revision, case_count, held_on, kind, reached, received_at)
    select 'of-' || provider, 'k-' || ref, 2, count, '2019-03-31', 'phone', true, now()
    from (values ('a', 'own', 1), ('a', 'shared', 1), ('a', 'joint', 2), ('b', 'foreign', 1)) as t (provider, ref, count);
    insert into contact_cases (contract_id, ref, case_ref) values ('of-a', 'k-own', 'own'), ('of-a', 'k-shared', 'shared'),
      ('of-a', 'k-joint', 'own'), ('of-a', 'k-joint', 'shared'), ('of-b', 'k-foreign', 'foreign');
    insert into contact_revisions (contract_id, ref, revision, case_refs, held_on, kind, reached, received_at)
    select contract_id, ref, 1, array(select case_ref from contact_cases l where l.ref = k.ref), held_on, kind, reached,
      received_at from contacts k;
    insert into figures (contract_id, period, values)
    select contract_id, '2019-20-Q1', '{}' from contracts;
    -- One is of an organisation that is no party of the contract any more; one is older than a day.
    insert into idempotency_keys (contract_id, organisation_id, key_hash, body_hash, ref, revision, created_at) values
      ('of-a', 'a', '1', '', 'r', 1, now()), ('of-a', 'partner', '2', '', 'r', 1, now()),
      ('of-a', 'b', '3', '', 'r', 1, now()), ('of-b', 'b', '4', '', 'r', 1, now()),
      ('of-b', 'b', '5', '', 'r', 1, now() - interval '25 hours');
    insert into erasures (contract_id, digest, delivered_by)
    select 'of-' || provider, digest::bytea, by from (values ('a', '1', 'a'), ('a', '2', 'partner'), ('b', '3', 'b'))
      as t (provider, digest, by);
    insert into audit_log (organisation_id, entry, at, actor_kind, action, subject_kind, details, previous_hash, hash)
    select chain, 1, now(), 'operator', 'key-issued', 'key', '{}', '', ''
    from unnest(array['', 'a', 'b', 'partner', 'pcc']) chain;
    insert into marks (contract_id, month) values ('of-a', 201903), ('of-b', 201903);
    insert into failed_counts (contract_id, month, failures, next_try_at)
    select contract_id, 201903, 1, now() from contracts;
    insert into counts (contract_id, month, subject, by, value, x, y, n) values
      ('of-a', 201903, 's', '', '', 0, 0, 2), ('of-a', 201903, 's', 'delivered-by', 'a', 0, 0, 1),
      ('of-a', 201903, 's', 'delivered-by', 'partner', 0, 0, 1), ('of-a', 201903, 's', 'closure', 'partner', 0, 0, 1),
      ('of-a', 201903, 's', 'delivered-by/closure', 'partner/planned', 0, 0, 1), ('of-b', 201903, 's', '', '', 0, 0, 1);
    insert into returns (return_id, commissioner_id, template, template_version, first_month, last_month, version,
      provisional, content, checks, sha256, generated_at)
    select 'r-' || who, who, 'moj-victims', 1, 201901, 201903, 1, false, '{}', '[]', '', now()
    from unnest(array['pcc', 'other-pcc']) who;
    insert into webhooks (organisation_id, webhook_id, url, events, salt)
    select who, 'w', 'https://example.org', '{outcomes.changed}', '' from unnest(array['a', 'b', 'partner', 'pcc', 'other-pcc']) who;
    insert into webhook_deliveries (organisation_id, webhook_id, delivery_id, event, contract_id, data, created_at, next_try_at)
    select organisation_id, 'w', 'd', 'outcomes.changed', 'of-a', '{}', now(), now() from webhooks;
    insert into webhook_deliveries (organisation_id, webhook_id, delivery_id, event, contract_id, data, created_at, status)
    values ('b', 'w', 'done', 'outcomes.changed', 'of-b', '{}', now(), 'delivered');
    insert into recounts (contract_id, month, times) select contract_id, 201903, 1 from contracts;
    insert into releases (contract_id, by, first_month, last_month, stamp, ask_for)
    select contract_id, '', 201901, 201903, 'x', '{}' from contracts;
    insert into released_counts (contract_id, by, first_month, last_month, series, value, is_hidden, parts, counts)
    select contract_id, '', 201901, 201903, 's', '', false, '{}', '{}' from contracts;
    insert into past_released_counts (contract_id, by, first_month, last_month, series, value, since, until, is_hidden,
      parts, counts)
    select contract_id, '', 201901, 201903, 's', '', 0, 1, false, '{}', '{}' from contracts;`)
}

/** The settings under which a statement runs as the actor, until the transaction or savepoint ends. */
export const settingsOf = (actor: Actor) => ({
  role: `waymark_${actor.role}`,
  organisation: 'organisation' in actor ? actor.organisation : '',
  contract: 'contract' in actor ? (actor.contract ?? '') : '',
})

export const provider = (organisation: string): Actor => ({ role: 'provider', organisation })
export const commissioner = (organisation: string): Actor => ({ role: 'commissioner', organisation })
export const worker = (contract = ''): Actor => ({ role: 'worker', contract })
export const releaser = (contract = ''): Actor => ({ role: 'releaser', contract })
/** A unit of work that has gone on as eraser; none begins as one. */
export const eraser = (contract: string) => ({ role: 'eraser', contract }) as unknown as Actor
/** Whoever makes a backup, as the login; no unit of work begins as it. */
export const backup = { role: 'backup' } as unknown as Actor
export const operator: Actor = { role: 'operator' }
