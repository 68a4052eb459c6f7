import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { addDays, londonDateOf } from '../../src/domain/period.ts'
import { contractOf, londonDate, pointersOf } from '../support/people.ts'
import { startService, type TestService } from '../support/service.ts'
import { testSurveys } from '../support/surveys.ts'

let service: TestService
let key: string

t.before(async () => {
  service = await startService({ surveysDir: t.testdir(testSurveys) })
  key = await service.join('prov', 'provider')
  await service.join('comm', 'commissioner')
  const instruments = ['victim-needs', 'mood', 'feedback', 'family']
  await service.operate('PUT', '/v1/contracts/c', { ...contractOf('prov', 'comm'), instruments })
  await service.operate('PUT', '/v1/contracts/narrow', contractOf('prov', 'comm'))
})
t.teardown(() => service.stop())

const ROOT = '/v1/contracts/c'
const put = (path: string, body: unknown) => service.send('PUT', `${ROOT}/${path}`, { key, body })
const get = (path: string) => service.send('GET', `${ROOT}/${path}`, { key })
const start = (changes: object = {}) => ({
  case: 'one',
  instrument: 'victim-needs',
  stage: 'start',
  assessedOn: '2019-01-08',
  answers: { 'personal-safety': 3, health: 2 },
  ...changes,
})

t.test('a case is made, kept, replaced whole', async (t) => {
  const body = {
    client: 'C-77',
    referredOn: '2019-01-03',
    referralSource: 'police',
    firstContactOn: '2019-01-05',
    startedOn: '2019-01-08',
    closedOn: '2019-04-02',
    closure: 'moved-abroad',
    continues: false,
    deliveredBy: 'prov',
    fundingStream: 'moj-core',
    area: 'E06000016',
    cohorts: ['idva'],
    crimeType: 'domestic-abuse',
    reportedToPolice: true,
    characteristics: {
      ageBand: '25-34',
      sex: 'female',
      ethnicity: 'white-british',
      disability: 'no',
      nationality: 'GB',
    },
  }
  const made = await put('cases/whole', body)
  t.equal(made.status, 201)
  t.match(made.body, { ...body, case: 'whole', contract: 'c', updatedAt: /^\d{4}-.*Z$/ })
  t.equal((await put('cases/whole', body)).status, 200)
  t.match((await get('cases/whole')).body, body)
  t.equal((await put('cases/whole', { client: 'C-78' })).status, 200)
  const { body: cleared } = await get('cases/whole')
  t.equal(cleared.client, 'C-78')
  t.notOk(cleared.closedOn ?? cleared.closure ?? cleared.crimeType ?? cleared.reportedToPolice)
  t.notOk(Object.keys((cleared.characteristics as object | null) ?? {}).length)
  t.same([cleared.cohorts ?? [], cleared.deliveredBy], [[], 'prov'])
})

t.test('dates out of order, before the contract and after it are taken', async (t) => {
  const dates = { referredOn: '1999-05-01', startedOn: '2024-01-01', closedOn: '1998-04-02' }
  t.match(await put('cases/odd', dates), { status: 201, body: dates })
})

const dates: [given: unknown, taken: string | undefined][] = [
  ['2025-06-30T23:30:00Z', '2025-07-01'],
  ['2025-07-01T00:30:00+05:00', '2025-06-30'],
  ['2019-01-01T00:30:00-08:00', '2019-01-01'],
  ['2018-12-31T20:30:00.123456-08:00', '2019-01-01'],
  // Clocks forward on 30 March 2025 at 01:00 UTC.
  ['2025-03-29T23:59:59Z', '2025-03-29'],
  ['2025-03-30T00:30:00Z', '2025-03-30'],
  ['2025-03-30T22:59:59Z', '2025-03-30'],
  ['2025-03-30T23:00:00Z', '2025-03-31'],
  ['2025-03-31T00:00:00+01:00', '2025-03-31'],
  // Clocks back on 26 October 2025 at 01:00 UTC.
  ['2025-10-25T22:59:59Z', '2025-10-25'],
  ['2025-10-25T23:00:00Z', '2025-10-26'],
  ['2025-10-26T23:30:00Z', '2025-10-26'],
  ['2025-10-27T00:30:00+01:00', '2025-10-26'],
  ['2025-10-27T00:00:00Z', '2025-10-27'],
  ['2024-02-29', '2024-02-29'],
  ['1990-01-01', '1990-01-01'],
  ['1989-12-31T23:30:00-01:00', '1990-01-01'],
  [londonDate(), londonDate()],
  ['1989-12-31', undefined],
  ['1990-01-01T00:30:00+01:00', undefined],
  [londonDate(1), undefined],
  [`${londonDate(2)}T00:00:00Z`, undefined],
  ['9999-12-31', undefined],
  ['2025-06-30T23:30:00', undefined],
  ['2025-06-30T23:30', undefined],
  ['2025-06-30T25:00:00Z', undefined],
  ['2025-06-30T23:30:00+25:00', undefined],
  ['2025-02-29', undefined],
  ['2025-02-29T10:00:00Z', undefined],
  ['2025-04-31', undefined],
  ['2025-13-01', undefined],
  ['2025-00-10', undefined],
  ['2025-1-1', undefined],
  ['20250101', undefined],
  ['2025-01-01 ', undefined],
  ['+02025-01-01', undefined],
  ['', undefined],
  ['today', undefined],
  [20250101, undefined],
]
for (const [given, taken] of dates) {
  t.test(`${JSON.stringify(given)} is ${taken ?? 'no date to take'}`, async (t) => {
    const reply = await put('cases/dated', { closedOn: given })
    const assessed = await put('assessments/dated', start({ case: 'dated', assessedOn: given }))
    if (taken === undefined) {
      t.same([reply.status, pointersOf(reply)], [422, ['/closedOn']])
      t.same([assessed.status, pointersOf(assessed)], [422, ['/assessedOn']])
      return
    }
    t.equal(reply.body.closedOn, taken)
    t.equal(assessed.body.assessedOn, taken)
  })
}

t.test('a write with an older sourceUpdatedAt changes nothing', async (t) => {
  const at = (sourceUpdatedAt: string, client: string) => put('cases/late', { client, sourceUpdatedAt })
  t.equal((await at('2026-11-22T01:00:00Z', 'first')).status, 201)
  t.equal((await at('2026-11-22T02:10:00+02:00', 'older')).status, 200, 'ten past midnight UTC')
  t.equal((await get('cases/late')).body.client, 'first')
  await at('2026-11-22T01:00:00Z', 'equal')
  t.equal((await get('cases/late')).body.client, 'equal')
  await put('cases/late', { client: 'without' })
  t.equal((await get('cases/late')).body.client, 'without', 'the last write wins')

  const assess = (sourceUpdatedAt: string, health: number) =>
    put('assessments/late', start({ case: 'late', answers: { health }, sourceUpdatedAt }))
  t.equal((await assess('2026-11-22T01:00:00Z', 1)).status, 201)
  const older = await assess('2026-11-22T00:59:59.999Z', 2)
  t.same([older.status, older.body.revision, older.body.answers.health], [200, 1, 1])
  t.match((await assess('2026-11-22T01:00:00.001Z', 3)).body, { revision: 2, answers: { health: 3 } })
  for (const wrong of ['2026-11-22', '2026-11-22T01:00:00', 'x', 7]) {
    const reply = await put('cases/late', { sourceUpdatedAt: wrong })
    t.same([reply.status, pointersOf(reply)], [422, ['/sourceUpdatedAt']], String(wrong))
  }
})

t.test('sourceUpdatedAt comes back as case systems write it', async (t) => {
  for (const [sent, shown] of [
    ['2026-11-22T02:10:00Z', '2026-11-22T02:10:00Z'],
    ['2026-11-22T02:10:00.250Z', '2026-11-22T02:10:00.250Z'],
    ['2026-11-22T03:10:01+01:00', '2026-11-22T02:10:01Z'],
  ]) {
    for (const [path, body] of [
      ['cases/stamped', {}],
      ['assessments/stamped', start({ case: 'stamped' })],
    ] as const) {
      const reply = await put(path, { ...body, sourceUpdatedAt: sent })
      t.equal(reply.body.sourceUpdatedAt, shown, path)
      t.equal((await get(path)).body.sourceUpdatedAt, shown, path)
    }
  }
})

t.test('an assessment is scored as it comes in', async (t) => {
  const made = await put('assessments/A-9981', start())
  t.equal(made.status, 201)
  t.match(made.body, {
    ...{ ref: 'A-9981', contract: 'c', case: 'one', instrument: 'victim-needs@1', stage: 'start' },
    ...{ respondent: 'self', response: 'completed', assessedOn: '2019-01-08', revision: 1 },
    receivedAt: /^\d{4}-\d\d-\d\dT.*Z$/,
  })
  t.same(made.body.answers, { 'personal-safety': 3, health: 2 })
  t.same(made.body.scores['personal-safety'], { value: 3, need: true })
  t.same(made.body.scores.accommodation, { value: null, missing: 'not-answered' })
  t.equal(Object.keys(made.body.scores as object).length, 9)
  t.same((await get('assessments/A-9981')).body, made.body)
  const zero = await put('assessments/zero', start({ answers: { health: 0 } }))
  t.same(zero.body.scores.health, { value: 0, need: false })
  t.equal((await put('cases/one', {})).status, 200, 'its case was made by it')
})

t.test('revisions are kept, whatever is corrected', async (t) => {
  const steps = [
    start({ case: 'r1' }),
    start({ case: 'r2' }),
    start({ case: 'r2', stage: 'review' }),
    start({ case: 'r2', stage: 'review', assessedOn: '2019-02-08' }),
    start({ case: 'r2', stage: 'review', assessedOn: '2019-02-08', answers: { health: 1 } }),
    start({
      case: 'r2',
      stage: 'review',
      assessedOn: '2019-02-08',
      answers: { health: 1 },
      respondent: 'worker',
    }),
  ]
  for (const [n, body] of steps.entries()) {
    const reply = await put('assessments/rev', body)
    t.same([reply.status, reply.body.revision], [n === 0 ? 201 : 200, n + 1])
    const again = await put('assessments/rev', body)
    t.same([again.status, again.body.revision, again.headers.etag], [200, n + 1, reply.headers.etag])
  }
  t.notOk('revisions' in (await get('assessments/rev')).body)
  const { revisions } = (await get('assessments/rev?revisions=true')).body
  t.same(
    revisions.map((one: Record<string, unknown>) => [one.revision, one.case, one.stage, one.assessedOn]),
    steps.map((one, n) => [n + 1, one.case, one.stage, one.assessedOn]),
  )
  t.same([revisions[0].answers, revisions[4].answers], [steps[0]?.answers, steps[4]?.answers])
  t.equal(revisions[0].scores.health.value, 2)
  t.ok(revisions[0].receivedAt <= revisions[5].receivedAt)
})

t.test('answers that break a rule are refused by name', async (t) => {
  for (const value of [4, -1, 2.5, '2', true, [2], { a: 1 }]) {
    const reply = await put('assessments/bad', start({ answers: { health: value } }))
    t.same([reply.status, pointersOf(reply)], [422, ['/answers/health']], JSON.stringify(value))
  }
  const feedback = { case: 'f', instrument: 'feedback', stage: 'end', assessedOn: '2019-02-05' }
  for (const [answers, pointers] of [
    [{ satisfied: 'agree' }, ['/answers/informed']],
    [
      { satisfied: 'love it', informed: 1, toString: 1 },
      ['/answers/informed', '/answers/satisfied', '/answers/toString'],
    ],
  ] as const) {
    const reply = await put('assessments/bad', { ...feedback, answers })
    t.same([reply.status, pointersOf(reply)], [422, pointers])
  }
  t.equal((await get('assessments/bad')).status, 404)
  t.equal((await get('cases/f')).status, 404)
})

t.test('the instrument is of the contract, known, and in force', async (t) => {
  for (const [instrument, pointer] of [
    ['nothing', '/instrument'],
    ['victim-needs@2', '/instrument'],
    ['rigid', '/instrument'],
  ] as const) {
    const reply = await put('assessments/bad', start({ instrument, answers: {} }))
    t.same([reply.status, pointersOf(reply)], [422, [pointer]], instrument)
  }
  const mood = (assessedOn: string, instrument = 'mood') =>
    put(`assessments/mood-${assessedOn}`, start({ case: 'm', instrument, assessedOn, answers: { mood: 3 } }))
  t.equal((await mood('2019-06-30')).body.instrument, 'mood@1')
  t.equal((await mood('2019-07-01')).body.instrument, 'mood@2')
  t.equal((await mood('2019-05-01', 'mood@1')).body.instrument, 'mood@1')
  t.equal((await mood('2000-12-31')).status, 422, 'no version was in force')
  const narrow = await service.send('PUT', '/v1/contracts/narrow/assessments/x', {
    key,
    body: start({ instrument: 'mood', answers: { mood: 3 } }),
  })
  t.same([narrow.status, pointersOf(narrow)], [422, ['/instrument']])
})

t.test('a response other than completed has no answers', async (t) => {
  for (const response of ['declined', 'not-asked', 'unable', 'no-reply']) {
    const reply = await put(`assessments/${response}`, start({ case: 'n', response, answers: undefined }))
    t.match([reply.status, reply.body.response], [201, response])
    const wrong = await put('assessments/bad', start({ case: 'n', response }))
    t.same([wrong.status, pointersOf(wrong)], [422, ['/answers']], response)
  }
  for (const [field, value] of [
    ['response', 'lost'],
    ['respondent', 'neighbour'],
    ['stage', 'middle'],
  ] as const) {
    t.same(pointersOf(await put('assessments/bad', start({ [field]: value }))), [`/${field}`])
  }
  const family = start({ case: 'n', instrument: 'family', answers: { mood: 1 } })
  t.equal((await put('assessments/family', family)).body.respondent, 'parent', 'the instrument’s own')
})

t.test('only an anonymous instrument does without a case', async (t) => {
  const needs = await put('assessments/bad', start({ case: undefined }))
  t.same([needs.status, pointersOf(needs)], [422, ['/case']])
  const body = { instrument: 'feedback', stage: 'end', assessedOn: '2019-02-05', answers: { informed: true } }
  t.equal((await put('assessments/anonymous', body)).status, 201)
  t.notOk((await get('assessments/anonymous')).body.case)
})

t.test('assessments are listed by case, stage and time of change', async (t) => {
  await put('assessments/list-1', start({ case: 'l1' }))
  await put('assessments/list-2', start({ case: 'l1', stage: 'end', assessedOn: '2019-03-01' }))
  await put('assessments/list-3', start({ case: 'l2', stage: 'end', assessedOn: '2019-03-01' }))
  const refs = async (query: string) => {
    const { status, body } = await get(`assessments?limit=500&${query}`)
    if (status !== 200) throw new Error(JSON.stringify(body))
    return (body.items as { ref: string }[]).map(({ ref }) => ref).sort()
  }
  t.same(await refs('case=l1'), ['list-1', 'list-2'])
  t.same(await refs('case=l1&stage=end'), ['list-2'])
  t.same(await refs('case=nobody'), [])
  await sleep(20)
  const { body } = await put('assessments/list-1', start({ case: 'l1', answers: { health: 1 } }))
  t.same(await refs(`updatedSince=${body.receivedAt}`), ['list-1'], 'a correction is a change')
  const day = londonDateOf(new Date(body.receivedAt as string))
  t.ok((await refs(`updatedSince=${day}`)).includes('list-1'), 'from the beginning of its day')
  t.notOk((await refs(`updatedSince=${addDays(day, 1)}`)).includes('list-1'), 'not from that of the next')
  for (const query of [
    'stage=middle',
    'case=a%20b',
    'updatedSince=2019-02-30',
    'updatedSince=2019-01-01T00:00:00',
  ]) {
    const reply = await get(`assessments?${query}`)
    t.same([reply.status, pointersOf(reply)], [422, [`/${query.split('=')[0]}`]], query)
  }
})
