import postgres from 'postgres'
import t, { type Test } from 'tap'
import { loadDefinitions, surveysFolder } from '../../src/definitions.ts'
import { londonDateOf } from '../../src/domain/period.ts'
import { verifyChains } from '../../src/services/audit/verify-chains.ts'
import { applyErasures } from '../../src/services/backup/apply-erasures.ts'
import { restoreBackup, type Restored } from '../../src/services/backup/restore-backup.ts'
import { writeBackup, writeErasures } from '../../src/services/backup/write-backup.ts'
import { recountMonth } from '../../src/services/counting/recount-month.ts'
import { endRetention } from '../../src/services/erasure/end-retention.ts'
import { connectOwner, connectPool, transactOn, type Transact } from '../../src/store/database.ts'
import { readInstallation } from '../../src/store/owner/installation.ts'
import { makeDatabase, type TestDatabase } from '../support/database.ts'
import { makePeople, type People } from '../support/people.ts'
import { startService, type TestService } from '../support/service.ts'

/** A service goes on after its backup; then only the backup and a later list of erasures are left. Nothing counts but here. */

let service: TestService
let people: People
let kept: People
let key: string
const folder = t.testdir()
const [file, list] = [`${folder}/backup`, `${folder}/list`]

t.before(async () => {
  service = await startService({ workers: false })
  const keys = {
    provider: await service.join('prov', 'provider'),
    commissioner: await service.join('comm', 'commissioner'),
  }
  key = keys.provider
  people = await makePeople(service, keys, 'c')
  // Its people are to be erased, which nobody has done yet.
  kept = await makePeople(service, keys, 'ended', { retention: { monthsAfterEnd: 12, hold: false } })
})
t.teardown(() => service.stop())

const clock = { now: () => new Date(), today: () => londonDateOf(new Date()) }
const definitions = loadDefinitions([surveysFolder])

/** Works on a database as its service does. */
async function within<T>(
  { address }: TestDatabase,
  work: (as: { transact: Transact; owner: postgres.Sql; secret: string }) => Promise<T>,
): Promise<T> {
  const pool = connectPool(address, 2)
  const owner = postgres({ ...address, max: 1 })
  const login = connectOwner(address)
  try {
    const { secret } = await readInstallation(login)
    return await work({ transact: transactOn(pool), owner, secret })
  } finally {
    await login.end()
    await owner.end()
    await pool.end()
  }
}
const countAll = (database: TestDatabase): Promise<void> =>
  within(database, async ({ transact, owner }) => {
    const waiting = await owner<{ contractId: string; month: number }[]>`
      select distinct contract_id as "contractId", month from marks`
    for (const month of waiting) await recountMonth({ transact, definitions, clock })(month)
  })
const countsOf = (database: TestDatabase): Promise<string[]> =>
  within(database, async ({ owner }) => {
    const rows = await owner<{ row: string }[]>`select counts::text as row from counts order by 1`
    return rows.map(({ row }) => row)
  })
const retentionEnds = (database: TestDatabase): Promise<boolean> =>
  within(database, ({ transact, secret }) => endRetention({ transact, clock, secret })())
/** Every table that has a text in it. */
const tablesNaming = (database: TestDatabase, text: string): Promise<string[]> =>
  within(database, async ({ owner }) => {
    const tables = await owner<{ name: string }[]>`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`
    const found: string[] = []
    for (const { name } of tables) {
      const rows = await owner`select from ${owner(name)} one where one::text like ${`%${text}%`}`
      if (rows.length > 0) found.push(name)
    }
    return found
  })

async function restored(t: Test, erasures?: string): Promise<{ database: TestDatabase; done: Restored }> {
  const database = await makeDatabase()
  t.teardown(database.drop)
  const login = connectOwner(database.address)
  const done = await restoreBackup(login, { backup: file, erasures }).finally(() => login.end())
  return { database, done }
}

const send = (method: string, path: string, body?: unknown) =>
  service.send(method, `/v1/${path}`, { key, body })
const take = async (...sent: Parameters<typeof send>): Promise<void> => {
  const { status, text } = await send(...sent)
  if (status >= 300) throw new Error(text)
}
const figureOf = async (of: TestService, contract: string): Promise<unknown> => {
  const { body } = await of.send('GET', `/v1/contracts/${contract}/outcomes?period=2018-19-Q4`, { key })
  const [measure] = body.measures
  return { pending: body.pending, numerator: measure.numerator, denominator: measure.denominator }
}
const backUp = async (path: string, write: typeof writeBackup): Promise<void> => {
  const login = connectOwner(service.database.address)
  await write(login, path).finally(() => login.end())
}

t.test('people before the backup, and what was erased after it', async (t) => {
  await people.putCase('asked-to-go', { client: 'somebody' })
  await people.putCase('went-with-client', { client: 'somebody-else' })
  for (const of of ['asked-to-go', 'went-with-client']) {
    await people.assess(of, { 'personal-safety': 2 }, { ref: `${of}-start` })
    await people.assess(of, { 'personal-safety': 0 }, { stage: 'end', ref: `${of}-end` })
  }
  await take('PUT', 'contracts/c/contacts/both', {
    cases: ['asked-to-go', 'went-with-client'],
    on: '2019-02-01',
    kind: 'group',
  })
  await people.resolved(2, 1)
  await kept.resolved(4, 2)
  await countAll(service.database)
  await backUp(file, writeBackup)

  await people.putCase('came-and-went', {})
  await take('DELETE', 'contracts/c/cases/came-and-went')
  await take('DELETE', 'contracts/c/cases/asked-to-go')
  await take('DELETE', 'clients/somebody-else')
  t.ok(await retentionEnds(service.database), 'of a contract that had ended')
  await countAll(service.database)
  await backUp(list, writeErasures)
  t.match(await figureOf(service, 'c'), { numerator: 2, denominator: 3 })
  t.match(await figureOf(service, 'ended'), { numerator: 4, denominator: 6 })
})

t.test('without the list, the database is as it was, and counting it again changes nothing', async (t) => {
  const { database, done } = await restored(t)
  t.equal(done.erased, 0)
  t.same(await tablesNaming(database, 'asked-to-go'), ['assessments', 'cases', 'contact_cases'])
  const before = await countsOf(database)
  t.ok(before.length > 0)
  await within(database, async ({ owner }) => {
    t.same([...(await owner`select from marks`)], [], 'all was counted')
    await owner`insert into marks (contract_id, month) select distinct contract_id, month from recounts`
  })
  await countAll(database)
  t.same(await countsOf(database), before)
})

t.test('what the list names is erased again, and nothing else', async (t) => {
  const { database, done } = await restored(t, list)
  t.equal(done.erased, 2)
  t.same(
    done.chains.map(({ organisationId, firstBad }) => [organisationId, firstBad]),
    [
      ['comm', undefined],
      ['prov', undefined],
    ],
  )
  for (const gone of ['asked-to-go', 'went-with-client', 'somebody'])
    t.same(await tablesNaming(database, gone), [], gone)
  await countAll(database)
  const again = await startService({ workers: false, databaseUrl: database.url })
  t.teardown(again.stop)
  t.same(await figureOf(again, 'c'), await figureOf(service, 'c'))
  const put = async (of: string) =>
    (await again.send('PUT', `/v1/contracts/c/cases/${of}`, { key, body: {} })).status
  t.equal(await put('asked-to-go'), 410)
  t.equal(await put('went-with-client'), 410)
  t.equal(await put('came-and-went'), 410, 'also what the backup never had')
  t.equal(await put('new'), 201)
  t.equal((await again.send('DELETE', '/v1/clients/somebody-else', { key })).status, 410)
  await within(database, async ({ transact, owner }) => {
    const chains = await verifyChains({ transact })()
    t.ok(chains.every(({ firstBad }) => firstBad === undefined))
    const [last] = await owner`
      select actor_kind, action, details from audit_log where organisation_id = 'prov' order by entry desc limit 1`
    t.same(last, { actor_kind: 'service', action: 'erased', details: { contract: 'c', cases: 2 } })
    const guards = await owner`select from pg_class where relname = 'erasures' and relforcerowsecurity`
    t.equal(guards.length, 1)
  })
})

t.test(
  'what the end of a retention had erased is erased by its next end, which keeps the figures',
  async (t) => {
    const { database } = await restored(t, list)
    const isThere = () =>
      within(
        database,
        async ({ owner }) => (await owner`select from cases where contract_id = 'ended'`).length,
      )
    t.equal(await isThere(), 6)
    await countAll(database)
    t.ok(await retentionEnds(database))
    t.equal(await isThere(), 0)
    const again = await startService({ workers: false, databaseUrl: database.url })
    t.teardown(again.stop)
    t.match(await figureOf(again, 'ended'), { numerator: 4, denominator: 6 })
  },
)

t.test('a database that is in use and has some of it erased already has the rest erased', async (t) => {
  const { database } = await restored(t)
  const again = await startService({ workers: false, databaseUrl: database.url })
  t.teardown(again.stop)
  const ask = async (method: string, path: string, body?: object) =>
    (await again.send(method, `/v1/${path}`, { key, body })).status
  t.equal(await ask('DELETE', 'contracts/c/cases/asked-to-go'), 204)
  t.equal(await ask('PUT', 'contracts/c/cases/came-and-went', {}), 201, 'which nothing forbids here yet')
  t.equal(await ask('PUT', 'contracts/c/cases/new', {}), 201)
  const apply = async (): Promise<number> => {
    const login = connectOwner(database.address)
    return applyErasures(login, list).finally(() => login.end())
  }
  t.equal(await apply(), 2, 'that of the client, and the one that had come back')
  for (const gone of ['asked-to-go', 'went-with-client', 'somebody', 'came-and-went'])
    t.same(await tablesNaming(database, gone), [], gone)
  t.equal(await apply(), 0, 'applied again, nothing is left to do')
  for (const gone of ['asked-to-go', 'went-with-client', 'came-and-went'])
    t.equal(await ask('PUT', `contracts/c/cases/${gone}`, {}), 410, gone)
  t.equal(await ask('DELETE', 'clients/somebody-else'), 410)
  t.equal(await ask('GET', 'contracts/c/cases/new'), 200)
  await countAll(database)
  t.same(await figureOf(again, 'c'), await figureOf(service, 'c'))
  await within(database, async ({ transact, owner }) => {
    const chains = await verifyChains({ transact })()
    t.ok(chains.every(({ firstBad }) => firstBad === undefined))
    const told = await owner`
      select actor_kind, details from audit_log where organisation_id = 'prov' and action = 'erased' order by entry`
    t.same(
      told.map(({ actor_kind: actor, details }) => [actor, details.cases]),
      [
        ['provider', 1],
        ['service', 2],
      ],
    )
    const guards = await owner`select from pg_class where relname = 'erasures' and relforcerowsecurity`
    t.equal(guards.length, 1)
  })
})

t.test('the list of another installation is refused, since its hashes are of another secret', async (t) => {
  const other = await startService({ workers: false })
  const login = connectOwner(other.database.address)
  await writeErasures(login, `${folder}/other`).finally(() => login.end())
  await other.stop()
  await t.rejects(restored(t, `${folder}/other`), { name: 'Unusable', message: /another installation/ })
  const own = connectOwner(service.database.address)
  await t.rejects(
    applyErasures(own, `${folder}/other`).finally(() => own.end()),
    { name: 'Unusable', message: /another installation/ },
  )
})
