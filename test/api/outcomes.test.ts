import t from 'tap'
import { makeKeys, makePeople, pointersOf, type People } from '../support/people.ts'
import { startService, type TestService } from '../support/service.ts'
import { testSurveys } from '../support/surveys.ts'

let service: TestService
let keys: { provider: string; commissioner: string }
let scenes = 0

t.before(async () => {
  service = await startService({ surveysDir: t.testdir(testSurveys) })
  keys = await makeKeys(service)
})
t.teardown(() => service.stop())

const scene = (changes: object = {}) => makePeople(service, keys, `scene-${++scenes}`, changes)
const safety = (value: number) => ({ 'personal-safety': value })
const end = { stage: 'end' }

/** Numerator and denominator of the contract's only measure. */
const counted = async (people: People, period: string) => {
  const { numerator, denominator } = (await people.outcomes(period)).body.measures[0]
  return [numerator, denominator]
}
const completeness = async (people: People, period: string) =>
  (await people.outcomes(period)).body.completeness

t.test('the latest end counts, and dates the closing', async (t) => {
  const people = await scene()
  await people.assess('a', safety(2))
  await people.assess('a', safety(2), { ...end, on: '2019-03-01' })
  await people.assess('a', safety(0), { ...end, on: '2019-02-01' })
  t.same(await counted(people, '2019-M03'), [0, 1])
  t.same(await counted(people, '2019-M02'), [0, 0])
})

t.test('the earliest start counts', async (t) => {
  const people = await scene()
  await people.assess('a', safety(3), { on: '2018-12-01' })
  await people.assess('a', safety(0), { on: '2018-10-05' })
  await people.assess('a', safety(0), end)
  t.same(await counted(people, '2019-M02'), [0, 0], 'no need at the first start')
})

for (const [first, last] of [
  ['B', 'a'],
  ['e-10', 'e-9'],
  ['a-c', 'ab'],
  ['a.c', 'a_b'],
  ['Z', '_'],
] as const) {
  t.test(`on one day ${first} comes before ${last}`, async (t) => {
    const people = await scene()
    const orders = { late: [last, first], early: [first, last] }
    for (const [of, refs] of Object.entries(orders)) {
      for (const ref of refs) {
        await people.assess(of, safety(ref === first ? 1 : 0), { ref: `${ref}-${of}-s` })
        await people.assess(of, safety(ref === last ? 0 : 3), { ...end, ref: `${ref}-${of}-e` })
      }
    }
    t.same(await counted(people, '2019-M02'), [2, 2], 'whatever the order they arrived in')
  })
}

t.test('a start after the end pairs, and one of years before', async (t) => {
  const people = await scene()
  await people.assess('after', safety(1), { on: '2019-05-01' })
  await people.assess('after', safety(0), end)
  await people.assess('before', safety(1), { on: '1990-01-01' })
  await people.assess('before', safety(0), end)
  t.same(await counted(people, '2019-M02'), [2, 2])
})

t.test('a score missing at the deciding end or start is unpaired, never replaced', async (t) => {
  const people = await scene()
  await people.assess('a', safety(2))
  await people.assess('a', safety(0), { ...end, on: '2019-02-01' })
  await people.assess('a', { health: 1 }, { ...end, on: '2019-02-02' })
  await people.assess('b', { health: 1 }, { on: '2018-11-01' })
  await people.assess('b', safety(2), { on: '2018-11-02' })
  await people.assess('b', safety(0), end)
  t.same(await counted(people, '2019-M02'), [0, 0])
  t.same(await completeness(people, '2019-M02'), { closedCases: 2, withStart: 2, paired: 2, rate: 1 })
})

t.test('a case counts in the month of closedOn, else of its latest end of any instrument', async (t) => {
  const people = await scene({ instruments: ['victim-needs', 'mood'] })
  await people.resolved(1, 0, '2019-02-28')
  const of = 'p-2019-02-28-0'
  t.same(await counted(people, '2019-M02'), [1, 1])
  await people.putCase(of, { closedOn: '2019-04-30' })
  t.same(await counted(people, '2019-M02'), [0, 0])
  t.same(await counted(people, '2019-M04'), [1, 1])
  await people.putCase(of, { closedOn: '2019-05-01' })
  t.same(await counted(people, '2019-M04'), [0, 0])
  t.same(await counted(people, '2019-M05'), [1, 1])
  await people.putCase(of, {})
  t.same(await counted(people, '2019-M05'), [0, 0])
  t.same(await counted(people, '2019-M02'), [1, 1], 'a cleared closedOn gives back the end')
  await people.assess(of, { mood: 3 }, { ...end, instrument: 'mood', on: '2019-06-30' })
  t.same(await counted(people, '2019-M06'), [1, 1], 'another instrument dates the closing')
  await people.assess(of, safety(3), { stage: 'follow-up', on: '2019-07-31' })
  await people.assess(of, safety(3), { stage: 'review', on: '2019-07-31' })
  t.same(await counted(people, '2019-M06'), [1, 1], 'a follow-up or review does not')
})

t.test('an open case is not counted; one closed without support is not in completeness', async (t) => {
  const people = await scene()
  await people.assess('open', safety(2))
  await people.assess('open', safety(0), { stage: 'review', on: '2019-02-01' })
  await people.putCase('refused', { referredOn: '2019-01-02', closedOn: '2019-02-02', closure: 'declined' })
  await people.assess('declined', undefined, { response: 'declined' })
  await people.putCase('declined', { closedOn: '2019-02-02' })
  const nobody = { closedCases: 0, withStart: 0, paired: 0, rate: null }
  t.same(await completeness(people, '2019-M02'), nobody)
  await people.putCase('supported', { startedOn: '2019-01-02', closedOn: '2019-02-02' })
  t.same(await completeness(people, '2019-M02'), { closedCases: 1, withStart: 0, paired: 0, rate: 0 })
  await people.putCase('open', { closedOn: '2019-02-03' })
  t.same(await completeness(people, '2019-M02'), { closedCases: 2, withStart: 1, paired: 0, rate: 0 })
  t.same(await counted(people, '2019-M02'), [0, 0])
})

t.test('a response other than completed neither pairs nor dates a closing', async (t) => {
  const people = await scene()
  for (const response of ['declined', 'not-asked', 'unable', 'no-reply']) {
    await people.assess(response, undefined, { response, on: '2018-11-01' })
    await people.assess(response, safety(2))
    await people.assess(response, safety(0), end)
    await people.assess(response, undefined, { ...end, response, on: '2019-03-05' })
    await people.assess(`${response}-only`, safety(2))
    await people.assess(`${response}-only`, undefined, { ...end, response, on: '2019-03-05' })
  }
  t.same(await counted(people, '2019-M02'), [4, 4])
  t.same((await completeness(people, '2019-M03')).closedCases, 0)
})

t.test('another respondent does not pair, but closes', async (t) => {
  const people = await scene()
  await people.assess('a', safety(2))
  await people.assess('a', safety(0), { ...end, respondent: 'parent' })
  await people.assess('b', safety(2), { respondent: 'worker' })
  await people.assess('b', safety(0), { ...end, respondent: 'worker' })
  await people.assess('c', safety(2))
  await people.assess('c', safety(0), end)
  await people.assess('c', safety(3), { ...end, respondent: 'parent', on: '2019-03-01' })
  t.same(await completeness(people, '2019-M02'), { closedCases: 2, withStart: 1, paired: 0, rate: 0 })
  t.same(await counted(people, '2019-M02'), [0, 0])
  t.same(await counted(people, '2019-M03'), [1, 1])
})

t.test('the respondent left out is the instrument’s own', async (t) => {
  const people = await scene({ instruments: ['family'], measures: ['family-improved'] })
  const family = { instrument: 'family' }
  await people.assess('a', { mood: 2 }, family)
  await people.assess('a', { mood: 4 }, { ...family, ...end, respondent: 'parent' })
  await people.assess('b', { mood: 2 }, { ...family, respondent: 'self' })
  await people.assess('b', { mood: 4 }, { ...family, ...end, respondent: 'self' })
  t.same(await counted(people, '2019-M02'), [1, 1])
})

t.test('versions pair only where they are declared comparable', async (t) => {
  for (const [instrument, expected] of [
    ['mood', [1, 1]],
    ['rigid', [0, 0]],
  ] as const) {
    const people = await scene({ instruments: [instrument], measures: [`${instrument}-improved`] })
    await people.assess('a', { mood: 2 }, { instrument })
    await people.assess('a', { mood: 4 }, { ...end, instrument, on: '2019-07-01' })
    t.same(await counted(people, '2019-M07'), expected, instrument)
  }
})

t.test('of several starts the earliest comparable one pairs', async (t) => {
  const people = await scene({ instruments: ['rigid'], measures: ['rigid-improved'] })
  await people.assess('a', { mood: 9 }, { instrument: 'rigid' })
  await people.assess('a', { mood: 2 }, { instrument: 'rigid', on: '2019-07-01' })
  await people.assess('a', { mood: 4 }, { ...end, instrument: 'rigid', on: '2019-07-31' })
  t.same(await counted(people, '2019-M07'), [1, 1])
})

t.test('a correction recounts both cases it touches', async (t) => {
  const people = await scene()
  await people.assess('a', safety(2))
  await people.assess('b', safety(3))
  await people.assess('a', safety(0), { ...end, ref: 'end', on: '2019-02-01' })
  t.same(await completeness(people, '2019-M02'), { closedCases: 1, withStart: 1, paired: 1, rate: 1 })
  await people.assess('b', safety(1), { ...end, ref: 'end', on: '2019-03-31' })
  t.same((await completeness(people, '2019-M02')).closedCases, 0, 'the former case is open again')
  t.same(await completeness(people, '2019-M03'), { closedCases: 1, withStart: 1, paired: 1, rate: 1 })
  t.same(await counted(people, '2019-M03'), [0, 1])
  await people.assess('b', safety(1), { stage: 'review', ref: 'end', on: '2019-03-31' })
  t.same((await completeness(people, '2019-M03')).closedCases, 0, 'no longer an end')
})

t.test('a measure with a date counts from that date', async (t) => {
  const people = await scene({
    measures: ['personal-safety-worse', { measure: 'personal-safety-resolved', from: '2019-04-01' }],
  })
  await people.resolved(1, 0, '2019-03-31')
  await people.resolved(2, 1, '2019-04-01')
  const dated = async (period: string) =>
    ((await people.outcomes(period)).body.measures as { measure: string; denominator: number }[]).find(
      ({ measure }) => measure === 'personal-safety-resolved',
    )
  t.notOk((await dated('2018-19-Q4'))?.denominator, 'not before')
  t.match(await dated('2019-20-Q1'), { numerator: 2, denominator: 3 })
  t.match(await dated('2018-19-Q4..2019-20-Q1'), { numerator: 2, denominator: 3 })
})

t.test('periods of every form', async (t) => {
  const people = await scene()
  const forms = [
    ['2018-19-Q3', '2018-10-01', '2018-12-31'],
    ['2018-19-Q4', '2019-01-01', '2019-03-31'],
    ['2018-19', '2018-04-01', '2019-03-31'],
    ['1999-00', '1999-04-01', '2000-03-31'],
    ['2020-M02', '2020-02-01', '2020-02-29'],
    ['2018-19-Q3..2019-20-Q2', '2018-10-01', '2019-09-30'],
    ['2018-M09..2019-M08', '2018-09-01', '2019-08-31'],
    ['2019-M08..2019-M08', '2019-08-01', '2019-08-31'],
  ] as const
  for (const [period, from, to] of forms) {
    t.match((await people.outcomes(period)).body, { contract: people.contract, period, from, to }, period)
  }
  const wrong =
    '2018-19-Q5 2018-19-Q0 2018-20 2018-20-Q1 2018-2019 2019-M13 2019-M00 2019-M8 2019-08 2019 ' +
    '2018-19..2019-20 2018-19-Q3..2019-M08 2019-20-Q1..2018-19-Q4 2019-M08.. 2018-19-Q3...2018-19-Q4 x'
  for (const period of [...wrong.split(' '), '', '2018-19-Q3%00']) {
    const path = `/v1/contracts/${people.contract}/outcomes?period=${period}`
    const reply = await service.send('GET', path, { key: keys.provider })
    t.equal(reply.status, 422, period)
    t.same(pointersOf(reply), ['/period'], period)
  }
  const none = await service.send('GET', `/v1/contracts/${people.contract}/outcomes`, { key: keys.provider })
  t.same([none.status, pointersOf(none)], [422, ['/period']])
  const twice = `/v1/contracts/${people.contract}/outcomes?period=2018-19&period=2019-20`
  t.equal((await service.send('GET', twice, { key: keys.provider })).status, 422)
})

t.test('quarters and a year are made from the same months', async (t) => {
  const people = await scene()
  await people.resolved(1, 0, '2019-01-01')
  await people.resolved(0, 1, '2019-03-31')
  await people.resolved(2, 1, '2019-04-01')
  t.same(await counted(people, '2018-19-Q4'), [1, 2])
  t.same(await counted(people, '2018-19'), [1, 2])
  t.same(await counted(people, '2019-M03..2019-M04'), [2, 4])
  t.same(await counted(people, '2018-19-Q4..2019-20-Q1'), [3, 5])
})

t.test('whoever asks at the same time is answered their own question', async (t) => {
  const [ours, theirs] = [
    await scene(),
    await scene({ title: 'Theirs', measures: ['personal-safety-reduced'] }),
  ]
  for (const [people, howMany] of [
    [ours, 6],
    [theirs, 8],
  ] as const) {
    await people.resolved(howMany, 5)
    await people.resolved(howMany + 10, 5, '2019-05-01')
  }
  const stranger = await service.join('stranger', 'provider')
  const strangers = await service.join('strangers', 'commissioner')
  const allowed = [keys.provider, keys.commissioner].flatMap((key) =>
    [ours, theirs].flatMap((people) =>
      ['2018-19-Q4', '2019-20-Q1'].flatMap((period) =>
        ['', '&by=sex'].map((by) => ({ key, path: `${people.contract}/outcomes?period=${period}${by}` })),
      ),
    ),
  )
  const foreign = [stranger, strangers].map((key) => ({
    key,
    path: `${ours.contract}/outcomes?period=2018-19-Q4`,
  }))
  const told = async ({ key, path }: { key: string; path: string }) => {
    const { status, body } = await service.send('GET', `/v1/contracts/${path}`, { key })
    return { status, period: body.period, measures: body.measures, groups: body.groups?.length }
  }
  for (const people of [ours, theirs])
    for (const key of [keys.provider, keys.commissioner])
      for (const period of ['2018-19-Q4', '2019-20-Q1']) await people.outcomes(period, key)
  const questions = [...allowed, ...foreign]
  const alone: unknown[] = []
  for (const question of questions) alone.push(await told(question))
  for (let times = 0; times < 3; times++) t.same(await Promise.all(questions.map(told)), alone)
  t.same((await told(foreign[0] ?? { key: '', path: '' })).status, 404)
  t.ok(new Set(alone.map((one) => JSON.stringify(one))).size >= 8, 'they differ')
})
