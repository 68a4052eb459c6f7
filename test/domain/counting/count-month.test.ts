import fc from 'fast-check'
import t from 'tap'
import type { CaseToCount } from '../../../src/domain/counting/case-reading.ts'
import { countMonth, type SessionToCount } from '../../../src/domain/counting/count-month.ts'
import { planFor } from '../../../src/domain/counting/plan.ts'
import { COMPLETENESS, measureSubject, scoreSubject, type Count } from '../../../src/domain/counts.ts'
import { answered, definitions, victimNeeds } from '../../support/instruments.ts'
import { aCase, aMeasure, aPlan, assessed, figureOf, inSupport } from './a-case.ts'

const contract = {
  measures: ['personal-safety-resolved', 'personal-safety-worse'],
  partners: [],
  returns: [],
}
const plan = planFor(contract, definitions)
const resolved = measureSubject(measure('personal-safety-resolved'))
const safety = scoreSubject(victimNeeds, 'personal-safety')

function measure(id: string) {
  const found = definitions.measures.get(id)
  if (found === undefined) throw new Error(`${id} comes with the package`)
  return found
}

const closedCase = (start: number | null, end: number | null, more: Partial<CaseToCount> = {}): CaseToCount =>
  aCase({
    assessments: [
      answered({ ref: 's', stage: 'start' }, start),
      answered({ ref: 'e', stage: 'end', assessedOn: '2019-03-31' }, end),
    ],
    ...more,
  })

const ofEverybody = (counts: readonly Count[], subject: string) =>
  counts.filter((count) => count.by === '' && count.subject === subject).map(({ x, y, n }) => [x, y, n])

t.test('a month by hand', async (t) => {
  const counts = countMonth(
    {
      closed: [
        closedCase(3, 0),
        closedCase(3, 0),
        closedCase(2, 1),
        closedCase(0, 0),
        closedCase(null, 0),
        closedCase(1, null),
      ],
    },
    plan,
  )
  t.same(ofEverybody(counts, safety), [
    [0, 0, 1],
    [2, 1, 1],
    [3, 0, 2],
  ])
  t.same(
    ofEverybody(counts, resolved),
    [
      [2, 0, 1],
      [3, 1, 2],
    ],
    'those with the need at the start, by what it was',
  )
  t.same(
    ofEverybody(counts, COMPLETENESS),
    [[1, 1, 6]],
    'all six have a start and an end, even where a score is missing',
  )
})

t.test('nobody gives no rows', async (t) => {
  t.same(countMonth({}, plan), [])
  t.same(countMonth({ closed: [], referred: [], entered: [], anonymous: [], sessions: [] }, plan), [])
})

t.test('completeness counts cases in support: with a start, with a pair', async (t) => {
  const counts = countMonth(
    {
      closed: [
        closedCase(1, 0),
        closedCase(1, 0, { assessments: [answered({ ref: 's', stage: 'start' }, 1)] }),
        closedCase(1, 0, { assessments: [answered({ ref: 's', stage: 'start', respondent: 'parent' }, 1)] }),
        closedCase(1, 0, { assessments: [] }),
        closedCase(1, 0, { assessments: [], inSupportFrom: null }),
      ],
    },
    plan,
  )
  t.same(ofEverybody(counts, COMPLETENESS), [
    [0, 0, 2],
    [1, 0, 1],
    [1, 1, 1],
  ])
})

t.test('a measure agreed from a later day leaves out who closed before', async (t) => {
  const later = planFor(
    { ...contract, measures: [{ measure: 'personal-safety-resolved', from: '2019-03-31' }] },
    definitions,
  )
  t.same(
    ofEverybody(countMonth({ closed: [closedCase(1, 0)] }, later), resolved),
    [[1, 1, 1]],
    'the day itself is in',
  )
  const before = closedCase(1, 0, { countedOn: '2019-03-30' })
  t.same(ofEverybody(countMonth({ closed: [before] }, later), resolved), [])
})

t.test('with partners, each one’s own cases are counted too, and their groups', async (t) => {
  const shared = planFor({ ...contract, partners: ['trust'] }, definitions)
  const counts = countMonth(
    { closed: [closedCase(1, 0), closedCase(1, 0, { deliveredBy: 'trust', crimeType: 'fraud' })] },
    shared,
  )
  const groups = counts
    .filter(({ subject, by }) => subject === resolved && /^$|delivered-by$|crime-type/.test(by))
    .map(({ by, value, n }) => [by, value, n])
  t.same(groups, [
    ['', '', 2],
    ['crime-type', 'fraud', 1],
    ['crime-type', 'not-stated', 1],
    ['delivered-by', 'catch-22', 1],
    ['delivered-by', 'trust', 1],
    ['delivered-by/crime-type', 'trust/fraud', 1],
    ['delivered-by/delivered-by', 'trust/trust', 1],
  ])
})

t.test('who is in several cohorts is in each of their groups', async (t) => {
  const counts = countMonth({ closed: [closedCase(1, 0, { cohorts: ['idva', 'young'] })] }, plan)
  const cohorts = counts.filter(({ by, subject }) => by === 'cohort' && subject === resolved)
  t.same(
    cohorts.map(({ value, n }) => [value, n]),
    [
      ['idva', 1],
      ['young', 1],
    ],
  )
})

t.test('two groups counted apart add up to both counted together', async (t) => {
  const anyScore = fc.option(fc.integer({ min: 0, max: 3 }))
  const anyCase = fc.tuple(anyScore, anyScore).map(([start, end]) => closedCase(start, end))
  const total = (counts: readonly Count[]) => {
    const sums = new Map<string, number>()
    for (const { n, ...key } of counts) {
      const name = JSON.stringify(key)
      sums.set(name, (sums.get(name) ?? 0) + n)
    }
    return [...sums].sort()
  }
  fc.assert(
    fc.property(fc.array(anyCase), fc.array(anyCase), (some, others) => {
      t.same(
        total([...countMonth({ closed: some }, plan), ...countMonth({ closed: others }, plan)]),
        total(countMonth({ closed: [...some, ...others] }, plan)),
      )
    }),
    { numRuns: 30 },
  )
})

const march = [201903, 201903] as const
const april = [201904, 201904] as const

t.test('referred, by the day of referral; taken over is not newly referred', async (t) => {
  const referred = aMeasure('referred', { kind: 'count', of: 'referred' })
  const accepted = aMeasure('accepted', {
    kind: 'share',
    of: 'referred',
    achieved: { progress: ['accepted'] },
  })
  const cases = [
    aCase({ caseRef: '1', referredOn: '2019-03-01' }),
    aCase({ caseRef: '2', referredOn: '2019-03-31', inSupportFrom: null, countedOn: null }),
    aCase({ caseRef: '3', referredOn: '2019-04-01' }),
    aCase({ caseRef: '4', referredOn: '2019-03-15', continues: true }),
    aCase({ caseRef: '5', referredOn: null }),
    aCase({ caseRef: '6', referredOn: '2019-03-20', inSupportFrom: null, closure: 'declined' }),
  ]
  t.equal(figureOf(referred, { cases }, march).count, 3)
  t.match(figureOf(accepted, { cases }, march), { numerator: 1, denominator: 3 })
  t.equal(figureOf(referred, { cases }, april).count, 1)
  const from = { plan: { measures: [{ measure: referred, from: '2019-03-20' }] } }
  t.equal(figureOf(referred, { cases }, march, from).count, 2)
})

t.test('in support: on the last day, in the month it began, and without an end', async (t) => {
  const count = (
    of: 'supported' | 'open-at-end' | 'held' | 'new' | 'started' | 'closed',
    one: CaseToCount,
  ) => {
    const counted = aMeasure(of, { kind: 'count', of })
    return [march, april].map((month) => figureOf(counted, { cases: [one] }, month).count)
  }
  const lastDay = inSupport('a', '2019-03-05', '2019-03-31')
  t.same(count('supported', lastDay), [1, 0])
  t.same(count('open-at-end', lastDay), [0, 0], 'closed on the last day')
  t.same(count('new', lastDay), [1, 0])
  t.same(count('held', lastDay), [0, 0])
  const nextDay = inSupport('b', '2019-03-31', '2019-04-01')
  t.same(count('supported', nextDay), [1, 1])
  t.same(count('open-at-end', nextDay), [1, 0])
  t.same(count('new', nextDay), [1, 0])
  t.same(count('held', nextDay), [0, 1])
  const never = inSupport('c', '2019-02-28', null)
  t.same(count('supported', never), [1, 1])
  t.same(count('open-at-end', never), [1, 1])
  t.same(count('held', never), [1, 1])
  t.same(count('closed', never), [0, 0])
  const takenOver = inSupport('d', '2019-03-05', null, { continues: true })
  t.same(count('new', takenOver), [0, 0])
  t.same(count('started', takenOver), [1, 0])
  t.same(count('held', takenOver), [1, 1])
  const outOfOrder = inSupport('e', '2019-04-08', '2019-03-31')
  t.same(count('supported', outOfOrder), [0, 0])
  t.same(count('open-at-end', outOfOrder), [0, 0])
  t.same(count('started', outOfOrder), [0, 0])
  t.same(count('closed', outOfOrder), [1, 0])
  const unsupported = aCase({ inSupportFrom: null, countedOn: '2019-03-31' })
  t.same(count('supported', unsupported), [0, 0])
  t.same(count('closed', unsupported), [0, 0], 'counts among those referred only')
})

const satisfied = aMeasure('satisfied', {
  kind: 'answered',
  instrument: { id: 'phq' },
  item: 'satisfied',
  stage: 'end',
  in: ['agree'],
})
const agreed = (on: string, satisfied = 'agree') =>
  assessed('phq', 'end', on, null, { answers: { satisfied } })

t.test('answers without a case count in numerator, denominator and answered, and nowhere else', async (t) => {
  const cases = [
    aCase({ caseRef: '1', assessments: [agreed('2019-03-30')] }),
    aCase({ caseRef: '2', assessments: [] }),
    aCase({
      caseRef: '3',
      assessments: [assessed('phq', 'end', '2019-03-30', null, { response: 'declined' })],
    }),
    aCase({
      caseRef: '4',
      assessments: [assessed('phq', 'end', '2019-03-30', null, { response: 'not-asked' })],
    }),
    aCase({ caseRef: '5', assessments: [], inSupportFrom: null }),
  ]
  const anonymous = [agreed('2019-03-01'), agreed('2019-03-31', 'disagree'), agreed('2019-04-01')]
  t.match(figureOf(satisfied, { cases, anonymous }, march), {
    numerator: 2,
    denominator: 3,
    eligible: 4,
    asked: 2,
    answered: 3,
  })
  t.match(figureOf(satisfied, { cases: [], anonymous }, april), {
    numerator: 1,
    denominator: 1,
    eligible: 0,
    asked: 0,
  })
  const ofWomen = { ...satisfied, where: { sex: ['female'] } }
  t.match(figureOf(ofWomen, { cases: [], anonymous }, march), { denominator: 0, rate: null })
  const group = { by: 'sex', value: 'not-stated' }
  t.match(figureOf(satisfied, { cases: [], anonymous }, march, { group }), { denominator: 2 })
  const declined = assessed('phq', 'end', '2019-03-01', null, { response: 'declined' })
  t.match(figureOf(satisfied, { cases: [], anonymous: [declined] }, march), {
    denominator: 0,
    asked: 0,
    answered: 0,
  })
  const visits = aMeasure('visits', {
    kind: 'count',
    total: { instrument: { id: 'phq' }, item: 'satisfied', stage: 'end' },
  })
  const seven = assessed('phq', 'end', '2019-03-01', null, { answers: { satisfied: 7 } })
  t.match(figureOf(visits, { cases: [], anonymous: [seven] }, march), { count: 0, total: 0 })
  t.match(figureOf(visits, { cases: [aCase({ assessments: [seven] })] }, march), { count: 1, total: 7 })
  const either = aMeasure('either', {
    kind: 'any-of',
    measures: ['satisfied'],
    parts: [satisfied as never],
    counted: 'any',
    achieved: 'any',
  })
  t.match(figureOf(either, { cases: [], anonymous }, march), { denominator: 0 })
  t.same(
    countMonth(
      { anonymous: [assessed('phq', 'end', '2019-03-01', 3), assessed('phq', 'start', '2019-03-01', 9)] },
      aPlan([satisfied]),
    ),
    [],
    'no pair, no completeness',
  )
})

t.test('a session counts once, however many of its cases are meant', async (t) => {
  const woman = { characteristics: { sex: 'female' } }
  const man = { characteristics: { sex: 'male' } }
  const sessions: SessionToCount[] = [
    { on: '2019-03-01', minutes: 50, attendees: null, reached: true, cases: [woman, woman, man] },
    { on: '2019-03-31', minutes: null, attendees: 6, reached: true, cases: [man] },
    { on: '2019-04-01', minutes: 100, attendees: null, reached: true, cases: [woman] },
    { on: '2019-03-02', minutes: 30, attendees: null, reached: true, cases: [] },
  ]
  const count = (
    of: 'contacts' | 'hours' | 'attendances',
    more: object = {},
    group?: { by: string; value: string },
  ) =>
    figureOf(
      aMeasure(of, { kind: 'count', of, ...more }),
      { cases: [], sessions },
      march,
      group ? { group } : {},
    ).count
  t.equal(count('contacts'), 2)
  t.equal(count('hours'), 50 / 60)
  t.equal(count('attendances'), 9)
  const ofWomen = { where: { sex: ['female'] } }
  t.equal(count('contacts', ofWomen), 1)
  t.equal(count('attendances', ofWomen), 2)
  t.equal(count('contacts', {}, { by: 'sex', value: 'female' }), 1)
  t.equal(count('contacts', {}, { by: 'sex', value: 'male' }), 2)
  t.equal(count('attendances', {}, { by: 'sex', value: 'female' }), 2)
  t.equal(count('attendances', {}, { by: 'sex', value: 'male' }), 7)
})
