import t from 'tap'
import type { CountingPlan } from '../../../src/domain/counting/plan.ts'
import type { Contract } from '../../../src/domain/contracts/contract.ts'
import { measureSubject, runSubject, type Count } from '../../../src/domain/counts.ts'
import type { Measure } from '../../../src/domain/measure.ts'
import { measureFigure } from '../../../src/domain/outcomes/measure-figure.ts'
import { figuresFrom } from '../../../src/domain/outcomes/outcome.ts'
import { monthPeriod, parsePeriod, type Period } from '../../../src/domain/period.ts'
import { aCase, aMeasure, aPlan, countAll, figureOf, inSupport, library } from '../counting/a-case.ts'
import { agree, readOracle, type Oracle } from '../statistics/oracle.ts'

type Cell = [x: number, y: number, n: number]

const figure = (measure: Measure, cells: readonly Cell[], today = '2019-06-01') => {
  const subject = measureSubject(measure)
  const counts: Count[] = cells.map(([x, y, n]) => ({ subject, by: '', value: '', x, y, n }))
  return measureFigure(
    measure,
    { merged: new Map([[subject, counts]]), dated: new Map() },
    { period: { firstMonth: 201904, lastMonth: 201906 }, today, library },
  )
}

const pair = { score: 'total', end: 'end', countedBy: 'closed' } as const
const beforeAfter = aMeasure('before-after', { kind: 'before-after', instrument: { id: 'phq' }, ...pair })

interface PairedCase {
  id: string
  data: { both_yes: number; start_yes_end_no: number; start_no_end_yes: number; both_no: number }
  expected: {
    n: number
    start_yes: number
    end_yes: number
    difference_end_minus_start: number
    p_exact_binomial: number
    newcombe_paired_ci95_lower: number
    newcombe_paired_ci95_upper: number
  }
}

t.test('before and after, as R has it', async (t) => {
  const { cases, tolerance } = readOracle('before-after') as Oracle<PairedCase>
  for (const { id, data, expected } of cases) {
    const cells: Cell[] = [
      [1, 1, data.both_yes],
      [1, 0, data.start_yes_end_no],
      [0, 1, data.start_no_end_yes],
      [0, 0, data.both_no],
    ]
    const found = figure(
      beforeAfter,
      cells.filter(([, , n]) => n > 0),
    )
    t.match(found.start, { numerator: expected.start_yes, denominator: expected.n }, id)
    t.match(found.end, { numerator: expected.end_yes, denominator: expected.n }, id)
    t.equal(found.rate, expected.end_yes / expected.n, 'its rate is that of the end')
    const { value = null, interval = null, p = null } = found.difference ?? {}
    t.ok(agree(value, expected.difference_end_minus_start, tolerance), `${id} difference`)
    t.ok(agree(p, expected.p_exact_binomial, tolerance), `${id} p`)
    t.ok(agree(interval?.low ?? null, expected.newcombe_paired_ci95_lower, tolerance), `${id} low`)
    t.ok(agree(interval?.high ?? null, expected.newcombe_paired_ci95_upper, tolerance), `${id} high`)
  }
})

t.test('reduction: 1 − end / start, negative where there is more', async (t) => {
  const incidents = aMeasure('r', { kind: 'reduction', instrument: { id: 'incidents' }, ...pair })
  t.match(
    figure(incidents, [
      [40, 10, 1],
      [10, 0, 2],
    ]),
    {
      numerator: null,
      denominator: 3,
      startTotal: 60,
      endTotal: 10,
      rate: 1 - 10 / 60,
      interval: null,
    },
  )
  t.equal(figure(incidents, [[2, 3, 2]]).rate, -0.5)
  t.match(figure(incidents, [[0, 3, 2]]), { rate: null, startTotal: 0, endTotal: 6 })
  t.equal(figure(incidents, [[4, 4, 1]]).rate, 0)
  const decimal = aMeasure('d', { kind: 'reduction', instrument: { id: 'wellbeing' }, ...pair })
  t.match(figure(decimal, [[1950, 975, 2]]), { startTotal: 39, endTotal: 19.5, rate: 0.5 })
})

t.test('nobody gives nulls, never 0%', async (t) => {
  const nobody = { numerator: 0, denominator: 0, rate: null, interval: null }
  const resolved = aMeasure('resolved', { kind: 'resolved', instrument: { id: 'phq' }, ...pair })
  t.match(figure(resolved, []), nobody)
  t.match(figure(beforeAfter, []), {
    ...nobody,
    start: nobody,
    end: nobody,
    difference: { value: null, interval: null, p: null },
  })
  t.match(figure(aMeasure('r', { kind: 'reduction', instrument: { id: 'phq' }, ...pair }), []), {
    denominator: 0,
    rate: null,
    startTotal: 0,
    endTotal: 0,
  })
  const inTime = aMeasure('w', {
    kind: 'within-days',
    from: 'referredOn',
    to: 'startedOn',
    days: 2,
    working: false,
  })
  t.match(figure(inTime, []), { ...nobody, median: null })
  const answered = aMeasure('a', {
    kind: 'answered',
    instrument: { id: 'phq' },
    item: 'q',
    stage: 'end',
    in: [1],
  })
  t.match(figure(answered, []), { ...nobody, eligible: 0, asked: 0, answered: 0 })
  t.match(figure(aMeasure('n', { kind: 'count', of: 'closed' }), []), {
    count: 0,
    numerator: null,
    denominator: null,
    rate: null,
    interval: null,
  })
  t.match(figure(aMeasure('s', { kind: 'share', of: 'held', achieved: {} }), []), nobody)
})

t.test('a rate with its interval: 81 of 263', async (t) => {
  const resolved = aMeasure('resolved', { kind: 'resolved', instrument: { id: 'phq' }, ...pair })
  const found = figure(resolved, [
    [3, 1, 80],
    [2, 1, 1],
    [2, 0, 182],
  ])
  t.match(found, { numerator: 81, denominator: 263, rate: 81 / 263 })
  // Newcombe 1998, table I
  t.ok(agree(found.interval?.low ?? null, 0.2553, 5e-5))
  t.ok(agree(found.interval?.high ?? null, 0.3662, 5e-5))
})

t.test('within days: not due before the last day is over, then not met', async (t) => {
  const measure = aMeasure('w', {
    kind: 'within-days',
    from: 'referredOn',
    to: 'firstContactOn',
    days: 2,
    working: false,
  })
  const cases = [
    aCase({ caseRef: '1', referredOn: '2019-04-01', firstContactOn: '2019-04-03' }),
    aCase({ caseRef: '2', referredOn: '2019-04-01', firstContactOn: '2019-04-06' }),
    aCase({ caseRef: '3', referredOn: '2019-04-30', firstContactOn: null }),
    aCase({ caseRef: '4', referredOn: '2019-04-02', firstContactOn: '2019-04-02', continues: true }),
    aCase({ caseRef: '5', referredOn: '2019-05-01', firstContactOn: '2019-05-01' }),
  ]
  const on = (today: string) => {
    const { numerator, denominator, median } = figureOf(measure, { cases }, [201904, 201904], { today })
    return [numerator, denominator, median]
  }
  t.same(on('2019-04-30'), [1, 2, 3.5])
  t.same(on('2019-05-02'), [1, 2, 3.5], 'the last day itself')
  t.same(on('2019-05-03'), [1, 3, 3.5])
  const late = cases.map((one) => (one.caseRef === '3' ? { ...one, firstContactOn: '2019-05-20' } : one))
  const { numerator, denominator, median } = figureOf(measure, { cases: late }, [201904, 201904])
  t.same([numerator, denominator, median], [1, 3, 5])
})

t.test('within days: a second date before the first is no missing one', async (t) => {
  const measure = aMeasure('w', {
    kind: 'within-days',
    from: 'referredOn',
    to: 'firstContactOn',
    days: 2,
    working: false,
  })
  const seen = ['2019-04-09', '2019-04-09', '2019-04-07', '2019-04-12', null]
  const cases = seen.map((firstContactOn, index) =>
    aCase({ caseRef: String(index), referredOn: '2019-04-10', firstContactOn }),
  )
  const { numerator, denominator, median, timed } = figureOf(measure, { cases }, [201904, 201904])
  t.same([numerator, denominator], [4, 5])
  t.equal(timed, 4, 'all but the one that was never seen')
  t.equal(median, -1, 'of -3, -1, -1 and 2 days')
})

const contract: Contract = {
  contractId: 'c',
  title: 'c',
  provider: 'p',
  partners: [],
  commissioners: ['o'],
  startsOn: '2018-10-01',
  endsOn: '2021-09-30',
  follows: null,
  instruments: [],
  measures: [],
  targets: {},
  funding: [],
  returns: [],
  minimumCount: 5,
  retention: null,
  expectedDays: null,
}

t.test('a measure says nothing of months before the one in which it was agreed on', async (t) => {
  const of = ['supported', 'held', 'new', 'open-at-end', 'people'] as const
  const measures = of.map((one) => ({
    measure: aMeasure(one, { kind: 'count', of: one }),
    from: '2019-04-01',
  }))
  const plan: CountingPlan = aPlan([], { measures })
  const cases = [
    inSupport('1', '2019-01-01', '2019-03-31'),
    inSupport('2', '2019-01-01', '2019-04-01'),
    inSupport('3', '2019-02-01', null),
    inSupport('4', '2019-04-01', null),
    inSupport('5', '2019-03-10', null),
  ]
  const { byMonth, life } = countAll({ cases }, plan)
  const counts = (period: Period): (number | null | undefined)[] => {
    const until = [...byMonth, ...life].filter(({ month, by }) => by === '' && month <= period.lastMonth)
    const isDated = ({ subject }: Count): boolean => subject.startsWith('dated/')
    const merged = until.filter((one) => !isDated(one) && one.month >= period.firstMonth)
    const around = { contract, plan, period, today: '2030-01-01' }
    return figuresFrom({ merged, dated: until.filter(isDated) }, around).measures.map(({ count }) => count)
  }
  t.same(counts(monthPeriod(201903)), [0, 0, 0, 0, 0])
  t.same(counts(monthPeriod(201904)), [4, 3, 1, 3, 4])
  const both = parsePeriod('2019-M03..2019-M04')
  t.same(both && counts(both), [4, 3, 1, 3, 4], 'held and new are those supported')
})

t.test('a run of which only the end is counted anew yet is nobody, not less than nobody', async (t) => {
  const supported = aMeasure('s', { kind: 'share', of: 'supported', achieved: { closure: ['planned'] } })
  const left = { month: 201903, subject: runSubject(supported, 'until'), by: '', value: '', x: 0, y: 1, n: 2 }
  const around = { period: { firstMonth: 201904, lastMonth: 201906 }, today: '2019-07-01', library }
  const counts = { merged: new Map(), dated: new Map([[left.subject, [left]]]) }
  t.match(measureFigure(supported, counts, around), { numerator: 0, denominator: 0, rate: null })
  const number = aMeasure('n', { kind: 'count', of: 'supported' })
  const other = { ...left, subject: runSubject(number, 'until') }
  const dated = new Map([[other.subject, [other]]])
  t.equal(measureFigure(number, { merged: new Map(), dated }, around).count, 0)
})
