import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { isProblem } from '../support/is-problem.ts'
import { contractOf } from '../support/people.ts'
import { OPERATOR_KEY, startService, type TestService } from '../support/service.ts'

/** Over HTTP, with limits so low that a test reaches them. */

const PER_SECOND = 10
const UNDER_WAY = 4

let service: TestService
let key: string
let owner: postgres.Sql

t.before(async () => {
  service = await startService({ requestsPerSecond: PER_SECOND, requestsUnderWay: UNDER_WAY, workers: false })
  owner = postgres({ ...service.database.address, max: 1 })
  key = await service.join('prov', 'provider')
  await service.join('comm', 'commissioner')
  await service.operate('PUT', '/v1/contracts/c', contractOf('prov', 'comm'))
})
t.teardown(async () => {
  await owner.end()
  await service.stop()
})

/** Reads the reply to its end, so that its connection is free again. */
async function get(path: string, as = key) {
  const reply = await fetch(service.server.url + path, { headers: { authorization: `Bearer ${as}` } })
  const { status, headers } = reply
  return { status, headers, text: await reply.text() }
}
const putCase = (of: string) => service.send('PUT', `/v1/contracts/c/cases/${of}`, { key, body: {} })

t.test('each reply says how much of its key’s rate is left, and a flood of one key is cut', async (t) => {
  // The window of what was done before is over.
  await pause(1_100)
  const [first, second] = [await get('/v1/instruments'), await get('/v1/instruments')]
  t.equal(first.headers.get('ratelimit-limit'), String(PER_SECOND))
  t.equal(first.headers.get('ratelimit-remaining'), String(PER_SECOND - 1))
  t.match(first.headers.get('ratelimit-reset'), /^[01]$/)
  t.equal(second.headers.get('ratelimit-remaining'), String(PER_SECOND - 2))

  const flood: Awaited<ReturnType<typeof get>>[] = []
  for (let n = 0; n < 5 * PER_SECOND; n++) flood.push(await get('/v1/instruments'))
  const refused = flood.filter(({ status }) => status === 429)
  t.ok(refused.length > 0)
  for (const { headers } of refused) {
    t.equal(headers.get('ratelimit-remaining'), '0')
    t.match(headers.get('retry-after'), /^[1-9]\d*$/)
  }
  const [one] = refused
  t.match(JSON.parse(one?.text ?? ''), { type: '/problems/too-many', status: 429 })
  t.equal((await get('/v1/instruments', OPERATOR_KEY)).status, 200, 'another key has a rate of its own')
  await pause(1_100)
  t.equal((await get('/v1/instruments')).status, 200)
})

/** A request whose body is announced and never comes, so that it stays under way. */
function hang(): { answered: Promise<number | undefined>; end: () => void } {
  const sent = request(`${service.server.url}/v1/contracts/c/cases/bulk`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/x-ndjson',
      'content-length': 1000,
    },
  })
  const answered = new Promise<number | undefined>((resolve) => {
    sent.on('response', ({ statusCode }) => {
      resolve(statusCode)
    })
    sent.on('error', () => {
      resolve(undefined)
    })
  })
  sent.write('{')
  return { answered, end: () => sent.destroy() }
}

t.test('with too many under way, more are a 503 that says when to come again', async (t) => {
  await pause(1_100)
  const hanging = Array.from({ length: UNDER_WAY }, hang)
  // A request of our own that came between them would take the place of one.
  await pause(300)
  let refused = await get('/v1/instruments')
  for (let tries = 0; refused.status !== 503 && tries < 20; tries++) {
    await pause(150)
    refused = await get('/v1/instruments')
  }
  t.equal(refused.status, 503)
  t.match(refused.headers.get('retry-after'), /^[1-9]\d*$/)
  t.match(JSON.parse(refused.text), { type: '/problems/unavailable', status: 503 })
  t.equal((await get('/v1/instruments', 'a wrong key')).status, 503, 'no key is looked at')
  for (const path of ['/healthz', '/readyz', '/metrics']) t.equal((await get(path)).status, 200, path)

  for (const { end } of hanging) end()
  await Promise.all(hanging.map(({ answered }) => answered))
  let taken = await get('/v1/instruments')
  for (let tries = 0; taken.status !== 200 && tries < 20; tries++) {
    await pause(150)
    taken = await get('/v1/instruments')
  }
  t.equal(taken.status, 200, 'also those count no more that were broken off')
})

t.test('more connections than are taken are closed, and those that are open go on', async (t) => {
  const small = await startService({ connections: 3, workers: false })
  t.teardown(small.stop)
  const { hostname, port } = new URL(small.server.url)
  const open = async (): Promise<Socket> => {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    return socket
  }
  /** What it answers, up to the end; nothing, where it was closed. */
  const ask = async (socket: Socket): Promise<string> => {
    socket.write('GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
    const pieces: Buffer[] = []
    socket.on('data', (piece) => pieces.push(piece))
    await once(socket, 'close')
    return Buffer.concat(pieces).toString()
  }
  const [first, second] = [await open(), await open(), await open()]
  t.equal(await ask(await open()), '', 'the fourth')
  t.match(await ask(first), /^HTTP\/1.1 200 /)
  let next = ''
  for (let tries = 0; next === '' && tries < 20; tries++) {
    await pause(50)
    next = await ask(await open())
  }
  t.match(next, /^HTTP\/1.1 200 /, 'in the place of one that was closed')
  t.match(await ask(second), /^HTTP\/1.1 200 /)
})

t.test('what takes PostgreSQL too long is a 503, and its connection is good for the next', async (t) => {
  t.equal((await putCase('waits')).status, 201)
  await owner`begin`
  await owner`select from cases where case_ref = 'waits' for update`
  const reply = await service.send('PUT', '/v1/contracts/c/cases/waits', { key, body: { client: 'x' } })
  await owner`rollback`
  isProblem(t, reply, 503, 'the row was never free')
  t.match(reply.headers['retry-after'], /^[1-9]\d*$/)
  t.equal((await putCase('next')).status, 201)
  const [session] = await owner`
    select count(*)::int as aborted from pg_stat_activity
    where datname = current_database() and state = 'idle in transaction (aborted)'`
  t.equal(session?.aborted, 0)
})
