import { setTimeout as pause } from 'node:timers/promises'
import { asDrill, check, whole } from './drill.ts'
import { Client } from './client.ts'
import { checkOutcome, checkStatuses } from './load.ts'
import { makeContracts, makePeople } from './people.ts'

const MOST_BEHIND_SECONDS = 10
/** Memory is flat if its last fifth needs no more than so much above its second. */
const MOST_GROWTH_MEGABYTES = 50
/** So short a load among other tests says nothing about times. */
const ANY_TIME = Infinity

export const steady = asDrill({
  number: 20,
  title: 'steady load',
  full: { perSecond: 150, seconds: 600, contracts: 20, p99Milliseconds: 250 },
  short: { perSecond: 40, seconds: 6, contracts: 4, p99Milliseconds: ANY_TIME },
  load: ({ perSecond, seconds }) => `${perSecond} submissions a second for ${whole(seconds)} s`,
  faults: () => 'none',
  async run(world, { perSecond, seconds, contracts, p99Milliseconds }) {
    const cluster = await world.startPostgres()
    const api = await world.startApi({ DATABASE_URL: cluster.url })
    const client = new Client(() => api.url, world.path('notes'))
    await makeContracts(client, contracts)
    const people = makePeople(contracts, perSecond * seconds)
    const state = { next: 0, sent: 0, isOver: false }
    const times: number[] = []
    const memory: number[] = []
    const started = performance.now()

    /** Each write has its moment, whatever became of those before it: what waits for a slow one is late, and counts as slow. */
    const sender = async (): Promise<void> => {
      for (let person = people[state.next++]; person && !state.isOver; person = people[state.next++]) {
        for (const write of person) {
          const due = started + (1000 * state.sent++) / perSecond
          if (due > performance.now()) await pause(due - performance.now())
          await client.put(write)
          times.push(performance.now() - due)
        }
      }
    }
    const watcher = async (): Promise<void> => {
      try {
        while (performance.now() - started < seconds * 1000) {
          const metrics = await (await fetch(`${api.url}/metrics`)).text()
          const behind = valueOf(metrics, 'waymark_oldest_mark_seconds')
          check(behind <= MOST_BEHIND_SECONDS, `figures were ${behind.toFixed(1)} s behind`)
          memory.push(valueOf(metrics, 'process_resident_memory_bytes') / 1e6)
          await pause(500)
        }
      } finally {
        state.isOver = true
      }
    }
    await Promise.all([watcher(), ...Array.from({ length: 32 }, sender)])

    checkStatuses(client, [200, 201])
    times.sort((a, b) => a - b)
    const p99 = times[Math.floor(times.length * 0.99)] ?? ANY_TIME
    check(p99 < p99Milliseconds, `p99 was ${p99.toFixed(0)} ms`)
    const fifth = (n: number): number =>
      Math.max(...memory.slice((n * memory.length) / 5, ((n + 1) * memory.length) / 5))
    const growth = fifth(4) - fifth(1)
    check(growth < MOST_GROWTH_MEGABYTES, `memory grew by ${growth.toFixed(0)} MB`)
    await cluster.asOwner((sql) => checkOutcome(sql, client))
  },
  sabotage: {
    what: 'no bell is rung',
    edits: [{ file: 'dist/src/compose.js', text: 'bell.ring(months);', by: 'void months;' }],
  },
})

function valueOf(metrics: string, name: string): number {
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1]
  if (value === undefined) throw new Error(`the metrics are without ${name}`)
  return Number(value)
}
