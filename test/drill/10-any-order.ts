import { setTimeout as pause } from 'node:timers/promises'
import { SeededRandom } from '../../src/demo/people/seeded-random.ts'
import { asDrill, check, whole } from './drill.ts'
import { Client, type Write } from './client.ts'
import { checkStatuses, untilCounted } from './load.ts'
import { contractName, makeContracts, makePeople, SEED } from './people.ts'
import { checkCounts } from './recount.ts'

const SENDERS = 16

export const anyOrder = asDrill({
  number: 10,
  title: 'any order',
  full: { shuffles: 5_000, submissions: 16 },
  short: { shuffles: 40, submissions: 16 },
  load: ({ submissions }) => `${submissions} submissions and corrections, each time the same`,
  faults: ({ shuffles }) => `${whole(shuffles)} orders, each reference and case keeping its own`,
  async run(world, { shuffles, submissions }) {
    const cluster = await world.startPostgres()
    const api = await world.startApi({ DATABASE_URL: cluster.url })
    const client = new Client(() => api.url, world.path('notes'))
    // Each order has a contract of its own, so that they can be compared all at once.
    await makeContracts(client, shuffles)
    const random = new SeededRandom(SEED)
    const writes = makePeople(1, submissions).flat()
    let next = 0
    const sender = async (): Promise<void> => {
      for (let shuffle = next++; shuffle < shuffles; shuffle = next++) {
        const order = shuffled(writes, random)
        // Some are counted half-way.
        const rest = random.chance(0.3) ? random.between(1, order.length - 1) : -1
        for (const [at, { path, body }] of order.entries()) {
          if (at === rest) await pause(random.between(100, 600))
          await client.put({ path: path.replace(contractName(0), contractName(shuffle)), body })
        }
      }
    }
    await Promise.all(Array.from({ length: SENDERS }, sender))
    checkStatuses(client, [200, 201])

    await cluster.asOwner(async (sql) => {
      await untilCounted(sql, 60 + shuffles / 10)
      const results = await sql<{ times: number }[]>`
        select count(*)::int as times from (
          select contract_id, string_agg(concat_ws('|', month, subject, by, value, x, y, n), ','
            order by month, subject, by, value, x, y) as counts
          from counts group by contract_id
        ) c group by counts`
      const contracts = results.reduce((sum, { times }) => sum + times, 0)
      check(contracts === shuffles, `${contracts} of ${shuffles} orders gave counts`)
      check(results.length === 1, `there are ${results.length} different results`)
      await checkCounts(sql)
    })
  },
  sabotage: {
    what: 'only the month in which a case counts now is counted again',
    edits: [
      {
        file: 'dist/src/services/casework/changed-dates.js',
        text: 'monthsOf([before, after].flatMap(',
        by: 'monthsOf([before, after].slice(1).flatMap(',
      },
    ],
  },
})

/** Any order in which what is said of one reference or case is said in the order in which it was. */
function shuffled(writes: readonly Write[], random: SeededRandom): Write[] {
  const places = random.draw(
    writes.map(({ path }) => path),
    writes.length,
  )
  const left = new Map<string, Write[]>()
  for (const write of writes) left.set(write.path, [...(left.get(write.path) ?? []), write])
  return places.map((path) => {
    const write = left.get(path)?.shift()
    if (write === undefined) throw new Error('each write has one place')
    return write
  })
}
