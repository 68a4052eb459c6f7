import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { makeDatabase, type TestDatabase } from '../support/database.ts'
import { contractOf } from '../support/people.ts'
import { spawnService, type ServiceProcess } from '../support/process.ts'
import { OPERATOR_KEY } from '../support/service.ts'

/** The short form of drill 6: many equal requests at once, at two processes, make one assessment each. */

const KEYS = 20
const AT_ONCE = 20

let database: TestDatabase
let services: ServiceProcess[]
let key: string

const send = (
  at: number,
  method: string,
  path: string,
  sent: { by: string; body: unknown; headers?: object },
) =>
  fetch(`${services[at % services.length]?.url ?? ''}/v1/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${sent.by}`,
      'content-type': 'application/json',
      ...sent.headers,
    },
    body: JSON.stringify(sent.body),
  })

t.before(async () => {
  database = await makeDatabase()
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: process.env.REDIS_URL,
    WAYMARK_OPERATOR_KEY: OPERATOR_KEY,
    WAYMARK_DATA_DIR: t.testdir(),
    LOG_LEVEL: 'info',
  }
  services = await Promise.all([spawnService(env), spawnService(env)])
  const operate = (method: string, path: string, body: unknown) =>
    send(0, method, path, { by: OPERATOR_KEY, body })
  await operate('PUT', 'organisations/p', { name: 'p', kind: 'provider' })
  await operate('PUT', 'organisations/c', { name: 'c', kind: 'commissioner' })
  await operate('PUT', 'contracts/k', contractOf('p', 'c'))
  const issued = await operate('POST', 'organisations/p/keys', { label: 'drill' })
  key = ((await issued.json()) as { key: string }).key
})
t.teardown(async () => {
  await Promise.all(services.map((service) => service.end('SIGTERM')))
  await database.drop()
})

const body = (n: number, health = n % 4) => ({
  case: `case-${n % 3}`,
  instrument: 'victim-needs',
  stage: 'start',
  assessedOn: '2019-01-08',
  answers: { health },
})
const post = (at: number, n: number, sent: object) =>
  send(at, 'POST', 'contracts/k/assessments', {
    by: key,
    body: sent,
    headers: { 'idempotency-key': `key-${n}` },
  })

t.test('equal requests at once, at two processes, make one assessment each', async (t) => {
  const refs = new Map<number, Set<string>>()
  const statuses = new Set<number>()
  /** As a case system does: a 409 is tried again. */
  const sendUntilTaken = async (at: number, n: number): Promise<void> => {
    for (;;) {
      const reply = await post(at, n, body(n))
      statuses.add(reply.status)
      const answer = (await reply.json()) as { ref: string }
      if (reply.status === 409) {
        await pause(20)
        continue
      }
      refs.set(n, (refs.get(n) ?? new Set()).add(answer.ref))
      return
    }
  }
  await Promise.all(
    Array.from({ length: KEYS * AT_ONCE }, (_, index) => sendUntilTaken(index, Math.floor(index / AT_ONCE))),
  )
  t.same(
    [...statuses].filter((status) => status !== 201 && status !== 200 && status !== 409),
    [],
  )
  t.equal(refs.size, KEYS)
  t.ok([...refs.values()].every(({ size }) => size === 1))

  for (const at of [0, 1]) t.equal((await post(at, 0, body(0, 3))).status, 422, 'another body')

  const owner = postgres({ ...database.address, max: 1 })
  const [rows] = await owner`
    select (select count(*)::int from assessments) as assessments,
      (select count(*)::int from idempotency_keys) as keys,
      (select count(*)::int from assessment_revisions) as revisions`
  await owner.end()
  t.same(rows, { assessments: KEYS, keys: KEYS, revisions: 0 })
})

t.test('no log line carries a key', async (t) => {
  for (const service of services) t.notMatch(service.output(), /key-\d/)
})
