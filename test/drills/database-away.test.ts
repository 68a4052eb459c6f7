import { createServer, connect, type Server, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { makeDatabase, type TestDatabase } from '../support/database.ts'
import { spawnService, type ServiceProcess } from '../support/process.ts'
import { OPERATOR_KEY } from '../support/service.ts'

/**
 * The short form of drill 3: PostgreSQL goes away under load and comes back. In the gap there is only 503, afterwards the
 * service is back by itself, every 2xx is there, and everything is counted.
 */

const OUTAGES = 3
const POOL_SIZE = 10

/** Stands between the service and PostgreSQL, and can be cut. */
class Line {
  readonly #target: TestDatabase['address']
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  port = 0

  constructor(target: TestDatabase['address']) {
    this.#target = target
  }

  async open(): Promise<void> {
    const { host, port } = this.#target
    const server = createServer((near) => {
      const far = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect({ host, port })
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one)
        one.pipe(other)
        one.on('error', () => other.destroy())
        one.on('close', () => {
          this.#sockets.delete(one)
          other.destroy()
        })
      }
    })
    this.#server = server
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve))
    this.port = (server.address() as { port: number }).port
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}

let database: TestDatabase
let line: Line
let service: ServiceProcess

t.before(async () => {
  database = await makeDatabase()
  line = new Line(database.address)
  await line.open()
  const url = new URL(database.url)
  url.search = ''
  url.host = `127.0.0.1:${line.port}`
  service = await spawnService({
    DATABASE_URL: url.href,
    REDIS_URL: process.env.REDIS_URL,
    WAYMARK_OPERATOR_KEY: OPERATOR_KEY,
    WAYMARK_DATA_DIR: t.testdir(),
    WAYMARK_POOL_SIZE: String(POOL_SIZE),
    LOG_LEVEL: 'info',
  })
})
t.teardown(async () => {
  await service.end('SIGKILL')
  await line.cut()
  await database.drop()
})

function send(method: string, path: string, key: string, body?: unknown): Promise<Response> {
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

/** How many sessions of the service's own pool PostgreSQL has. */
async function sessions(): Promise<number> {
  const sql = postgres({ ...database.address, max: 1 })
  try {
    const rows = await sql`
      select 1 from pg_stat_activity
      where datname = ${database.address.database} and application_name = 'waymark'`
    return rows.length
  } finally {
    await sql.end()
  }
}

t.test('a database that goes away costs 503s, and nothing else', async (t) => {
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

  const taken = new Set<number>()
  const statuses = new Set<number>()
  const load = { next: 0, isOver: false }
  const sender = async (): Promise<void> => {
    while (!load.isOver) {
      const n = load.next++
      const reply = await send('PUT', `/v1/contracts/k/assessments/a-${n}`, key, {
        case: `case-${n}`,
        instrument: 'victim-needs',
        stage: 'end',
        assessedOn: '2019-04-02',
        answers: { 'personal-safety': 0 },
      })
      statuses.add(reply.status)
      if (reply.ok) taken.add(n)
      else if (reply.status === 503) t.match(reply.headers.get('retry-after'), /^\d+$/)
      await reply.arrayBuffer()
      await pause(5)
    }
  }
  const senders = Array.from({ length: 8 }, sender)

  for (let outage = 0; outage < OUTAGES; outage++) {
    await pause(700)
    await line.cut()
    await pause(700)
    const before = taken.size
    await line.open()
    const cutUntil = Date.now()
    while (taken.size === before && Date.now() - cutUntil < 10_000) await pause(20)
    t.ok(taken.size > before, 'it takes writes again within ten seconds')
  }
  load.isOver = true
  await Promise.all(senders)

  t.same([...statuses].sort(), [201, 503])
  const outcomes = await send('GET', '/v1/contracts/k/outcomes?period=2019-M04', key)
  const { pending, completeness } = (await outcomes.json()) as {
    pending: boolean
    completeness: { closedCases: number }
  }
  t.equal(pending, false, 'what was accepted is counted')
  t.ok(completeness.closedCases >= taken.size, 'every 2xx is there')
  t.ok((await sessions()) <= POOL_SIZE, 'no session is left over that nobody uses')
  t.equal(await service.end('SIGTERM'), 0, 'it ends in order')
})
