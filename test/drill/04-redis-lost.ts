import { setTimeout as pause } from 'node:timers/promises'
import type { OwnRedis } from './redis.ts'
import { asDrill, whole } from './drill.ts'
import { Client } from './client.ts'
import { checkOutcome, checkStatuses, sendAll, spread } from './load.ts'
import { makeContracts, makePeople } from './people.ts'

export const redisLost = asDrill({
  number: 4,
  title: 'Redis lost',
  full: { contracts: 20, submissions: 9_000, flushes: 20, kills: 10, absentSeconds: 120 },
  short: { contracts: 12, submissions: 300, flushes: 3, kills: 2, absentSeconds: 2 },
  load: ({ submissions }) => `${whole(submissions)} submissions, 8 connections`,
  faults: ({ flushes, kills, absentSeconds }) =>
    `absent at start and for ${absentSeconds} s, ${flushes} × FLUSHALL, ${kills} × kill -9 and its files gone`,
  async run(world, { contracts, submissions, flushes, kills, absentSeconds }) {
    const cluster = await world.startPostgres()
    const redis = await world.makeRedis()
    const api = await world.startApi({ DATABASE_URL: cluster.url, REDIS_URL: redis.url })
    const client = new Client(() => api.url, world.path('notes'))
    await makeContracts(client, contracts)
    const people = makePeople(contracts, submissions)
    const third = Math.ceil(people.length / 3)

    await Promise.all([
      sendAll(client, people.slice(0, third), { senders: 8 }),
      pause(absentSeconds * 1000).then(() => redis.start()),
    ])

    for (const [from, times, fault] of [
      [third, flushes, () => redis.ask((connection) => connection.flushall())],
      [
        2 * third,
        kills,
        async (n: number) => {
          await redis.killAndDelete()
          await pause(150 * (n % 10))
          await redis.start()
        },
      ],
    ] as const) {
      const progress = { sent: 0, total: people.slice(from, from + third).flat().length }
      const faults = spread(times, progress)
      await Promise.all([
        sendAll(client, people.slice(from, from + third), { senders: 8, progress, ...faults }),
        faults.make(async (n) => {
          await untilWaiting(redis)
          await fault(n)
        }),
      ])
    }
    await cluster.asOwner((sql) => checkOutcome(sql, client))
    checkStatuses(client, [200, 201])
  },
  sabotage: {
    what: 'nobody sweeps up what no bell was heard for',
    edits: [{ file: 'dist/workers/handlers.js', text: 'await ringForWaiting(needs)();', by: '' }],
  },
})

/** The moment at which most is lost: some jobs wait to be taken. Now and then none does for a while. */
async function untilWaiting(redis: OwnRedis): Promise<void> {
  await redis.ask(async (connection) => {
    const until = Date.now() + 2000
    while (Date.now() < until) {
      for (const key of await connection.keys('*:wait')) if ((await connection.llen(key)) > 0) return
    }
  })
}
