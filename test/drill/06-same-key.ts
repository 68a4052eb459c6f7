import { setTimeout as pause } from 'node:timers/promises'
import { asDrill, check, fail, whole } from './drill.ts'
import { Client } from './client.ts'
import { checkCounts } from './recount.ts'
import { contractName, makeContracts } from './people.ts'
import { checkStatuses, untilCounted } from './load.ts'

/** So many keys are under way at the same moment. */
const KEYS_AT_ONCE = 4

export const sameKey = asDrill({
  number: 6,
  title: 'the same key at once',
  full: { keys: 200, atOnce: 50 },
  short: { keys: 12, atOnce: 20 },
  load: ({ keys, atOnce }) => `${keys} keys × ${atOnce} equal requests at once, two API processes`,
  faults: ({ keys }) => `${whole(2 * keys)} more with another body`,
  async run(world, { keys, atOnce }) {
    const cluster = await world.startPostgres()
    const env = { DATABASE_URL: cluster.url }
    const apis = [await world.startApi(env), await world.startApi(env)]
    const clients = apis.map((api) => new Client(() => api.url, world.path('notes')))
    const [first] = clients
    if (first === undefined) throw new Error('there are two')
    await makeContracts(first, 1)
    for (const client of clients) client.key = first.key

    const post = (client: Client, n: number, health: number) =>
      client.send('POST', `contracts/${contractName(0)}/assessments`, {
        body: {
          case: `case-${n % 7}`,
          instrument: 'victim-needs',
          stage: n % 2 ? 'end' : 'start',
          assessedOn: '2019-01-08',
          answers: { health },
        },
        headers: { 'idempotency-key': `key-${n}` },
      })
    /** As a case system does: a 409 is tried again. */
    const refOf = async (client: Client, n: number): Promise<string> => {
      for (;;) {
        const answer = await post(client, n, n % 4)
        if (answer === undefined) fail('a connection broke')
        if (answer.status !== 409) return (JSON.parse(answer.text) as { ref: string }).ref
        await pause(20)
      }
    }
    const oneKey = async (n: number): Promise<void> => {
      const refs = await Promise.all(
        Array.from({ length: atOnce }, (_, at) => refOf(clients[at % clients.length] ?? first, n)),
      )
      check(new Set(refs).size === 1, `key ${n} made ${new Set(refs).size} assessments`)
    }
    for (let n = 0; n < keys; n += KEYS_AT_ONCE) {
      const many = Math.min(KEYS_AT_ONCE, keys - n)
      await Promise.all(Array.from({ length: many }, (_, at) => oneKey(n + at)))
    }
    for (const client of clients) checkStatuses(client, [200, 201, 409])
    for (let n = 0; n < keys; n++) {
      for (const client of clients) {
        const answer = await post(client, n, (n + 1) % 4)
        check(answer?.status === 422, `key ${n} with another body: ${answer?.status}`)
      }
    }

    await cluster.asOwner(async (sql) => {
      const [rows] = await sql`
        select (select count(*)::int from assessments) as assessments,
          (select count(*)::int from assessment_revisions) as revisions`
      check(rows?.assessments === keys, `${keys} keys made ${rows?.assessments} assessments`)
      check(rows.revisions === 0, `${rows.revisions} were stored again`)
      await untilCounted(sql)
      await checkCounts(sql)
    })
  },
  sabotage: {
    what: 'which key made which assessment is not kept',
    edits: [
      {
        file: 'dist/src/services/intake/post-assessment.js',
        text: 'finish(store.idempotencyKeys.insert(contractId, {',
        by: 'void (() => store.idempotencyKeys.insert(contractId, {',
      },
    ],
  },
})
