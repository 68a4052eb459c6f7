import postgres from 'postgres'
import t from 'tap'
import { recordEntry } from '../../src/services/audit/record-entry.ts'
import type { Pool } from '../../src/store/connections/pool.ts'
import { connectPool, isPassing, transactOn, type Actor, type Transact } from '../../src/store/database.ts'
import { migrate } from '../../src/store/owner/migrate.ts'
import type { Store } from '../../src/store/store.ts'
import { makeDatabase, type TestDatabase } from '../support/database.ts'

/**
 * A statement that never ends is cut off, in whichever role. `SET ROLE` takes over nothing of what `ALTER ROLE` may have set, so
 * each unit of work brings its time with its role.
 */

let database: TestDatabase
let owner: postgres.Sql
let pool: Pool
let transact: Transact

const roles: readonly [Actor, (store: Store) => Promise<unknown>][] = [
  [{ role: 'operator' }, (store) => tell(store, 'o')],
  [{ role: 'provider', organisation: 'p' }, (store) => tell(store, 'p')],
  [{ role: 'commissioner', organisation: 'c' }, (store) => tell(store, 'c')],
  [{ role: 'worker', contract: 'k' }, (store) => store.marks.append('k', [201901])],
  [{ role: 'releaser', contract: 'k' }, (store) => store.releases.remember('k', asked)],
]
const asked = { by: '', first: 201901, last: 201901, stamp: '', askFor: {} }
const tell = (store: Store, organisation: string): Promise<void> =>
  recordEntry(store, organisation, {
    ...({ at: '2026-11-23T09:00:00.000Z', actorKind: 'service', action: 'erased' } as const),
    ...({ subjectKind: 'case', details: {} } as const),
  })

t.before(async () => {
  database = await makeDatabase()
  await migrate(database.address)
  owner = postgres({ ...database.address, max: 1, onnotice: () => undefined })
  pool = connectPool(database.address, 4)
  transact = transactOn(pool)
  await owner.unsafe(`
    insert into organisations (organisation_id, name, kind) values ('p', 'p', 'provider'), ('c', 'c', 'commissioner');
    insert into contracts (contract_id, title, provider_id, partners, commissioners, starts_on, ends_on, instruments,
      measures, targets, funding, returns, minimum_count, minimum_counts)
    values ('k', 'k', 'p', '{}', '{c}', '2018-10-01', '2021-09-30', '{}', '[]', '{}', '[]', '[]', 5, '[]')`)
})
t.teardown(async () => {
  await pool.end()
  await owner.end()
  await database.drop()
})

/** From here on, whoever writes an entry, a mark or a release does this first. */
async function trap(statement: string): Promise<void> {
  await owner.unsafe(`
    create or replace function trap() returns trigger language plpgsql as $$ begin ${statement}; return new; end $$;
    create or replace trigger trap before insert on audit_log for each row execute function trap();
    create or replace trigger trap before insert on marks for each row execute function trap();
    create or replace trigger trap before insert on releases for each row execute function trap()`)
}
const attempt = ([actor, work]: (typeof roles)[number]): Promise<unknown> =>
  transact(actor, work).then(
    () => undefined,
    (error: unknown) => error,
  )

t.test('each role works under a time limit, and holds nothing while it does nothing', async (t) => {
  await trap(`raise exception '%: %, %', current_user, current_setting('statement_timeout'),
    current_setting('idle_in_transaction_session_timeout')`)
  const told: string[] = []
  for (const role of roles) told.push(((await attempt(role)) as Error).message)
  t.same(told, [
    'waymark_operator: 10s, 1min',
    'waymark_provider: 10s, 1min',
    'waymark_commissioner: 10s, 1min',
    'waymark_worker: 2min, 1min',
    'waymark_releaser: 2min, 1min',
  ])
})

t.test('what never ends is cut off then, and its connection is good for the next', async (t) => {
  await trap(`perform pg_sleep(600)`)
  const started = Date.now()
  const errors = await Promise.all(roles.slice(0, 3).map(attempt))
  const seconds = (Date.now() - started) / 1000
  for (const error of errors) {
    t.match(error, { code: '57014' })
    t.ok(isPassing(error), 'to be tried again')
  }
  t.ok(seconds >= 10 && seconds < 20, `after ${seconds} s`)
  await owner`drop function trap() cascade`
  for (const role of roles) t.equal(await attempt(role), undefined)
})
