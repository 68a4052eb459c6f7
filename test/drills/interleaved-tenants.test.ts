import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { connectPool, transactOn, type Actor, type Transact } from '../../src/store/database.ts'
import { migrate } from '../../src/store/owner/migrate.ts'
import type { Pool } from '../../src/store/connections/pool.ts'
import type { Store } from '../../src/store/store.ts'
import { makeDatabase, type TestDatabase } from '../support/database.ts'
import { commissioner, operator, provider, releaser, worker } from '../support/two-tenants.ts'

/** Fifty tenants take turns on five connections, and some of what they do fails: nobody ever sees a foreign row. */

const TENANTS = 50
const TRANSACTIONS = 1_000

let database: TestDatabase
let pool: Pool
let transact: Transact

t.before(async () => {
  database = await makeDatabase()
  await migrate(database.address)
  const owner = postgres({ ...database.address, max: 1, onnotice: () => undefined })
  await owner.unsafe(`
    insert into organisations (organisation_id, name, kind)
    select kind || n, 'x', kind from generate_series(1, ${TENANTS}) n, unnest(array['provider', 'commissioner']) kind;
    insert into contracts (contract_id, title, provider_id, partners, commissioners, starts_on, ends_on, instruments,
      measures, targets, funding, returns, minimum_count, minimum_counts)
    select 'of-' || n, 'x', 'provider' || n, '{}', array['commissioner' || n], '2018-10-01', '2021-09-30', '{}', '[]', '{}',
      '[]', '[]', 5, '[]' from generate_series(1, ${TENANTS}) n;
    insert into cases (contract_id, case_ref, delivered_by)
    select 'of-' || n, 'case-of-' || n, 'provider' || n from generate_series(1, ${TENANTS}) n;
    insert into marks (contract_id, month) select contract_id, 201903 from contracts;`)
  await owner.end()
  pool = connectPool(database.address, 5)
  transact = transactOn(pool)
})
t.teardown(async () => {
  await pool.end()
  await database.drop()
})

const ids = (contracts: readonly { contractId: string }[]): string[] =>
  contracts.map(({ contractId }) => contractId)

/** The lists that no condition of ours narrows to a tenant, so that row security alone does. */
const reach = async (store: Store): Promise<string[]> => [
  ...ids(await store.contracts.list({ limit: 500, after: null })),
  ...ids(await store.marks.waiting()),
]

/** Who acts for a tenant, and what it reaches: its contract and the mark of that, or nothing. */
function takeTurn(tenant: number, turn: number): [Actor, string[]] {
  const own = [`of-${tenant}`, `of-${tenant}`]
  if (turn === 0) return [provider(`provider${tenant}`), own]
  if (turn === 1) return [commissioner(`commissioner${tenant}`), own]
  if (turn === 2) return [releaser(`of-${tenant}`), own]
  return turn === 3 ? [provider(`commissioner${tenant}`), []] : [provider(''), []]
}

class Intended extends Error {}

const isExpected = (error: unknown): boolean =>
  error instanceof Intended || (error instanceof postgres.PostgresError && error.code === '42501')

t.test('1,000 transactions of 50 tenants over a pool of 5, after errors, too', async (t) => {
  const all = Array.from({ length: TENANTS }, (_, n) => `of-${n + 1}`)
  let [failed, done] = [0, 0]
  const foreign: string[] = []

  const one = async (n: number): Promise<void> => {
    // 7 and 50 have no factor in common, so each tenant has its turn in every fifty, each time as somebody else.
    const tenant = 1 + ((n * 7) % TENANTS)
    const own = `of-${tenant}`
    const other = `of-${1 + ((tenant + n) % TENANTS)}`
    const [actor, expected] = takeTurn(tenant, (n + Math.floor(n / TENANTS)) % 5)
    const ending = n % 6
    try {
      const reached = await transact(actor, async (store) => {
        const first = await reach(store)
        // Lets others in between.
        if (n % 3 === 0) await pause(n % 4)
        if (ending === 4) throw new Intended()
        if (ending === 5) await store.marks.append('of-none', [201903])
        return [first, await reach(store)]
      })
      for (const rows of reached) {
        if (rows.join() !== expected.join()) foreign.push(`${JSON.stringify(actor)}: ${rows.join()}`)
      }
      if (actor.role === 'provider' && expected.length > 0) {
        const cases = await transact(actor, (store) =>
          Promise.all([own, other].map((id) => store.cases.list(id, { limit: 500, after: null }))),
        )
        const refs = cases.map((rows) => rows.map(({ caseRef }) => caseRef).join())
        const wanted = [`case-${own}`, other === own ? `case-${own}` : '']
        if (refs.join('|') !== wanted.join('|')) foreign.push(`${own}, ${other}: ${refs.join('|')}`)
      }
      done++
    } catch (error) {
      if (!isExpected(error)) throw error
      failed++
    }
  }

  await Promise.all(Array.from({ length: TRANSACTIONS }, (_, n) => one(n)))
  t.same(foreign, [])
  t.same([done + failed, failed > 100, done > 500], [TRANSACTIONS, true, true])

  // Those who may see all of it do, on the same connections.
  const everything = await transact(operator, (store) => store.contracts.list({ limit: 500, after: null }))
  t.same(ids(everything).sort(), [...all].sort())
  const sweep = await transact(worker(), (store) => store.marks.waiting())
  t.same(ids(sweep).sort(), [...all].sort())
})
