import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import postgres from 'postgres'
import t from 'tap'
import { connectPool, isPassing, transactOn, type Actor, type Transact } from '../../src/store/database.ts'
import { migrate } from '../../src/store/owner/migrate.ts'
import type { Pool } from '../../src/store/connections/pool.ts'
import { makeDatabase, type TestDatabase } from '../support/database.ts'

/** Units of work on one connection, so that each one sees in what state the one before it left the connection. */

const APPLICATION = 'waymark'
const provider: Actor = { role: 'provider', organisation: 'p' }

let database: TestDatabase
let owner: postgres.Sql
let pool: Pool
let transact: Transact

t.before(async () => {
  database = await makeDatabase()
  await migrate(database.address)
  owner = postgres({ ...database.address, max: 1, onnotice: () => undefined })
  pool = connectPool(database.address, 1)
  transact = transactOn(pool)
  await owner.unsafe(`
    insert into organisations (organisation_id, name, kind) values ('p', 'p', 'provider');
    insert into contracts (contract_id, title, provider_id, partners, commissioners, starts_on, ends_on, instruments,
      measures, targets, funding, returns, minimum_count, minimum_counts)
    values ('k', 'k', 'p', '{}', '{}', '2018-10-01', '2021-09-30', '{}', '[]', '{}', '[]', '[]', 5, '[]')`)
})
t.beforeEach(() => owner`truncate marks`)
t.teardown(async () => {
  await pool.end()
  await owner.end()
  await database.drop()
})

const months = async (): Promise<number[]> => {
  const rows = await owner<{ month: number }[]>`select month from marks order by month`
  return rows.map(({ month }) => month)
}

/** The session of the pool's one connection ends, and the connection has time to notice. */
async function endSession(): Promise<void> {
  const ended = await owner`
    select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = ${database.address.database} and application_name = ${APPLICATION}`
  if (ended.length !== 1) throw new Error('the pool has one connection')
  await pause(100)
}

t.test('the last writes are kept with those before them', async (t) => {
  const result = await transact(provider, async (store, finish) => {
    await store.marks.append('k', [201901])
    finish(store.marks.append('k', [201902]), false, store.marks.append('k', [201903]))
    return 'done'
  })
  t.equal(result, 'done')
  t.same(await months(), [201901, 201902, 201903])
})

t.test('a last write that fails keeps nothing, and gives its own error', async (t) => {
  const attempt = transact(provider, async (store, finish) => {
    await store.marks.append('k', [201901])
    // Row security refuses the contract that is not there; the third is refused only because the second was.
    finish(
      store.marks.append('k', [201902]),
      store.marks.append('unknown', [201903]),
      store.marks.append('k', [201904]),
    )
  })
  await t.rejects(attempt, { code: '42501' })
  t.same(await months(), [])
  await transact(provider, (store, finish) => {
    finish(store.marks.append('k', [201905]))
    return Promise.resolve()
  })
  t.same(await months(), [201905], 'the connection takes the next unit of work')
})

t.test('last writes of work that fails are not sent', async (t) => {
  const attempt = transact(provider, (store, finish) => {
    finish(store.marks.append('k', [201901]))
    throw new Error('failed')
  })
  await t.rejects(attempt, { message: 'failed' })
  t.same(await months(), [])
})

t.test('work that goes on after one of its statements failed is not told that it was kept', async (t) => {
  const attempt = transact(provider, async (store) => {
    await store.marks.append('k', [201901])
    await store.marks.append('unknown', [201902]).catch(() => undefined)
  })
  await t.rejects(attempt, { message: 'a unit of work went on after one of its statements failed' })
  t.same(await months(), [])
})

t.test('work whose connection is lost before its commit is not told that it was kept', async (t) => {
  const told: unknown = await transact(provider, async (store) => {
    await store.marks.append('k', [201901])
    await endSession()
  }).catch((error: unknown) => error)
  t.ok(isPassing(told), 'it is worth another try')
  t.same(await months(), [])
  await transact(provider, (store) => store.marks.append('k', [201902]))
  t.same(await months(), [201902], 'on a new connection')
})

t.test(
  'work whose connection is lost between two statements is told so, whatever the second one met',
  async (t) => {
    const told: unknown = await transact(provider, async (store) => {
      await store.marks.append('k', [201901])
      await endSession()
      await store.marks.append('k', [201902])
    }).catch((error: unknown) => error)
    t.ok(isPassing(told))
    t.same(await months(), [])
  },
)

t.test('a connection keeps nothing of what was done with it', async (t) => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const results: WeakRef<object>[] = []
  const work = async (): Promise<void> => {
    results.push(new WeakRef(await transact(provider, () => Promise.resolve({}))))
  }
  for (let n = 0; n < 20; n++) await work()
  await pause(50)
  collectGarbage()
  const kept = results.filter((result) => result.deref() !== undefined)
  t.ok(kept.length <= 1, 'but the last, perhaps')
})
