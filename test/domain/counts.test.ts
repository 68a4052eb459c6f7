import fc from 'fast-check'
import t from 'tap'
import {
  COMPLETENESS,
  countMonth,
  measureSubject,
  planAsText,
  planFor,
  scoreSubject,
  type CaseToCount,
  type Count,
} from '../../src/domain/counts.ts'
import { answered, definitions, victimNeeds } from '../support/instruments.ts'

const contract = { measures: ['personal-safety-resolved', 'personal-safety-worse'], partners: [] }
const plan = planFor(contract, definitions)
const resolved = measureSubject(measure('personal-safety-resolved'))
const safety = scoreSubject(victimNeeds, 'personal-safety')

function measure(id: string) {
  const found = definitions.measures.get(id)
  if (found === undefined) throw new Error(`${id} comes with the package`)
  return found
}

const closedCase = (
  start: number | null,
  end: number | null,
  more: Partial<CaseToCount> = {},
): CaseToCount => ({
  facts: { deliveredBy: 'catch-22' },
  countedOn: '2019-03-31',
  inSupportFrom: '2019-01-08',
  assessments: [
    answered({ ref: 's', stage: 'start' }, start),
    answered({ ref: 'e', stage: 'end', assessedOn: '2019-03-31' }, end),
  ],
  ...more,
})

const of = (counts: readonly Count[], subject: string) =>
  counts.filter((count) => count.subject === subject).map(({ x, y, n }) => [x, y, n])

t.test('a month by hand', async (t) => {
  const counts = countMonth(
    [
      closedCase(3, 0),
      closedCase(3, 0),
      closedCase(2, 1),
      closedCase(0, 0),
      closedCase(null, 0),
      closedCase(1, null),
    ],
    plan,
  )
  t.same(of(counts, safety), [
    [0, 0, 1],
    [2, 1, 1],
    [3, 0, 2],
  ])
  t.same(of(counts, resolved), [
    [1, 0, 1],
    [1, 1, 2],
  ])
  t.same(
    of(counts, COMPLETENESS),
    [[1, 1, 6]],
    'all six have a start and an end, even where a score is missing',
  )
})

t.test('nobody gives no rows', async (t) => {
  t.same(countMonth([], plan), [])
})

t.test('completeness counts cases in support: with a start, with a pair', async (t) => {
  const counts = countMonth(
    [
      closedCase(1, 0),
      closedCase(1, 0, { assessments: [answered({ ref: 's', stage: 'start' }, 1)] }),
      closedCase(1, 0, { assessments: [answered({ ref: 's', stage: 'start', respondent: 'parent' }, 1)] }),
      closedCase(1, 0, { assessments: [] }),
      closedCase(1, 0, { assessments: [], inSupportFrom: null }),
    ],
    plan,
  )
  t.same(of(counts, COMPLETENESS), [
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
  t.same(of(countMonth([closedCase(1, 0)], later), resolved), [[1, 1, 1]], 'the day itself is in')
  t.same(of(countMonth([closedCase(1, 0, { countedOn: '2019-03-30' })], later), resolved), [])
})

t.test('with partners, each one’s own cases are counted too', async (t) => {
  const shared = planFor({ ...contract, partners: ['trust'] }, definitions)
  const counts = countMonth([closedCase(1, 0), closedCase(1, 0, { facts: { deliveredBy: 'trust' } })], shared)
  const groups = counts
    .filter(({ subject }) => subject === resolved)
    .map(({ by, value, n }) => [by, value, n])
  t.same(groups, [
    ['', '', 2],
    ['delivered-by', 'catch-22', 1],
    ['delivered-by', 'trust', 1],
  ])
})

const anyScore = fc.option(fc.integer({ min: 0, max: 3 }))
const anyCase = fc.tuple(anyScore, anyScore).map(([start, end]) => closedCase(start, end))

t.test('the order of cases and of assessments does not matter, to the byte', async () => {
  fc.assert(
    fc.property(fc.array(anyCase, { maxLength: 30 }), fc.infiniteStream(fc.integer()), (cases, random) => {
      const shuffle = <T>(list: readonly T[]): T[] =>
        list
          .map((one) => ({ one, at: random.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one)
      const shuffled = shuffle(cases).map((one) => ({ ...one, assessments: shuffle(one.assessments) }))
      return JSON.stringify(countMonth(shuffled, plan)) === JSON.stringify(countMonth(cases, plan))
    }),
  )
})

t.test('two groups counted apart add up to both counted together', async () => {
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
        total([...countMonth(some, plan), ...countMonth(others, plan)]),
        total(countMonth([...some, ...others], plan)),
      )
    }),
    { numRuns: 30 },
  )
})

t.test('the plan names every version that the counts depend on', async (t) => {
  const text = planAsText(plan)
  t.match(text, measure('personal-safety-resolved').version)
  t.match(text, 'victim-needs@1')
  t.not(text, planAsText(planFor({ ...contract, measures: ['personal-safety-resolved'] }, definitions)))
  t.not(text, planAsText(planFor({ ...contract, partners: ['trust'] }, definitions)))
})
