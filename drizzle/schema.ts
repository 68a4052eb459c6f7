import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  customType,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core'

/**
 * Every table and constraint. Roles, grants and row security stand in migrations/0001, which drizzle cannot write.
 * Tables of the hot path carry `contract_id`, and their keys start with it, so that they can be spread by contract.
 * They have no foreign key to contracts: each write would lock the contract's one row, which all its writers then share
 * (measured: 2.8 ms of waiting a write). Row security asks for the contract anyway.
 */

/** An identifier chosen by a client: ordered by bytes on every server, whatever its collation. */
const identifier = customType<{ data: string }>({ dataType: () => 'text collate "C"' })
const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' })
const day = (name: string) => date(name, { mode: 'string' })

export const organisations = pgTable(
  'organisations',
  {
    organisationId: identifier('organisation_id').primaryKey(),
    name: text('name').notNull(),
    kind: text('kind').notNull(),
    areaCode: text('area_code'),
    exactReturns: boolean('exact_returns').notNull().default(false),
    revision: integer('revision').notNull().default(1),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (t) => [check('organisations_kind', sql`${t.kind} in ('provider', 'commissioner')`)],
)

/** Keys to the API. Only a digest is kept; `organisation_id` is null for an operator's key. */
export const apiKeys = pgTable(
  'api_keys',
  {
    keyId: identifier('key_id').primaryKey(),
    organisationId: identifier('organisation_id').references(() => organisations.organisationId),
    digest: bytes('digest').notNull(),
    label: text('label').notNull(),
    scopes: text('scopes').array().notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    expiresOn: day('expires_on'),
    revokedAt: moment('revoked_at'),
    lastUsedAt: moment('last_used_at'),
  },
  (t) => [index('api_keys_of_organisation').on(t.organisationId, t.keyId)],
)

export const contracts = pgTable(
  'contracts',
  {
    contractId: identifier('contract_id').primaryKey(),
    title: text('title').notNull(),
    providerId: identifier('provider_id')
      .notNull()
      .references(() => organisations.organisationId),
    partners: text('partners').array().notNull(),
    /** In order: the first one leads. */
    commissioners: text('commissioners').array().notNull(),
    startsOn: day('starts_on').notNull(),
    endsOn: day('ends_on').notNull(),
    follows: identifier('follows'),
    instruments: text('instruments').array().notNull(),
    measures: jsonb('measures').notNull(),
    targets: jsonb('targets').notNull(),
    funding: jsonb('funding').notNull(),
    returns: jsonb('returns').notNull(),
    minimumCount: integer('minimum_count').notNull(),
    /** That one and those before it, each with its first day: a lower one never shows again what was hidden. */
    minimumCounts: jsonb('minimum_counts').notNull(),
    retention: jsonb('retention'),
    /** How long support is expected to take; null: as its instruments say. */
    expectedDays: integer('expected_days'),
    /** Which versions of which definitions the stored counts were made with; null: not counted yet. */
    countedWith: text('counted_with'),
    /** Whether any of its measures is counted over its whole life: then each write of a case marks that, too. */
    hasLifeCounts: boolean('has_life_counts').notNull().default(false),
    /** The same for the months of referral, and of coming into support. */
    hasReferralCounts: boolean('has_referral_counts').notNull().default(false),
    hasEntryCounts: boolean('has_entry_counts').notNull().default(false),
    /** And whether contacts are counted, so that a case that changes marks the months of its contacts. */
    hasSessionCounts: boolean('has_session_counts').notNull().default(false),
    /** When its retention was over and its people were erased: from then on its counts stay as they are. */
    peopleErasedAt: moment('people_erased_at'),
    revision: integer('revision').notNull().default(1),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (t) => [
    check('contracts_minimum_count', sql`${t.minimumCount} >= 3`),
    check('contracts_expected_days', sql`${t.expectedDays} >= 1 and ${t.expectedDays} <= 3650`),
    check('contracts_dates', sql`${t.startsOn} <= ${t.endsOn}`),
    foreignKey({ name: 'contracts_follows', columns: [t.follows], foreignColumns: [t.contractId] }),
  ],
)

/** One person's episode of support. Names, addresses and dates of birth have no column here. */
export const cases = pgTable(
  'cases',
  {
    contractId: identifier('contract_id').notNull(),
    caseRef: identifier('case_ref').notNull(),
    client: identifier('client'),
    referredOn: day('referred_on'),
    referralSource: text('referral_source'),
    firstContactOn: day('first_contact_on'),
    startedOn: day('started_on'),
    closedOn: day('closed_on'),
    closure: text('closure'),
    continues: boolean('continues'),
    deliveredBy: identifier('delivered_by').notNull(),
    fundingStream: text('funding_stream'),
    area: text('area'),
    cohorts: text('cohorts').array(),
    crimeType: text('crime_type'),
    reportedToPolice: boolean('reported_to_police'),
    characteristics: jsonb('characteristics'),
    sourceUpdatedAt: moment('source_updated_at'),
    /** Worked out at each write (domain/support-case): the day the case counts on, and since when it was in support. */
    countedOn: day('counted_on'),
    inSupportFrom: day('in_support_from'),
    revision: integer('revision').notNull().default(1),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.contractId, t.caseRef] }),
    index('cases_by_counted_on')
      .on(t.contractId, t.countedOn)
      .where(sql`${t.countedOn} is not null`),
    index('cases_by_in_support_from')
      .on(t.contractId, t.inSupportFrom)
      .where(sql`${t.inSupportFrom} is not null`),
    index('cases_by_referred_on')
      .on(t.contractId, t.referredOn)
      .where(sql`${t.referredOn} is not null`),
    index('cases_of_client')
      .on(t.contractId, t.client)
      .where(sql`${t.client} is not null`),
  ],
)

const answered = {
  /** Null: answered without a case (feedback). */
  caseRef: identifier('case_ref'),
  instrumentId: text('instrument_id').notNull(),
  instrumentVersion: smallint('instrument_version').notNull(),
  stage: text('stage').notNull(),
  respondent: text('respondent').notNull(),
  response: text('response').notNull(),
  assessedOn: day('assessed_on').notNull(),
  answers: jsonb('answers').notNull(),
  /** Whole numbers (value × 10^places) in the order of the instrument version's scores; null: missing. */
  scores: integer('scores').array().notNull(),
  sourceUpdatedAt: moment('source_updated_at'),
  receivedAt: moment('received_at').notNull(),
}

/** What is valid now; a withdrawn one stays as a tombstone, so that its revisions go on counting. */
export const assessments = pgTable(
  'assessments',
  {
    contractId: identifier('contract_id').notNull(),
    ref: identifier('ref').notNull(),
    revision: integer('revision').notNull(),
    withdrawnAt: moment('withdrawn_at'),
    ...answered,
  },
  (t) => [
    primaryKey({ columns: [t.contractId, t.ref] }),
    foreignKey({
      name: 'assessments_case',
      columns: [t.contractId, t.caseRef],
      foreignColumns: [cases.contractId, cases.caseRef],
    }),
    index('assessments_of_case')
      .on(t.contractId, t.caseRef)
      .where(sql`${t.caseRef} is not null`),
    index('assessments_without_case')
      .on(t.contractId, t.assessedOn)
      .where(sql`${t.caseRef} is null`),
    check('assessments_stage', sql`${t.stage} in ('start', 'review', 'end', 'follow-up')`),
    check('assessments_respondent', sql`${t.respondent} in ('self', 'parent', 'worker')`),
    check(
      'assessments_response',
      sql`${t.response} in ('completed', 'declined', 'not-asked', 'unable', 'no-reply')`,
    ),
  ],
)

/** The former contents of a corrected assessment. */
export const assessmentRevisions = pgTable(
  'assessment_revisions',
  {
    contractId: identifier('contract_id').notNull(),
    ref: identifier('ref').notNull(),
    revision: integer('revision').notNull(),
    ...answered,
  },
  (t) => [
    primaryKey({ columns: [t.contractId, t.ref, t.revision] }),
    foreignKey({
      name: 'assessment_revisions_assessment',
      columns: [t.contractId, t.ref],
      foreignColumns: [assessments.contractId, assessments.ref],
    }),
    index('assessment_revisions_of_case')
      .on(t.contractId, t.caseRef)
      .where(sql`${t.caseRef} is not null`),
  ],
)

const held = {
  heldOn: day('held_on').notNull(),
  kind: text('kind').notNull(),
  minutes: integer('minutes'),
  reached: boolean('reached').notNull(),
  attendees: integer('attendees'),
  sourceUpdatedAt: moment('source_updated_at'),
  receivedAt: moment('received_at').notNull(),
}

/** One contact with people, or one group session; its cases are in contact_cases. A withdrawn one stays as a tombstone. */
export const contacts = pgTable(
  'contacts',
  {
    contractId: identifier('contract_id').notNull(),
    ref: identifier('ref').notNull(),
    revision: integer('revision').notNull(),
    withdrawnAt: moment('withdrawn_at'),
    /** How many cases it is about: a partner who sees fewer than these may not have it. */
    caseCount: integer('case_count').notNull(),
    ...held,
  },
  (t) => [
    primaryKey({ columns: [t.contractId, t.ref] }),
    index('contacts_by_held_on').on(t.contractId, t.heldOn),
  ],
)

export const contactCases = pgTable(
  'contact_cases',
  {
    contractId: identifier('contract_id').notNull(),
    ref: identifier('ref').notNull(),
    caseRef: identifier('case_ref').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contractId, t.ref, t.caseRef] }),
    foreignKey({
      name: 'contact_cases_contact',
      columns: [t.contractId, t.ref],
      foreignColumns: [contacts.contractId, contacts.ref],
    }),
    foreignKey({
      name: 'contact_cases_case',
      columns: [t.contractId, t.caseRef],
      foreignColumns: [cases.contractId, cases.caseRef],
    }),
    index('contact_cases_of_case').on(t.contractId, t.caseRef),
  ],
)

/** The former contents of a corrected contact. */
export const contactRevisions = pgTable(
  'contact_revisions',
  {
    contractId: identifier('contract_id').notNull(),
    ref: identifier('ref').notNull(),
    revision: integer('revision').notNull(),
    /** Which cases it was about, in the order of their bytes. */
    caseRefs: text('case_refs').array().notNull(),
    ...held,
  },
  (t) => [
    primaryKey({ columns: [t.contractId, t.ref, t.revision] }),
    foreignKey({
      name: 'contact_revisions_contact',
      columns: [t.contractId, t.ref],
      foreignColumns: [contacts.contractId, contacts.ref],
    }),
  ],
)

/** What no case holds, for a period as the provider named it: numbers, or text not about a person. */
export const figures = pgTable(
  'figures',
  {
    contractId: identifier('contract_id').notNull(),
    period: identifier('period').notNull(),
    values: jsonb('values').notNull(),
    revision: integer('revision').notNull().default(1),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.contractId, t.period] })],
)

/**
 * Which assessments a case system had made under a key of its own, so that a retry makes no second one: hashes of key and body,
 * under the installation's secret, and what the first try made. Kept for a day.
 */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    contractId: identifier('contract_id').notNull(),
    organisationId: identifier('organisation_id').notNull(),
    keyHash: bytes('key_hash').notNull(),
    bodyHash: bytes('body_hash').notNull(),
    ref: identifier('ref').notNull(),
    revision: integer('revision').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.contractId, t.organisationId, t.keyHash] }),
    index('idempotency_keys_by_age').on(t.createdAt),
  ],
)

/**
 * What was erased and must not come back: a hash of its name under the installation's secret, which alone tells nobody who it
 * was. `delivered_by` is the organisation whose case it was.
 */
export const erasures = pgTable(
  'erasures',
  {
    contractId: identifier('contract_id').notNull(),
    digest: bytes('digest').notNull(),
    deliveredBy: identifier('delivered_by').notNull(),
    erasedAt: moment('erased_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.contractId, t.digest] })],
)

/**
 * What was done to keys, organisations, contracts and people's records, each organisation's entries chained by their hashes; an
 * operator's own are under the empty name. No role may change or delete an entry, and none names a person.
 */
export const auditLog = pgTable(
  'audit_log',
  {
    organisationId: identifier('organisation_id').notNull(),
    entry: integer('entry').notNull(),
    at: moment('at').notNull(),
    actorKind: text('actor_kind').notNull(),
    action: text('action').notNull(),
    subjectKind: text('subject_kind').notNull(),
    details: jsonb('details').notNull(),
    previousHash: bytes('previous_hash').notNull(),
    hash: bytes('hash').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.entry] }),
    check('audit_log_actor_kind', sql`${t.actorKind} in ('operator', 'provider', 'commissioner', 'service')`),
  ],
)

/** "This contract's month is to be counted": appended with each write, deleted by the count that has seen it. */
export const marks = pgTable(
  'marks',
  {
    contractId: identifier('contract_id').notNull(),
    /** year × 100 + month; 0: what is counted over the contract's whole life, such as different people */
    month: integer('month').notNull(),
    markId: bigint('mark_id', { mode: 'number' }).generatedAlwaysAsIdentity().notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.contractId, t.month, t.markId] })],
)

/** Months whose counting failed: by then it is tried again, so that one that cannot be counted costs little. */
export const failedCounts = pgTable(
  'failed_counts',
  {
    contractId: identifier('contract_id').notNull(),
    month: integer('month').notNull(),
    failures: integer('failures').notNull(),
    nextTryAt: moment('next_try_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contractId, t.month] })],
)

/**
 * Exact whole-number counts of a contract's month in the one shape that carries everything:
 * a score's transitions (x = start, y = end), a measure's verdicts (x = counted, y = achieved), a case's completeness.
 */
export const counts = pgTable(
  'counts',
  {
    contractId: identifier('contract_id').notNull(),
    month: integer('month').notNull(),
    subject: identifier('subject').notNull(),
    by: identifier('by').notNull(),
    value: identifier('value').notNull(),
    x: integer('x').notNull(),
    y: integer('y').notNull(),
    n: integer('n').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contractId, t.by, t.month, t.value, t.subject, t.x, t.y] }),
    // Those that are read month by month, from the contract's beginning.
    index('counts_dated')
      .on(t.contractId, t.by, t.month)
      .where(sql`${t.subject} >= 'dated/' and ${t.subject} < 'dated0'`),
    check('counts_n', sql`${t.n} > 0`),
  ],
)

/** How often each month was counted: together they tell whether anything may have changed since it was shown. */
export const recounts = pgTable(
  'recounts',
  {
    contractId: identifier('contract_id').notNull(),
    month: integer('month').notNull(),
    times: bigint('times', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.contractId, t.month] })],
)

/** A figure's counts over a block of months, of everybody or of one group. */
const released = {
  contractId: identifier('contract_id').notNull(),
  by: identifier('by').notNull(),
  firstMonth: integer('first_month').notNull(),
  lastMonth: integer('last_month').notNull(),
  series: identifier('series').notNull(),
  value: identifier('value').notNull(),
  isHidden: boolean('is_hidden').notNull(),
  /** Parts of the figure that are not shown. */
  parts: text('parts').array().notNull(),
  /** Rows of x, y and n, one after the other. */
  counts: integer('counts').array().notNull(),
  /** The number of the release since which it was shown so; they count up in each contract. */
  since: bigint('since', { mode: 'number' }).notNull().default(0),
}

/** What commissioners are shown. */
export const releasedCounts = pgTable(
  'released_counts',
  { ...released, releasedAt: moment('released_at').notNull().defaultNow() },
  (t) => [primaryKey({ columns: [t.contractId, t.by, t.firstMonth, t.lastMonth, t.series, t.value] })],
)

/** What is not shown so any more: what takes its place must differ by nothing or enough from all that was shown before. */
export const pastReleasedCounts = pgTable(
  'past_released_counts',
  {
    ...released,
    /** The release in which something else took its place. */
    until: bigint('until', { mode: 'number' }).notNull(),
  },
  (t) => [
    primaryKey({
      name: 'past_released_counts_pkey',
      columns: [t.contractId, t.by, t.firstMonth, t.lastMonth, t.series, t.value, t.until],
    }),
  ],
)

/** Which periods were asked for, and what of the counts of then was looked at for the answer. */
export const releases = pgTable(
  'releases',
  {
    contractId: identifier('contract_id').notNull(),
    by: identifier('by').notNull(),
    firstMonth: integer('first_month').notNull(),
    lastMonth: integer('last_month').notNull(),
    /** The state of everything that the answer depends on. */
    stamp: text('stamp').notNull(),
    /** By series: the narrowest period around it that can be answered. */
    askFor: jsonb('ask_for').notNull(),
    /** How often anything that is shown of the contract has changed since it was first asked for. */
    changes: bigint('changes', { mode: 'number' }).notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.contractId, t.by, t.firstMonth, t.lastMonth] })],
)

/** What a commissioner owes to those who fund it: drafts are made again in place, what was submitted never changes. */
export const returns = pgTable(
  'returns',
  {
    returnId: identifier('return_id').primaryKey(),
    /** The one that leads the contracts which it covers. */
    commissionerId: identifier('commissioner_id')
      .notNull()
      .references(() => organisations.organisationId),
    template: identifier('template').notNull(),
    templateVersion: integer('template_version').notNull(),
    areaCode: text('area_code'),
    firstMonth: integer('first_month').notNull(),
    lastMonth: integer('last_month').notNull(),
    version: integer('version').notNull(),
    status: text('status').notNull().default('draft'),
    provisional: boolean('provisional').notNull(),
    /** All that the hash is over. */
    content: jsonb('content').notNull(),
    checks: jsonb('checks').notNull(),
    sha256: text('sha256').notNull(),
    generatedAt: moment('generated_at').notNull(),
    /** What it showed so far of the cases that came or changed since the version before it; oldest first. */
    changes: jsonb('changes').notNull().default([]),
    signedOffBy: text('signed_off_by'),
    /** By check: why it was submitted though the check failed. */
    reasons: jsonb('reasons'),
    submittedAt: moment('submitted_at'),
  },
  (t) => [
    check('returns_status', sql`${t.status} in ('draft', 'submitted', 'superseded')`),
    check('returns_submitted', sql`(${t.status} = 'draft') = (${t.submittedAt} is null)`),
    uniqueIndex('returns_versions').on(t.commissionerId, t.template, t.firstMonth, t.lastMonth, t.version),
    uniqueIndex('returns_one_draft')
      .on(t.commissionerId, t.template, t.firstMonth, t.lastMonth)
      .where(sql`${t.status} = 'draft'`),
  ],
)

/** What each published definition said when it was first seen: a version never changes. */
export const definitionVersions = pgTable(
  'definition_versions',
  {
    kind: text('kind').notNull(),
    id: text('id').notNull(),
    version: text('version').notNull(),
    hash: text('hash').notNull(),
    seenAt: moment('seen_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.id, t.version] })],
)

/**
 * Which installation this database belongs to: one row, made by the migration. Queues on a shared Redis are told apart by its
 * id; under its secret, what case systems send as idempotency keys is hashed.
 */
export const installation = pgTable('installation', {
  installationId: text('installation_id').primaryKey(),
  secret: text('secret')
    .notNull()
    .default(sql`replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')`),
})

/** Where an organisation wants to be told of events. Its secret is made of the installation's and this salt, and kept nowhere. */
export const webhooks = pgTable(
  'webhooks',
  {
    organisationId: identifier('organisation_id')
      .notNull()
      .references(() => organisations.organisationId),
    webhookId: identifier('webhook_id').notNull(),
    url: text('url').notNull(),
    events: text('events').array().notNull(),
    salt: bytes('salt').notNull(),
    revision: integer('revision').notNull().default(1),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.organisationId, t.webhookId] })],
)

/** What a webhook is to be told, written with the event itself, and how the sending of it went. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    organisationId: identifier('organisation_id').notNull(),
    webhookId: identifier('webhook_id').notNull(),
    deliveryId: identifier('delivery_id').notNull(),
    event: text('event').notNull(),
    /** Whose outcomes changed. */
    contractId: identifier('contract_id'),
    data: jsonb('data').notNull(),
    createdAt: moment('created_at').notNull(),
    status: text('status').notNull().default('pending'),
    tries: integer('tries').notNull().default(0),
    /** When it is due, or until when the process that is sending it now may take. */
    nextTryAt: moment('next_try_at'),
    isSending: boolean('is_sending').notNull().default(false),
    /** The same happened again while it was being sent, so that it has to be told once more. */
    isToldAgain: boolean('is_told_again').notNull().default(false),
    lastTriedAt: moment('last_tried_at'),
    statusCode: integer('status_code'),
    failure: text('failure'),
    deliveredAt: moment('delivered_at'),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.webhookId, t.deliveryId] }),
    foreignKey({
      columns: [t.organisationId, t.webhookId],
      foreignColumns: [webhooks.organisationId, webhooks.webhookId],
    }).onDelete('cascade'),
    check('webhook_deliveries_status', sql`${t.status} in ('pending', 'delivered', 'given-up')`),
    check('webhook_deliveries_due', sql`(${t.status} = 'pending') = (${t.nextTryAt} is not null)`),
    index('webhook_deliveries_due_first').on(t.nextTryAt),
    uniqueIndex('webhook_deliveries_one_pending')
      .on(t.organisationId, t.webhookId, t.contractId)
      .where(sql`${t.event} = 'outcomes.changed' and ${t.status} = 'pending'`),
  ],
)
