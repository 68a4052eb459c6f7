import t from 'tap'
import type { CaseToCount } from '../../../src/domain/counting/case-reading.ts'
import type { Month } from '../../../src/domain/period.ts'
import { aCase, aMeasure, assessed, figureOf, inSupport } from './a-case.ts'

const people = aMeasure('people', { kind: 'count', of: 'people' })
const ofClient = (client: string | null, ...spans: [from: string, until: string | null][]): CaseToCount[] =>
  spans.map(([from, until], index) => inSupport(`${client ?? 'none'}-${index}`, from, until, { client }))

const differing = (cases: readonly CaseToCount[], first: Month, last: Month) =>
  figureOf(people, { cases }, [first, last]).count

t.test('one client with several cases is one person', async (t) => {
  const cases: [name: string, spans: [string, string | null][], by: Record<string, number>][] = [
    [
      'overlapping',
      [
        ['2019-01-10', '2019-03-20'],
        ['2019-02-01', '2019-05-02'],
      ],
      { '201901-201905': 1, '201904-201904': 1, '201906-201906': 0 },
    ],
    [
      'adjacent',
      [
        ['2019-01-10', '2019-02-28'],
        ['2019-03-01', '2019-03-31'],
      ],
      { '201901-201903': 1, '201902-201902': 1, '201903-201903': 1, '201904-201912': 0 },
    ],
    [
      'one within the other',
      [
        ['2019-01-10', '2019-06-30'],
        ['2019-03-01', '2019-03-31'],
      ],
      { '201901-201906': 1, '201905-201905': 1 },
    ],
    [
      'with a gap',
      [
        ['2019-01-10', '2019-01-20'],
        ['2019-04-01', '2019-04-30'],
      ],
      { '201901-201904': 1, '201902-201903': 0, '201902-201904': 1, '201901-201901': 1 },
    ],
    [
      'both in one month',
      [
        ['2019-01-01', '2019-01-02'],
        ['2019-01-30', '2019-01-31'],
      ],
      { '201901-201901': 1, '201812-201901': 1 },
    ],
    [
      'the later one still there',
      [
        ['2019-01-01', '2019-03-31'],
        ['2019-02-01', null],
      ],
      { '201903-201904': 1, '201904-201904': 1, '201905-201912': 1 },
    ],
    [
      'back and still there',
      [
        ['2019-01-01', '2019-01-31'],
        ['2019-06-01', null],
      ],
      { '201902-201905': 0, '201901-201912': 1, '202501-202501': 1 },
    ],
    [
      'a case after one that never closes',
      [
        ['2019-01-01', null],
        ['2019-06-01', '2019-06-30'],
      ],
      { '201906-201907': 1, '201907-201907': 1 },
    ],
  ]
  for (const [name, spans, expected] of cases) {
    for (const [months, count] of Object.entries(expected)) {
      const [first, last] = months.split('-').map(Number)
      t.equal(differing(ofClient('C-1', ...spans), first ?? 0, last ?? 0), count, `${name}, ${months}`)
    }
  }
})

t.test('a case without a client is a person of its own', async (t) => {
  const cases = ofClient(null, ['2019-01-10', '2019-03-20'], ['2019-01-10', '2019-03-20'])
  t.equal(differing(cases, 201901, 201903), 2)
  t.equal(differing([], 201901, 201903), 0)
  const named = inSupport('case', '2019-01-10', null, { client: 'none-0' })
  t.equal(differing([...cases, named], 201901, 201903), 3, 'a client may be called like a case')
})

t.test('completed: any of the person’s cases, each person once', async (t) => {
  const completed = (window: 'period' | 'rolling-year') =>
    aMeasure('completed', { kind: 'completed', closure: ['planned', 'moved'], window })
  const cases = [
    inSupport('1', '2018-01-10', '2018-04-30', { client: 'A' }),
    inSupport('2', '2018-06-10', '2019-03-31', { client: 'A' }),
    inSupport('3', '2019-03-01', '2019-03-31', { client: 'B', closure: 'disengaged' }),
    inSupport('4', '2019-03-31', null, { client: 'C', closure: 'planned' }),
    inSupport('5', '2019-01-01', '2019-02-28', { client: 'D', closure: 'moved' }),
    inSupport('6', '2019-03-31', '2019-03-01', { client: 'E' }),
  ]
  const over = (window: 'period' | 'rolling-year', first: Month, last: Month) => {
    const { numerator, denominator } = figureOf(completed(window), { cases }, [first, last])
    return [numerator, denominator]
  }
  t.same(over('period', 201903, 201903), [1, 3], 'A of A, B and C')
  t.same(over('period', 201901, 201903), [2, 4])
  t.same(over('period', 201801, 201903), [2, 4], 'A completed twice')
  t.same(over('rolling-year', 201903, 201903), [2, 4], 'A and D, of A, B, C and D')
  t.same(over('rolling-year', 201903, 201904), [2, 4], 'from May 2018')
  t.same(over('rolling-year', 202003, 202003), [0, 1])
  t.same(over('period', 201705, 201706), [0, 0])
  t.equal(figureOf(completed('period'), { cases }, [201705, 201706]).rate, null)
})

t.test('different values; not stated is none', async (t) => {
  const nationalities = aMeasure('nationalities', { kind: 'count', distinct: 'nationality' })
  const cohorts = aMeasure('cohorts', { kind: 'count', distinct: 'cohort' })
  const of = (ref: string, from: string, until: string | null, nationality?: string, cohort: string[] = []) =>
    inSupport(ref, from, until, { characteristics: { nationality }, cohorts: cohort })
  const cases = [
    of('1', '2019-01-01', '2019-01-31', 'GB', ['idva', 'young']),
    of('2', '2019-03-01', '2019-03-31', 'GB', ['idva']),
    of('3', '2019-01-01', '2019-03-01', 'PL'),
    of('4', '2019-01-01', null),
  ]
  t.equal(figureOf(nationalities, { cases }, [201901, 201903]).count, 2)
  t.equal(figureOf(nationalities, { cases }, [201902, 201902]).count, 1)
  t.equal(figureOf(nationalities, { cases }, [201904, 201904]).count, 0)
  t.equal(figureOf(cohorts, { cases }, [201901, 201901]).count, 2)
  t.equal(figureOf(cohorts, { cases }, [201903, 201903]).count, 1)
})

const reviewed = aMeasure('reviewed', {
  kind: 'improved',
  instrument: { id: 'phq' },
  score: 'total',
  end: 'review',
  countedBy: 'assessed',
})

t.test('counted by assessment: open cases, by their latest in the period', async (t) => {
  const start = assessed('phq', 'start', '2018-06-01', 10)
  const review = (on: string, value: number | null, more: object = {}) =>
    assessed('phq', 'review', on, value, more)
  const cases = [
    inSupport('1', '2019-01-01', null, {
      assessments: [
        start,
        review('2019-01-31', 12),
        review('2019-03-01', 8),
        review('2019-03-31', 11, { ref: 'a' }),
        review('2019-03-31', 9, { ref: 'b' }),
      ],
    }),
    inSupport('2', '2019-01-01', null, {
      assessments: [start, review('2019-01-01', 9), review('2019-02-28', null)],
    }),
    inSupport('3', '2019-01-01', null, { assessments: [review('2019-02-01', 9)] }),
    inSupport('4', '2019-01-01', '2019-01-31', { assessments: [start, review('2019-02-01', 9)] }),
  ]
  const over = (first: Month, last: Month) => {
    const { numerator, denominator } = figureOf(reviewed, { cases }, [first, last])
    return [numerator, denominator]
  }
  t.same(over(201901, 201901), [1, 2])
  t.same(over(201902, 201902), [1, 1], 'the missing score is not replaced by January’s')
  t.same(over(201901, 201902), [1, 2], 'case 1 worse, case 2 missing, case 4 better')
  t.same(over(201903, 201903), [1, 1], 'on one day by the reference')
  t.same(over(201901, 201903), [2, 2])
  t.same(over(201904, 201912), [0, 0])
})

t.test('a measure agreed on later counts what was assessed since, and who closed since', async (t) => {
  const from = (measure: typeof people) => ({ plan: { measures: [{ measure, from: '2019-04-01' }] } })
  const assessments = [
    assessed('phq', 'start', '2018-06-01', 10),
    assessed('phq', 'review', '2019-03-31', 12),
    assessed('phq', 'review', '2019-04-01', 9),
  ]
  const cases = [
    inSupport('1', '2019-01-01', '2019-02-01', { assessments }),
    inSupport('2', '2019-01-01', null),
    inSupport('3', '2019-01-01', '2019-03-31'),
    inSupport('4', '2019-01-01', '2019-04-01'),
  ]
  t.match(figureOf(reviewed, { cases }, [201903, 201903], from(reviewed)), { denominator: 0 })
  t.match(figureOf(reviewed, { cases }, [201901, 201904], from(reviewed)), { numerator: 1, denominator: 1 })
  t.equal(figureOf(people, { cases }, [201904, 201904], from(people)).count, 2)
})

t.test('by group, a client is a person in each group of their cases', async (t) => {
  const cases = [
    aCase({ caseRef: '1', client: 'A', crimeType: 'fraud' }),
    aCase({ caseRef: '2', client: 'A', crimeType: 'burglary' }),
    aCase({ caseRef: '3', client: 'B', crimeType: 'fraud' }),
  ]
  const of = (value: string) =>
    figureOf(people, { cases }, [201901, 201912], { group: { by: 'crime-type', value } }).count
  t.same([differing(cases, 201901, 201912), of('fraud'), of('burglary')], [2, 2, 1])
})
