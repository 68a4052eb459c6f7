import { setTimeout as pause } from 'node:timers/promises'
import type postgres from 'postgres'
import type { ServiceProcess } from '../support/process.ts'
import { asDrill, check } from './drill.ts'
import { Client, type Write } from './client.ts'
import { checkOutcome, checkStatuses } from './load.ts'
import { makeContracts, makePeople } from './people.ts'

const STOPPED_WITHIN_SECONDS = 10

export const stopped = asDrill({
  number: 11,
  title: 'stopped in order',
  full: { contracts: 20, stops: 100 },
  short: { contracts: 3, stops: 4 },
  load: () => '32 connections, jobs running',
  faults: ({ stops }) => `${stops} × SIGTERM`,
  async run(world, { contracts, stops }) {
    const cluster = await world.startPostgres()
    const env = { DATABASE_URL: cluster.url }
    let api: ServiceProcess = await world.startApi(env)
    const client = new Client(() => api.url, world.path('notes'))
    await makeContracts(client, contracts)
    const people = makePeople(contracts, 1000 * stops)
    const state = { next: 0, isOpen: true, isOver: false }

    /** Each write once: what is refused, or breaks, is let be, and so is what that person would have sent next. */
    const sender = async (): Promise<void> => {
      for (let person = people[state.next++]; person && !state.isOver; person = people[state.next++]) {
        for (const write of person) {
          while (!state.isOpen) await pause(5)
          const answer = await client.try(write)
          if (answer === undefined || answer.status >= 300) break
        }
      }
    }
    const stopper = async (): Promise<void> => {
      for (let n = 0; n < stops; n++) {
        await pause(150 + 30 * (n % 10))
        const since = Date.now()
        const code = await api.end('SIGTERM')
        const seconds = (Date.now() - since) / 1000
        check(code === 0, `SIGTERM ended it with ${code}`)
        check(seconds < STOPPED_WITHIN_SECONDS, `it took ${seconds} s to stop`)
        state.isOpen = false
        api = await world.startApi(env)
        state.isOpen = true
      }
      state.isOver = true
    }
    await Promise.all([stopper(), ...Array.from({ length: 32 }, sender)])

    await cluster.asOwner(async (sql) => {
      await checkAnswered(sql, client)
      await checkOutcome(sql, client)
    })
    checkStatuses(client, [200, 201, 503, 0])
  },
  sabotage: {
    what: 'it ends without finishing what it accepted',
    edits: [
      { file: 'dist/src/process/run-until-stopped.js', text: 'void finish();', by: 'process.exit(0);' },
    ],
  },
})

/** @throws {AssertionError} if something was stored, and its sender was not told */
async function checkAnswered(sql: postgres.Sql, client: Client): Promise<void> {
  const rows = await sql<{ path: string }[]>`
    select 'contracts/' || contract_id || '/assessments/' || ref as path from assessments`
  const stored = new Set(rows.map(({ path }) => path))
  const untold: Write['path'][] = []
  for (const [path, { taken }] of client.readNotes()) {
    if (taken === undefined && stored.has(path)) untold.push(path)
  }
  check(untold.length === 0, `${untold.length} accepted requests got no answer`)
}
