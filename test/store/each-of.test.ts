import t from 'tap'
import {
  connectOwner,
  connectPool,
  transactWithin,
  type Actor,
  type Database,
} from '../../src/store/database.ts'
import type { Pool } from '../../src/store/connections/pool.ts'
import { migrate } from '../../src/store/owner/migrate.ts'
import type { Store } from '../../src/store/store.ts'
import { makeDatabase, type TestDatabase } from '../support/database.ts'

/**
 * What a write asks of a contract on its first day: its tables are full and PostgreSQL has no statistics of them, so that it
 * takes them for empty. It must read the rows that are asked for, and not the contract's.
 */

const CASES = 2_000
const provider: Actor = { role: 'provider', organisation: 'p' }

let database: TestDatabase
let owner: Database
let pool: Pool

t.before(async () => {
  database = await makeDatabase()
  await migrate(database.address)
  owner = connectOwner(database.address)
  for (const table of ['cases', 'assessments', 'contacts', 'contact_cases', 'erasures'])
    await owner.unsafe(`alter table ${table} set (autovacuum_enabled = off)`)
  await owner.unsafe(`
    insert into organisations (organisation_id, name, kind) values ('p', 'p', 'provider');
    insert into contracts (contract_id, title, provider_id, partners, commissioners, starts_on, ends_on, instruments,
      measures, targets, funding, returns, minimum_count, minimum_counts)
    values ('k', 'k', 'p', '{}', '{}', '2018-10-01', '2021-09-30', '{}', '[]', '{}', '[]', '[]', 5, '[]');
    insert into cases (contract_id, case_ref, delivered_by) select 'k', 'c' || n, 'p' from generate_series(1, ${CASES}) n;
    insert into assessments (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage, respondent,
      response, assessed_on, answers, scores, received_at)
    select 'k', 'a' || n, 1, 'c' || n, 'victim-needs', 1, 'start', 'self', 'completed', '2019-01-01', '{}', '{}', now()
    from generate_series(1, ${CASES}) n;
    insert into contacts (contract_id, ref, revision, held_on, kind, reached, case_count, received_at)
    select 'k', 'k' || n, 1, '2019-01-01', 'session', true, 1, now() from generate_series(1, ${CASES}) n;
    insert into contact_cases (contract_id, ref, case_ref)
    select 'k', 'k' || n, 'c' || n from generate_series(1, ${CASES}) n;
    insert into erasures (contract_id, digest, delivered_by)
    select 'k', decode(md5(n::text), 'hex'), 'p' from generate_series(1, ${CASES}) n`)
  pool = connectPool(database.address, 1)
})
t.teardown(async () => {
  await pool.end()
  await owner.end()
  await database.drop()
})

/** How many rows a unit of work reads, and what it came to; nothing of it stays. */
async function reading<T>(work: (store: Store) => PromiseLike<T>): Promise<{ result: T; rows: number }> {
  return pool.use(async (sql) => {
    // Not yet reported ones of the work before are among them.
    const before = await rowsRead(sql)
    await sql`begin`
    try {
      const result = await transactWithin(sql)(provider, async (store) => await work(store))
      return { result, rows: (await rowsRead(sql)) - before }
    } finally {
      await sql`rollback`
    }
  })
}

async function rowsRead(sql: Database): Promise<number> {
  const [read] = await sql<{ rows: number }[]>`
    select sum(seq_tup_read + idx_tup_fetch)::int as rows from pg_stat_xact_user_tables
    where relname in ('cases', 'assessments', 'contacts', 'contact_cases', 'erasures')`
  return read?.rows ?? NaN
}

t.test('of a contract without statistics only the rows that are named are read', async (t) => {
  // Row security looks up the case of each row, too.
  const few = 12
  const cases = ['c1900', 'c7', 'c20', 'not-there']
  const refs = ['a1900', 'a7', 'not-there', 'a20']
  const digests = ['1900', '7', 'x'].map((n) => Buffer.from(n.padStart(32, '0'), 'hex'))
  const days = { countedOn: '2019-02-01', inSupportFrom: '2019-01-01' }

  const assessments = await reading((store) => store.assessments.lock('k', refs))
  t.strictSame(
    assessments.result.map(({ ref }) => ref),
    ['a1900', 'a20', 'a7'],
  )
  const locked = await reading((store) => store.cases.lock('k', cases))
  t.strictSame(
    locked.result.map(({ caseRef }) => caseRef),
    ['c1900', 'c20', 'c7'],
  )
  const lockedDays = await reading((store) => store.cases.lockDays('k', cases))
  t.equal(lockedDays.result.length, 3)
  const datings = await reading((store) => store.assessments.datingsOf('k', cases))
  t.equal(datings.result.length, 3)
  const sessions = await reading((store) => store.contacts.daysOf('k', cases))
  t.strictSame(sessions.result, ['2019-01-01'])
  const erased = await reading((store) => store.erasures.find('k', digests))
  t.equal(erased.result.length, 0)
  const redated = await reading((store) =>
    store.cases
      .setDates(
        'k',
        cases.map((caseRef) => ({ caseRef, ...days })),
      )
      .then(() => store.cases.lockDays('k', cases)),
  )
  t.strictSame(
    redated.result.map(({ caseRef, countedOn }) => [caseRef, countedOn]),
    ['c1900', 'c20', 'c7'].map((caseRef) => [caseRef, '2019-02-01']),
  )
  const all = { assessments, locked, lockedDays, datings, sessions, erased, redated }
  for (const [name, { rows }] of Object.entries(all)) t.ok(rows <= few, `${name} reads ${rows} rows`)
})
