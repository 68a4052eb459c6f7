import { setTimeout as pause } from 'node:timers/promises'
import { asDrill, whole } from './drill.ts'
import { Client } from './client.ts'
import { checkOutcome, checkStatuses, sendAll, spread } from './load.ts'
import { makeContracts, makePeople } from './people.ts'

export const apiKilled = asDrill({
  number: 2,
  title: 'API killed',
  full: { contracts: 20, submissions: 6_000, kills: 30 },
  short: { contracts: 4, submissions: 300, kills: 3 },
  load: ({ submissions }) => `${whole(submissions)} submissions, 16 connections`,
  faults: ({ kills }) => `${kills} × kill -9 of the API`,
  async run(world, { contracts, submissions, kills }) {
    const cluster = await world.startPostgres()
    const env = { DATABASE_URL: cluster.url }
    let api = await world.startApi(env)
    const client = new Client(() => api.url, world.path('notes'))
    await makeContracts(client, contracts)

    const progress = { sent: 0, total: submissions }
    const faults = spread(kills, progress)
    await Promise.all([
      sendAll(client, makePeople(contracts, submissions), { senders: 16, progress }),
      faults.make(async (n) => {
        await pause(7 * (n % 10))
        await api.end('SIGKILL')
        api = await world.startApi(env)
      }),
    ])
    await cluster.asOwner((sql) => checkOutcome(sql, client))
    checkStatuses(client, [200, 201, 0])
  },
  sabotage: {
    what: 'the same again is stored again',
    edits: [
      {
        file: 'dist/src/services/casework/decide-write.js',
        text: 'if (!isSame(valid, wanted))',
        by: 'if (isSame(valid, wanted) || true)',
      },
    ],
  },
})
