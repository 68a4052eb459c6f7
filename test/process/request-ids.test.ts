import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import type { RecountJob } from '../../src/jobs.ts'
import { makeDoorbell } from '../../src/queue/doorbell.ts'
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
  )
  return { bell, rings }
}
const MAY = { contractId: 'vf', month: 201905 }
const JUNE = { contractId: 'vf', month: 201906 }

t.test('a job names every request that rang for its month, each once, and no other', async (t) => {
  const { bell, rings } = aBell()
  for (const [id, months] of [['a', [MAY]] as const, ['b', [MAY, JUNE]] as const, ['a', [MAY]] as const]) {
    bell.ring(months, [id])
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
    bell.ring([MAY], [`r-${n}`])
  }
  await bell.close()
  t.equal(rings[0]?.[0]?.requests.length, 20)
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
  const send = async (method: string, path: string, key: string, body?: object) => {
    const reply = await fetch(`${url}/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && {
          'content-type': path.endsWith('/bulk') ? 'application/x-ndjson' : 'application/json',
        }),
        ...(method === 'POST' && { 'idempotency-key': 'once' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    t.ok(reply.ok, `${method} ${path}`)
    return { id: reply.headers.get('x-request-id') ?? '', text: await reply.text() }
  }
  await send('PUT', 'organisations/prov', OPERATOR_KEY, { name: 'prov', kind: 'provider' })
  await send('PUT', 'organisations/comm', OPERATOR_KEY, { name: 'comm', kind: 'commissioner' })
  const issued = await send('POST', 'organisations/prov/keys', OPERATOR_KEY, { label: 'test' })
  const { key } = JSON.parse(issued.text) as { key: string }
  await send('PUT', 'contracts/vf', OPERATOR_KEY, contractOf('prov', 'comm'))
  const write = (method: string, path: string, body?: object) =>
    send(method, `contracts/vf/${path}`, key, body)
  const closed = { closedOn: '2019-02-04' }
  const ended = { instrument: 'victim-needs', stage: 'end', assessedOn: '2019-02-04', answers: { health: 1 } }
  const contact = { on: '2019-02-01', kind: 'phone' }
  const sent = [
    ...(await Promise.all(['a', 'b', 'c'].map((name) => write('PUT', `cases/case-${name}`, closed)))),
    // These share a transaction, or wait for one that others share.
    ...(await Promise.all(
      ['a', 'b', 'c'].map((name) => write('PUT', `assessments/${name}`, { ...ended, case: `case-${name}` })),
    )),
    await write('PUT', 'contacts/k', { ...contact, cases: ['case-a'] }),
    await write('POST', 'assessments', { ...ended, case: 'case-d' }),
    await write('POST', 'cases/bulk', { case: 'case-e', ...closed }),
    await write('DELETE', 'contacts/k'),
    await write('DELETE', 'assessments/a'),
    await write('DELETE', 'cases/case-b'),
    await send('PUT', 'contracts/vf', OPERATOR_KEY, { ...contractOf('prov', 'comm'), measures: [] }),
  ]
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
  t.notMatch(output(), /case-[a-e]/, 'and no case')
})
