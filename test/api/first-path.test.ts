import t from 'tap'
import { startService, type TestService } from '../support/service.ts'

let service: TestService
let provider: string
let commissioner: string

t.before(async () => {
  service = await startService()
  provider = await service.join('catch-22', 'provider')
  commissioner = await service.join('leicestershire-opcc', 'commissioner')
  await service.operate('PUT', '/v1/contracts/victim-first', {
    title: 'Victim First',
    provider: 'catch-22',
    commissioners: ['leicestershire-opcc'],
    startsOn: '2018-10-01',
    endsOn: '2021-09-30',
    instruments: ['victim-needs'],
    measures: ['personal-safety-resolved', 'health-reduced'],
    targets: { 'personal-safety-resolved': { green: 90, amber: 70 } },
  })
})
t.teardown(() => service.stop())

const assess = (ref: string, body: object) =>
  service.send('PUT', `/v1/contracts/victim-first/assessments/${ref}`, { key: provider, body })

const outcomes = async (key: string, period: string) => {
  const { status, body } = await service.send('GET', `/v1/contracts/victim-first/outcomes?period=${period}`, {
    key,
    headers: { prefer: 'wait=30' },
  })
  t.equal(status, 200)
  t.equal(body.pending, false)
  return body
}

t.test('assessments go in, outcomes come out', async (t) => {
  for (let n = 1; n <= 10; n++) {
    const start = await assess(`s-${n}`, {
      case: `case-${n}`,
      instrument: 'victim-needs',
      stage: 'start',
      assessedOn: '2018-12-03',
      answers: { 'personal-safety': 2, health: 3 },
    })
    t.equal(start.status, 201)
    const end = await assess(`e-${n}`, {
      case: `case-${n}`,
      instrument: 'victim-needs',
      stage: 'end',
      assessedOn: '2019-03-31',
      answers: { 'personal-safety': n <= 5 ? 0 : 1, health: 1 },
    })
    t.equal(end.status, 201)
  }
  const answer = await outcomes(commissioner, '2018-19-Q4')
  t.same(answer.completeness, { closedCases: 10, withStart: 10, paired: 10, rate: 1 })
  const [safety, health] = answer.measures
  // Wilson for 5 of 10, by R: prop.test(5, 10, correct = FALSE)$conf.int
  t.match(safety, { numerator: 5, denominator: 10, rate: 0.5, rag: 'red', suppressed: false })
  t.ok(Math.abs(safety.interval.low - 0.236593090511) < 1e-9)
  t.ok(Math.abs(safety.interval.high - 0.763406909489) < 1e-9)
  t.match(health, { numerator: 10, denominator: 10, rate: 1 })
})

t.test('the last day of a quarter is in it, and the day after is not', async (t) => {
  const next = await outcomes(commissioner, '2019-20-Q1')
  t.equal(next.completeness.closedCases, 0)
  t.equal(next.measures[0].rate, null)
  t.equal(next.measures[0].numerator, 0)
})

t.test('a changed closing date moves the case from the old month to the new one', async (t) => {
  const put = await service.send('PUT', '/v1/contracts/victim-first/cases/case-1', {
    key: provider,
    body: { closedOn: '2019-04-02' },
  })
  t.equal(put.status, 200)
  const march = await outcomes(provider, '2019-M03')
  const april = await outcomes(provider, '2019-M04')
  t.match(march.measures[0], { numerator: 4, denominator: 9 })
  t.match(april.measures[0], { numerator: 1, denominator: 1, rate: 1 })
})

t.test('a commissioner never sees a small group, a provider does', async (t) => {
  const april = await outcomes(commissioner, '2019-M04')
  t.match(april.measures[0], { numerator: null, denominator: null, rate: null, interval: null, rag: null })
  t.equal(april.measures[0].suppressed, true)
  t.same(april.completeness, { closedCases: null, withStart: null, paired: null, rate: null })
})

t.test('a correction replaces the answers and keeps the former ones', async (t) => {
  const corrected = await assess('e-2', {
    case: 'case-2',
    instrument: 'victim-needs',
    stage: 'end',
    assessedOn: '2019-03-31',
    answers: { 'personal-safety': 3, health: 1 },
  })
  t.equal(corrected.status, 200)
  t.equal(corrected.body.revision, 2)
  const march = await outcomes(provider, '2019-M03')
  t.match(march.measures[0], { numerator: 3, denominator: 9 })
  const { body } = await service.send('GET', '/v1/contracts/victim-first/assessments/e-2?revisions=true', {
    key: provider,
  })
  t.same(
    body.revisions.map((one: { revision: number; answers: unknown }) => [one.revision, one.answers]),
    [
      [1, { 'personal-safety': 0, health: 1 }],
      [2, { 'personal-safety': 3, health: 1 }],
    ],
  )
})

t.test('the same again changes nothing', async (t) => {
  const again = await assess('e-3', {
    case: 'case-3',
    instrument: 'victim-needs',
    stage: 'end',
    assessedOn: '2019-03-31',
    answers: { health: 1, 'personal-safety': 0 },
  })
  t.equal(again.status, 200)
  t.equal(again.body.revision, 1)
})
