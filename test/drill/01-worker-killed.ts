import { setTimeout as pause } from 'node:timers/promises'
import type postgres from 'postgres'
import { asDrill, whole } from './drill.ts'
import { Client } from './client.ts'
import { checkOutcome, checkStatuses, sendAll, spread } from './load.ts'
import { makeContracts, makePeople } from './people.ts'

export const workerKilled = asDrill({
  number: 1,
  title: 'workers killed',
  full: { contracts: 20, submissions: 10_000, kills: 50, onRedis: true },
  short: { contracts: 4, submissions: 300, kills: 3, onRedis: false },
  load: ({ contracts, submissions }) => `${whole(submissions)} submissions, ${contracts} contracts`,
  faults: ({ kills }) => `${kills} × kill -9 of the workers`,
  async run(world, { contracts, submissions, kills, onRedis }) {
    const cluster = await world.startPostgres()
    const redis = onRedis ? await world.makeRedis() : undefined
    await redis?.start()
    const env = { DATABASE_URL: cluster.url, REDIS_URL: redis?.url }
    const api = await world.startApi({ ...env, WAYMARK_WORKERS: 'off' })
    const client = new Client(() => api.url, world.path('notes'))
    await makeContracts(client, contracts)
    const sql = cluster.connect()
    let workers = await world.startWorkers(env)

    const progress = { sent: 0, total: submissions }
    const faults = spread(kills, progress)
    await Promise.all([
      sendAll(client, makePeople(contracts, submissions), { senders: 16, progress, ...faults }),
      faults.make(async (n) => {
        await untilCounting(sql, n)
        await workers.kill()
        workers = await world.startWorkers(env)
      }),
    ])
    await checkOutcome(sql, client)
    checkStatuses(client, [200, 201])
    await sql.end()
  },
  sabotage: {
    what: 'marks are cleared before their month is counted, not with it',
    edits: [
      {
        file: 'dist/src/services/counting/recount-month.js',
        text: 'const contract = await store.contracts.find(contractId);',
        by: `await transact({ role: 'worker', contract: contractId }, (other) => other.marks.clear({ contractId, month }, marks));
    const contract = await store.contracts.find(contractId);`,
      },
    ],
  },
})

/** Most kills hit a worker in the middle of a count, some any moment. */
async function untilCounting(sql: postgres.Sql, n: number): Promise<void> {
  await pause(20 * (n % 10))
  if (n % 5 === 4) return
  for (let looks = 0; looks < 1000; looks++) {
    const [held] = await sql`
      select 1 from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and a.application_name = 'waymark' limit 1`
    if (held !== undefined) return
  }
}
