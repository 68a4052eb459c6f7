import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { hashOf } from '../src/services/audit/entry-hash.ts'
import { readHeads } from '../src/services/audit/read-heads.ts'
import { recordEntry } from '../src/services/audit/record-entry.ts'
import { verifyChains, type Chain } from '../src/services/audit/verify-chains.ts'
import type { Needs } from '../src/services/needs.ts'
import type { ChainHead, ChainedEntry } from '../src/store/audit/audit-log.ts'
import type { Pool } from '../src/store/connections/pool.ts'
import { connectPool, transactOn, type Transact } from '../src/store/database.ts'
import { makeHandlers } from '../workers/handlers.ts'
import { makeDatabase, type TestDatabase } from './support/database.ts'
import { spawnService } from './support/process.ts'
import { OPERATOR_KEY } from './support/service.ts'

/** What is told daily of the audit log shows what its own hashes cannot: that its end is missing, or all of it was made anew. */

let database: TestDatabase
let owner: postgres.Sql
let pool: Pool
let transact: Transact
/** What two starts of the service logged, one after each organisation. */
let log = ''

t.before(async () => {
  database = await makeDatabase()
  for (const name of ['first', 'second']) {
    const service = await spawnService({
      DATABASE_URL: database.url,
      REDIS_URL: process.env.REDIS_URL,
      WAYMARK_OPERATOR_KEY: OPERATOR_KEY,
    })
    const reply = await fetch(`${service.url}/v1/organisations/${name}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${OPERATOR_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, kind: 'provider' }),
    })
    t.equal(reply.status, 201)
    if (name === 'second') while (!service.output().includes('audit head')) await pause(50)
    await service.end('SIGTERM')
    log += `${service.output()}\n`
  }
  owner = postgres({ ...database.address, max: 1, onnotice: () => undefined })
  pool = connectPool(database.address, 2)
  transact = transactOn(pool)
})
t.teardown(async () => {
  await pool.end()
  await owner.end()
  await database.drop()
})

const headsIn = (text: string): any[] =>
  text
    .split('\n')
    .filter((line) => line.includes('"msg":"audit head"'))
    .map((line) => JSON.parse(line))
const write = (organisation: string, key: string): Promise<void> =>
  transact({ role: 'operator' }, (store) =>
    recordEntry(store, organisation, {
      ...({ at: '2026-11-23T09:00:00.000Z', actorKind: 'operator' } as const),
      ...({ action: 'key-issued', subjectKind: 'key', details: { key } } as const),
    }),
  )
const chainOf = async (organisation: string, kept?: readonly ChainHead[]): Promise<Chain | undefined> =>
  (await verifyChains({ transact })(kept)).find(({ organisationId }) => organisationId === organisation)
const entriesOf = (organisation: string) =>
  owner`select * from audit_log where organisation_id = ${organisation} order by entry`
const verify = (...logs: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const args = ['--import', 'tsx', 'src/audit-verify.ts', ...logs]
    const env = { ...process.env, DATABASE_URL: database.url }
    execFile(process.execPath, args, { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })

t.test('the service logs where each chain ends, and nothing else of it', async (t) => {
  const [row] = await entriesOf('first')
  t.same(
    headsIn(log)
      .filter(({ organisation }) => organisation === 'first')
      .map(({ level: _level, time: _time, ...told }) => told)
      .at(-1),
    { organisation: 'first', entry: 1, hash: row?.hash.toString('hex'), msg: 'audit head' },
  )
})

t.test('it does so once a London day', async (t) => {
  let today = '2026-11-27'
  const told: string[][] = []
  const needs: Partial<Needs> = {
    transact,
    secret: 'of the tests',
    clock: { now: () => new Date(`${today}T12:00:00Z`), today: () => today },
    ring: () => undefined,
  }
  const metrics = { recountDone: () => undefined, recountFailed: () => undefined }
  const handlers = makeHandlers(needs as Needs, metrics, new AbortController().signal, (heads) =>
    told.push(heads.map(({ organisationId, entry }) => `${organisationId} ${entry}`)),
  )
  await handlers.sweep()
  await handlers.sweep()
  await write('first', 'a')
  await handlers.sweep()
  today = '2026-11-28'
  await handlers.sweep()
  await handlers.sweep()
  t.same(told, [
    ['first 1', 'second 1'],
    ['first 2', 'second 1'],
  ])
})

t.test('a chain that was cut, or made anew, is found by a head that was kept', async (t) => {
  for (const key of ['b', 'c', 'd']) await write('first', key)
  const kept = await readHeads({ transact })()
  t.match(
    kept.find(({ organisationId }) => organisationId === 'first'),
    { entry: 5 },
  )
  await write('first', 'e')
  t.match(await chainOf('first', kept), { entries: 6, firstBad: undefined })

  const before = await entriesOf('first')
  const putBack = async (): Promise<void> => {
    await owner`delete from audit_log where organisation_id = 'first'`
    await owner`insert into audit_log ${owner(before as never)}`
  }
  await owner`delete from audit_log where organisation_id = 'first' and entry > 5`
  t.match(
    await chainOf('first', kept),
    { entries: 5, firstBad: undefined },
    'what came since was not told yet',
  )
  await owner`delete from audit_log where organisation_id = 'first' and entry > 3`
  t.match(await chainOf('first'), { entries: 3, firstBad: undefined })
  t.match(await chainOf('first', kept), { firstBad: 4 }, 'cut')
  await owner`delete from audit_log where organisation_id = 'first'`
  t.match(await chainOf('first', kept), { firstBad: 1 }, 'gone')
  await putBack()

  let previous: Uint8Array = Buffer.alloc(32)
  const entries: ChainedEntry[] = await transact({ role: 'operator' }, (store) =>
    store.auditLog.list({ organisationId: 'first', entry: 0 }, 6),
  )
  for (const one of entries) {
    const details = one.entry === 4 ? { key: 'another' } : one.details
    const hash = hashOf({ ...one, details }, previous)
    await owner`
      update audit_log set details = ${owner.json(details)}, previous_hash = ${previous}, hash = ${hash}
      where organisation_id = 'first' and entry = ${one.entry}`
    previous = hash
  }
  t.match(await chainOf('first'), { entries: 6, firstBad: undefined })
  t.match(await chainOf('first', kept), { firstBad: 5 }, 'made anew')
  t.match(await chainOf('second', kept), { entries: 1, firstBad: undefined })
  await putBack()
  t.match(await chainOf('first', kept), { entries: 6, firstBad: undefined })
})

t.test('npm run audit:verify compares with the logs that it is given', async (t) => {
  const folder = t.testdir()
  const [file, other] = [`${folder}/log`, `${folder}/other`]
  // As collectors of logs have it, and with lines that only look like one.
  writeFileSync(file, log.replaceAll(/^/gm, 'api-1  | ') + 'audit head\n{"msg":"audit head","entry":"x"}\n')
  t.match(await verify(file), { code: 0, err: '', out: /^first: 6 good/m })
  const told = headsIn(log).find(({ organisation }) => organisation === 'first')
  writeFileSync(other, `${JSON.stringify({ ...told, entry: 9 })}\n`)
  t.match(await verify(file, other), {
    code: 1,
    err: 'first: entry 7 is the first that is not as it was written\n',
    out: /^second: 1 good/m,
  })
  writeFileSync(other, 'nothing\n')
  t.match(await verify(other), { code: 1, out: '', err: /^[^\n]*other has no line of an audit head\.\n$/ })
  t.match(await verify(`${folder}/none`), { code: 1, out: '', err: /^[^\n]+\n$/ })
})
