import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import postgres from 'postgres'
import t from 'tap'
import {
  connectOwner,
  UNIQUE_VIOLATION,
  type Database,
  type Sql,
  type Write,
} from '../../src/store/database.ts'
import { migrate } from '../../src/store/owner/migrate.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { makeDatabase, type TestDatabase } from '../support/database.ts'

/**
 * The code's own conditions by themselves: the owner passes row security by, and beside our contract lie two others with the
 * same names in them. Whatever the store is asked about ours, the others must make no difference to the answer and have none
 * made to them. Then each condition that names a contract, an organisation or a key is taken out of its statement in turn,
 * and one of these questions has to notice.
 */

let database: TestDatabase
let owner: Database

const OURS = 'mmm-k'
const [FIRST, LAST] = [201901, 201912]
const MARCH = { from: '2019-03-01', until: '2019-04-01' }
const NOW = '2026-11-23T12:00:00.000Z'
const page = { limit: 500, after: null }
const hash = (byte: number) => Buffer.from([byte])

t.before(async () => {
  database = await makeDatabase()
  await migrate(database.address)
  owner = connectOwner(database.address)
  await owner.unsafe(FIXTURE)
})
t.teardown(async () => {
  await owner.end()
  await database.drop()
})

/** Ours is the last to be written, so that a statement that finds others' rows, too, finds theirs first. */
const FIXTURE = `
  create temporary table tenants (c text, n int);
  insert into tenants values ('aaa', 1), ('zzz', 2), ('mmm', 0);
  insert into organisations (organisation_id, name, kind)
  select c, c, case when c = 'mmm' then 'provider' else 'commissioner' end from tenants;
  insert into api_keys (key_id, organisation_id, digest, label, scopes)
  select 'key-' || c || i, c, '', c, '{read}' from tenants, generate_series(1, 2) i;
  insert into contracts (contract_id, title, provider_id, partners, commissioners, starts_on, ends_on, instruments,
    measures, targets, funding, returns, minimum_count, minimum_counts, counted_with)
  select c || '-k', c, c, '{}', '{}', '2018-10-01', '2021-09-30', '{}', '[]', '{}', '[]', '[]', 5, '[]',
    case c when 'mmm' then 'x' end from tenants;
  insert into cases (contract_id, case_ref, client, delivered_by, referred_on, in_support_from, counted_on)
  select c || '-k', ref, 'client', c, referred::date, entered::date, counted::date
  from tenants, (values ('case', '2019-01-02', '2019-01-05', '2019-03-10'), ('open', null, '2019-02-01', null),
    ('new', '2019-03-03', null, null)) as v (ref, referred, entered, counted);
  insert into cases (contract_id, case_ref, client, delivered_by, referred_on, in_support_from, counted_on)
  select c || '-k', 'extra', 'client', c, '2019-03-05', '2019-04-07', '2019-06-11' from tenants where n > 0;
  insert into assessments (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage, respondent,
    response, assessed_on, answers, scores, received_at)
  select c || '-k', ref, 1 + n, case_ref, 'i', 1, stage, 'self', 'completed', day::date, '{}', array[n], now()
  from tenants, (values ('a', 'case', 'end', '2019-03-10'), ('s', 'case', 'start', '2019-01-05'),
    ('anon', null, 'end', '2019-03-15')) as v (ref, case_ref, stage, day);
  insert into assessments (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage, respondent,
    response, assessed_on, answers, scores, received_at)
  select c || '-k', 'r-' || coalesce(ref, 'none'), 1, ref, 'i', 1, 'end', 'self', 'completed', day::date, '{}', '{}', now()
  from tenants, (values ('open', '2019-03-20'), (null, '2019-07-15')) as v (ref, day) where n > 0;
  insert into assessment_revisions (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage,
    respondent, response, assessed_on, answers, scores, received_at)
  select contract_id, ref, 0, case_ref, instrument_id, instrument_version, stage, respondent, response, assessed_on,
    answers, scores, received_at from assessments;
  insert into contacts (contract_id, ref, revision, case_count, held_on, kind, reached, received_at)
  select c || '-k', ref, 1 + n, count, date '2019-03-09' + n, 'phone', true, now()
  from tenants, (values ('k', 1), ('partly', 2)) as v (ref, count);
  insert into contacts (contract_id, ref, revision, case_count, held_on, kind, reached, received_at)
  select c || '-k', 'extra', 1, 1, '2019-05-09', 'phone', true, now() from tenants where n > 0;
  insert into contact_cases (contract_id, ref, case_ref)
  select contract_id, ref, case when ref = 'extra' then 'extra' else 'case' end from contacts;
  insert into contact_cases (contract_id, ref, case_ref) select c || '-k', 'k', 'extra' from tenants where n > 0;
  insert into contact_revisions (contract_id, ref, revision, case_refs, held_on, kind, reached, received_at)
  select contract_id, ref, 0, '{case}', held_on, kind, reached, received_at from contacts;
  -- What hangs on another case in ours, and on the one that is erased in the others; and a contact that is left there by nobody.
  insert into assessments (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage, respondent,
    response, assessed_on, answers, scores, received_at)
  select c || '-k', ref, 2, case when n > 0 and ref = 'moved' then 'case' else 'open' end, 'i', 1, 'review', 'self',
    'completed', '2019-02-01', '{}', '{}', now() from tenants, unnest(array['moved', 'later']) ref;
  insert into assessment_revisions (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage,
    respondent, response, assessed_on, answers, scores, received_at)
  select contract_id, ref, 1, case when contract_id = 'mmm-k' then 'open' else 'case' end, instrument_id,
    instrument_version, stage, respondent, response, assessed_on, answers, scores, received_at
  from assessments where ref in ('moved', 'later');
  insert into contacts (contract_id, ref, revision, case_count, held_on, kind, reached, received_at)
  select c || '-k', ref, 1, case when n > 0 then 0 else 2 end, '2019-03-11', 'phone', true, now()
  from tenants, unnest(array['both', 'other']) ref;
  insert into contact_cases (contract_id, ref, case_ref)
  select c || '-k', ref, case_ref from tenants, (values ('both', 'case'), ('both', 'open'), ('other', 'open')) v (ref, case_ref);
  insert into contact_cases (contract_id, ref, case_ref) select c || '-k', 'other', 'case' from tenants where n > 0;
  insert into contact_revisions (contract_id, ref, revision, case_refs, held_on, kind, reached, received_at)
  select contract_id, ref, 0, '{case,open}', held_on, kind, reached, received_at from contacts where ref = 'both';
  insert into idempotency_keys (contract_id, organisation_id, key_hash, body_hash, ref, revision) values
    ('mmm-k', 'mmm', '\\x05', '', 'moved', 7), ('mmm-k', 'mmm', '\\x06', '', 'later', 1),
    ('mmm-k', 'mmm', '\\x07', '', 'a', 1), ('aaa-k', 'aaa', '\\x07', '', 'a', 1);
  insert into erasures (contract_id, digest, delivered_by) select c || '-k', '\\x01', c from tenants;
  insert into erasures (contract_id, digest, delivered_by) select c || '-k', '\\x02', c from tenants where n > 0;
  insert into audit_log (organisation_id, entry, at, actor_kind, action, subject_kind, details, previous_hash, hash)
  select c, 1 + n, now(), 'operator', 'key-issued', 'key', '{}', '', c::bytea from tenants;
  update cases set created_at = '2018-01-01', updated_at = '2018-01-01' where case_ref = 'new';
  insert into assessments (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage, respondent,
    response, assessed_on, answers, scores, received_at)
  select c || '-k', 'of-new', 1, 'new', 'i', 1, 'start', 'self', 'completed', '2019-01-02', '{}', '{}', now()
  from tenants where n > 0;
  insert into contacts (contract_id, ref, revision, case_count, held_on, kind, reached, received_at)
  select c || '-k', 'of-new', 1, 1, '2019-01-02', 'phone', true, case when n > 0 then now() else '2018-01-01' end from tenants;
  insert into contacts (contract_id, ref, revision, case_count, held_on, kind, reached, received_at)
  select c || '-k', 'met-new', 1, 1, '2019-01-02', 'phone', true, now() from tenants where n > 0;
  insert into contact_cases (contract_id, ref, case_ref) values ('mmm-k', 'of-new', 'new');
  insert into contact_cases (contract_id, ref, case_ref) select c || '-k', 'met-new', 'new' from tenants where n > 0;
  insert into returns (return_id, commissioner_id, template, template_version, first_month, last_month, version, provisional,
    content, checks, sha256, generated_at, status, submitted_at)
  select c || '-' || ref, c, 'x', n, month, month, v, false, '{}', '[]', c, now(), status,
    case status when 'draft' then null else now() end
  from tenants, (values ('before', 201902, 1, 'draft'), ('sent', 201903, 1, 'submitted'), ('draft', 201903, 2, 'draft'))
    as t (ref, month, v, status);
  insert into webhooks (organisation_id, webhook_id, url, events, salt, revision)
  select c, w, c, '{return.ready,outcomes.changed}', '', 1 + n from tenants, unnest(array['w', 'v']) w;
  insert into webhooks (organisation_id, webhook_id, url, events, salt)
  select c, 'extra', c, '{return.ready,outcomes.changed}', '' from tenants where n > 0;
  insert into webhook_deliveries (organisation_id, webhook_id, delivery_id, event, data, created_at, next_try_at, is_sending, tries)
  select c, w, d, 'return.ready', jsonb_build_object('n', n), now(), now() + interval '1 day', true, 1
  from tenants, (values ('w', 'd'), ('w', 'e'), ('v', 'd')) t (w, d);
  insert into webhook_deliveries (organisation_id, webhook_id, delivery_id, event, data, created_at, next_try_at, is_sending, tries)
  select c, 'w', 'extra', 'return.ready', '{}', now(), now() + interval '1 day', true, 1 from tenants where n > 0;
  insert into figures (contract_id, period, values) select c || '-k', '2019-20-Q1', jsonb_build_object('n', n) from tenants;
  insert into idempotency_keys (contract_id, organisation_id, key_hash, body_hash, ref, revision) values
    ('aaa-k', 'mmm', '\\x01', '', 'theirs', 1), ('mmm-k', 'aaa', '\\x01', '', 'theirs', 1), ('mmm-k', 'mmm', '\\x01', '', 'ours', 1);
  insert into marks (contract_id, month) select c || '-k', 201903 from tenants;
  insert into failed_counts (contract_id, month, failures, next_try_at)
  select c || '-k', month, 1, '2100-01-01' from tenants, unnest(array[201903, 201905]) month where n > 0 or month = 201905;
  insert into marks (contract_id, month) select c || '-k', 201905 from tenants where n > 0;
  insert into counts (contract_id, month, subject, by, value, x, y, n)
  select c || '-k', month, subject, '', '', 0, 0, 1 + n
  from tenants, (values (201903, 's'), (201903, 'dated/x'), (0, 'dated/life/x')) as v (month, subject);
  insert into recounts (contract_id, month, times) select c || '-k', 201903, 1 + n from tenants;
  insert into releases (contract_id, by, first_month, last_month, stamp, ask_for)
  select c || '-k', '', 201901, 201903, c, '{}' from tenants;
  insert into released_counts (contract_id, by, first_month, last_month, series, value, is_hidden, parts, counts, since)
  select c || '-k', by, 201901, 201903, 's', '', false, '{}', '{}', n
  from tenants, unnest(case when n > 0 then array['', 'sex'] else array[''] end) by;
  insert into past_released_counts (contract_id, by, first_month, last_month, series, value, since, until, is_hidden, parts,
    counts)
  select c || '-k', '', 201901, 201903, 's', '', 0, 1 + n, false, '{}', '{}' from tenants;`

const WITHOUT_OTHERS = `
  delete from idempotency_keys where contract_id <> '${OURS}' or organisation_id <> 'mmm';
  ${[
    ...[
      'contact_cases',
      'contact_revisions',
      'contacts',
      'assessment_revisions',
      'assessments',
      'cases',
      'figures',
    ],
    ...[
      'marks',
      'failed_counts',
      'counts',
      'recounts',
      'releases',
      'released_counts',
      'past_released_counts',
      'contracts',
    ],
  ]
    .map((table) => `delete from ${table} where contract_id <> '${OURS}';`)
    .join('\n')}
  delete from webhooks where organisation_id <> 'mmm';
  delete from erasures where contract_id <> '${OURS}';
  delete from audit_log where organisation_id <> 'mmm';
  delete from api_keys where organisation_id <> 'mmm';
  delete from returns where commissioner_id <> 'mmm';
  delete from organisations where organisation_id <> 'mmm';`

/** Every row with whose it is; of others' also what a write or a lock leaves on it. */
const DUMP = [
  ...[
    'cases',
    'assessments',
    'assessment_revisions',
    'contacts',
    'contact_cases',
    'contact_revisions',
    'figures',
  ],
  ...[
    'marks',
    'failed_counts',
    'counts',
    'recounts',
    'releases',
    'released_counts',
    'past_released_counts',
    'contracts',
  ],
  'idempotency_keys',
  ...['organisations', 'api_keys', 'erasures', 'audit_log', 'returns', 'webhooks'],
  'webhook_deliveries',
]
  .map((table) => {
    const ours: Record<string, string> = {
      idempotency_keys: `contract_id = '${OURS}' and organisation_id = 'mmm'`,
      organisations: `organisation_id in ('mmm', 'made')`,
      api_keys: `organisation_id = 'mmm'`,
      audit_log: `organisation_id = 'mmm'`,
      returns: `commissioner_id = 'mmm'`,
      webhooks: `organisation_id = 'mmm'`,
      webhook_deliveries: `organisation_id = 'mmm'`,
      contracts: `contract_id in ('${OURS}', 'made')`,
    }
    return `
      select '${table}' as table, ${ours[table] ?? `contract_id = '${OURS}'`} as ours,
        (to_jsonb(t) - 'mark_id')::text as content, xmin::text || ' ' || xmax::text as touched from ${table} t`
  })
  .join(' union all ')

const aCase = {
  ...{ caseRef: 'case', client: 'y', referredOn: null, referralSource: null, firstContactOn: null },
  ...{
    startedOn: null,
    closedOn: null,
    closure: null,
    continues: null,
    deliveredBy: 'mmm',
    fundingStream: null,
  },
  ...{ area: null, cohorts: null, crimeType: null, reportedToPolice: null, characteristics: null },
  sourceUpdatedAt: null,
}
const dates = { countedOn: '2019-05-01', inSupportFrom: '2019-01-01' }
const anAssessment = (ref: string) => ({
  ...({
    ref,
    caseRef: 'case',
    instrumentId: 'i',
    instrumentVersion: 1,
    stage: 'end',
    respondent: 'self',
  } as const),
  ...({
    response: 'completed',
    assessedOn: '2019-05-05',
    answers: {},
    scores: [7],
    sourceUpdatedAt: null,
  } as const),
  receivedAt: NOW,
})
const aContact = (ref: string) => ({
  ...{
    ref,
    caseRefs: ['open'],
    heldOn: '2019-05-05',
    kind: 'phone',
    minutes: 5,
    reached: true,
    attendees: null,
  },
  ...{ sourceUpdatedAt: null, receivedAt: NOW },
})
const aContract = (contractId: string) => ({
  ...{ contractId, title: 'new', provider: 'mmm', partners: [], commissioners: [], startsOn: '2018-10-01' },
  ...{
    endsOn: '2021-09-30',
    follows: null,
    instruments: [],
    measures: [],
    targets: {},
    funding: [],
    returns: [],
  },
  ...{ minimumCount: 5, retention: null, expectedDays: null, minimumCounts: [] },
})
const figures = (period: string) => ({ contractId: OURS, period, values: {}, updatedAt: NOW })
const march = { contractId: OURS, month: 201903 }
const asked = { by: '', first: 201901, last: 201903, stamp: 'new', askFor: {} }
const all = { by: '', value: '' }
const marked = { hasLifeCounts: true, hasReferralCounts: true, hasEntryCounts: true, hasSessionCounts: true }

const aReturn = { commissionerId: 'mmm', template: 'x', firstMonth: 201903, lastMonth: 201903 }
const made = {
  ...{ templateVersion: 7, areaCode: null, provisional: true, checks: [], sha256: 'new', generatedAt: NOW },
  changes: [],
  content: { template: 'x', period: '2019-M03', contracts: [], sections: [] },
}

type Asked = Promise<unknown> | Write | readonly Write[]

/** Questions to each function of the store, about ours. A new function needs a line here. */
const questions: { [Subject in keyof Store]: Record<keyof Store[Subject], ((store: Store) => Asked)[]> } = {
  organisations: {
    lock: [(s) => s.organisations.lock('mmm')],
    find: [(s) => s.organisations.find('mmm')],
    kinds: [(s) => s.organisations.kinds(['mmm'])],
    list: [],
    insert: [(s) => s.organisations.insert({ ...organisation, organisationId: 'made' })],
    update: [(s) => s.organisations.update({ ...organisation, organisationId: 'mmm' })],
  },
  keys: {
    insert: [(s) => s.keys.insert({ ...apiKey, keyId: 'made' })],
    find: [(s) => s.keys.find('key-mmm1')],
    list: [(s) => s.keys.list('mmm', page)],
    noteUse: [(s) => s.keys.noteUse('key-mmm1', NOW)],
    revoke: [(s) => s.keys.revoke('mmm', 'key-mmm1'), (s) => s.keys.revoke('mmm', 'key-aaa1')],
    lockForFirst: [],
    hasOperatorKey: [],
  },
  contracts: {
    find: [(s) => s.contracts.find(OURS)],
    findParties: [(s) => s.contracts.findParties(OURS)],
    lock: [(s) => s.contracts.lock(OURS)],
    list: [],
    insert: [(s) => s.contracts.insert(aContract('made'))],
    update: [(s) => s.contracts.update(aContract(OURS))],
    setPeopleErasedAt: [(s) => s.contracts.setPeopleErasedAt(OURS, NOW)],
    setCountedWith: [(s) => s.contracts.setCountedWith(OURS, { countedWith: 'y', ...marked })],
  },
  cases: {
    find: [(s) => s.cases.find(OURS, 'case')],
    lock: [(s) => s.cases.lock(OURS, ['case', 'extra'])],
    lockDays: [(s) => s.cases.lockDays(OURS, ['case', 'extra'])],
    // Names no tenant: row security alone says whose contracts these are.
    ofClient: [],
    insertBlank: [(s) => s.cases.insertBlank(OURS, 'mmm', [{ caseRef: 'made', ...dates }])],
    update: [(s) => s.cases.update(OURS, { ...aCase, ...dates, updatedAt: NOW })],
    setDates: [(s) => s.cases.setDates(OURS, [{ caseRef: 'case', ...dates }])],
    list: [(s) => s.cases.list(OURS, page)],
  },
  assessments: {
    find: [(s) => s.assessments.find(OURS, 'a')],
    lock: [(s) => s.assessments.lock(OURS, ['a'])],
    datingsOf: [(s) => s.assessments.datingsOf(OURS, ['case'])],
    insert: [(s) => s.assessments.insert(OURS, [anAssessment('made')])],
    correct: [(s) => s.assessments.correct(OURS, [anAssessment('a')])],
    withdraw: [(s) => s.assessments.withdraw(OURS, 'a', NOW)],
    setSourceUpdatedAt: [(s) => s.assessments.setSourceUpdatedAt(OURS, [{ ref: 'a', sourceUpdatedAt: NOW }])],
    formerRevisions: [(s) => s.assessments.formerRevisions(OURS, 'a')],
    list: [(s) => s.assessments.list(OURS, {}, page)],
  },
  contacts: {
    find: [(s) => s.contacts.find(OURS, 'k'), (s) => s.contacts.find(OURS, 'partly')],
    lock: [(s) => s.contacts.lock(OURS, 'k')],
    daysOf: [(s) => s.contacts.daysOf(OURS, ['case'])],
    insert: [(s) => s.contacts.insert(OURS, aContact('made'))],
    correct: [(s) => s.contacts.correct(OURS, aContact('k'))],
    withdraw: [(s) => s.contacts.withdraw(OURS, 'k', NOW)],
    setSourceUpdatedAt: [(s) => s.contacts.setSourceUpdatedAt(OURS, 'k', NOW)],
    formerRevisions: [(s) => s.contacts.formerRevisions(OURS, 'k')],
    list: [
      (s) => s.contacts.list(OURS, {}, page),
      (s) => s.contacts.list(OURS, { caseRef: 'case' }, page),
      // Of ours, nothing is about this case; of the others, two are.
      (s) => s.contacts.list(OURS, { caseRef: 'extra' }, page),
    ],
  },
  figures: {
    find: [(s) => s.figures.find(OURS, '2019-20-Q1')],
    lock: [(s) => s.figures.lock(OURS, '2019-20-Q1')],
    insert: [(s) => s.figures.insert(figures('2019-20-Q2'))],
    update: [(s) => s.figures.update(figures('2019-20-Q1'))],
    list: [(s) => s.figures.list(OURS, page)],
  },
  idempotencyKeys: {
    take: [(s) => s.idempotencyKeys.take(OURS, { organisationId: 'mmm', keyHash: hash(1) })],
    insert: [
      (s) =>
        s.idempotencyKeys.insert(OURS, {
          ...{ organisationId: 'mmm', keyHash: hash(2), bodyHash: hash(2), ref: 'made', revision: 1 },
        }),
    ],
    deleteOld: [],
  },
  marks: {
    append: [(s) => s.marks.append(OURS, [201904])],
    lock: [(s) => s.marks.lock(march)],
    areThereOthers: [(s) => s.marks.areThereOthers({ contractId: OURS, month: 201905 }, [])],
    clear: [(s) => s.marks.clear(march, everyMark)],
    // Ours is counted in May, and of the others something waits; in June nothing does.
    pending: [(s) => s.marks.pending(OURS, 201905, 201905), (s) => s.marks.pending(OURS, 201906, 201906)],
    months: [(s) => s.marks.months(OURS)],
    waiting: [],
    backlog: [],
  },
  failedCounts: {
    putOff: [(s) => s.failedCounts.putOff({ contractId: OURS, month: 201905 })],
    list: [],
    tryNow: [(s) => s.failedCounts.tryNow({ contractId: OURS, month: 201905 })],
    forget: [(s) => s.failedCounts.forget({ contractId: OURS, month: 201905 })],
    // Another's is put off in the month in which ours waits.
    due: [async (s) => (await s.failedCounts.due()).filter(({ contractId }) => contractId === OURS)],
  },
  counting: {
    cases: [(s) => s.counting.cases(OURS, MARCH, 'counted_on')],
    casesInSupport: [(s) => s.counting.casesInSupport(OURS, MARCH)],
    casesAssessed: [(s) => s.counting.casesAssessed(OURS, MARCH, ['i'])],
    allCases: [(s) => s.counting.allCases(OURS)],
    assessments: [(s) => s.counting.assessments(OURS, MARCH, ['i'])],
    allAssessments: [(s) => s.counting.allAssessments(OURS, ['i'])],
    anonymous: [(s) => s.counting.anonymous(OURS, MARCH, ['i'])],
    contactDates: [(s) => s.counting.contactDates(OURS, MARCH)],
    sessions: [(s) => s.counting.sessions(OURS, MARCH)],
    months: [(s) => s.counting.months(OURS)],
  },
  counts: {
    monthly: [(s) => s.counts.monthly(OURS, LAST, [''])],
    ofMonth: [(s) => s.counts.ofMonth(march)],
    ofLife: [(s) => s.counts.ofLife(OURS)],
    change: [
      (s) =>
        s.counts.change(march, {
          written: [],
          gone: [{ month: 201903, subject: 's', ...all, x: 0, y: 0, n: 1 }],
        }),
    ],
    merged: [(s) => s.counts.merged(OURS, FIRST, LAST, all)],
    ofSubject: [(s) => s.counts.ofSubject(OURS, 's', { first: FIRST, last: LAST }, all)],
    dated: [(s) => s.counts.dated(OURS, LAST, all)],
  },
  releases: {
    lock: [],
    recounts: [(s) => s.releases.recounts(OURS)],
    asked: [(s) => s.releases.asked(OURS, '', { first: 201901, last: 201903 })],
    everyAsked: [(s) => s.releases.everyAsked(OURS)],
    remember: [(s) => s.releases.remember(OURS, asked)],
    within: [(s) => s.releases.within(OURS, { first: FIRST, last: LAST }, [''])],
    past: [(s) => s.releases.past(OURS, [''])],
    nextRelease: [(s) => s.releases.nextRelease(OURS)],
    noteChange: [(s) => s.releases.noteChange(OURS)],
    dimensions: [(s) => s.releases.dimensions(OURS)],
    drop: [(s) => s.releases.drop(OURS, [{ first: 201901, last: 201903, series: 's' }])],
    add: [
      (s) =>
        s.releases.add(OURS, [
          {
            first: 201901,
            last: 201903,
            series: 'new',
            ...all,
            isHidden: true,
            parts: [],
            rows: [],
            since: 9,
          },
        ]),
    ],
    write: [
      (s) =>
        s.releases.write(OURS, [
          { first: 201901, last: 201903, series: 's', ...all, isHidden: true, parts: [], rows: [], since: 9 },
        ]),
    ],
  },
  returns: {
    lock: [],
    find: [(s) => s.returns.find('mmm-draft')],
    versions: [(s) => s.returns.versions(aReturn)],
    before: [(s) => s.returns.before(aReturn, [{ firstMonth: 201902, lastMonth: 201902 }])],
    keys: [(s) => s.returns.keys('mmm')],
    list: [],
    insert: [(s) => s.returns.insert({ ...aReturn, ...made, returnId: 'made', version: 3 })],
    replace: [(s) => s.returns.replace('mmm-draft', made)],
    submit: [(s) => s.returns.submit('mmm-draft', { signedOffBy: 'x', reasons: {}, submittedAt: NOW })],
    supersede: [(s) => s.returns.supersede('mmm-sent')],
    changedCases: [(s) => s.returns.changedCases(OURS, MARCH, '2019-01-01T00:00:00Z')],
  },
  quality: {
    cases: [(s) => s.quality.cases(OURS, MARCH)],
    assessments: [(s) => s.quality.assessments(OURS, MARCH)],
    casesOfClients: [(s) => s.quality.casesOfClients(OURS, MARCH)],
    deliverers: [
      (s) => s.quality.deliverers(OURS, MARCH),
      (s) => s.quality.deliverers(OURS, { from: '2019-05-01', until: '2019-06-01' }),
      (s) => s.quality.deliverers(OURS, { from: '2019-06-01', until: '2019-07-01' }),
      (s) => s.quality.deliverers(OURS, { from: '2019-07-01', until: '2019-08-01' }),
    ],
  },
  erasures: {
    find: [(s) => s.erasures.find(OURS, [hash(1), hash(2)])],
    // As ofClient.
    isErasedAnywhere: [],
    insert: [(s) => s.erasures.insert(OURS, [{ digest: hash(3), deliveredBy: 'mmm' }])],
    lockContacts: [(s) => s.erasures.lockContacts(OURS, ['case'])],
    erase: [(s) => s.erasures.erase(OURS, ['case'], ['k', 'partly', 'both'])],
  },
  auditLog: {
    lockLast: [(s) => s.auditLog.lockLast('mmm')],
    insert: [(s) => s.auditLog.insert(anEntry)],
    list: [],
    heads: [async (s) => (await s.auditLog.heads()).filter(({ organisationId }) => organisationId === 'mmm')],
  },
  webhooks: {
    find: [(s) => s.webhooks.find('mmm', 'w')],
    lock: [(s) => s.webhooks.lock('mmm', 'w')],
    list: [(s) => s.webhooks.list('mmm', page)],
    insert: [(s) => s.webhooks.insert({ ...aWebhook, webhookId: 'made', salt: hash(0) })],
    update: [(s) => s.webhooks.update(aWebhook)],
    remove: [(s) => s.webhooks.remove('mmm', 'w')],
    wanting: [(s) => s.webhooks.wanting('return.ready', ['mmm'])],
    everyWanting: [],
  },
  deliveries: {
    add: [
      async (s) => {
        await s.deliveries.add('mmm', { event: 'return.ready', id: 'made', data: {}, at: LATER })
        return (await s.deliveries.list('mmm', 'w', page)).length
      },
    ],
    addOfContract: [
      async (s) => {
        await s.deliveries.addOfContract(OURS, ['mmm'], {
          event: 'outcomes.changed',
          id: 'made',
          data: {},
          at: LATER,
        })
        return (await s.deliveries.list('mmm', 'w', page)).length
      },
    ],
    claim: [],
    note: [
      (s) =>
        s.deliveries.note({ organisationId: 'mmm', webhookId: 'w', deliveryId: 'd' }, 1, {
          ...({ status: 'delivered', nextTryAt: null, lastTriedAt: LATER, statusCode: 200 } as const),
          ...{ failure: null, deliveredAt: LATER },
        }),
    ],
    list: [(s) => s.deliveries.list('mmm', 'w', page)],
    forget: [],
  },
  // Neither names a tenant.
  statistics: { refresh: [] },
  transactions: {
    thatReadContracts: [],
    stillOpen: [],
    goOnAsEraser: [],
    setSavepoint: [],
    dropSavepoint: [],
    goBackToSavepoint: [],
  },
}

const LATER = '2026-11-24T12:00:00.000Z'
const aWebhook = {
  ...({ organisationId: 'mmm', webhookId: 'w', url: 'new' } as const),
  events: ['return.ready' as const],
}
const anEntry = {
  ...({ organisationId: 'mmm', entry: 2, at: NOW, actorKind: 'operator', action: 'key-issued' } as const),
  ...({ subjectKind: 'key', details: {}, previousHash: hash(0), hash: hash(1) } as const),
}
const organisation = { name: 'new', kind: 'provider', areaCode: null, exactReturns: false } as const
const apiKey = {
  ...{ organisationId: 'mmm', label: 'new', expiresOn: null, digest: hash(0) },
  scopes: ['read' as const],
}
const everyMark = Array.from({ length: 20 }, (_, n) => n)
const everyQuestion = Object.values(questions).flatMap((subject) => Object.values(subject).flat())

/** A condition that names whose a row is: against a parameter, or against another table of the statement. */
const CONDITION =
  /(?:\w+\.)?(?:contract_id|organisation_id|key_id) = (?:any\($|$|(?:\w+\.)?(?:contract_id|organisation_id))/g

/** The conditions in each piece of text between the parameters of a statement. */
const conditionsIn = (strings: readonly string[]) =>
  strings.flatMap((text, piece) => {
    const isLast = piece === strings.length - 1
    return [...text.matchAll(CONDITION)]
      .filter(([found]) => !isLast || !(found.endsWith('= ') || found.endsWith('(')))
      .map(({ 0: found, index }) => ({ piece, index, found }))
  })

const nameOf = (strings: readonly string[], at: number): string =>
  `${strings.join('?').replaceAll(/\s+/g, ' ').trim()} [${at + 1}]`

const isTemplate = (first: unknown): first is TemplateStringsArray => Array.isArray(first) && 'raw' in first

/** SQL that goes on as it is, but for one condition, which lets every row through. */
function withoutCondition(sql: Sql, name: string | undefined, met: (name: string) => void): Sql {
  return new Proxy(sql, {
    apply(target, self, [strings, ...values]: [unknown, ...unknown[]]) {
      if (!isTemplate(strings)) return Reflect.apply(target, self, [strings, ...values] as never) as unknown
      // For partitions alone, beside the place of a row that was looked up by its contract: that condition is the one to miss.
      const texts = strings.map((text) =>
        text.replace('contract_id is not distinct from', "'' is distinct from"),
      )
      for (const [at, { piece, index, found }] of conditionsIn(texts).entries()) {
        const condition = nameOf(strings, at)
        met(condition)
        if (condition !== name) continue
        const open = found.endsWith('any(') ? `'' <> any(` : found.endsWith('= ') ? `'' <> ` : 'true'
        const text = texts[piece] ?? ''
        texts[piece] = text.slice(0, index) + open + text.slice(index + found.length)
      }
      return Reflect.apply(target, self, [
        Object.assign(texts, { raw: texts }),
        ...values,
      ] as never) as unknown
    },
  })
}

interface Outcome {
  result: unknown
  ours: readonly string[]
}

async function dump() {
  const rows = await owner.unsafe<{ table: string; ours: boolean; content: string; touched: string }[]>(DUMP)
  const of = (isOurs: boolean) => rows.filter(({ ours }) => ours === isOurs)
  return {
    ours: of(true)
      .map(({ table, content }) => `${table} ${content}`)
      .sort(),
    others: of(false)
      .map(({ table, content, touched }) => `${table} ${touched} ${content}`)
      .sort(),
  }
}

const isList = (asked: Asked): asked is readonly Write[] => Array.isArray(asked)

/** What comes of a question, and whether others' rows were touched; all of it is undone. */
async function ask(
  question: (store: Store) => Asked,
  {
    alone = false,
    without,
    met = () => undefined,
  }: { alone?: boolean; without?: string; met?: (name: string) => void },
): Promise<Outcome & { isTouched: boolean }> {
  await owner`savepoint question`
  try {
    if (alone) await owner.unsafe(WITHOUT_OTHERS)
    const before = await dump()
    const asked = question(openStore(withoutCondition(owner, without, met)))
    const result: unknown = isList(asked) ? await Promise.all(asked) : await asked
    const after = await dump()
    const isMany = result instanceof Map || Array.isArray(result)
    // In whatever order: most of these lists promise none.
    const plain = isMany ? [...result].map((one) => JSON.stringify(one)).sort() : result
    return { result: plain, ours: after.ours, isTouched: !isDeepStrictEqual(before.others, after.others) }
  } finally {
    await owner`rollback to savepoint question`
  }
}

/** What a write to everybody's rows at once may end in; any other error is a fault of this test. */
const TAKEN_KEY = 'a key is taken, or still pointed at'
const FOREIGN_KEY_VIOLATION = '23503'
const REFUSED = [UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION]
function takenKey(error: unknown): typeof TAKEN_KEY {
  if (error instanceof postgres.PostgresError && REFUSED.includes(error.code)) return TAKEN_KEY
  throw error
}

const expected = new Map<(store: Store) => Asked, Outcome>()
/** Which questions each condition is met in. */
const conditions = new Map<string, Set<(store: Store) => Asked>>()

t.test('others’ rows make no difference, and have none made to them', async (t) => {
  await owner`begin`
  for (const question of everyQuestion) {
    const name = question.toString().replaceAll(/\s+/g, ' ')
    const { result, ours } = await ask(question, { alone: true })
    expected.set(question, { result, ours })
    const beside = await ask(question, {
      met(condition) {
        conditions.set(condition, (conditions.get(condition) ?? new Set()).add(question))
      },
    })
    t.same(beside.result, result, name)
    t.same(beside.ours, ours, name)
    t.equal(beside.isTouched, false, name)
  }
})

t.test('each function and each condition of the store is asked about', async (t) => {
  for (const [subject, functions] of Object.entries(openStore(owner))) {
    const known = Object.keys(questions[subject as keyof Store])
    t.same(Object.keys(functions).sort(), known.sort(), `${subject}: a new function needs a question`)
  }
  const files = readdirSync('src/store', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('owner'))
    .map((name) => readFileSync(join('src/store', name), 'utf8'))
  const written = files.flatMap((text) => [
    ...text.matchAll(/\b(?:contract_id|organisation_id|key_id) = (?:any\(|\$\{|\w+\.|contract_id)/g),
  ])
  t.equal(conditions.size, written.length, 'as many as stand in the files')
})

t.test('each condition is missed where it is taken out', async (t) => {
  t.ok(conditions.size > 60)
  for (const [condition, asking] of conditions) {
    let noticed = false
    for (const question of asking) {
      const outcome = await ask(question, { without: condition }).catch(takenKey)
      const { result, ours } = expected.get(question) ?? { result: undefined, ours: [] }
      noticed =
        outcome === TAKEN_KEY ||
        outcome.isTouched ||
        !isDeepStrictEqual([outcome.result, outcome.ours], [result, ours])
      if (noticed) break
    }
    t.ok(noticed, condition)
  }
  await owner`rollback`
})
