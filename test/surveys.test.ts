import { spawnSync } from 'node:child_process'
import t, { type Test } from 'tap'
import { loadDefinitions, surveysFolder } from '../src/definitions.ts'
import {
  type Answers,
  checkAnswers,
  describeScores,
  inForceOn,
  type Instrument,
  scoreAnswers,
  type ScoreValue,
} from '../src/domain/instrument.ts'
import { type CaseFacts, matchesWhere } from '../src/domain/measures/where.ts'
import { addDays, daysBetween } from '../src/domain/period.ts'
import { packageFile } from '../src/process/package-file.ts'
import { type Oracle, readOracle } from './domain/statistics/oracle.ts'

/** The order in which the field reports the nine needs. */
const needs = [
  'personal-safety',
  'health',
  'accommodation',
  'family',
  'education',
  'substances',
  'finance',
  'outlook',
  'social',
]

const definitions = loadDefinitions([surveysFolder])
const victimNeeds = definitions.instrument('victim-needs', 1)

function shipped(id: string): Instrument {
  const found = definitions.instrument(id, 1)
  if (found === undefined) throw new Error(`${id}@1 does not come with the package`)
  return found
}

/** The answers to q1, q2 and so on; null is a missing one. */
const answersOf = (...values: (number | null)[]): Answers =>
  Object.fromEntries(values.flatMap((value, at) => (value === null ? [] : [[`q${at + 1}`, value]])))

const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value)

const notAnswered: ScoreValue = { value: null, missing: 'not-answered' }

interface Worked {
  why: string
  answers: (number | null)[]
  total: ScoreValue
}

function scoresAsWorked(t: Test, form: Instrument, worked: readonly Worked[]): void {
  for (const { why, answers, total } of worked) {
    t.same(checkAnswers(form, answersOf(...answers)), [], `${why}: taken`)
    t.same(describeScores(form, scoreAnswers(form, answersOf(...answers))), { total }, why)
  }
}

t.test('the instruments that come with the package', (t) => {
  t.same(
    definitions.instruments.map(({ id, version }) => `${id}@${version}`),
    [
      'coping-and-recovery@1',
      'core-10@1',
      'exit-plan@1',
      'family-relationships@1',
      'gad-7@1',
      'healthy-relationships@1',
      'offending@1',
      'phq-9@1',
      'programme-feedback@1',
      'safety-and-wellbeing@1',
      'service-satisfaction@1',
      'swemwbs@1',
      'victim-needs@1',
    ],
  )
  t.same(
    definitions.instruments.filter(({ anonymous }) => anonymous).map(({ id }) => id),
    ['service-satisfaction'],
    'only feedback may come without a case',
  )
  t.same(
    definitions.instruments.filter(({ itemsWithheld }) => itemsWithheld).map(({ id }) => id),
    ['swemwbs'],
  )
  t.same(
    definitions.instruments.flatMap(({ id, items }) =>
      items.filter(({ text }) => text === undefined).map((item) => `${id} ${item.id}`),
    ),
    [],
    'every item says what is asked',
  )
  for (const { id } of definitions.instruments) {
    t.equal(inForceOn(definitions.instruments, id, '2026-04-01')?.id, id, `${id} is in force`)
  }
  t.end()
})

// Caseness and reliable change: NHS Talking Therapies manual.
t.test('phq-9 scores as published', (t) => {
  const form = shipped('phq-9')
  t.match(form.scores, [{ range: [0, 27], better: 'lower', need: { atLeast: 10 } }])
  t.same(form.scores[0]?.reliableChange, { atLeast: 6 })
  t.equal(form.items.length, 9)
  scoresAsWorked(t, form, [
    { why: 'nothing at all', answers: times(9, 0), total: { value: 0, need: false } },
    { why: 'everything nearly every day', answers: times(9, 3), total: { value: 27, need: true } },
    { why: 'nine is no case', answers: times(9, 1), total: { value: 9, need: false } },
    { why: 'ten is', answers: [2, ...times(8, 1)], total: { value: 10, need: true } },
    { why: '3+2+3+2+1+2+1+0+1', answers: [3, 2, 3, 2, 1, 2, 1, 0, 1], total: { value: 15, need: true } },
    { why: 'one missing', answers: [null, ...times(8, 3)], total: notAnswered },
    { why: 'nothing answered', answers: [], total: notAnswered },
  ])
  t.same(checkAnswers(form, answersOf(4)), [{ pointer: '/answers/q1', detail: 'must be 0 to 3' }])
  t.end()
})

t.test('gad-7 scores as published', (t) => {
  const form = shipped('gad-7')
  t.match(form.scores, [{ range: [0, 21], better: 'lower', need: { atLeast: 8 } }])
  t.same(form.scores[0]?.reliableChange, { atLeast: 4 })
  t.equal(form.items.length, 7)
  scoresAsWorked(t, form, [
    { why: 'nothing at all', answers: times(7, 0), total: { value: 0, need: false } },
    { why: 'everything nearly every day', answers: times(7, 3), total: { value: 21, need: true } },
    { why: 'seven is no case', answers: times(7, 1), total: { value: 7, need: false } },
    { why: 'eight is', answers: [...times(6, 1), 2], total: { value: 8, need: true } },
    { why: '3+3+2+2+1+1+0', answers: [3, 3, 2, 2, 1, 1, 0], total: { value: 12, need: true } },
    { why: 'one missing', answers: [...times(6, 3), null], total: notAnswered },
  ])
  t.end()
})

// Cut-off 11 and reliable change 6: Barkham et al. 2013. One missing answer at most: Connell & Barkham 2007.
t.test('core-10 scores as published', (t) => {
  const form = shipped('core-10')
  t.match(form.scores, [{ range: [0, 40], better: 'lower', need: { atLeast: 11 } }])
  t.same(form.scores[0]?.reliableChange, { atLeast: 6 })
  t.match(form.licence, /^CC BY-ND 4\.0, copyright CORE System Trust.*unaltered$/)
  t.same(
    form.items.filter((item) => 'reverse' in item && item.reverse).map(({ id, text }) => [id, text]),
    [
      ['q2', 'I have felt I have someone to turn to for support when needed'],
      ['q3', 'I have felt able to cope when things go wrong'],
    ],
    'what is good is turned round',
  )
  scoresAsWorked(t, form, [
    { why: 'the best', answers: [0, 4, 4, ...times(7, 0)], total: { value: 0, need: false } },
    { why: 'the worst', answers: [4, 0, 0, ...times(7, 4)], total: { value: 40, need: true } },
    { why: 'never anything, nor support: 4 + 4', answers: times(10, 0), total: { value: 8, need: false } },
    { why: 'always everything: 8 × 4', answers: times(10, 4), total: { value: 32, need: true } },
    {
      why: '1+(4-3)+(4-4)+0+2+0+3+1+1+1 is 10, below the cut-off',
      answers: [1, 3, 4, 0, 2, 0, 3, 1, 1, 1],
      total: { value: 10, need: false },
    },
    {
      why: 'one more is 11, and a case',
      answers: [1, 3, 4, 0, 2, 0, 3, 1, 2, 1],
      total: { value: 11, need: true },
    },
    {
      why: 'the last missing: 10 of nine is 11.1 of ten',
      answers: [1, 3, 4, 0, 2, 0, 3, 1, 2, null],
      total: { value: 11, need: true },
    },
    {
      why: 'a reversed one missing: 8 of nine is 8.9 of ten',
      answers: [1, null, 4, 0, 2, 0, 3, 1, 1, 0],
      total: { value: 9, need: false },
    },
    {
      why: 'two missing are too many',
      answers: [1, 3, 4, 0, 2, 0, 3, 1, null, null],
      total: notAnswered,
    },
    { why: 'nothing answered', answers: [], total: notAnswered },
  ])
  t.end()
})

t.test('swemwbs turns every raw total into the published metric score', (t) => {
  const form = shipped('swemwbs')
  t.same(
    form.items.map(({ id, type }) => [id, type]),
    [['total', 'scale']],
    'the total is all that is taken: the seven items are not shown',
  )
  t.match(form.scores, [{ range: [7, 35], better: 'higher', places: 2 }])
  const { cases } = readOracle('swemwbs') as Oracle<{ data: { raw: number }; expected: { metric: number } }>
  t.equal(cases.length, 29, '7 to 35')
  for (const { data, expected } of cases) {
    const answers = { total: data.raw }
    t.same(checkAnswers(form, answers), [])
    t.same(
      describeScores(form, scoreAnswers(form, answers)),
      { total: { value: expected.metric } },
      String(data.raw),
    )
  }
  for (const raw of [6, 36, 21.5, 19.25]) t.equal(checkAnswers(form, { total: raw }).length, 1, String(raw))
  t.same(describeScores(form, scoreAnswers(form, {})), { total: notAnswered })
  t.end()
})

const agreement = ['strongly-disagree', 'disagree', 'neither', 'agree', 'strongly-agree']

t.test('coping-and-recovery and service-satisfaction take five points of agreement', (t) => {
  const asked = {
    'coping-and-recovery': [
      'cope',
      'resilience',
      'health',
      'safer',
      'quality-of-life',
      'informed',
      'empowered',
      'support',
      'engagement',
      'confidence',
    ],
    'service-satisfaction': [
      'satisfied',
      'recommend',
      'respect',
      'listened',
      'access',
      'timely',
      'kept-informed',
    ],
  }
  for (const [id, items] of Object.entries(asked)) {
    const form = shipped(id)
    const choices = form.items.filter(({ type }) => type === 'choice')
    t.same(
      choices.map((item) => item.id),
      items,
    )
    for (const item of choices) t.match(item, { values: agreement, required: false })
    t.same(form.scores, [], 'each answer stands for itself')
    for (const answer of agreement) {
      t.same(checkAnswers(form, Object.fromEntries(items.map((item) => [item, answer]))), [])
    }
    t.same(checkAnswers(form, {}), [], 'any may be left out')
    const [first = ''] = items
    t.match(checkAnswers(form, { [first]: 'very' }), [{ pointer: `/answers/${first}` }])
  }
  t.match(
    shipped('service-satisfaction').items.filter(({ type }) => type !== 'choice'),
    [
      { id: 'share-comment', type: 'yes-no' },
      { id: 'comment', type: 'text', consentItem: 'share-comment' },
    ],
    'a comment is shown only by consent',
  )
  t.end()
})

t.test('the names of figures that come with the package', (t) => {
  for (const id of ['idva-fte', 'isva-fte', 'other-support-fte', 'volunteers', 'complaints', 'compliments']) {
    t.equal(definitions.figures.get(id)?.type, 'number', id)
  }
  t.equal(definitions.figures.get('commentary')?.type, 'text')
  const titles = [...definitions.figures.values()].map(({ title }) => title)
  t.equal(new Set(titles).size, titles.length, 'no two have the same title')
  t.end()
})

/** As the Government published them. */
const publishedHolidays: Record<number, string> = {
  1995: '01-02 04-14 04-17 05-08 05-29 08-28 12-25 12-26',
  1999: '01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28 12-31',
  2000: '01-03 04-21 04-24 05-01 05-29 08-28 12-25 12-26',
  2002: '01-01 03-29 04-01 05-06 06-03 06-04 08-26 12-25 12-26',
  2004: '01-01 04-09 04-12 05-03 05-31 08-30 12-27 12-28',
  2011: '01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27',
  2012: '01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26',
  2020: '01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28',
  2021: '01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28',
  2022: '01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27',
  2023: '01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26',
  2026: '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28',
}

/** The Sunday of Easter by Gauss's rule, good for the years 1900 to 2099. */
function easterSunday(year: number): string {
  const moon = (19 * (year % 19) + 24) % 30
  const day = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + 5) % 7
  const tooLate = (moon === 29 && day === 6) || (moon === 28 && day === 6 && year % 19 > 10)
  return addDays(`${year}-03-22`, moon + day - (tooLate ? 7 : 0))
}

t.test('the bank holidays of England, 1990 to 2035', (t) => {
  const inYear = (year: number): string[] =>
    [...definitions.bankHolidays].filter((date) => date.startsWith(`${year}-`))
  for (const [year, dates] of Object.entries(publishedHolidays)) {
    t.same(
      inYear(Number(year)).map((date) => date.slice(5)),
      dates.split(' '),
      year,
    )
  }
  t.equal(easterSunday(2008), '2008-03-23', 'the rule itself, by a year known')
  t.equal(easterSunday(2011), '2011-04-24')
  const years = Array.from({ length: 46 }, (_, at) => 1990 + at)
  const more: Record<number, number> = { 1999: 1, 2002: 1, 2011: 1, 2012: 1, 2022: 2, 2023: 1 }
  for (const year of years) {
    t.equal(inYear(year).length, 8 + (more[year] ?? 0), `${year}: eight and those proclaimed`)
    t.ok(definitions.bankHolidays.has(addDays(easterSunday(year), -2)), `Good Friday ${year}`)
    t.ok(definitions.bankHolidays.has(addDays(easterSunday(year), 1)), `Easter Monday ${year}`)
  }
  const atWeekends = [...definitions.bankHolidays].filter((date) => daysBetween('1990-01-01', date) % 7 > 4)
  t.same(atWeekends, [], 'none is at a weekend: its substitute stands for it')
  t.equal(definitions.bankHolidays.size, 46 * 8 + 7, 'and none of another year')
  t.end()
})

t.test('victim-needs asks for nine needs, each from 0 to 3', (t) => {
  if (victimNeeds === undefined) throw new Error('victim-needs@1 does not come with the package')
  t.same(
    victimNeeds.items.map(({ id }) => id),
    needs,
  )
  t.same(
    victimNeeds.scores.map(({ id }) => id),
    needs,
  )
  const most = Object.fromEntries(needs.map((id) => [id, 3]))
  t.same(checkAnswers(victimNeeds, most), [])
  t.same(scoreAnswers(victimNeeds, most), [3, 3, 3, 3, 3, 3, 3, 3, 3])
  t.same(
    checkAnswers(victimNeeds, Object.fromEntries(needs.map((id) => [id, 4]))),
    needs.map((id) => ({ pointer: `/answers/${id}`, detail: 'must be 0 to 3' })),
  )
  const some = describeScores(
    victimNeeds,
    scoreAnswers(victimNeeds, { 'personal-safety': 0, health: 1, social: 2 }),
  )
  t.same(some['personal-safety'], { value: 0, need: false })
  t.same(some.health, { value: 1, need: true })
  t.same(some.social, { value: 2, need: true })
  t.same(some.family, { value: null, missing: 'not-answered' })
  t.equal(
    victimNeeds.scores.some(({ reliableChange }) => reliableChange !== undefined),
    false,
    'none is published',
  )
  t.equal(inForceOn(definitions.instruments, 'victim-needs', '1990-01-01'), victimNeeds)
  t.end()
})

t.test('four measures for each need', (t) => {
  const expected = needs.flatMap((id) => [
    `${id}-resolved`,
    `${id}-reduced`,
    `${id}-sustained`,
    `${id}-worse`,
  ])
  t.same(
    [...definitions.measures.values()]
      .filter((one) => 'instrument' in one && one.instrument.id === 'victim-needs')
      .map(({ id }) => id),
    expected,
  )
  for (const id of needs) {
    const of = (suffix: string) => definitions.measures.get(`${id}-${suffix}`)
    const common = { score: id, instrument: { id: 'victim-needs' }, end: 'end' }
    const withNeed = 'had the need at the start, and an end assessment'
    const withPair = 'had a start and an end assessment'
    t.match(of('resolved'), { ...common, kind: 'resolved', basis: withNeed })
    t.match(of('reduced'), { ...common, kind: 'improved', of: 'need-at-start', basis: withNeed })
    t.match(of('sustained'), { ...common, kind: 'improved-or-sustained', basis: withPair })
    t.match(of('worse'), { ...common, kind: 'deteriorated', basis: withPair })
  }
  const titles = [...definitions.measures.values()].map(({ title }) => title)
  t.equal(new Set(titles).size, titles.length, 'no two have the same title')
  t.end()
})

t.test('every referral is in one of five measures, and in no other', (t) => {
  const ways = ['accepted', 'undecided', 'declined', 'not-contactable', 'not-accepted-other']
  const closures = [
    'planned',
    'disengaged',
    'declined',
    'not-contactable',
    'transferred',
    'died',
    'other',
    null,
  ]
  const cases: [
    inSupportFrom: string | null,
    countedOn: string | null,
    closure: string | null,
    way: string,
  ][] = [
    ['2019-01-08', '2019-04-02', 'planned', 'accepted'],
    ['2019-01-08', '2019-04-02', 'declined', 'accepted'],
    ['2019-01-08', null, null, 'accepted'],
    [null, null, null, 'undecided'],
    [null, '2019-04-02', 'declined', 'declined'],
    [null, '2019-04-02', 'not-contactable', 'not-contactable'],
    [null, '2019-04-02', 'transferred', 'not-accepted-other'],
    [null, '2019-04-02', null, 'not-accepted-other'],
  ]
  const waysOf = (facts: CaseFacts): string[] =>
    ways.filter((id) => matchesWhere(definitions.measures.get(id)?.where, facts))
  for (const id of ways) t.match(definitions.measures.get(id), { kind: 'count', of: 'referred' })
  for (const [inSupportFrom, countedOn, closure, way] of cases) {
    t.same(waysOf({ inSupportFrom, countedOn, closure }), [way], `${way}, ${String(closure)}`)
  }
  for (const inSupportFrom of ['2019-01-08', null]) {
    for (const countedOn of ['2019-04-02', null]) {
      for (const closure of closures) t.equal(waysOf({ inSupportFrom, countedOn, closure }).length, 1)
    }
  }
  const sources = ['police', 'self', 'other-agency', 'other']
  for (const source of sources) {
    t.match(definitions.measures.get(`referrals-${source}`), {
      of: 'referred',
      where: { referralSource: [source] },
    })
  }
  t.end()
})

t.test('one measure for each outcome asked, of those who agree', (t) => {
  for (const id of ['coping-and-recovery', 'service-satisfaction']) {
    const asked = [...definitions.measures.values()].flatMap((one) =>
      one.kind === 'answered' &&
      one.instrument.id === id &&
      one.where === undefined &&
      !one.id.endsWith('-not')
        ? [one]
        : [],
    )
    const choices = shipped(id).items.filter(({ type }) => type === 'choice')
    t.same(
      asked.map(({ item }) => item),
      choices.map((item) => item.id),
      id,
    )
    for (const one of asked) t.match(one, { stage: 'end', in: ['agree', 'strongly-agree'] })
  }
  t.end()
})

t.test('and what the ministry asks beside them: those who disagree, and needs that are the same', (t) => {
  const agreed = ['coping-improved', 'resilience-built', 'wellbeing-improved', 'feeling-safer']
  for (const id of [...agreed, 'quality-of-life-improved', 'feeling-more-informed']) {
    const one = definitions.measures.get(id)
    if (one?.kind !== 'answered') throw new Error(`${id} is not there`)
    const not = { kind: 'answered', item: one.item, stage: 'end', in: ['disagree', 'strongly-disagree'] }
    t.match(definitions.measures.get(`${id}-not`), not)
  }
  for (const id of needs) {
    const parts = [`${id}-reduced`, `${id}-worse`]
    const same = { kind: 'all-of', measures: parts, counted: 'any', achieved: 'none' }
    t.match(definitions.measures.get(`${id}-same`), same)
  }
  t.end()
})

t.test('the clinical measures', (t) => {
  for (const id of ['phq-9', 'gad-7', 'core-10']) {
    for (const kind of ['reliably-improved', 'reliably-recovered', 'reliably-deteriorated']) {
      const one = definitions.measures.get(`${id}-${kind}`)
      t.match(one, { kind, instrument: { id }, score: 'total', end: 'end' })
    }
  }
  const recovery = definitions.measures.get('talking-therapies-recovery')
  t.match(recovery, { kind: 'any-of', counted: 'any', achieved: 'all' })
  t.match(recovery, {
    parts: [
      { id: 'phq-9-resolved', kind: 'resolved' },
      { id: 'gad-7-resolved', kind: 'resolved' },
    ],
  })
  t.end()
})

t.test('the instruments of the published portfolios', (t) => {
  const tenPoints = { range: [0, 10], better: 'higher' }
  const scored = {
    'safety-and-wellbeing': {
      safety: tenPoints,
      abuse: { range: [0, 10], better: 'lower' },
      distress: { range: [0, 10], better: 'lower' },
      'health-and-wellbeing': tenPoints,
      coping: tenPoints,
      'quality-of-life': tenPoints,
    },
    'healthy-relationships': {
      understanding: tenPoints,
      problems: tenPoints,
      thinking: tenPoints,
      'own-mind': tenPoints,
      closeness: tenPoints,
    },
    'family-relationships': { relationships: tenPoints },
  }
  for (const [id, scores] of Object.entries(scored)) {
    const form = shipped(id)
    const ids = Object.keys(scores)
    t.same(
      form.scores.map((score) => score.id),
      ids,
      id,
    )
    t.match(
      form.scores,
      Object.values(scores).map((score) => ({ ...score, need: undefined, reliableChange: undefined })),
    )
    const everywhere = (value: number): Answers => Object.fromEntries(ids.map((one) => [one, value]))
    for (const value of [0, 10]) {
      t.same(checkAnswers(form, everywhere(value)), [])
      t.same(
        scoreAnswers(form, everywhere(value)),
        ids.map(() => value),
      )
    }
    t.equal(checkAnswers(form, everywhere(11)).length, ids.length)
  }
  const offending = shipped('offending')
  t.same(checkAnswers(offending, { offences: 7, 'police-involvement': true }), [])
  t.same(scoreAnswers(offending, { offences: 7, 'police-involvement': true }), [7, 1])
  t.same(scoreAnswers(offending, { offences: 0, 'police-involvement': false }), [0, 0])
  t.match(offending.scores, [{ better: 'lower' }, { better: 'lower', range: [0, 1] }])
  for (const answer of agreement) {
    const answers = { impact: answer, 'next-steps': answer, confident: answer }
    t.same(checkAnswers(shipped('programme-feedback'), answers), [])
  }
  t.same(
    definitions.instruments.filter(({ respondent }) => respondent === 'worker').map(({ id }) => id),
    ['exit-plan', 'offending'],
  )
  t.end()
})

const withoutIdvaAndIsva = { cohort: { not: ['idva', 'isva'] } }
const adults = { ageBand: { not: ['0-17', 'not-stated'] } }
const children = { ageBand: ['0-17'] }
const planned = { closure: ['planned'] }

/** By the contracts that commissioners published; a figure that no case holds is in no row. */
const published: Record<string, Record<string, object>> = {
  'Victim First': Object.fromEntries(needs.map((id) => [`${id}-resolved`, { kind: 'resolved', score: id }])),
  'Substance misuse': {
    'successful-completions': { kind: 'completed', window: 'rolling-year', closure: ['completed'] },
  },
  'Sexual and domestic violence information and support': {
    'safety-improved': { kind: 'improved', score: 'safety', where: undefined },
    'abuse-reduced': { kind: 'improved', score: 'abuse', where: { crimeType: ['domestic-abuse'] } },
    'distress-reduced-in-therapy': { kind: 'improved', score: 'distress', where: { cohort: ['therapy'] } },
    'health-and-wellbeing-improved': { kind: 'improved', score: 'health-and-wellbeing', where: undefined },
  },
  'Integrated Offender Management': {
    'offending-reduction': { kind: 'reduction', score: 'offences', end: 'review', countedBy: 'assessed' },
  },
  'Community Safety Partnership': { 'feeling-safer': { kind: 'answered', item: 'safer' } },
  'Victim Support': {
    satisfied: { kind: 'answered', instrument: { id: 'service-satisfaction' } },
    'coping-improved-general': { kind: 'answered', item: 'cope', where: withoutIdvaAndIsva },
    'feeling-safer-general': { kind: 'answered', item: 'safer', where: withoutIdvaAndIsva },
    'feeling-safer-idva': { kind: 'answered', item: 'safer', where: { cohort: ['idva'] } },
    'quality-of-life-improved-idva': {
      kind: 'answered',
      item: 'quality-of-life',
      where: { cohort: ['idva'] },
    },
    'wellbeing-improved-isva': { kind: 'answered', item: 'health', where: { cohort: ['isva'] } },
  },
  'Safety Net': {
    'health-and-wellbeing-improved-planned': {
      kind: 'improved',
      score: 'health-and-wellbeing',
      where: planned,
    },
    'ability-to-cope-improved-planned': { kind: 'improved', score: 'coping', where: planned },
    'safety-improved-planned': { kind: 'improved', score: 'safety', where: planned },
  },
  'Turning the Spotlight': {
    'relationships-understanding-improved': { kind: 'improved', score: 'understanding' },
    'dealing-with-problems-improved': { kind: 'improved', score: 'problems' },
    'thinking-clearly-improved': { kind: 'improved', score: 'thinking' },
    'own-mind-improved': { kind: 'improved', score: 'own-mind' },
    'closeness-improved': { kind: 'improved', score: 'closeness' },
  },
  'Restorative justice in Cumbria': {
    satisfied: { kind: 'answered' },
    'feeling-safer': { kind: 'answered' },
    'wellbeing-improved': { kind: 'answered' },
    'criminal-justice-confidence-increased': { kind: 'answered' },
    'would-recommend': { kind: 'answered' },
  },
  'Youth ASB caseworker': {
    'first-contact-within-5-days': {
      kind: 'within-days',
      from: 'referredOn',
      to: 'firstContactOn',
      days: 5,
      working: false,
    },
    referrals: { kind: 'count', of: 'referred' },
    'closed-within-8-weeks': { kind: 'within-days', from: 'startedOn', to: 'closedOn', days: 56 },
    'weekly-contact': { kind: 'contact-every', days: 7 },
    'exit-plan-agreed': { kind: 'answered', in: [true] },
  },
  'Step Up': {
    'police-involvement': { kind: 'before-after', score: 'police-involvement', end: 'follow-up' },
    'family-relationships-improved': { kind: 'improved', respondent: 'self' },
    'family-relationships-improved-parents': { kind: 'improved', respondent: 'parent' },
  },
  PAKMAN: {
    'impact-understood': { kind: 'answered', item: 'impact' },
    'knows-what-to-do': { kind: 'answered', item: 'next-steps' },
    'parents-more-confident': { kind: 'answered', item: 'confident', respondent: 'parent' },
  },
  Pathways: {
    'programme-completions': { kind: 'count', of: 'closed', where: { closure: ['completed'] } },
    'programme-completed-not-reoffended': {
      kind: 'share',
      of: 'supported',
      achieved: { closure: ['completed'] },
    },
    'programme-failed': { kind: 'share', of: 'supported', achieved: { closure: ['failed'] } },
    'programme-still-open': { kind: 'share', of: 'supported', achieved: { closure: ['not-stated'] } },
    'any-need-reduced': {
      kind: 'any-of',
      counted: 'any',
      achieved: 'any',
      measures: needs.map((id) => `${id}-reduced`),
    },
  },
  'Freedom Project': {
    'people-supported': { kind: 'count', of: 'people' },
    'people-supported-adults': { kind: 'count', of: 'people', where: adults },
    'people-supported-children': { kind: 'count', of: 'people', where: children },
    'group-hours': { kind: 'count', of: 'hours', where: { cohort: ['group-work'] } },
    'counselling-hours-adults': { kind: 'count', of: 'hours', where: { cohort: ['counselling'], ...adults } },
    'counselling-hours-children': {
      kind: 'count',
      of: 'hours',
      where: { cohort: ['counselling'], ...children },
    },
  },
  'Keep Safe': { 'people-supported': { kind: 'count', of: 'people' } },
  'Victim and Witness Hub': {
    'people-supported': { kind: 'count', of: 'people' },
    'not-contactable': { kind: 'count', of: 'referred' },
    declined: { kind: 'count', of: 'referred' },
    'referrals-self': { kind: 'count', of: 'referred' },
    'referrals-self-then-reported': {
      kind: 'count',
      of: 'referred',
      where: { referralSource: ['self'], reportedToPolice: ['true'] },
    },
  },
  'Mental health nurses': {
    'people-supported': { kind: 'count' },
    'health-and-wellbeing-improved': { kind: 'improved' },
  },
  'Migrant support': {
    'people-supported': { kind: 'count' },
    nationalities: { kind: 'count', distinct: 'nationality' },
    'people-supported-violence': { kind: 'count', of: 'people', where: { crimeType: ['violence'] } },
  },
  'Bobby Scheme; stalking': {
    'homes-secured': { kind: 'count', of: 'closed', where: { closure: ['home-secured'] } },
    'people-supported': { kind: 'count' },
    'feeling-more-informed': { kind: 'answered' },
  },
  'Young victims': {
    'people-supported': { kind: 'count' },
    'people-supported-violence': { kind: 'count' },
    'ability-to-cope-improved': { kind: 'improved', score: 'coping', where: undefined },
  },
  ISVA: {
    'adults-supported': { kind: 'count', of: 'supported', where: adults },
    'adults-new': { kind: 'count', of: 'new', where: adults },
    'adults-held': { kind: 'count', of: 'held', where: adults },
    'children-supported': { kind: 'count', of: 'supported', where: children },
    'children-new': { kind: 'count', of: 'new', where: children },
    'children-held': { kind: 'count', of: 'held', where: children },
  },
  'Restorative justice in Cambridgeshire': {
    'people-supported': { kind: 'count' },
    'informed-and-empowered': { kind: 'answered' },
    'coping-improved': { kind: 'answered' },
  },
}

t.test('every published portfolio has its measures', (t) => {
  for (const [contract, measures] of Object.entries(published)) {
    for (const [id, expected] of Object.entries(measures)) {
      const said = new Map<string, unknown>(Object.entries(definitions.measures.get(id) ?? {}))
      for (const [field, value] of Object.entries(expected))
        t.strictSame(said.get(field), value, `${contract}: ${id} ${field}`)
    }
  }
  for (const { id, title } of definitions.measures.values()) {
    t.notMatch(title, /\d ?%/, `${id} is named without what anybody published`)
  }
  t.end()
})

t.test('npm run surveys:check says what it found, or every fault and exits 1', (t) => {
  const check = (further: string) =>
    spawnSync(process.execPath, ['--import', 'tsx', packageFile('src/check-surveys.ts')], {
      cwd: packageFile('.'),
      env: { ...process.env, WAYMARK_SURVEYS_DIR: further },
      encoding: 'utf8',
    })
  const sound = check('')
  t.equal(sound.stderr, '')
  t.match(sound.stdout, /^All good: \d+ instrument versions? and \d+ measures, without a fault\.\n$/)
  t.equal(sound.status, 0)
  const faulty = check(t.testdir({ measures: { 'own.yaml': '- measure: health-worse\n  title: Mine\n' } }))
  t.equal(faulty.status, 1)
  t.equal(faulty.stdout, '')
  const reasons = faulty.stderr.trim().split('\n')
  t.same(
    reasons.map((line) => line.slice(line.lastIndexOf('measures/'))),
    ['measures/own.yaml:1: measure health-worse: kind is missing'],
  )
  t.end()
})
