import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import postgres from 'postgres'
import { loadDefinitions, surveysFolder } from '../../src/definitions.ts'
import { makeDatabase, type TestDatabase } from '../support/database.ts'
import { spawnProcess, spawnProgram, type ServiceProcess } from '../support/process.ts'
import { OPERATOR_KEY } from '../support/service.ts'
import type { Report } from './report.ts'

/** What the figures are measured on: the API and a worker as they are built, and the floor, each a process, on one database. */
export interface Stand {
  report: Report
  /** How long a load lasts. */
  seconds: number
  repeats: number
  database: TestDatabase
  service: ServiceProcess
  worker: ChildProcess
  floor: ServiceProcess
  /** The login itself, for data and for the floors of counting. */
  owner: postgres.Sql
  /** A provider's and a commissioner's. */
  keys: { provider: string; commissioner: string }
  send: (method: string, path: string, key: string, how?: Sending) => Promise<Response>
  /** A contract of its own with the nine needs, and all measures of these. */
  makeContract: (id: string) => Promise<void>
}

interface Sending {
  body?: unknown
  /** Seconds that it may wait for what is pending. */
  wait?: number
}

export const ITEMS = [
  ...['personal-safety', 'health', 'accommodation', 'family', 'education'],
  ...['substances', 'finance', 'outlook', 'social'],
]

export const answersOf = (n: number): Record<string, number> =>
  Object.fromEntries(ITEMS.map((item, index) => [item, (n + index) % 4]))

export async function openStand(report: Report, how: { seconds: number; repeats: number }): Promise<Stand> {
  const database = await makeDatabase()
  const settings = { DATABASE_URL: database.url, REDIS_URL: process.env.REDIS_URL, LOG_LEVEL: 'info' }
  // Parted as docker-compose.yml parts them: what is counted meanwhile is not answered by the same processor.
  const apart = serviceSettings({ ...settings, WAYMARK_WORKERS: 'off' })
  const service = await spawnProcess('dist/src/server.js', apart, { isHeard: false })
  const worker = spawnWorker(settings)
  const floor = await spawnProcess('test/bench/floor-server.ts', settings)
  const owner = postgres({ ...database.address, max: 2, onnotice: () => undefined })
  const send: Stand['send'] = async (method, path, key, { body, wait = 0 } = {}) => {
    const reply = await fetch(`${service.url}/v1/${path}`, {
      method,
      headers: {
        ...{ authorization: `Bearer ${key}`, prefer: `wait=${wait}` },
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`)
    return reply
  }
  const issue = async (organisation: string, kind: string): Promise<string> => {
    await send('PUT', `organisations/${organisation}`, OPERATOR_KEY, { body: { name: organisation, kind } })
    const issued = await send('POST', `organisations/${organisation}/keys`, OPERATOR_KEY, {
      body: { label: 'bench' },
    })
    return ((await issued.json()) as { key: string }).key
  }
  const keys = { provider: await issue('p', 'provider'), commissioner: await issue('c', 'commissioner') }
  const measures = [...loadDefinitions([surveysFolder]).measures.keys()].filter((id) =>
    ITEMS.some((item) => id.startsWith(item)),
  )
  const makeContract = async (id: string): Promise<void> => {
    await send('PUT', `contracts/${id}`, OPERATOR_KEY, {
      body: {
        ...{ title: 'Bench', provider: 'p', commissioners: ['c'], instruments: ['victim-needs'], measures },
        ...{ startsOn: '2018-10-01', endsOn: '2021-09-30' },
      },
    })
  }
  return { report, ...how, database, service, worker, floor, owner, keys, send, makeContract }
}

export const serviceSettings = (settings: Record<string, string | undefined>) => ({
  ...settings,
  WAYMARK_OPERATOR_KEY: OPERATOR_KEY,
  WAYMARK_DATA_DIR: '/tmp/waymark-bench',
})

export function spawnWorker(settings: Record<string, string | undefined>): ChildProcess {
  return spawnProgram('dist/workers/index.js', serviceSettings({ ...settings, LOG_LEVEL: 'warn' }))
}

export async function endWorker(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return
  const ended = once(worker, 'exit')
  worker.kill('SIGTERM')
  await ended
}

export async function closeStand({ service, worker, floor, owner, database }: Stand): Promise<void> {
  await service.end('SIGTERM')
  await endWorker(worker)
  await floor.end('SIGTERM')
  await owner.end()
  await database.drop()
}
