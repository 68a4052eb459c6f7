import { setTimeout as pause } from 'node:timers/promises'
import { asDrill, check, whole } from './drill.ts'
import { Client } from './client.ts'
import { checkOutcome, checkStatuses, sendAll, spread } from './load.ts'
import { makeContracts, makePeople } from './people.ts'

const BACK_WITHIN_SECONDS = 10
/** So much of the load is sent once PostgreSQL has been back for that long: none of it may fail. */
const SHARE_AFTERWARDS = 0.1

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

    const people = makePeople(contracts, submissions)
    const afterwards = people.splice(Math.floor(people.length * (1 - SHARE_AFTERWARDS)))
    const progress = { sent: 0, total: submissions }
    let backSince = 0
    const faults = spread(stops, progress)
    await Promise.all([
      sendAll(client, people, { senders: 16, progress }),
      faults.make(async (n) => {
        if (n === 0) checkStatuses(client, [200, 201])
        await cluster.stopImmediately()
        await pause(200 * (n % 5))
        await cluster.start()
        backSince = Date.now()
        const before = progress.sent
        while (progress.sent === before) {
          check(
            Date.now() - backSince < BACK_WITHIN_SECONDS * 1000,
            `it takes nothing ${BACK_WITHIN_SECONDS} seconds after PostgreSQL is back`,
          )
          await pause(10)
        }
      }),
    ])
    checkStatuses(client, [200, 201, 503, 409, 0])
    client.statuses.clear()
    await pause(Math.max(0, backSince + BACK_WITHIN_SECONDS * 1000 - Date.now()))
    await sendAll(client, afterwards, { senders: 16 })
    checkStatuses(client, [200, 201])
    await cluster.asOwner((sql) => checkOutcome(sql, client))
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
