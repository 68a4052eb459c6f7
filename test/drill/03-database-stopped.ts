import { setTimeout as pause } from 'node:timers/promises'
import { asDrill, check, whole } from './drill.ts'
import { Client } from './client.ts'
import { checkOutcome, checkStatuses, sendAll, spread } from './load.ts'
import { makeContracts, makePeople } from './people.ts'

const BACK_WITHIN_SECONDS = 10

export const databaseStopped = asDrill({
  number: 3,
  title: 'PostgreSQL stopped',
  full: { contracts: 20, submissions: 10_000, stops: 10, onRedis: true },
  short: { contracts: 4, submissions: 300, stops: 2, onRedis: false },
  load: ({ submissions }) => `${whole(submissions)} submissions, 16 connections`,
  faults: ({ stops }) => `${stops} × pg_ctl stop -m immediate, start`,
  async run(world, { contracts, submissions, stops, onRedis }) {
    const cluster = await world.startPostgres()
    const redis = onRedis ? await world.makeRedis() : undefined
    await redis?.start()
    const api = await world.startApi({ DATABASE_URL: cluster.url, REDIS_URL: redis?.url })
    const client = new Client(() => api.url, world.path('notes'))
    await makeContracts(client, contracts)

    const progress = { sent: 0, total: submissions }
    const faults = spread(stops, progress)
    await Promise.all([
      sendAll(client, makePeople(contracts, submissions), { senders: 16, progress }),
      faults.make(async (n) => {
        await cluster.stopImmediately()
        await pause(200 * (n % 5))
        await cluster.start()
        const [before, since] = [progress.sent, Date.now()]
        while (progress.sent === before) {
          check(
            Date.now() - since < BACK_WITHIN_SECONDS * 1000,
            `it takes nothing ${BACK_WITHIN_SECONDS} seconds after PostgreSQL is back`,
          )
          await pause(10)
        }
      }),
    ])
    await cluster.asOwner((sql) => checkOutcome(sql, client))
    checkStatuses(client, [200, 201, 503, 409, 0])
  },
  sabotage: {
    what: 'a commit does not wait for the disk',
    edits: [
      {
        file: 'dist/src/store/database.js',
        text: "role: 'waymark_connection',",
        by: "role: 'waymark_connection', synchronous_commit: 'off',",
      },
    ],
  },
})
