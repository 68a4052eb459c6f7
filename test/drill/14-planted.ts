import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { OPERATOR_KEY } from '../support/service.ts'
import { asDrill, check } from './drill.ts'
import { Client, type Answer } from './client.ts'
import type { Cluster } from './cluster.ts'
import { contractName, makeContracts, makeKey } from './people.ts'
import type { World } from './world.ts'

/** What is looked for is nothing that stands anywhere by chance. */
const planted = (what: string): string => `planted-${what}-5d0c`

export const plantedStrings = asDrill({
  number: 14,
  title: 'planted strings',
  full: { people: 8, queues: ['postgres', 'redis'] },
  short: { people: 2, queues: ['postgres'] },
  load: ({ people }) => `references, free text and keys of ${people} people and their organisations`,
  faults: ({ queues }) => `bad requests, counts that fail; the queue on ${queues.join(' and on ')}`,
  async run(world, { people, queues }) {
    for (const queue of queues) await lookFor(world, people, queue === 'redis')
  },
  sabotage: {
    what: 'requests are logged by their path',
    edits: [
      {
        file: 'dist/src/app.js',
        text: "const route = request.routeOptions.url ?? 'unknown';",
        by: 'const route = request.url;',
      },
    ],
  },
})

async function lookFor(world: World, people: number, onRedis: boolean): Promise<void> {
  const cluster = await world.startPostgres()
  const redis = onRedis ? await world.makeRedis() : undefined
  await redis?.start()
  const heard: string[] = []
  const monitor = redis && (await listen(redis.url, heard))
  const api = await world.startApi({
    DATABASE_URL: cluster.url,
    REDIS_URL: redis?.url,
    LOG_LEVEL: 'trace',
  })
  const client = new Client(() => api.url, world.path('notes'))
  await makeContracts(client, 1)
  const commissioner = await makeKey(client, 'comm')
  const contract = `contracts/${contractName(0)}`
  // Counts that fail are told of by PostgreSQL itself, which likes to quote.
  await cluster.asOwner((sql) => sql`alter table counts add constraint poison check (n < 0) not valid`)

  const errors: string[] = []
  const noted = (asked: string, answer: Answer | undefined): number => {
    check(answer !== undefined, 'a connection broke')
    check(answer.status < 500, `${asked} ended with ${answer.status}`)
    if (answer.status >= 400) errors.push(answer.text)
    return answer.status
  }
  const send = async (...asked: Parameters<Client['send']>): Promise<number> =>
    noted(asked[0], await client.send(...asked))
  const sendText = async (method: string, path: string, text: string, type: string): Promise<number> =>
    noted(method, await client.sendText(method, path, { text, type }))
  for (let n = 0; n < people; n++) {
    const names = {
      case: planted(`case-${n}`),
      client: planted(`client-${n}`),
      ref: planted(`ref-${n}`),
      text: planted(`text-${n}`),
    }
    const assessment = {
      case: names.case,
      instrument: 'victim-needs',
      stage: 'end',
      assessedOn: '2019-02-08',
      answers: { health: 1 },
    }
    const about = { client: names.client, closedOn: '2019-03-01', area: 'E07000129' }
    const statuses = [
      await send('PUT', `${contract}/cases/${names.case}`, { body: about }),
      await send('PUT', `${contract}/assessments/${names.ref}`, { body: assessment }),
      await send('PUT', `${contract}/contacts/${names.ref}`, {
        body: { cases: [names.case], on: '2019-02-09', kind: 'phone' },
      }),
      await send('PUT', `${contract}/figures/2018-19-Q4`, { body: { commentary: names.text } }),
      await send('POST', `${contract}/assessments`, {
        body: assessment,
        headers: { 'idempotency-key': planted(`idempotency-${n}`) },
      }),
    ]
    check(
      statuses.every((status) => status < 300),
      `what is planted is not taken: ${statuses.join(', ')}`,
    )
    // Each is wrong in another way, and says the planted text where it is.
    await send('PUT', `${contract}/assessments/${names.ref}`, {
      body: { ...assessment, answers: { health: names.text } },
    })
    await send('PUT', `${contract}/cases/${names.case}`, { body: { closedOn: names.text } })
    await send('PUT', `${contract}/cases/${names.case}`, {
      body: about,
      headers: { 'if-match': `"${names.text}"` },
    })
    // What Fastify itself refuses, it says with what it was sent.
    const refused = [
      await send('GET', `${contract}/cases/${names.case}%zz`),
      await send('GET', `${contract}/cases/${names.case.repeat(100)}`),
      await sendText('PUT', `${contract}/cases/${names.case}`, names.text, 'application/json'),
      await sendText('PUT', `${contract}/cases/${names.case}`, '{}', `text/${names.text}`),
      await sendText('PUT', `${contract}/cases/${names.case}`, '{}', names.text),
      await send('POST', `${contract}/${names.text}`, {
        body: about,
        headers: { 'x-request-id': names.ref, cookie: names.client, prefer: names.text },
      }),
      await send('GET', `${contract}/cases?colour=${names.text}`),
    ]
    check(
      refused.every((status) => status >= 400),
      `what cannot be read is taken: ${refused.join(', ')}`,
    )
    await send('GET', `${contract}/cases/${names.case}x`)
    await send('GET', `${contract}/cases/${names.case}`, { key: commissioner })
    await send('GET', `${contract}/outcomes?period=${names.text}`)
    await send('GET', `${contract}/cases?after=${names.text}`)
    await send('GET', `${contract}/cases`, { key: planted(`key-${n}`) })
    await send('POST', `${contract}/assessments`, {
      body: { ...assessment, answers: { health: 2 } },
      headers: { 'idempotency-key': planted(`idempotency-${n}`) },
    })
  }
  await pause(3_000)
  const places = {
    'the log': api.output(),
    'Redis, or what was said to it': heard.join('\n'),
    errors: errors.join('\n'),
    'data of jobs': await dumpOf(cluster, 'bullmq'),
    'months that failed': await dumpOf(cluster, 'public', 'failed_counts'),
    metrics: await (await fetch(`${api.url}/metrics`)).text(),
    readiness: await (await fetch(`${api.url}/readyz`)).text(),
  }
  check(places['the log'].includes('"method":"PUT"'), 'the log is empty')
  check(places['months that failed'] !== '', 'no count has failed')
  check(onRedis === heard.length > 0, `${heard.length} commands reached Redis`)
  const secrets = [client.key, commissioner, OPERATOR_KEY]
  for (const [place, text] of Object.entries(places)) {
    const found = /planted-[a-z]+-\d+/.exec(text)?.[0]
    check(found === undefined, `${found} is in ${place}`)
    check(!secrets.some((secret) => text.includes(secret)), `a key is in ${place}`)
  }
  monitor?.disconnect()
  await api.end('SIGTERM')
}

/** Everything that anybody says to a Redis. */
async function listen(url: string, heard: string[]): Promise<Redis> {
  const { Redis: Client } = await import('ioredis')
  const redis = new Client(url)
  redis.on('error', () => undefined)
  const monitor = await redis.monitor()
  monitor.on('error', () => undefined)
  monitor.on('monitor', (_time: string, command: string[]) => heard.push(command.join(' ')))
  redis.disconnect()
  return monitor
}

/** The rows of a schema's tables, as text. */
function dumpOf(cluster: Cluster, schema: string, only = '%'): Promise<string> {
  return cluster.asOwner(async (sql) => {
    const tables = await sql<{ name: string }[]>`
      select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname = ${schema} and tablename like ${only}`
    const rows: string[] = []
    for (const { name } of tables) {
      const found = await sql.unsafe<{ row: string }[]>(`select to_jsonb(t)::text as row from ${name} t`)
      rows.push(...found.map(({ row }) => row))
    }
    return rows.join('\n')
  })
}
