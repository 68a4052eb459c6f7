import type { OwnRedis } from './redis.ts'
import { asDrill, check, whole } from './drill.ts'
import { Client } from './client.ts'
import { checkOutcome, checkStatuses, sendAll } from './load.ts'
import { makeContracts, makePeople } from './people.ts'

const EVICTING = ['allkeys-lru', 'volatile-lru', 'allkeys-random', 'volatile-ttl']

export const redisFull = asDrill({
  number: 5,
  title: 'Redis full, or evicting',
  full: { contracts: 20, submissions: 3_000, policies: EVICTING },
  short: { contracts: 3, submissions: 150, policies: EVICTING.slice(0, 1) },
  load: ({ submissions }) => `${whole(submissions)} submissions, 8 connections`,
  faults: ({ policies }) => `20 MB filled (noeviction); ${policies.length} evicting policies`,
  async run(world, { contracts, submissions, policies }) {
    const cluster = await world.startPostgres()
    const redis = await world.makeRedis()
    await redis.start('--maxmemory', '20mb', '--maxmemory-policy', 'noeviction')
    const env = { DATABASE_URL: cluster.url, REDIS_URL: redis.url }
    const api = await world.startApi(env)
    const client = new Client(() => api.url, world.path('notes'))
    await makeContracts(client, contracts)
    const people = makePeople(contracts, submissions)
    const half = Math.ceil(people.length / 2)
    await sendAll(client, people.slice(0, half), { senders: 8 })
    await fill(redis)
    await sendAll(client, people.slice(half), { senders: 8 })
    checkStatuses(client, [200, 201])

    const second = await world.startApi(env)
    check((await second.end('SIGTERM')) === 0, 'it does not start and end in order on a full Redis')

    await redis.ask((connection) => connection.flushall())
    await cluster.asOwner((sql) => checkOutcome(sql, client))

    for (const policy of policies) {
      await redis.ask((connection) => connection.config('SET', 'maxmemory-policy', policy))
      const says = await world.startApi(env).then(
        () => 'it started',
        (error: unknown) => String(error),
      )
      const expected = `the service ended with 1:\nRedis evicts keys when it is full (${policy}): set maxmemory-policy noeviction.`
      check(says === `Error: ${expected}`, `on a Redis with ${policy}: ${says}`)
    }
  },
  sabotage: {
    what: 'an evicting Redis is taken',
    edits: [
      {
        file: 'dist/src/compose.js',
        text: 'await refuseEvictingRedis(config.redisUrl, warn);',
        by: 'void refuseEvictingRedis;',
      },
    ],
  },
})

/** Until it takes nothing more, as something else that shares it could. */
async function fill(redis: OwnRedis): Promise<void> {
  await redis.ask(async (connection) => {
    const junk = 'x'.repeat(10_000)
    for (let n = 0; n < 10_000; n++) {
      const answer = await connection.set(`junk-${n}`, junk).catch((error: unknown) => String(error))
      if (answer !== 'OK') {
        check(answer.includes('OOM'), `Redis: ${answer}`)
        // What is left has to go in small pieces.
        for (let small = 0; (await connection.set(`small-${small}`, 'x').catch(() => 'full')) === 'OK';)
          small++
        return
      }
    }
    throw new Error('The Redis of the drill is never full.')
  })
}
