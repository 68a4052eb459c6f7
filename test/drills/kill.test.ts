import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { makeDatabase, type TestDatabase } from '../support/database.ts'
import { spawnService, type ServiceProcess } from '../support/process.ts'
import { OPERATOR_KEY } from '../support/service.ts'

/** The short form of drills 1 and 2: the process is killed under load, the client retries, nothing is lost or doubled. */

const KILLS = 4
const CASES = 300
const SENDERS = 8

let database: TestDatabase
let service: ServiceProcess

const start = () =>
  spawnService({
    DATABASE_URL: database.url,
    REDIS_URL: process.env.REDIS_URL,
    WAYMARK_OPERATOR_KEY: OPERATOR_KEY,
    WAYMARK_DATA_DIR: t.testdir(),
    LOG_LEVEL: 'info',
  })

t.before(async () => {
  database = await makeDatabase()
  service = await start()
})
t.teardown(async () => {
  await service.end('SIGTERM')
  await database.drop()
})

async function send(method: string, path: string, key: string, body?: unknown): Promise<Response> {
  return fetch(`${service.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      prefer: 'wait=30',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

/** As a case system does: until it has its 2xx. */
async function sendUntilTaken(path: string, key: string, body: unknown): Promise<void> {
  for (;;) {
    const reply = await send('PUT', path, key, body).catch(() => undefined)
    if (reply?.ok) return
    if (reply && reply.status < 500) throw new Error(`${reply.status} ${await reply.text()}`)
    await pause(20)
  }
}

t.test('kill -9 under load loses nothing and counts nothing twice', async (t) => {
  await send('PUT', '/v1/organisations/p', OPERATOR_KEY, { name: 'p', kind: 'provider' })
  await send('PUT', '/v1/organisations/c', OPERATOR_KEY, { name: 'c', kind: 'commissioner' })
  const issued = await send('POST', '/v1/organisations/p/keys', OPERATOR_KEY, { label: 'drill' })
  const { key } = (await issued.json()) as { key: string }
  await send('PUT', '/v1/contracts/k', OPERATOR_KEY, {
    title: 'k',
    provider: 'p',
    commissioners: ['c'],
    startsOn: '2018-10-01',
    endsOn: '2021-09-30',
    instruments: ['victim-needs'],
    measures: ['personal-safety-resolved'],
  })

  let next = 0
  let done = 0
  const sender = async () => {
    for (let n = next++; n < CASES; n = next++) {
      const assessment = { case: `case-${n}`, instrument: 'victim-needs' }
      await sendUntilTaken(`/v1/contracts/k/assessments/s-${n}`, key, {
        ...assessment,
        stage: 'start',
        assessedOn: '2019-01-08',
        answers: { 'personal-safety': 2 },
      })
      await sendUntilTaken(`/v1/contracts/k/assessments/e-${n}`, key, {
        ...assessment,
        stage: 'end',
        assessedOn: `2019-0${1 + (n % 6)}-28`,
        answers: { 'personal-safety': n % 3 },
      })
      done++
    }
  }
  const killer = async () => {
    for (let kills = 1; kills <= KILLS; kills++) {
      while (done < (CASES * kills) / (KILLS + 1)) await pause(5)
      await service.end('SIGKILL')
      service = await start()
    }
  }
  await Promise.all([killer(), ...Array.from({ length: SENDERS }, sender)])

  const reply = await send('GET', '/v1/contracts/k/outcomes?period=2018-M12..2019-M07', key)
  const answer = (await reply.json()) as { pending: boolean; measures: unknown[]; completeness: unknown }
  t.equal(answer.pending, false)
  t.match(answer.measures[0], { numerator: CASES / 3, denominator: CASES })
  t.match(answer.completeness, { closedCases: CASES, paired: CASES })

  const owner = postgres({ ...database.address, max: 1 })
  const [rows] = await owner`
    select (select count(*)::int from assessments) as assessments,
      (select count(*)::int from assessment_revisions) as revisions, (select count(*)::int from marks) as marks`
  await owner.end()
  t.same(rows, { assessments: 2 * CASES, revisions: 0, marks: 0 })
})

t.test('no log line carries a reference, an answer or a key', async (t) => {
  const output = service.output()
  t.match(output, '/v1/contracts/:contract/assessments/:ref')
  t.notMatch(output, /case-\d|personal-safety|wm_[0-9a-f]|operator-key-of/)
})

t.test('SIGTERM ends it in order, with exit code 0', async (t) => {
  t.equal(await service.end('SIGTERM'), 0)
})
