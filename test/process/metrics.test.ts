import t from 'tap'
import { makeMetrics } from '../../src/process/metrics.ts'
import { makeKeys, makePeople } from '../support/people.ts'
import { startService, type TestService } from '../support/service.ts'

let service: TestService
let keys: { provider: string; commissioner: string }

t.before(async () => {
  service = await startService()
  keys = await makeKeys(service)
})
t.teardown(() => service.stop())

/** A figure as Prometheus reads it; 0 where it is not there yet. */
async function figure(name: string): Promise<number> {
  const { text } = await service.send('GET', '/metrics')
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1) ?? 0)
}
const figures = async (name: string, label: string, values: readonly string[]) =>
  Promise.all(values.map((value) => figure(`${name}{${label}="${value}"}`)))

t.test('lines of bulk bodies are counted by what came of them, and those of a dry run are not', async (t) => {
  await makePeople(service, keys, 'bulk')
  const lines = [
    { case: 'one', closedOn: '2019-02-01' },
    { case: 'two', closedOn: '2019-02-01' },
    { case: 'three', closedOn: 'yesterday' },
  ]
  const send = (query: string) =>
    service.send('POST', `/v1/contracts/bulk/cases/bulk${query}`, {
      key: keys.provider,
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    })
  const taken = () =>
    figures('waymark_bulk_lines_total', 'outcome', ['created', 'corrected', 'unchanged', 'rejected'])
  t.equal((await send('?dryRun=true')).status, 200)
  t.same(await taken(), [0, 0, 0, 0])
  t.equal((await send('')).status, 200)
  t.same(await taken(), [2, 0, 0, 1])
  t.equal((await send('')).status, 200)
  t.same(await taken(), [2, 0, 2, 2])
  t.equal((await send('?mode=atomic')).status, 422)
  t.same(await taken(), [2, 0, 2, 3], 'nothing of it was kept')
})

t.test(
  'what a commissioner reads is counted as shown or hidden, and what its provider reads is not',
  async (t) => {
    const people = await makePeople(service, keys, 'shown')
    // 4 of 12: the numerator is small.
    await people.resolved(4, 8)
    const period = '2018-19-Q4'
    await people.outcomes(period)
    const read = () => figures('waymark_commissioner_figures_total', 'suppressed', ['false', 'true'])
    t.same(await read(), [0, 0])
    const { body } = await people.outcomes(period, keys.commissioner)
    t.match(body.measures, [{ measure: 'personal-safety-resolved', suppressed: true }])
    const all = [...body.measures, ...body.changes] as { suppressed: boolean }[]
    const hidden = all.filter(({ suppressed }) => suppressed).length
    t.same(await read(), [all.length - hidden, hidden])
    const more = await Promise.all(
      [
        '/v1/contracts/shown/transitions?instrument=victim-needs&score=personal-safety&period=2018-19-Q4',
        '/v1/compare?measure=personal-safety-resolved&period=2018-19-Q4',
        '/v1/contracts/shown/trend?measure=personal-safety-resolved&last=1',
      ].map((path) => service.send('GET', path, { key: keys.commissioner })),
    )
    t.same(
      more.map(({ status }) => status),
      [200, 200, 200],
    )
    const flags = more.flatMap(({ text }) => [...text.matchAll(/"suppressed":(true|false)/g)])
    const [shown, suppressed] = await read()
    t.equal((shown ?? 0) + (suppressed ?? 0), all.length + flags.length, 'each figure that was sent, once')
  },
)

t.test('the queue says how many jobs it has', async (t) => {
  t.equal(await figure('waymark_queue_up'), 1)
  const { text } = await service.send('GET', '/metrics')
  for (const state of ['waiting', 'active', 'failed']) {
    t.match(text, new RegExp(`^waymark_queue_jobs\\{state="${state}"\\} \\d+$`, 'm'))
  }
})

t.test('while the database or the queue is away, the other figures are there', async (t) => {
  const gone = () => Promise.reject(new Error('away'))
  const waiting = { marks: 7, oldestSeconds: 3, failing: 1 }
  const queueless = makeMetrics({ backlog: () => Promise.resolve(waiting), jobs: gone })
  t.match(await queueless.render(), /^waymark_marks 7$[^]*^waymark_database_up 1$[^]*^waymark_queue_up 0$/m)
  const alone = makeMetrics({ backlog: gone, jobs: () => Promise.resolve({ waiting: 5 }) })
  t.match(
    await alone.render(),
    /^waymark_database_up 0$[^]*^waymark_queue_up 1$[^]*^waymark_queue_jobs\{state="waiting"\} 5$/m,
  )
})

t.test('labels are of kinds that can be counted on the fingers', async (t) => {
  const { text } = await service.send('GET', '/metrics')
  const labels = new Set(
    [...text.matchAll(/^waymark_\w+\{(.*)\}/gm)].flatMap(([, all = '']) => all.match(/\w+(?==")/g)),
  )
  t.same([...labels].sort(), ['le', 'method', 'outcome', 'route', 'state', 'status', 'suppressed'])
})
