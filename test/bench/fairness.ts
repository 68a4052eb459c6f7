import { spawnProgram, spawnProcess } from '../support/process.ts'
import { makeDatabase } from '../support/database.ts'
import { contractOf } from '../support/people.ts'
import { OPERATOR_KEY } from '../support/service.ts'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { putLoad } from './load.ts'

/**
 * `npm run bench:fairness`: how long a quiet provider waits while another one sends as fast as it can, beside how long it
 * waits alone. Server, flood and quiet client are processes of their own.
 */

const SECONDS = Number(process.env.BENCH_SECONDS ?? 15)
const CONNECTIONS = Number(process.env.BENCH_CONNECTIONS ?? 64)
const QUIET_EVERY_MILLISECONDS = 20

const assessment = (n: number) => ({
  path: `/v1/contracts/flood/assessments/r-${process.pid}-${n}`,
  body: {
    ...{ case: `case-${process.pid}-${n >> 1}`, instrument: 'victim-needs', stage: n % 2 ? 'end' : 'start' },
    ...{ assessedOn: n % 2 ? '2019-03-28' : '2018-11-08', answers: { health: n % 4 } },
  },
})

async function compareQuiet(): Promise<void> {
  const database = await makeDatabase()
  const service = await spawnProcess('dist/src/server.js', {
    ...{ DATABASE_URL: database.url, REDIS_URL: process.env.REDIS_URL },
    LOG_LEVEL: 'info',
    ...{ WAYMARK_OPERATOR_KEY: OPERATOR_KEY, WAYMARK_DATA_DIR: '/tmp/waymark-bench' },
  })
  try {
    const keys = new Map<string, string>()
    for (const organisation of ['quiet', 'flood', 'comm'])
      keys.set(organisation, await join(service.url, organisation))
    for (const provider of ['quiet', 'flood'])
      await operate(service.url, 'PUT', `contracts/${provider}`, contractOf(provider, 'comm'))
    const key = keys.get('quiet') ?? ''
    await beQuiet(service.url, key, 3)
    const alone = await beQuiet(service.url, key, SECONDS)
    const flood = spawnProgram(
      'test/bench/fairness.ts',
      { BENCH_SECONDS: String(SECONDS), BENCH_CONNECTIONS: String(CONNECTIONS) },
      [...['flood', service.url, keys.get('flood') ?? '']],
    )
    flood.stdout?.pipe(process.stdout)
    flood.stderr?.pipe(process.stderr)
    await pause(3_000)
    const beside = await beQuiet(service.url, key, SECONDS)
    await once(flood, 'exit')
    for (const what of ['write', 'read'] as const) {
      const [a, b] = [alone[what], beside[what]]
      process.stdout.write(
        `${what}: alone p50 ${a.p50} p99 ${a.p99} ms, beside the flood p50 ${b.p50} p99 ${b.p99} ms: × ${(b.p99 / a.p99).toFixed(1)}\n`,
      )
    }
  } finally {
    await service.end('SIGTERM')
    await database.drop()
  }
}

interface Quantiles {
  p50: number
  p99: number
}

/** One write and one read at a time, now and then. */
async function beQuiet(
  url: string,
  key: string,
  seconds: number,
): Promise<{ write: Quantiles; read: Quantiles }> {
  const times: { write: number[]; read: number[] } = { write: [], read: [] }
  const run = Date.now()
  for (let n = 0; Date.now() < run + seconds * 1_000; n++) {
    const { body } = assessment(n)
    const at = performance.now()
    await send(url, key, 'PUT', `contracts/quiet/assessments/q-${run}-${n}`, {
      ...body,
      case: `q-${run}-${n >> 1}`,
    })
    const between = performance.now()
    await send(url, key, 'GET', 'contracts/quiet/outcomes?period=2018-19-Q4')
    times.write.push(between - at)
    times.read.push(performance.now() - between)
    await pause(QUIET_EVERY_MILLISECONDS)
  }
  return { write: quantiles(times.write), read: quantiles(times.read) }
}

function quantiles(times: readonly number[]): Quantiles {
  const inOrder = [...times].sort((a, b) => a - b)
  const at = (share: number): number => Number((inOrder[Math.floor(inOrder.length * share)] ?? 0).toFixed(1))
  return { p50: at(0.5), p99: at(0.99) }
}

async function send(
  url: string,
  key: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ key?: string }> {
  const reply = await fetch(`${url}/v1/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`)
  return (await reply.json()) as { key?: string }
}

const operate = (url: string, method: string, path: string, body: unknown) =>
  send(url, OPERATOR_KEY, method, path, body)

async function join(url: string, organisation: string): Promise<string> {
  const kind = organisation === 'comm' ? 'commissioner' : 'provider'
  await operate(url, 'PUT', `organisations/${organisation}`, { name: organisation, kind })
  const { key } = await operate(url, 'POST', `organisations/${organisation}/keys`, { label: 'bench' })
  return key ?? ''
}

if (process.argv[2] === 'flood') {
  const [, , , url = '', key = ''] = process.argv
  const { perSecond, failures } = await putLoad(url, {
    connections: CONNECTIONS,
    seconds: SECONDS + 4,
    key,
    make: assessment,
  })
  process.stdout.write(`flood: ${Math.round(perSecond)} a second, ${failures} failures\n`)
} else {
  await compareQuiet()
}
