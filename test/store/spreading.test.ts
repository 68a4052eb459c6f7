import postgres from 'postgres'
import t from 'tap'
import { migrate } from '../../src/store/owner/migrate.ts'
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
