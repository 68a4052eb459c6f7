import postgres from 'postgres'
import t, { type Test } from 'tap'
import type { Actor } from '../../src/store/database.ts'
import { migrate } from '../../src/store/owner/migrate.ts'
import { makeDatabase, type TestDatabase } from '../support/database.ts'
import {
  backup,
  commissioner,
  eraser,
  insertTwoTenants,
  operator,
  provider,
  releaser,
  settingsOf,
  TENANT_TABLES,
  worker,
  type TenantTable,
} from '../support/two-tenants.ts'

/**
 * Each policy and each grant is taken away, widened or added in turn, and something below has to notice. All of it is done in
 * transactions of the owner that are rolled back; no statement has a `where` that helps.
 */

let database: TestDatabase
let owner: postgres.Sql

t.before(async () => {
  database = await makeDatabase()
  await migrate(database.address)
  owner = postgres({ ...database.address, max: 1, onnotice: () => undefined })
  await insertTwoTenants(owner)
  // PostgreSQL lets everybody use this schema; with that gone, only our own grants are left.
  await owner`revoke all on schema public from public`
})
t.teardown(async () => {
  await owner.end()
  await database.drop()
})

interface Probe {
  table: string
  actor: Actor | 'connection'
  statement: string
  /** What is seen or how many rows are written; or how it is refused. */
  expected: string
}

const NO_GRANT = 'no grant'
const NO_ROW = 'not this row'

const [a, b, partner, nobody] = ['a', 'b', 'partner', ''].map(provider) as [Actor, Actor, Actor, Actor]
const [pcc, joint, otherPcc] = ['pcc', 'joint', 'other-pcc'].map(commissioner) as [Actor, Actor, Actor]
const [erasingA, erasingB, erasingNone] = ['of-a', 'of-b', ''].map(eraser) as [Actor, Actor, Actor]
const [ofA, ofB, ofNone] = ['of-a', 'of-b', ''].map(worker) as [Actor, Actor, Actor]
const [releasingA, releasingB, releasingNone] = ['of-a', 'of-b', ''].map(releaser) as [Actor, Actor, Actor]

const byContract: [Actor, string][] = [
  [a, 'of-a'],
  [b, 'of-b'],
  [nobody, ''],
]
const byCommissioner: [Actor, string][] = [
  [pcc, 'of-a'],
  [joint, 'of-a'],
  [otherPcc, 'of-b'],
  [commissioner('a'), ''],
]
const byWorker: [Actor, string][] = [
  [ofA, 'of-a'],
  [ofB, 'of-b'],
  [ofNone, ''],
]
const byReleaser: [Actor, string][] = [
  [releasingA, 'of-a'],
  [releasingB, 'of-b'],
  [releasingNone, ''],
]

/** What each reads of a table, by a name for each of its rows. */
const reads: readonly [table: TenantTable, name: string, seen: readonly [Actor, string][]][] = [
  ['organisations', 'organisation_id', [[operator, 'a b joint other-pcc partner pcc']]],
  ['api_keys', 'key_id', [[operator, 'key-a key-b key-operator']]],
  [
    'contracts',
    'contract_id',
    [
      [operator, 'of-a of-b'],
      ...byContract,
      [partner, 'of-a'],
      ...byCommissioner,
      ...byWorker,
      ...byReleaser,
    ],
  ],
  [
    'cases',
    'case_ref',
    [
      [a, 'own shared'],
      [b, 'foreign'],
      [partner, 'shared'],
      [nobody, ''],
      [ofA, 'own shared'],
      [ofB, 'foreign'],
      [ofNone, ''],
    ],
  ],
  [
    'assessments',
    'ref',
    [
      [a, 'r-none r-own r-shared'],
      [b, 'r-foreign'],
      [partner, 'r-shared'],
      [ofA, 'r-none r-own r-shared'],
      [ofB, 'r-foreign'],
    ],
  ],
  [
    'assessment_revisions',
    'ref',
    [
      [a, 'r-none r-own r-shared'],
      [b, 'r-foreign'],
      [partner, 'r-shared'],
    ],
  ],
  [
    'contacts',
    'ref',
    [
      [a, 'k-joint k-own k-shared'],
      [b, 'k-foreign'],
      [partner, 'k-joint k-shared'],
      [ofA, 'k-joint k-own k-shared'],
      [ofB, 'k-foreign'],
    ],
  ],
  [
    'contact_cases',
    `ref || '/' || case_ref`,
    [
      [a, 'k-joint/own k-joint/shared k-own/own k-shared/shared'],
      [b, 'k-foreign/foreign'],
      [partner, 'k-joint/shared k-shared/shared'],
      [ofA, 'k-joint/own k-joint/shared k-own/own k-shared/shared'],
      [ofB, 'k-foreign/foreign'],
    ],
  ],
  [
    'contact_revisions',
    'ref',
    [
      [a, 'k-joint k-own k-shared'],
      [b, 'k-foreign'],
      [partner, 'k-shared'],
    ],
  ],
  ['figures', 'contract_id', [...byContract, [partner, ''], ...byWorker, ...byReleaser]],
  [
    'idempotency_keys',
    `contract_id || '/' || organisation_id`,
    [
      [a, 'of-a/a'],
      [b, 'of-b/b of-b/b'],
      [partner, 'of-a/partner'],
    ],
  ],
  [
    'failed_counts',
    'contract_id',
    [
      [ofA, 'of-a of-b'],
      [ofNone, 'of-a of-b'],
    ],
  ],
  ['idempotency_keys', `(created_at < now() - interval '1 day')::text`, [[ofA, 'true']]],
  [
    'marks',
    'contract_id',
    [
      ...[...byContract, ...byCommissioner],
      [partner, 'of-a'],
      [ofA, 'of-a of-b'],
      [ofNone, 'of-a of-b'],
      [releasingA, 'of-a'],
      [releasingB, 'of-b'],
      [releasingNone, 'of-a of-b'],
    ],
  ],
  [
    'counts',
    `contract_id || ':' || by || '=' || value`,
    [
      [
        a,
        'of-a:= of-a:closure=partner of-a:delivered-by/closure=partner/planned of-a:delivered-by=a of-a:delivered-by=partner',
      ],
      [b, 'of-b:='],
      [partner, 'of-a:delivered-by/closure=partner/planned of-a:delivered-by=partner'],
      [ofB, 'of-b:='],
      [ofNone, ''],
      [releasingB, 'of-b:='],
      [releasingNone, ''],
    ],
  ],
  [
    'erasures',
    `encode(digest, 'escape')`,
    [
      [a, '1 2'],
      [b, '3'],
      [partner, '1 2'],
      [nobody, ''],
    ],
  ],
  [
    'audit_log',
    'organisation_id',
    [
      [operator, ' a b partner pcc'],
      [a, 'a'],
      [b, 'b'],
      [partner, 'partner'],
      [pcc, 'pcc'],
      [joint, ''],
    ],
  ],
  [
    'webhooks',
    'organisation_id',
    [
      [a, 'a'],
      [b, 'b'],
      [partner, 'partner'],
      [pcc, 'pcc'],
      [joint, ''],
      [otherPcc, 'other-pcc'],
      [ofA, 'a b other-pcc partner pcc'],
    ],
  ],
  [
    'webhooks',
    `organisation_id || '/' || webhook_id || '/' || events[1]`,
    [
      [releasingA, 'pcc/w/outcomes.changed'],
      [releasingB, 'other-pcc/w/outcomes.changed'],
      [releasingNone, ''],
    ],
  ],
  [
    'webhook_deliveries',
    `organisation_id || '/' || delivery_id`,
    [
      [a, 'a/d'],
      [b, 'b/d b/done'],
      [partner, 'partner/d'],
      [pcc, 'pcc/d'],
      [joint, ''],
      [otherPcc, 'other-pcc/d'],
      [ofA, 'a/d b/d b/done other-pcc/d partner/d pcc/d'],
    ],
  ],
  [
    'webhook_deliveries',
    `concat_ws('/', organisation_id, webhook_id, contract_id, event, status, is_sending)`,
    [
      [releasingB, 'b/w/of-b/outcomes.changed/delivered/f'],
      [releasingNone, ''],
    ],
  ],
  [
    'recounts',
    'contract_id',
    [...byContract, [partner, 'of-a'], ...byCommissioner, ...byWorker, ...byReleaser],
  ],
  ['releases', 'contract_id', [...byCommissioner, ...byWorker, ...byReleaser]],
  ['released_counts', 'contract_id', [...byCommissioner, ...byWorker, ...byReleaser]],
  ['past_released_counts', 'contract_id', [...byWorker, ...byReleaser]],
  [
    'returns',
    'return_id',
    [
      [pcc, 'r-pcc'],
      [joint, ''],
      [otherPcc, 'r-other-pcc'],
    ],
  ],
]

/** Who erases reads the whole of one contract. */
const ERASED: readonly (readonly [table: TenantTable, name: string, ofA: string, ofB: string])[] = [
  ['cases', 'case_ref', 'own shared', 'foreign'],
  ['assessments', 'ref', 'r-none r-own r-shared', 'r-foreign'],
  ['assessment_revisions', 'ref', 'r-none r-own r-shared', 'r-foreign'],
  ['contacts', 'ref', 'k-joint k-own k-shared', 'k-foreign'],
  ['contact_cases', 'ref', 'k-joint k-joint k-own k-shared', 'k-foreign'],
  ['contact_revisions', 'ref', 'k-joint k-own k-shared', 'k-foreign'],
  ['idempotency_keys', 'organisation_id', 'a b partner', 'b b'],
]
const readsOfErasers: typeof reads = ERASED.map(([table, name, ofA, ofB]) => [
  table,
  name,
  [
    [erasingA, ofA],
    [erasingB, ofB],
    [erasingNone, ''],
  ],
])

/** Who makes a backup reads every row; how many there are, the owner is asked, whom row security does not hold here. */
const readsOfBackups = async (): Promise<Probe[]> => {
  const probes: Probe[] = []
  for (const table of TENANT_TABLES) {
    const [all] = await owner.unsafe<{ rows: string }[]>(`select count(*) as rows from ${table}`)
    const statement = `select count(*)::text as name from ${table}`
    probes.push({ table, actor: backup, statement, expected: String(all?.rows) })
  }
  return probes
}

/** A row like one that is there, in this contract and with other fields. */
type NewRow = Readonly<Record<string, unknown>>

/** Of outcomes, to be written beside one that waits. */
const told = (change: NewRow): NewRow => ({
  ...{
    delivery_id: 'new',
    contract_id: 'of-a',
    event: 'outcomes.changed',
    status: 'delivered',
    next_try_at: null,
  },
  ...change,
})

/** Rows that each may add to a table, and rows that it may not. */
const inserts: readonly [
  table: TenantTable,
  actor: Actor,
  taken: readonly NewRow[],
  refused: readonly NewRow[],
][] = [
  ['organisations', operator, [{ organisation_id: 'new' }], []],
  ['api_keys', operator, [{ key_id: 'new' }], []],
  ['contracts', operator, [{ contract_id: 'new' }], []],
  [
    'cases',
    a,
    [{ contract_id: 'of-a', case_ref: 'new' }],
    [{ contract_id: 'of-b', case_ref: 'new', delivered_by: 'a' }],
  ],
  [
    'cases',
    partner,
    [{ contract_id: 'of-a', case_ref: 'new', delivered_by: 'partner' }],
    [
      { contract_id: 'of-a', case_ref: 'new', delivered_by: 'a' },
      { contract_id: 'of-b', case_ref: 'new', delivered_by: 'partner' },
    ],
  ],
  [
    'assessments',
    a,
    [
      { contract_id: 'of-a', ref: 'new', case_ref: 'own' },
      { contract_id: 'of-a', ref: 'new', case_ref: null },
    ],
    [
      { contract_id: 'of-b', ref: 'new', case_ref: 'foreign' },
      { contract_id: 'of-b', ref: 'new', case_ref: null },
    ],
  ],
  [
    'assessments',
    partner,
    [{ contract_id: 'of-a', ref: 'new', case_ref: 'shared' }],
    [
      { contract_id: 'of-a', ref: 'new', case_ref: 'own' },
      { contract_id: 'of-a', ref: 'new', case_ref: null },
    ],
  ],
  [
    'assessment_revisions',
    a,
    [{ contract_id: 'of-a', ref: 'r-own', case_ref: 'own', revision: 7 }],
    [{ contract_id: 'of-b', ref: 'r-foreign', case_ref: 'foreign', revision: 7 }],
  ],
  [
    'assessment_revisions',
    partner,
    [{ contract_id: 'of-a', ref: 'r-own', case_ref: 'shared', revision: 7 }],
    [{ contract_id: 'of-a', ref: 'r-shared', case_ref: 'own', revision: 7 }],
  ],
  ['marks', a, [{ contract_id: 'of-a' }], [{ contract_id: 'of-b' }]],
  ['marks', partner, [{ contract_id: 'of-a' }], [{ contract_id: 'of-b' }]],
  ['marks', ofA, [{ contract_id: 'of-a' }], [{ contract_id: 'of-b' }]],
  ['contacts', a, [{ contract_id: 'of-a', ref: 'new' }], [{ contract_id: 'of-b', ref: 'new' }]],
  ['contacts', partner, [{ contract_id: 'of-a', ref: 'new' }], [{ contract_id: 'of-b', ref: 'new' }]],
  [
    'contact_cases',
    a,
    [{ contract_id: 'of-a', ref: 'k-own', case_ref: 'shared' }],
    [{ contract_id: 'of-b', ref: 'k-foreign', case_ref: 'foreign' }],
  ],
  [
    'contact_cases',
    partner,
    [{ contract_id: 'of-a', ref: 'k-own', case_ref: 'shared' }],
    [{ contract_id: 'of-a', ref: 'k-shared', case_ref: 'own' }],
  ],
  [
    'contact_revisions',
    a,
    [{ contract_id: 'of-a', ref: 'k-own', case_refs: ['own'], revision: 7 }],
    [{ contract_id: 'of-b', ref: 'k-foreign', case_refs: ['foreign'], revision: 7 }],
  ],
  [
    'contact_revisions',
    partner,
    [{ contract_id: 'of-a', ref: 'k-shared', case_refs: ['shared'], revision: 7 }],
    [{ contract_id: 'of-a', ref: 'k-shared', case_refs: ['shared', 'own'], revision: 7 }],
  ],
  ['figures', a, [{ contract_id: 'of-a', period: 'new' }], [{ contract_id: 'of-b', period: 'new' }]],
  ['figures', partner, [], [{ contract_id: 'of-a', period: 'new' }]],
  [
    'idempotency_keys',
    a,
    [{ contract_id: 'of-a', organisation_id: 'a', key_hash: '\\x00' }],
    [
      { contract_id: 'of-a', organisation_id: 'partner', key_hash: '\\x00' },
      { contract_id: 'of-b', organisation_id: 'a', key_hash: '\\x00' },
    ],
  ],
  [
    'erasures',
    a,
    [
      { contract_id: 'of-a', digest: '\\x00' },
      { contract_id: 'of-a', digest: '\\x00', delivered_by: 'partner' },
    ],
    [{ contract_id: 'of-b', digest: '\\x00', delivered_by: 'a' }],
  ],
  [
    'erasures',
    partner,
    [{ contract_id: 'of-a', digest: '\\x00', delivered_by: 'partner' }],
    [
      { contract_id: 'of-a', digest: '\\x00', delivered_by: 'a' },
      { contract_id: 'of-b', digest: '\\x00', delivered_by: 'partner' },
    ],
  ],
  ['audit_log', operator, [{ organisation_id: 'b', entry: 2 }], []],
  ['audit_log', a, [{ organisation_id: 'a', entry: 2 }], [{ organisation_id: 'b', entry: 2 }]],
  ['audit_log', pcc, [{ organisation_id: 'pcc', entry: 2 }], [{ organisation_id: 'a', entry: 2 }]],
  [
    'webhooks',
    a,
    [{ organisation_id: 'a', webhook_id: 'new' }],
    [{ organisation_id: 'b', webhook_id: 'new' }],
  ],
  [
    'webhooks',
    pcc,
    [{ organisation_id: 'pcc', webhook_id: 'new' }],
    [{ organisation_id: 'a', webhook_id: 'new' }],
  ],
  [
    'webhook_deliveries',
    pcc,
    [{ organisation_id: 'pcc', delivery_id: 'new', contract_id: null }],
    [{ organisation_id: 'other-pcc', delivery_id: 'new', contract_id: null }],
  ],
  [
    'webhook_deliveries',
    ofA,
    ['a', 'partner', 'pcc'].map((one) => ({
      ...{ organisation_id: one, delivery_id: 'new', contract_id: 'of-a', event: 'return.ready' },
    })),
    [
      { organisation_id: 'b', delivery_id: 'new', contract_id: 'of-a', event: 'return.ready' },
      { organisation_id: 'b', delivery_id: 'new', contract_id: 'of-b', event: 'return.ready' },
      { organisation_id: 'a', delivery_id: 'new', contract_id: null, event: 'return.ready' },
    ],
  ],
  [
    'webhook_deliveries',
    releasingA,
    [told({ organisation_id: 'pcc' })],
    [
      told({ organisation_id: 'a' }),
      told({ organisation_id: 'other-pcc' }),
      told({ organisation_id: 'pcc', contract_id: 'of-b' }),
      told({ organisation_id: 'pcc', event: 'return.ready' }),
    ],
  ],
  ['counts', ofA, [{ contract_id: 'of-a', month: 201904 }], [{ contract_id: 'of-b', month: 201904 }]],
  ['failed_counts', ofA, [{ contract_id: 'of-a', month: 201904 }], [{ contract_id: 'of-b', month: 201904 }]],
  ['recounts', ofA, [{ contract_id: 'of-a', month: 201904 }], [{ contract_id: 'of-b', month: 201904 }]],
  ...[ofA, releasingA].flatMap((actor): (typeof inserts)[number][] =>
    (['releases', 'released_counts', 'past_released_counts'] as const).map((table) => {
      return [table, actor, [{ contract_id: 'of-a', by: 'sex' }], [{ contract_id: 'of-b', by: 'sex' }]]
    }),
  ),
  [
    'returns',
    pcc,
    [{ return_id: 'new', commissioner_id: 'pcc', first_month: 201902 }],
    [{ return_id: 'new', commissioner_id: 'other-pcc', first_month: 201902 }],
  ],
]

/** Statements about every row that can be reached, and how many those are. */
const changes: readonly [
  table: TenantTable,
  actor: Actor,
  statement: string,
  expected: number | typeof NO_ROW,
][] = [
  ['organisations', operator, `update organisations set name = 'new'`, 6],
  ['api_keys', operator, `update api_keys set label = 'new'`, 3],
  ['contracts', operator, `update contracts set title = 'new'`, 2],
  ['contracts', ofB, 'update contracts set counted_with = null', 1],
  ['contracts', ofB, 'update contracts set has_life_counts = true', 1],
  ['contracts', ofB, 'update contracts set has_referral_counts = true', 1],
  ['contracts', ofB, 'update contracts set has_entry_counts = true', 1],
  ['contracts', ofB, 'update contracts set has_session_counts = true', 1],
  ['contracts', ofB, 'update contracts set people_erased_at = now()', 1],
  ['contracts', ofNone, 'update contracts set has_life_counts = true', 0],
  ['cases', a, 'update cases set revision = 7', 2],
  ['cases', partner, 'update cases set revision = 7', 1],
  ['cases', partner, `update cases set delivered_by = 'a'`, NO_ROW],
  ['assessments', a, 'update assessments set revision = 7', 3],
  ['assessments', partner, 'update assessments set revision = 7', 1],
  ['assessments', partner, `update assessments set case_ref = 'own'`, NO_ROW],
  ['contacts', a, 'update contacts set minutes = 5', 3],
  ['contacts', b, 'update contacts set minutes = 5', 1],
  ['contacts', partner, 'update contacts set minutes = 5', NO_ROW],
  ['contacts', partner, `update contacts set minutes = 5 where ref <> 'k-joint'`, 1],
  ['contact_cases', a, 'delete from contact_cases', 4],
  ['contact_cases', partner, 'delete from contact_cases', 2],
  ['figures', a, 'update figures set revision = 7', 1],
  ['figures', partner, 'update figures set revision = 7', 0],
  ['failed_counts', ofB, 'update failed_counts set failures = 7', 1],
  ['failed_counts', ofB, 'delete from failed_counts', 1],
  ['marks', ofB, 'delete from marks', 1],
  ['marks', ofNone, 'delete from marks', 0],
  ['counts', ofB, 'update counts set n = 7', 1],
  ['counts', ofB, 'delete from counts', 1],
  ['recounts', ofB, 'update recounts set times = 7', 1],
  ['releases', ofB, `update releases set stamp = 'y'`, 1],
  ['releases', ofB, 'delete from releases', 1],
  ['released_counts', ofB, 'update released_counts set is_hidden = true', 1],
  ['released_counts', ofB, 'delete from released_counts', 1],
  ['released_counts', releasingB, 'delete from released_counts', 1],
  ['released_counts', releasingNone, 'delete from released_counts', 0],
  ...(['stamp', 'ask_for', 'changes'] as const).map((column): (typeof changes)[number] => [
    ...(['releases', releasingB, `update releases set ${column} = ${column}`, 1] as const),
  ]),
  ...(['is_hidden', 'parts', 'counts', 'since', 'released_at'] as const).map(
    (column): (typeof changes)[number] => [
      ...(['released_counts', releasingB, `update released_counts set ${column} = ${column}`, 1] as const),
    ],
  ),
  ['returns', pcc, `update returns set template_version = 2`, 1],
  ['returns', pcc, `update returns set area_code = 'x'`, 1],
  ['returns', pcc, `update returns set provisional = true`, 1],
  ['returns', pcc, `update returns set content = '[]'`, 1],
  ['returns', pcc, `update returns set checks = '{}'`, 1],
  ['returns', pcc, `update returns set sha256 = 'x'`, 1],
  ['returns', pcc, `update returns set generated_at = now()`, 1],
  ['returns', pcc, `update returns set changes = '[]'`, 1],
  ['returns', pcc, `update returns set signed_off_by = 'x'`, 1],
  ['returns', pcc, `update returns set reasons = '{}'`, 1],
  ['returns', otherPcc, `update returns set status = 'submitted', submitted_at = now()`, 1],
  ['returns', joint, `update returns set sha256 = 'x'`, 0],
  ['idempotency_keys', ofNone, 'delete from idempotency_keys', 1],
  ...(['url', 'events', 'revision', 'updated_at'] as const).flatMap((column): (typeof changes)[number][] =>
    [a, pcc].map((actor) => ['webhooks', actor, `update webhooks set ${column} = ${column}`, 1]),
  ),
  ['webhooks', a, 'delete from webhooks', 1],
  ['webhooks', pcc, 'delete from webhooks', 1],
  ['webhooks', joint, 'delete from webhooks', 0],
  ...(
    [
      ...['tries', 'status', 'next_try_at', 'is_sending', 'is_told_again', 'last_tried_at', 'status_code'],
      ...['failure', 'delivered_at'],
    ] as const
  ).map((column): (typeof changes)[number] => [
    'webhook_deliveries',
    ofNone,
    `update webhook_deliveries set ${column} = ${column}`,
    6,
  ]),
  ['webhook_deliveries', ofNone, 'delete from webhook_deliveries', 1],
  ['webhook_deliveries', releasingA, 'update webhook_deliveries set is_told_again = true', NO_ROW],
  [
    ...(['webhook_deliveries', releasingA] as const),
    ...([`update webhook_deliveries set is_told_again = true where organisation_id = 'pcc'`, 1] as const),
  ],
]

const UNDER_CONTACTS = 'formers as (delete from contact_revisions), links as (delete from contact_cases)'
const UNDER_CASES = 'revisions as (delete from assessment_revisions), answers as (delete from assessments)'

/** What hangs on a row keeps it from being deleted, so that only those are deleted on which nothing does. */
const erasing: typeof changes = [
  ...(
    [
      ['idempotency_keys', 'delete from idempotency_keys', 3, 2],
      ['assessment_revisions', 'delete from assessment_revisions', 3, 1],
      ['assessments', 'with r as (delete from assessment_revisions) delete from assessments', 3, 1],
      ['contact_cases', 'delete from contact_cases', 4, 1],
      ['contact_revisions', `update contact_revisions set case_refs = '{}'`, 3, 1],
      ['contact_revisions', 'delete from contact_revisions', 3, 1],
      ['contacts', 'update contacts set case_count = 0', 3, 1],
      ['contacts', `with ${UNDER_CONTACTS} delete from contacts`, 3, 1],
      ['cases', `with ${UNDER_CONTACTS}, ${UNDER_CASES} delete from cases`, 2, 1],
    ] as const
  ).flatMap(([table, statement, ofA, ofB]): (typeof changes)[number][] => [
    [table, erasingA, statement, ofA],
    [table, erasingB, statement, ofB],
    [table, erasingNone, statement, 0],
  ]),
]

type Role = Actor['role'] | 'eraser' | 'backup' | 'connection'
const ROLES: readonly Role[] = [
  ...(['connection', 'operator', 'provider', 'commissioner'] as const),
  ...(['worker', 'releaser', 'eraser', 'backup'] as const),
]

/** What each role may do with a table at all. Whatever is not here is refused to it. */
const grants: Readonly<Record<string, Partial<Record<Role, string>>>> = {
  organisations: { operator: 'select insert update' },
  api_keys: { operator: 'select insert update' },
  contracts: {
    operator: 'select insert update',
    provider: 'select',
    commissioner: 'select',
    worker: 'select',
    releaser: 'select',
  },
  cases: { provider: 'select insert update', worker: 'select', eraser: 'select delete' },
  assessments: { provider: 'select insert update', worker: 'select', eraser: 'select delete' },
  assessment_revisions: { provider: 'select insert', eraser: 'select delete' },
  contacts: { provider: 'select insert update', worker: 'select', eraser: 'select delete' },
  contact_cases: { provider: 'select insert delete', worker: 'select', eraser: 'select delete' },
  contact_revisions: { provider: 'select insert', eraser: 'select delete' },
  erasures: { provider: 'select insert' },
  audit_log: { operator: 'select insert', provider: 'select insert', commissioner: 'select insert' },
  webhooks: {
    provider: 'select insert delete',
    commissioner: 'select insert delete',
    worker: 'select',
    releaser: 'select',
  },
  webhook_deliveries: {
    provider: 'select',
    commissioner: 'select insert',
    worker: 'select insert delete',
    releaser: 'select insert',
  },
  figures: { provider: 'select insert update', worker: 'select', releaser: 'select' },
  idempotency_keys: { provider: 'select insert', worker: 'delete', eraser: 'select delete' },
  marks: {
    provider: 'select insert',
    commissioner: 'select',
    worker: 'select insert delete',
    releaser: 'select',
  },
  failed_counts: { worker: 'select insert update delete' },
  counts: { provider: 'select', worker: 'select insert delete', releaser: 'select' },
  recounts: {
    provider: 'select',
    commissioner: 'select',
    worker: 'select insert update',
    releaser: 'select',
  },
  releases: { commissioner: 'select', worker: 'select insert update delete', releaser: 'select insert' },
  released_counts: {
    commissioner: 'select',
    worker: 'select insert update delete',
    releaser: 'select insert delete',
  },
  past_released_counts: { worker: 'select insert', releaser: 'select insert' },
  returns: { commissioner: 'select insert' },
  definition_versions: {},
  installation: {},
}

const VERBS = ['select', 'insert', 'update', 'delete', 'truncate'] as const
const isGranted = (table: string, role: Role, verb: string): boolean => {
  if (role === 'backup') return verb === 'select' && TENANT_TABLES.some((name) => name === table)
  return (grants[table]?.[role] ?? '').split(' ').includes(verb)
}

const everyGrant = Object.keys(grants).flatMap((table) =>
  ROLES.flatMap((role) =>
    VERBS.map((verb) => ({ table, role, verb, isGiven: isGranted(table, role, verb) })),
  ),
)

/** The first column that the database knows of a table; nobody is given that one alone. */
const statementOf = (verb: (typeof VERBS)[number], table: string, column: string): string =>
  ({
    select: `select ${column} from public.${table}`,
    insert: `insert into public.${table} (${column}) values (null)`,
    update: `update public.${table} set ${column} = null`,
    delete: `delete from public.${table}`,
    truncate: `truncate public.${table}`,
  })[verb]

async function makeProbes(): Promise<Probe[]> {
  const rows = new Map<string, NewRow>()
  const columns = new Map<string, string>()
  for (const table of Object.keys(grants)) {
    const [first] = await owner<{ column: string }[]>`
      select attname as column from pg_attribute
      where attrelid = ${table}::regclass and attnum > 0 and attidentity = '' order by attnum limit 1`
    columns.set(table, first?.column ?? '')
    const order = table === 'definition_versions' || table === 'installation' ? '1' : columns.get(table)
    const [row] = await owner.unsafe<{ row: NewRow }[]>(
      `select to_jsonb(t) as row from ${table} t order by ${order} limit 1`,
    )
    if (row) rows.set(table, row.row)
  }
  const insertOf = (table: string, change: NewRow): string => {
    const { mark_id: _given, ...row } = { ...rows.get(table), ...change }
    const names = Object.keys(row)
      .map((name) => `"${name}"`)
      .join(', ')
    const values = JSON.stringify(row).replaceAll("'", "''")
    return `insert into ${table} (${names}) select ${names} from jsonb_populate_record(null::${table}, '${values}')`
  }
  return [
    ...(await readsOfBackups()),
    ...[...reads, ...readsOfErasers].flatMap(([table, name, seen]) =>
      seen.map(([actor, expected]) => {
        return { table, actor, statement: `select ${name} as name from ${table}`, expected }
      }),
    ),
    ...inserts.flatMap(([table, actor, taken, refused]) => [
      ...taken.map((row) => ({ table, actor, statement: insertOf(table, row), expected: '1' })),
      ...refused.map((row) => ({ table, actor, statement: insertOf(table, row), expected: NO_ROW })),
    ]),
    ...[...changes, ...erasing].map(([table, actor, statement, expected]) => {
      return { table, actor, statement, expected: String(expected) }
    }),
    ...everyGrant
      .filter(({ isGiven }) => !isGiven)
      .map(({ table, role, verb }): Probe => {
        const statement = statementOf(verb, table, columns.get(table) ?? '')
        const actor = role === 'connection' ? role : ({ role, organisation: '' } as Actor)
        return { table, actor, statement, expected: NO_GRANT }
      }),
    // Where commissioners are told, and under which secret, is none of a releaser's business.
    ...['url', 'salt'].map((column): Probe => {
      const statement = `select ${column} from webhooks`
      return { table: 'webhooks', actor: releasingA, statement, expected: NO_GRANT }
    }),
    {
      table: 'refresh_statistics',
      actor: ofNone,
      statement: 'select refresh_statistics() as name',
      expected: '',
    },
    ...[a, pcc, operator, releasingA].map((actor) => {
      return {
        table: 'refresh_statistics',
        actor,
        statement: 'select refresh_statistics()',
        expected: NO_GRANT,
      }
    }),
  ]
}

/** Does what a probe says and undoes it. */
async function outcomeOf({ actor, statement }: Probe): Promise<string> {
  const { role, organisation, contract } =
    actor === 'connection'
      ? { role: 'waymark_connection', organisation: '', contract: '' }
      : settingsOf(actor)
  try {
    const set = owner.unsafe(`
      savepoint probe;
      select set_config('role', '${role}', true), set_config('waymark.organisation', '${organisation}', true),
        set_config('waymark.contract', '${contract}', true)`)
    const [, done] = await Promise.all([set, owner.unsafe<{ name: string }[]>(statement)])
    if (done.command !== 'SELECT') return String(done.count)
    const names = done.map(({ name }) => name)
    return names.sort().join(' ')
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error
    if (error.message.startsWith('permission denied')) return NO_GRANT
    return error.message.includes('row-level security') ? NO_ROW : error.code
  } finally {
    await owner`rollback to savepoint probe`
  }
}

const titleOf = ({ actor, statement }: Probe): string =>
  `${actor === 'connection' ? actor : Object.values(actor).join(' ')}: ${statement}`

/** The first probe that ends otherwise than it has to; those of the table in question come first. */
async function firstToNotice(probes: readonly Probe[], table: string): Promise<string | undefined> {
  const inOrder = [
    ...probes.filter((probe) => probe.table === table),
    ...probes.filter((probe) => probe.table !== table),
  ]
  for (const probe of inOrder) if ((await outcomeOf(probe)) !== probe.expected) return titleOf(probe)
  return undefined
}

let probes: Probe[] = []

t.test('each row is reached by whom it should be, and by nobody else', async (t) => {
  probes = await makeProbes()
  const tables = await owner<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')`
  t.same(
    tables.map(({ name }) => name).sort(),
    Object.keys(grants).sort(),
    'a new table or view needs a line in the grants above, and probes',
  )
  t.same(
    TENANT_TABLES.filter((table) => !reads.some(([name]) => name === table)),
    [],
  )
  await owner`begin`
  for (const probe of probes) t.equal(await outcomeOf(probe), probe.expected, titleOf(probe))
  await owner`rollback`
})

/** What an attacker's, or a tired colleague's, change may be. */
interface Sabotage {
  table: string
  statement: string
}

async function eachIsNoticed(t: Test, sabotages: readonly Sabotage[]): Promise<void> {
  for (const { table, statement } of sabotages) {
    await owner`begin`
    try {
      await owner.unsafe(statement)
      t.ok(await firstToNotice(probes, table), `somebody notices: ${statement}`)
    } finally {
      await owner`rollback`
    }
  }
}

t.test('each policy: dropped, open to read, open to write', async (t) => {
  const policies = await owner<
    {
      table: string
      policy: string
      role: string
      command: string
      using: string | null
      check: string | null
    }[]
  >`
    select tablename as table, policyname as policy, roles[1] as role, cmd as command, qual as using, with_check as check
    from pg_policies where schemaname = 'public' order by 1, 2`
  t.same([...new Set(policies.map(({ table }) => table))].sort(), [...TENANT_TABLES])
  const sabotages: Sabotage[] = []
  for (const { table, policy, role, command, using, check } of policies) {
    const alter = `alter policy ${policy} on ${table}`
    sabotages.push({ table, statement: `drop policy ${policy} on ${table}` })
    const [may] = await owner<[{ write: boolean }]>`
      select has_table_privilege(${role}, ${table}, 'insert') or has_table_privilege(${role}, ${table}, 'update') as write`
    const isWriting = command !== 'SELECT' && command !== 'DELETE' && may.write
    if (using !== null && using !== 'true') {
      const keep = isWriting ? ` with check (${check ?? using})` : ''
      sabotages.push({ table, statement: `${alter} using (true)${keep}` })
    }
    if (isWriting && (check ?? using) !== 'true') {
      sabotages.push({ table, statement: `${alter} with check (true)` })
    }
  }
  // Of a policy that lets everything be read, there is no more than that to take away.
  t.ok(sabotages.length > 2 * policies.filter(({ using }) => using !== 'true').length)
  await eachIsNoticed(t, sabotages)
})

t.test('each table without row security', (t) =>
  eachIsNoticed(
    t,
    // Of these two, operators see every row and nobody else has a grant; row-security.test.ts asks whether it is on.
    TENANT_TABLES.filter((table) => table !== 'organisations' && table !== 'api_keys').map((table) => ({
      table,
      statement: `alter table ${table} disable row level security`,
    })),
  ),
)

t.test('each role that may pass row security by', (t) =>
  eachIsNoticed(
    t,
    // Operators see every row of what they have a grant on, and a connection has no grant.
    ['provider', 'commissioner', 'worker', 'releaser', 'eraser'].map((role) => ({
      table: 'contracts',
      statement: `alter role waymark_${role} bypassrls`,
    })),
  ),
)

t.test('each grant taken away', async (t) => {
  const given = everyGrant.filter(({ isGiven }) => isGiven)
  const columns = await owner<{ table: string; statement: string }[]>`
    select relname as table,
      format('revoke %s (%I) on %I from %s', privilege_type, attname, relname, grantee::regrole) as statement
    from pg_attribute a join pg_class c on c.oid = a.attrelid, aclexplode(attacl)
    where relnamespace = 'public'::regnamespace`
  t.equal(columns.length, 57)
  const sabotages = [
    ...given.map(({ table, role, verb }) => {
      return { table, statement: `revoke ${verb} on ${table} from waymark_${role}` }
    }),
    ...columns,
    ...['operator', 'provider', 'commissioner', 'worker', 'releaser', 'eraser', 'backup'].map((role) => {
      return { table: 'contracts', statement: `revoke usage on schema public from waymark_${role}` }
    }),
    {
      table: 'refresh_statistics',
      statement: 'revoke execute on function refresh_statistics() from waymark_worker',
    },
  ]
  await eachIsNoticed(t, sabotages)
})

t.test('each grant too many', async (t) => {
  const missing = everyGrant.filter(({ isGiven }) => !isGiven)
  const sabotages = [
    ...missing.map(({ table, role, verb }) => {
      // A connection may not even use the schema.
      const first = role === 'connection' ? 'grant usage on schema public to waymark_connection; ' : ''
      return { table, statement: `${first}grant ${verb} on ${table} to waymark_${role}` }
    }),
    ...['url', 'salt'].map((column) => {
      return { table: 'webhooks', statement: `grant select (${column}) on webhooks to waymark_releaser` }
    }),
    { table: 'refresh_statistics', statement: 'grant execute on function refresh_statistics() to public' },
  ]
  await eachIsNoticed(t, sabotages)
})
