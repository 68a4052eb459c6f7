import fc from 'fast-check'
import t from 'tap'
import type { CaseToCount } from '../../../src/domain/counting/case-reading.ts'
import { dimensionNames } from '../../../src/domain/counting/groups.ts'
import type { Measure } from '../../../src/domain/measure.ts'
import type { MeasureFigure } from '../../../src/domain/outcomes/measure-figure.ts'
import {
  addDays,
  addMonths,
  monthOf,
  monthPeriod,
  type LondonDate,
  type Month,
} from '../../../src/domain/period.ts'
import { valuesOf } from '../../../src/domain/measures/where.ts'
import {
  aMeasure,
  aPlan,
  assessed,
  countAll,
  inSupport,
  instruments,
  monthsFrom,
  readFigure,
} from './a-case.ts'

const FIRST: LondonDate = '2018-11-01'
/** Two years and a month: long enough for rolling years that begin before the history does and end after it. */
const DAYS = 760

const day = fc.nat({ max: DAYS }).map((days) => addDays(FIRST, days))
const month = fc.nat({ max: 27 }).map((months) => addMonths(201810, months))
const range = fc.tuple(month, month).map(([a, b]): [Month, Month] => (a <= b ? [a, b] : [b, a]))

const anAssessment = fc.record({
  stage: fc.constantFrom('start' as const, 'review' as const, 'end' as const),
  on: day,
  value: fc.option(fc.integer({ min: 4, max: 16 }), { freq: 8 }),
  ref: fc.stringMatching(/^[a-z]{6}$/),
})

const someCase = fc.record({
  client: fc.option(fc.constantFrom('C-1', 'C-2', 'C-3', 'C-4'), { freq: 6 }),
  from: fc.option(day, { freq: 10 }),
  lasts: fc.option(fc.oneof(fc.constant(0), fc.integer({ min: -20, max: 400 })), { freq: 4 }),
  closure: fc.constantFrom('planned', 'disengaged', null),
  continues: fc.constantFrom(true, false, null),
  sex: fc.constantFrom('female', 'male', undefined),
  nationality: fc.constantFrom('GB', 'FR', 'PL', undefined),
  crimeType: fc.constantFrom('burglary', 'fraud', null),
  deliveredBy: fc.constantFrom('catch-22', 'trust'),
  assessments: fc.uniqueArray(anAssessment, { maxLength: 6, selector: ({ ref }) => ref }),
})

const history = fc.array(someCase, { maxLength: 14 }).map((all) =>
  all.map(({ from, lasts, sex, nationality, assessments, ...one }, index): CaseToCount => {
    const begun = from ?? '2019-05-05'
    const until = lasts === null ? null : addDays(begun, lasts)
    return {
      ...inSupport(`VF-${index}`, begun, until, {
        ...one,
        characteristics: { sex, nationality },
        referredOn: addDays(begun, -3),
      }),
      inSupportFrom: from,
      assessments: assessments.map(({ stage, on, value, ref }) => assessed('phq', stage, on, value, { ref })),
    }
  }),
)

/** In support, closed no earlier than it began. */
const supported = (cases: readonly CaseToCount[]) =>
  cases.flatMap((one) => {
    const { inSupportFrom: from, countedOn: until } = one
    return from === null || (until !== null && until < from) ? [] : [{ one, from, until }]
  })

const daysOf = ([a, b]: [Month, Month]) => ({ first: monthPeriod(a).from, last: monthPeriod(b).to })

const inSupportWithin = (cases: readonly CaseToCount[], months: [Month, Month]) => {
  const { first, last } = daysOf(months)
  return supported(cases).filter(({ from, until }) => from <= last && (until === null || until >= first))
}

const personOf = ({ client, caseRef }: CaseToCount): string =>
  client === null ? `one ${caseRef}` : `all ${client}`

const holds = (
  measures: readonly Measure[],
  check: (
    figure: (measure: Measure, months?: [Month, Month]) => MeasureFigure,
    cases: CaseToCount[],
    months: [Month, Month],
  ) => void,
) => {
  const plan = aPlan(measures)
  fc.assert(
    fc.property(history, range, (cases, months) => {
      const counts = countAll({ cases }, plan)
      check((measure, other = months) => readFigure(measure, counts, other), cases, months)
    }),
    { numRuns: 300 },
  )
}

t.test('different people and values over any months are those of a plain recount', async (t) => {
  const people = aMeasure('people', { kind: 'count', of: 'people' })
  const women = aMeasure('women', { kind: 'count', of: 'people', where: { sex: ['female'] } })
  const nationalities = aMeasure('nationalities', { kind: 'count', distinct: 'nationality' })
  holds([people, women, nationalities], (figure, cases, months) => {
    const present = inSupportWithin(cases, months).map(({ one }) => one)
    t.equal(figure(people).count, new Set(present.map(personOf)).size)
    const female = present.filter(({ characteristics }) => characteristics?.sex === 'female')
    t.equal(figure(women).count, new Set(female.map(personOf)).size)
    const known = present.flatMap(({ characteristics }) => characteristics?.nationality ?? [])
    t.equal(figure(nationalities).count, new Set(known).size)
  })
})

t.test('completed, in the period and in the rolling year to its end', async (t) => {
  const completed = (window: 'period' | 'rolling-year') =>
    aMeasure(window, { kind: 'completed', closure: ['planned'], window })
  const [inPeriod, inYear] = [completed('period'), completed('rolling-year')]
  const recount = (cases: readonly CaseToCount[], months: [Month, Month]) => {
    const { first, last } = daysOf(months)
    const present = inSupportWithin(cases, months)
    const met = present.filter(
      ({ one, until }) => one.closure === 'planned' && until !== null && until >= first && until <= last,
    )
    const differing = (some: typeof present): number => new Set(some.map(({ one }) => personOf(one))).size
    return { numerator: differing(met), denominator: differing(present) }
  }
  holds([inPeriod, inYear], (figure, cases, months) => {
    t.match(figure(inPeriod), recount(cases, months))
    t.match(figure(inYear), recount(cases, [addMonths(months[1], -11), months[1]]))
  })
})

const selections = ['supported', 'held', 'new', 'open-at-end', 'started'] as const
const countsOf = new Map(selections.map((of) => [of, aMeasure(of, { kind: 'count', of })]))
const countOf = (of: (typeof selections)[number]): Measure => {
  const found = countsOf.get(of)
  if (found === undefined) throw new Error(`${of} is counted`)
  return found
}

t.test('cases by when they were in support', async (t) => {
  holds([...countsOf.values()], (figure, cases, months) => {
    const { first, last } = daysOf(months)
    const present = inSupportWithin(cases, months)
    const isHeld = ({ one, from }: (typeof present)[number]) => from < first || one.continues === true
    t.equal(figure(countOf('supported')).count, present.length)
    t.equal(figure(countOf('held')).count, present.filter(isHeld).length)
    t.equal(figure(countOf('new')).count, present.filter((one) => !isHeld(one)).length)
    t.equal(figure(countOf('started')).count, present.filter(({ from }) => from >= first).length)
    const open = present.filter(({ until }) => until === null || until > last)
    t.equal(figure(countOf('open-at-end')).count, open.length)
  })
})

t.test('open before, and come in since, less those who left, are open at the end', async (t) => {
  const left = aMeasure('left', { kind: 'count', of: 'closed' })
  holds([...countsOf.values(), left], (figure, cases, months) => {
    const [first, last] = months
    const before = figure(countOf('open-at-end'), [first, addMonths(first, -1)])
    const other = cases.filter((one) => one.inSupportFrom !== null && supported([one]).length === 0)
    const { first: from, last: to } = daysOf([first, last])
    const outOfOrder = other.filter(
      ({ countedOn }) => countedOn !== null && countedOn >= from && countedOn <= to,
    )
    const closed = Number(figure(left).count) - outOfOrder.length
    t.equal(
      Number(before.count) + Number(figure(countOf('started')).count) - closed,
      figure(countOf('open-at-end')).count,
    )
  })
})

t.test('a share of those in support is that of a plain recount', async (t) => {
  const share = aMeasure('planned', { kind: 'share', of: 'supported', achieved: { closure: ['planned'] } })
  const open = aMeasure('women-open', { kind: 'share', of: 'open-at-end', achieved: { sex: ['female'] } })
  holds([share, open], (figure, cases, months) => {
    const present = inSupportWithin(cases, months)
    t.match(figure(share), {
      denominator: present.length,
      numerator: present.filter(({ one }) => one.closure === 'planned').length,
    })
    const still = present.filter(({ until }) => until === null || until > daysOf(months).last)
    t.match(figure(open), {
      denominator: still.length,
      numerator: still.filter(({ one }) => one.characteristics?.sex === 'female').length,
    })
  })
})

t.test('counted by assessment, a case counts once by its latest in any months', async (t) => {
  const measure = aMeasure('recovered', {
    kind: 'resolved',
    instrument: { id: 'phq' },
    score: 'total',
    end: 'review',
    countedBy: 'assessed',
  })
  holds([measure], (figure, cases, months) => {
    const { first, last } = daysOf(months)
    const inOrder = <A extends { assessedOn: string; ref: string }>(all: readonly A[]): A[] =>
      [...all].sort((a, b) => (`${a.assessedOn} ${a.ref}` < `${b.assessedOn} ${b.ref}` ? -1 : 1))
    const counted = cases.flatMap(({ assessments }) => {
      const start = inOrder(assessments.filter(({ stage }) => stage === 'start'))[0]?.scores[0] ?? null
      const reviews = assessments.filter(({ stage }) => stage === 'review')
      const within = reviews.filter(({ assessedOn }) => assessedOn >= first && assessedOn <= last)
      const end = inOrder(within).at(-1)?.scores[0] ?? null
      return start !== null && end !== null && start >= 10 ? [end] : []
    })
    t.match(figure(measure), {
      denominator: counted.length,
      numerator: counted.filter((end) => end < 10).length,
    })
  })
})

const everyKind: readonly Measure[] = [
  aMeasure('resolved', {
    kind: 'resolved',
    instrument: { id: 'phq' },
    score: 'total',
    end: 'end',
    countedBy: 'closed',
  }),
  aMeasure('before-after', {
    kind: 'before-after',
    instrument: { id: 'phq' },
    score: 'total',
    end: 'end',
    countedBy: 'closed',
  }),
  aMeasure('reduction', {
    kind: 'reduction',
    instrument: { id: 'phq' },
    score: 'total',
    end: 'end',
    countedBy: 'closed',
  }),
  aMeasure('reviewed', {
    kind: 'improved',
    instrument: { id: 'phq' },
    score: 'total',
    end: 'review',
    countedBy: 'assessed',
  }),
  aMeasure('share', { kind: 'share', of: 'closed', achieved: { closure: ['planned'] } }),
  aMeasure('share-held', { kind: 'share', of: 'held', achieved: { closure: ['planned'] } }),
  aMeasure('fast', { kind: 'within-days', from: 'referredOn', to: 'startedOn', days: 3, working: false }),
  aMeasure('contact', { kind: 'contact-every', days: 30 }),
  aMeasure('completed', { kind: 'completed', closure: ['planned'], window: 'period' }),
  ...(['referred', 'started', 'closed', 'supported', 'open-at-end', 'new', 'held', 'people'] as const).map(
    (of) => aMeasure(of, { kind: 'count', of }),
  ),
  aMeasure('nationalities', { kind: 'count', distinct: 'nationality' }),
]

t.test('the order of cases and of their assessments does not matter, to the byte', async () => {
  const plan = aPlan(everyKind, { partners: ['trust'] })
  fc.assert(
    fc.property(history, fc.infiniteStream(fc.integer()), (cases, random) => {
      const shuffle = <T>(list: readonly T[]): T[] =>
        list
          .map((one) => ({ one, at: Number(random.next().value) }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one)
      const shuffled = shuffle(cases).map((one) => ({ ...one, assessments: shuffle(one.assessments) }))
      const inMonths = (some: CaseToCount[]): string => {
        const { byMonth, life } = countAll({ cases: some }, plan)
        return JSON.stringify([byMonth.toSorted((a, b) => a.month - b.month), life])
      }
      return inMonths(shuffled) === inMonths(cases)
    }),
  )
})

t.test('a period is the sum of its months, where cases and not people are counted', async (t) => {
  const additive = everyKind.filter(({ id }) =>
    ['resolved', 'share', 'fast', 'contact', 'referred', 'started', 'closed', 'new'].includes(id),
  )
  holds(additive, (figure, _, [first, last]) => {
    for (const measure of additive) {
      const whole = figure(measure)
      const months = monthsFrom(first, last).map((one) => figure(measure, [one, one]))
      for (const name of ['numerator', 'denominator', 'count'] as const) {
        const sum = months.reduce((total, one) => total + (one[name] ?? 0), 0)
        t.equal(whole[name] ?? 0, sum, `${measure.id} ${name}`)
      }
    }
  })
})

t.test('the groups of a dimension that does not overlap add up to everybody', async (t) => {
  const ofCases = everyKind.filter(({ id }) => !['people', 'completed', 'nationalities'].includes(id))
  const plan = aPlan(ofCases, { partners: ['trust'] })
  fc.assert(
    fc.property(history, range, (cases, months) => {
      const counts = countAll({ cases }, plan)
      for (const by of dimensionNames.filter((name) => name !== 'cohort')) {
        const all = [...counts.byMonth, ...counts.life].filter((count) => count.by === by)
        const values = [...new Set(all.map(({ value }) => value))]
        for (const measure of ofCases) {
          const whole = readFigure(measure, counts, months)
          const groups = values.map((value) => readFigure(measure, counts, months, { by, value }))
          for (const name of ['numerator', 'denominator', 'count', 'startTotal'] as const) {
            const sum = groups.reduce((total, one) => total + (one[name] ?? 0), 0)
            t.equal(whole[name] ?? 0, sum, `${measure.id} by ${by}: ${name}`)
          }
        }
      }
    }),
    { numRuns: 40 },
  )
})

t.test('different people of a group are those with a case in it', async (t) => {
  const people = aMeasure('people', { kind: 'count', of: 'people' })
  const plan = aPlan([people], { partners: ['trust'] })
  fc.assert(
    fc.property(history, range, (cases, months) => {
      const counts = countAll({ cases }, plan)
      const expected = (isIn: (one: CaseToCount) => boolean): number =>
        new Set(inSupportWithin(cases.filter(isIn), months).map(({ one }) => personOf(one))).size
      const found = (by: string, value: string) => readFigure(people, counts, months, { by, value }).count
      t.equal(
        found('sex', 'not-stated'),
        expected((one) => valuesOf('sex', one).includes('not-stated')),
      )
      t.equal(
        found('delivered-by', 'trust'),
        expected(({ deliveredBy }) => deliveredBy === 'trust'),
      )
      t.equal(
        found('delivered-by/crime-type', 'trust/fraud'),
        expected(({ deliveredBy, crimeType }) => deliveredBy === 'trust' && crimeType === 'fraud'),
      )
    }),
  )
})

t.test('no count is made of a month in which nothing happened', async (t) => {
  const { byMonth, life } = countAll({ cases: [] }, aPlan(everyKind))
  t.same([byMonth, life], [[], []])
  t.equal(instruments.length > 0 && monthOf(FIRST), 201811)
})
