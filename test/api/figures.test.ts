import t, { type Test } from 'tap'
import { londonDate, makeKeys, makePeople, pointersOf, type People } from '../support/people.ts'
import { OPERATOR_KEY, startService, type TestService } from '../support/service.ts'
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

/** One person a pair of start and end. */
const pairs = async (people: People, score: string, values: [number, number][], instrument?: string) => {
  const how = instrument === undefined ? {} : { instrument }
  for (const [n, [start, end]] of values.entries()) {
    await people.assess(`p-${n}`, { [score]: start }, how)
    await people.assess(`p-${n}`, { [score]: end }, { ...how, stage: 'end' })
  }
}

const changeOf = async (people: People, score: string, period = '2019-M02') => {
  const { changes } = (await people.outcomes(period)).body
  return (changes as { score: string }[]).find((one) => one.score === score)
}

/** The leaves of `expected` are there, numbers to nine places. */
const near = (t: Test, found: unknown, expected: Record<string, unknown>, path = '') => {
  for (const [name, value] of Object.entries(expected)) {
    const got = (found as Record<string, unknown> | null | undefined)?.[name]
    const at = `${path}${name}`
    if (typeof value === 'number')
      t.ok(Math.abs(Number(got) - value) < 1e-9, `${at}: ${String(got)} is ${value}`)
    else if (value === null || typeof value !== 'object') t.equal(got, value, at)
    else near(t, got, value as Record<string, unknown>, `${at}.`)
  }
}

t.test('figures of a score where lower is better, by hand', async (t) => {
  const people = await scene()
  await pairs(people, 'personal-safety', [
    [3, 0],
    [2, 1],
    [2, 2],
    [1, 2],
    [3, 1],
  ])
  // Starts 3 2 2 1 3: mean 11/5, squares of deviations 2.8. Ends 0 1 2 2 1: mean 6/5, squares 2.8.
  // Changes 3 1 0 -1 2: mean 1, squares 10, so variance 2.5 and standard error sqrt(0.5); t(4) = 2.7764451051978.
  near(t, await changeOf(people, 'personal-safety'), {
    instrument: 'victim-needs@1',
    better: 'lower',
    pairs: 5,
    start: { mean: 2.2, sd: Math.sqrt(0.7), median: 2 },
    end: { mean: 1.2, sd: Math.sqrt(0.7), median: 1 },
    change: {
      mean: 1,
      sd: Math.sqrt(2.5),
      median: 1,
      interval: {
        method: 't',
        level: 0.95,
        low: 1 - 2.7764451051978 * Math.SQRT1_2,
        high: 1 + 2.7764451051978 * Math.SQRT1_2,
      },
    },
    standardisedChange: 1 / Math.sqrt(0.7),
    percentageImprovement: 500 / 11,
    improved: 3,
    unchanged: 1,
    deteriorated: 1,
    reliable: null,
    suppressed: false,
  })
})

t.test('figures of a score where higher is better are turned so that positive is better', async (t) => {
  const people = await scene({ instruments: ['mood'], measures: ['mood-improved'] })
  await pairs(
    people,
    'mood',
    [
      [2, 6],
      [5, 4],
      [4, 5],
      [1, 4],
      [3, 10],
      [8, 3],
    ],
    'mood',
  )
  // Changes 4 -1 1 3 7 -5: total 9 of 8+5+6+9+7+2 = 37 available; need (4 or less): 2 4 1 3, gone at 6 5 10.
  // A change of 3 is reliable: 4 3 7 better, -5 worse. Recovered and reliably so: 2->6, 3->10.
  near(t, await changeOf(people, 'mood'), {
    better: 'higher',
    pairs: 6,
    start: { mean: 23 / 6, median: 3.5 },
    end: { mean: 32 / 6, median: 4.5 },
    change: { mean: 1.5, median: 2 },
    percentageImprovement: 900 / 37,
    improved: 4,
    unchanged: 0,
    deteriorated: 2,
    reliable: {
      threshold: 3,
      improved: 3,
      unchanged: 2,
      deteriorated: 1,
      recovered: 3,
      reliablyRecovered: 2,
      atCaseness: 4,
    },
  })
})

t.test('what one person or a best start cannot tell is null', async (t) => {
  const one = await scene()
  await pairs(one, 'personal-safety', [[2, 1]])
  near(t, await changeOf(one, 'personal-safety'), {
    pairs: 1,
    start: { mean: 2, sd: null, median: 2 },
    change: { mean: 1, sd: null, interval: null },
    standardisedChange: null,
    percentageImprovement: 50,
  })
  const best = await scene()
  await pairs(best, 'personal-safety', [
    [0, 0],
    [0, 1],
  ])
  near(t, await changeOf(best, 'personal-safety'), {
    pairs: 2,
    start: { mean: 0, sd: 0 },
    change: { mean: -0.5 },
    standardisedChange: null,
    percentageImprovement: null,
  })
})

t.test('the mean at the start is over the paired only', async (t) => {
  const people = await scene()
  await pairs(people, 'personal-safety', [[1, 0]])
  await people.assess('unpaired', { 'personal-safety': 3 })
  await people.putCase('unpaired', { closedOn: '2019-02-01' })
  near(t, await changeOf(people, 'personal-safety'), { pairs: 1, start: { mean: 1 } })
})

t.test('all kinds of the safety measure, each on its own basis', async (t) => {
  const people = await scene({
    measures: ['resolved', 'reduced', 'sustained', 'worse'].map((kind) => `personal-safety-${kind}`),
  })
  await pairs(people, 'personal-safety', [
    [3, 0],
    [3, 1],
    [2, 2],
    [1, 3],
    [0, 0],
    [0, 1],
  ])
  const { measures } = (await people.outcomes('2019-M02')).body
  t.same(
    measures.map((one: { measure: string; numerator: number; denominator: number }) => [
      one.measure,
      one.numerator,
      one.denominator,
    ]),
    [
      ['personal-safety-resolved', 1, 4],
      ['personal-safety-reduced', 2, 4],
      ['personal-safety-sustained', 4, 6],
      ['personal-safety-worse', 2, 6],
    ],
  )
  t.equal(measures[2].rate, 4 / 6, 'full doubles')
  t.match(measures[0], { kind: 'resolved', title: String, basis: String, version: String, suppressed: false })
})

t.test('an empty contract: nobody is null, never 0', async (t) => {
  const people = await scene({ targets: { 'personal-safety-resolved': { green: 90, amber: 70 } } })
  const { body } = await people.outcomes('2019-M02')
  t.same(body.completeness, { closedCases: 0, withStart: 0, paired: 0, rate: null })
  t.match(body.measures[0], { numerator: 0, denominator: 0, suppressed: false })
  t.same(
    [body.measures[0].rate, body.measures[0].interval, body.measures[0].rag],
    [null, null, null],
    'rate, interval, rag',
  )
  t.ok(Array.isArray(body.changes))
  for (const change of body.changes) {
    t.same([change.pairs, change.standardisedChange, change.percentageImprovement], [0, null, null])
  }
  t.same(body.groups, [])
})

const bands: [met: number, notMet: number, target: object, rag: string][] = [
  [10, 0, { green: 90, amber: 70 }, 'green'],
  [19, 1, { green: 90, amber: 70 }, 'green'],
  [9, 1, { green: 90, amber: 70 }, 'amber'],
  [7, 3, { green: 90, amber: 70 }, 'amber'],
  [6, 4, { green: 90, amber: 70 }, 'red'],
  [0, 1, { green: 90, amber: 70 }, 'red'],
  // In doubles 0.55 x 100 is above 55 and 0.58 x 100 below 58.
  [11, 9, { green: 55, amber: 40 }, 'amber'],
  [29, 21, { green: 90, amber: 58 }, 'amber'],
  // 2/3 is above 66.66 and below 66.67
  [2, 1, { green: 90, amber: 66.66 }, 'amber'],
  [2, 1, { green: 90, amber: 66.67 }, 'red'],
  [0, 10, { green: 10, amber: 30, better: 'lower' }, 'green'],
  [1, 9, { green: 10, amber: 30, better: 'lower' }, 'amber'],
  [3, 7, { green: 10, amber: 30, better: 'lower' }, 'amber'],
  [4, 6, { green: 10, amber: 30, better: 'lower' }, 'red'],
]
for (const [met, notMet, target, rag] of bands) {
  t.test(`${met} of ${met + notMet} is ${rag} for ${JSON.stringify(target)}`, async (t) => {
    const people = await scene({ targets: { 'personal-safety-resolved': target } })
    await people.resolved(met, notMet)
    const [measure] = (await people.outcomes('2019-M02')).body.measures
    t.equal(measure.rag, rag)
    t.match(measure.target, target)
  })
}

t.test('no target, no rag; a period over two targets has none either', async (t) => {
  const without = await scene()
  await without.resolved(1, 0)
  const [plain] = (await without.outcomes('2019-M02')).body.measures
  t.equal(plain.rag, null)

  const targets = [
    { from: '2018-10-01', green: 90, amber: 70 },
    { from: '2019-04-01', green: 50, amber: 30 },
  ]
  const people = await scene({ targets: { 'personal-safety-resolved': targets } })
  await people.resolved(3, 1, '2019-03-31')
  await people.resolved(3, 1, '2019-04-01')
  const ragOf = async (period: string) => {
    const [measure] = (await people.outcomes(period)).body.measures
    return [measure.rag, measure.ragReason]
  }
  t.same(await ragOf('2018-19-Q4'), ['amber', undefined])
  t.same(await ragOf('2019-20-Q1'), ['green', undefined])
  t.same(await ragOf('2018-19-Q4..2019-20-Q1'), [null, 'target-changed'])
  t.same((await people.outcomes('2019-20-Q1')).body.measures[0].target, { green: 50, amber: 30 })
})

t.test('a period is provisional until it and its grace time have ended', async (t) => {
  const people = await scene()
  const thisMonth = `${londonDate().slice(0, 4)}-M${londonDate().slice(5, 7)}`
  t.equal((await people.outcomes(thisMonth)).body.provisional, true)
  t.equal((await people.outcomes('2019-M02')).body.provisional, false)
  const ended = Date.parse('2019-02-28T00:00:00Z')
  const daysSince = (Date.parse(`${londonDate()}T00:00:00Z`) - ended) / 86_400_000
  for (const [returnGraceDays, provisional] of [
    [daysSince, true],
    [daysSince - 1, false],
  ] as const) {
    const graceful = await startService({ returnGraceDays })
    const scene = await makePeople(graceful, await makeKeys(graceful), 'grace')
    t.equal(
      (await scene.outcomes('2019-M02')).body.provisional,
      provisional,
      `${returnGraceDays} days of grace`,
    )
    await graceful.stop()
  }
})

t.test('what no case holds is kept period by period, as it was sent', async (t) => {
  const { contract } = await scene()
  const ask = (method: string, rest: string, body?: unknown, headers = {}, key = keys.provider) =>
    service.send(method, `/v1/contracts/${contract}/figures${rest}`, { key, body, headers })
  const body = { 'idva-fte': 3.4, complaints: 0, commentary: 'One post was vacant.\nIt is filled now.' }
  t.equal((await ask('GET', '/2025-26-Q1')).status, 404)
  t.same((await ask('GET', '')).body, { items: [], next: null })
  const made = await ask('PUT', '/2025-26-Q1', body)
  t.same([made.status, made.headers.etag], [201, '"1"'])
  const { updatedAt, ...rest } = made.body
  t.same(rest, { ...body, contract, period: '2025-26-Q1' })
  t.match(updatedAt, /^\d{4}-\d\d-\d\dT.*Z$/)
  const found = await ask('GET', '/2025-26-Q1')
  t.same([found.status, found.text, found.headers.etag], [200, made.text, '"1"'])
  t.same((await ask('GET', '')).body, { items: [made.body], next: null })

  const again = await ask('PUT', '/2025-26-Q1', {
    commentary: body.commentary,
    complaints: 0,
    'idva-fte': 3.4,
  })
  t.same([again.status, again.body], [200, made.body], 'the same again')
  t.equal((await ask('PUT', '/2025-26-Q1', { complaints: 1 }, { 'if-match': '"2"' })).status, 412)
  t.equal((await ask('PUT', '/2024-25', { complaints: 1 }, { 'if-match': '*' })).status, 412)
  const other = await ask('PUT', '/2025-26-Q1', { complaints: 1 }, { 'if-match': '"1"' })
  t.same([other.status, other.headers.etag, 'idva-fte' in other.body], [200, '"2"', false], 'the whole')
  const none = await ask('PUT', '/2025-26-Q1', {})
  t.same([none.status, Object.keys(none.body as object).sort()], [200, ['contract', 'period', 'updatedAt']])
  t.equal((await ask('DELETE', '/2025-26-Q1')).status, 404, 'there is no such route')
})

t.test('figures of one stretch of time are the same, however it is asked for', async (t) => {
  const { contract } = await scene()
  const root = `/v1/contracts/${contract}/figures`
  const put = (period: string, complaints: number) =>
    service.send('PUT', `${root}/${period}`, { key: keys.provider, body: { complaints } })
  const asked: [period: string, kept: string][] = [
    ['2025-26-Q1', '2025-26-Q1'],
    ['2025-26-Q4..2025-26-Q4', '2025-26-Q4'],
    ['2025-M07..2025-M09', '2025-26-Q2'],
    ['2025-26', '2025-26'],
    ['2024-25-Q1..2024-25-Q4', '2024-25'],
    ['2023-M04..2024-M03', '2023-24'],
    ['2018-19-Q3..2019-20-Q2', '2018-19-Q3..2019-20-Q2'],
    ['2018-M01..2018-M12', '2017-18-Q4..2018-19-Q3'],
    ['2020-21-Q1..2021-22-Q4', '2020-21-Q1..2021-22-Q4'],
    ['2019-M08', '2019-M08'],
    ['2019-M09..2019-M09', '2019-M09'],
    ['2019-M05..2019-M07', '2019-M05..2019-M07'],
    ['2018-M09..2019-M08', '2018-M09..2019-M08'],
  ]
  for (const [n, [period, kept]] of asked.entries()) {
    const made = await put(period, n)
    t.same([made.status, made.body.period], [201, kept], period)
    t.same((await put(kept, n)).body, made.body, period)
    const found = await service.send('GET', `${root}/${period}`, { key: keys.provider })
    t.same([found.status, found.body], [200, made.body], period)
  }
  const periods: string[] = []
  for (let cursor = ''; ;) {
    const { body } = await service.send('GET', `${root}?limit=5${cursor}`, { key: keys.provider })
    periods.push(...body.items.map((one: { period: string }) => one.period))
    if (body.next === null) break
    cursor = `&cursor=${body.next}`
  }
  t.same(periods, asked.map(([, kept]) => kept).sort())
  for (const period of ['2025-27', '2025-26-Q5', '2025-M13', '2025-Q1', '2025-26..2026-27', 'x', 'a%20b']) {
    const reply = await put(period, 1)
    t.same([reply.status, pointersOf(reply)], [422, ['/period']], period)
    t.equal((await service.send('GET', `${root}/${period}`, { key: keys.provider })).status, 422, period)
  }
})

t.test('figures that the definitions do not name, or that are not what their name takes', async (t) => {
  const { contract } = await scene()
  const put = (body: unknown) =>
    service.send('PUT', `/v1/contracts/${contract}/figures/2025-26-Q1`, { key: keys.provider, body })
  const unknown = await put({ colour: 1, 'a/b~c': 'x', complaints: -1 })
  t.equal(unknown.status, 422)
  t.same(unknown.body.errors, [
    { pointer: '/colour', detail: 'is not a figure that the definitions name' },
    { pointer: '/a~1b~0c', detail: 'is not a figure that the definitions name' },
    { pointer: '/complaints', detail: 'must be at least 0' },
  ])
  for (const name of ['__proto__', 'constructor', 'period', '']) {
    const reply = await put(`{${JSON.stringify(name)}: 1}`)
    t.same([reply.status, pointersOf(reply)], [422, [`/${name}`]], name)
  }
  for (const value of ['-0.001', '1000000000001', '1e400', '"3"', 'true', 'null', '[1]', '{}']) {
    const reply = await put(`{"idva-fte": ${value}}`)
    t.same([reply.status, pointersOf(reply)], [422, ['/idva-fte']], value)
  }
  for (const value of ['""', '" \\n "', '7', 'null', '"a\\u0000b"', '"a\\tb"', '"a\\r\\nb"', '"\\ud800"']) {
    const reply = await put(`{"commentary": ${value}}`)
    t.same([reply.status, pointersOf(reply)], [422, ['/commentary']], value)
  }
  t.equal((await put({ commentary: 'x'.repeat(10_001) })).status, 422)
  for (const body of ['[]', 'null', '7', '"x"']) {
    const reply = await put(body)
    t.same([reply.status, pointersOf(reply)], [422, ['']], body)
  }
  const fine = { 'idva-fte': 1e12, complaints: 0, commentary: 'é'.repeat(10_000), risks: '😀\n' }
  const taken = await put(fine)
  t.equal(taken.status, 201)
  t.match(taken.body, fine)
})

t.test('figures that no case holds are the contract’s own provider’s alone', async (t) => {
  const partner = await service.join('part', 'provider')
  const { contract } = await scene({ partners: ['part'] })
  const root = `/v1/contracts/${contract}/figures`
  await service.send('PUT', `${root}/2025-26-Q1`, { key: keys.provider, body: { complaints: 1 } })
  for (const [method, path, body] of [
    ['GET', `${root}/2025-26-Q1`, undefined],
    ['GET', root, undefined],
    ['PUT', `${root}/2025-26-Q1`, { complaints: 2 }],
    ['PUT', `${root}/2025-26-Q2`, { complaints: 2 }],
  ] as const) {
    const by = async (key: string) => (await service.send(method, path, { key, body })).status
    t.same([await by(partner), await by(keys.commissioner)], [404, 404], `${method} ${path}`)
    t.same([await by(OPERATOR_KEY), await by('wrong')], [403, 401], `${method} ${path}`)
  }
  const { items } = (await service.send('GET', root, { key: keys.provider })).body
  t.match(items, [{ period: '2025-26-Q1', complaints: 1 }])
  t.equal(items.length, 1)
})
