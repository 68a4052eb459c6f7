import postgres from 'postgres'
import t from 'tap'
import { connectOwner } from '../../src/store/database.ts'
import { migrate } from '../../src/store/owner/migrate.ts'
import { openStore } from '../../src/store/store.ts'
import { makeDatabase, type TestDatabase } from '../support/database.ts'

/**
 * What README says about spreading over machines holds only while every table that grows with people is keyed by its contract
 * first. That each statement on them names the contract is shown by tenant-conditions.test.ts.
 */

/** Grows with people: these would be spread by contract. */
const SPREAD = [
  'assessment_revisions',
  'assessments',
  'cases',
  'contact_cases',
  'contact_revisions',
  'contacts',
  'counts',
  'erasures',
  'figures',
  'idempotency_keys',
  'marks',
  'past_released_counts',
  'recounts',
  'released_counts',
  'releases',
]

/** Small, or an organisation's: these would be copied to every machine, or stay on one. */
const EVERYWHERE = [
  'api_keys',
  'audit_log',
  'contracts',
  'definition_versions',
  'failed_counts',
  'installation',
  'organisations',
  'returns',
  'webhook_deliveries',
  'webhooks',
]

let database: TestDatabase
let owner: postgres.Sql

t.before(async () => {
  database = await makeDatabase()
  await migrate(database.address)
  owner = postgres({ ...database.address, max: 1, onnotice: () => undefined })
})
t.teardown(async () => {
  await owner.end()
  await database.drop()
})

t.test('each table is one or the other', async (t) => {
  const rows = await owner<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname collate "C"`
  t.same(
    rows.map(({ name }) => name),
    [...SPREAD, ...EVERYWHERE].sort(),
    'a new table must be listed above',
  )
})

t.test('what is spread has a key, and each of its keys and indexes starts with the contract', async (t) => {
  const indexes = await owner<{ table: string; index: string; isPrimary: boolean; first: string }[]>`
    select c.relname as "table", i.relname as "index", x.indisprimary as "isPrimary", a.attname as "first"
    from pg_index x
    join pg_class c on c.oid = x.indrelid
    join pg_class i on i.oid = x.indexrelid
    join pg_attribute a on a.attrelid = c.oid and a.attnum = x.indkey[0]
    where c.relname = any(${SPREAD}) and c.relnamespace = 'public'::regnamespace`
  const withKey = new Set(indexes.filter(({ isPrimary }) => isPrimary).map(({ table }) => table))
  t.same([...withKey].sort(), SPREAD)
  // Swept by age once a day, on each machine by itself.
  const byAge = indexes.filter(({ first }) => first === 'created_at').map(({ table }) => table)
  t.same(byAge, ['idempotency_keys'])
  for (const { table, index, first } of indexes) {
    if (first !== 'created_at') t.equal(first, 'contract_id', `${index} of ${table}`)
  }
})

t.test(
  'what is spread points to nothing but tables that are everywhere, or by the contract first',
  async (t) => {
    const links = await owner<{ name: string; target: string; first: string }[]>`
    select k.conname as name, target.relname as target, a.attname as "first"
    from pg_constraint k
    join pg_class target on target.oid = k.confrelid
    join pg_class source on source.oid = k.conrelid
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    where k.contype = 'f' and source.relname = any(${SPREAD})`
    for (const { name, target, first } of links) {
      t.ok(EVERYWHERE.includes(target) || first === 'contract_id', name)
    }
  },
)

t.test('what is written by the place of a row meets that contract alone, in partitions, too', async (t) => {
  await owner.unsafe(`
    create schema parted;
    create table parted.cases (like public.cases) partition by list (contract_id);
    create table parted.counts (like public.counts) partition by list (contract_id);
    create table parted.recounts (like public.recounts, primary key (contract_id, month))`)
  for (const contract of ['ours', 'theirs'])
    for (const table of ['cases', 'counts'])
      await owner.unsafe(
        `create table parted.${table}_${contract} partition of parted.${table} for values in ('${contract}')`,
      )
  await owner.unsafe(`
    insert into parted.cases (contract_id, case_ref, delivered_by, counted_on, in_support_from, revision, created_at, updated_at)
    select c, 'a', 'p', '2019-01-02', '2019-01-01', 1, now(), now() from unnest(array['ours', 'theirs']) c;
    insert into parted.counts (contract_id, month, subject, by, value, x, y, n)
    select c, 201901, 's', '', '', 0, 0, 7 from unnest(array['ours', 'theirs']) c`)
  const places = await owner`select distinct ctid from parted.cases`
  t.equal(places.length, 1, 'both have the same place')

  const login = connectOwner(database.address)
  try {
    await login`set search_path = parted`
    const store = openStore(login)
    await store.cases.setDates('ours', [{ caseRef: 'a', countedOn: '2019-03-04', inSupportFrom: null }])
    const gone = { subject: 's', by: '', value: '', x: 0, y: 0, n: 7, month: 201901 }
    await Promise.all(
      store.counts.change({ contractId: 'ours', month: 201901 }, { written: [], gone: [gone] }),
    )
  } finally {
    await login.end()
  }
  t.same(
    [
      ...(await owner`
        select contract_id, counted_on::text as day, in_support_from::text as since
        from parted.cases order by contract_id`),
    ],
    [
      { contract_id: 'ours', day: '2019-03-04', since: null },
      { contract_id: 'theirs', day: '2019-01-02', since: '2019-01-01' },
    ],
  )
  t.same([...(await owner`select contract_id, n::int from parted.counts`)], [{ contract_id: 'theirs', n: 7 }])
})
