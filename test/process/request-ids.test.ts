import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import type { RecountJob } from '../../src/jobs.ts'
import { makeDoorbell } from '../../src/queue/doorbell.ts'
import { gather } from '../../src/services/gather.ts'
import { requestIds } from '../../src/services/request-ids.ts'
import { makeDatabase } from '../support/database.ts'
import { contractOf } from '../support/people.ts'
import { spawnService } from '../support/process.ts'
import { OPERATOR_KEY } from '../support/service.ts'

/** A bell that is rung as the service rings it, and the jobs that it asked for, one list a ring. */
function aBell() {
  const rings: RecountJob[][] = []
  const bell = makeDoorbell(
    async (jobs) => {
      rings.push([...jobs])
    },
    (error) => {
      throw error
    },
    () => requestIds.getStore() ?? [],
  )
  return { bell, rings }
}
const MAY = { contractId: 'vf', month: 201905 }
const JUNE = { contractId: 'vf', month: 201906 }

t.test('a job names every request that rang for its month, each once, and no other', async (t) => {
  const { bell, rings } = aBell()
  for (const [id, months] of [['a', [MAY]] as const, ['b', [MAY, JUNE]] as const, ['a', [MAY]] as const]) {
    requestIds.run([id], () => {
      bell.ring(months)
    })
  }
  bell.ring([{ ...JUNE, month: 201907 }])
  await bell.close()
  t.same(rings, [
    [
      { ...MAY, requests: ['a', 'b'] },
      { ...JUNE, requests: ['b'] },
      { ...JUNE, month: 201907, requests: [] },
    ],
  ])
})

t.test('a month that many requests change names twenty of them', async (t) => {
  const { bell, rings } = aBell()
  for (let n = 0; n < 30; n++) {
    requestIds.run([`r-${n}`], () => {
      bell.ring([MAY])
    })
  }
  await bell.close()
  t.equal(rings[0]?.[0]?.requests.length, 20)
})

t.test('work that several requests share is done for all of them', async (t) => {
  const seen: (readonly string[] | undefined)[] = []
  const share = gather(
    async (_lane, items: readonly string[]) => {
      seen.push(requestIds.getStore())
      return items
    },
    (item) => item,
  )
  await Promise.all(['a', 'b'].map((id) => requestIds.run([id], () => share('lane', `item-${id}`))))
  await share('lane', 'of nobody')
  t.same(seen, [['a', 'b'], []])
})

t.test('the log leads from a request to the job that counted it', async (t) => {
  const database = await makeDatabase()
  t.teardown(() => database.drop())
  const service = await spawnService({
    DATABASE_URL: database.url,
    REDIS_URL: process.env.REDIS_URL,
    WAYMARK_OPERATOR_KEY: OPERATOR_KEY,
  })
  t.teardown(() => service.end('SIGTERM'))
  const { url, output } = service
  const send = async (method: string, path: string, key: string, body: object) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const reply = await fetch(`${url}/v1/${path}`, { method, headers, body: JSON.stringify(body) })
    t.ok(reply.ok, `${method} ${path}`)
    return { id: reply.headers.get('x-request-id') ?? '', body: (await reply.json()) as { key: string } }
  }
  await send('PUT', 'organisations/prov', OPERATOR_KEY, { name: 'prov', kind: 'provider' })
  await send('PUT', 'organisations/comm', OPERATOR_KEY, { name: 'comm', kind: 'commissioner' })
  const { key } = (await send('POST', 'organisations/prov/keys', OPERATOR_KEY, { label: 'test' })).body
  await send('PUT', 'contracts/vf', OPERATOR_KEY, contractOf('prov', 'comm'))
  const sent = await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      send('PUT', `contracts/vf/cases/case-${name}`, key, { closedOn: '2019-02-04' }),
    ),
  )
  const lines = (msg: string): any[] =>
    output()
      .split('\n')
      .filter((line) => line.includes(`"msg":"${msg}"`))
      .map((line) => JSON.parse(line))
  const ringOf = (id: string) => lines('rang').find(({ requests }) => requests.includes(id))
  const isCounted = (id: string): boolean =>
    lines('counted').some(({ job }) => ringOf(id)?.jobs.includes(job) === true)
  while (!sent.every(({ id }) => isCounted(id))) await pause(50)
  const named = lines('counted').flatMap(({ requests }) => requests)
  // Those that a waiting job took in later are named by the ring alone.
  t.ok(
    sent.some(({ id }) => named.includes(id)),
    'the worker names requests, too',
  )
  t.notMatch(output(), /case-[abc]/, 'and no case')
})
