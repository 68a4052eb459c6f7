import fc from 'fast-check'
import t from 'tap'
import type { Contract } from '../../src/domain/contracts/contract.ts'
import type { CaseToCount } from '../../src/domain/counting/case-reading.ts'
import { countMonth } from '../../src/domain/counting/count-month.ts'
import { planFor } from '../../src/domain/counting/plan.ts'
import type { Count } from '../../src/domain/counts.ts'
import {
  disclosed,
  disclosedFigure,
  disclosedGroups,
  disclosedMoves,
  isSmall,
} from '../../src/domain/disclosure.ts'
import { measureFigure, type MeasureFigure } from '../../src/domain/outcomes/measure-figure.ts'
import { figuresFrom, isProvisional, type GroupFigures } from '../../src/domain/outcomes/outcome.ts'
import { measureSubject } from '../../src/domain/counts.ts'
import type { Measure } from '../../src/domain/measure.ts'
import { monthPeriod } from '../../src/domain/period.ts'
import { answered, definitions } from '../support/instruments.ts'
import { aCase, aMeasure, library } from './counting/a-case.ts'

const contract: Contract = {
  contractId: 'c',
  title: 'c',
  provider: 'p',
  partners: [],
  commissioners: ['o'],
  startsOn: '2018-10-01',
  endsOn: '2021-09-30',
  follows: null,
  instruments: ['victim-needs'],
  measures: ['personal-safety-resolved'],
  targets: {},
  funding: [],
  returns: [],
  minimumCount: 5,
  retention: null,
  expectedDays: null,
}
const plan = planFor(contract, definitions)
const period = monthPeriod(201903)

const people = (n: number, start: number, end: number): CaseToCount[] =>
  Array.from({ length: n }, () =>
    aCase({
      assessments: [
        answered({ ref: 's', stage: 'start' }, start),
        answered({ ref: 'e', stage: 'end', assessedOn: '2019-03-31' }, end),
      ],
    }),
  )

const around = { contract, plan, period, today: '2019-06-01' }
const ofEverybody = (counts: readonly Count[]): Count[] => counts.filter(({ by }) => by === '')

const exactly = (...groups: CaseToCount[][]) =>
  figuresFrom({ merged: ofEverybody(countMonth({ closed: groups.flat() }, plan)), dated: [] }, around)
const shown = (...groups: CaseToCount[][]) => disclosed(exactly(...groups), contract.minimumCount)

t.test('small is 1 to the minimum less 1; nobody is not small', async (t) => {
  t.same(
    [0, 1, 4, 5].map((count) => isSmall(count, 5)),
    [false, true, true, false],
  )
})

t.test('a measure is hidden whole where numerator, denominator or complement is small', async (t) => {
  const met = (n: number) => people(n, 2, 0)
  const notMet = (n: number) => people(n, 2, 2)
  const isHidden = (a: number, b: number) => shown(met(a), notMet(b)).measures[0]?.suppressed
  t.equal(isHidden(5, 5), false)
  t.equal(isHidden(4, 6), true, 'numerator')
  t.equal(isHidden(6, 4), true, 'complement')
  t.equal(isHidden(4, 0), true, 'denominator')
  t.equal(isHidden(5, 0), false, 'nobody on the other side is not small')
  t.equal(isHidden(0, 5), false, 'a true 0 stays')
  t.equal(shown(notMet(5)).measures[0]?.numerator, 0)
  t.equal(isHidden(0, 0), false)
})

t.test('whatever the hidden number is, the bytes are the same', async (t) => {
  const bytes = (n: number) => JSON.stringify(shown(people(n, 2, 0)))
  t.equal(new Set([1, 2, 3, 4].map(bytes)).size, 1)
  t.not(bytes(5), bytes(4))
})

t.test('a change with few pairs is hidden whole, else its three counts go together', async (t) => {
  t.match(shown(people(4, 2, 0)).changes[0], {
    pairs: null,
    improved: null,
    suppressed: true,
    end: { mean: null },
  })
  t.match(shown(people(6, 2, 0), people(1, 2, 2)).changes[0], {
    pairs: 7,
    improved: null,
    unchanged: null,
    deteriorated: null,
    suppressed: false,
  })
  t.match(shown(people(6, 2, 0), people(5, 2, 2)).changes[0], {
    pairs: 11,
    improved: 6,
    unchanged: 5,
    deteriorated: 0,
  })
})

t.test('in completeness a small count goes, and the rate with it', async (t) => {
  t.same(shown(people(6, 2, 0)).completeness, { closedCases: 6, withStart: 6, paired: 6, rate: 1 })
  const unpaired = people(4, 2, 0).map((one) => ({ ...one, assessments: one.assessments.slice(0, 1) }))
  t.same(shown(people(4, 2, 0), unpaired).completeness, {
    closedCases: 8,
    withStart: 8,
    paired: null,
    rate: null,
  })
})

t.test('no shown measure has a small side, and nothing shown differs from the exact figure', async () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 12 }),
      fc.nat({ max: 12 }),
      fc.integer({ min: 3, max: 9 }),
      (met, not, minimum) => {
        const exact = exactly(people(met, 2, 0), people(not, 2, 2))
        const [figure] = disclosed(exact, minimum).measures
        const small = [met, not, met + not].some((count) => count > 0 && count < minimum)
        t.equal(figure?.suppressed, small)
        t.same(figure?.denominator, small ? null : met + not)
        t.same(figure?.rate ?? null, small ? null : (exact.measures[0]?.rate ?? null))
      },
    ),
    { numRuns: 100 },
  )
})

t.test('moves are hidden whole where any cell of any version is small', async (t) => {
  const cell = (n: number, start = 2) => ({ start, end: 0, n })
  t.same(disclosedMoves([[cell(5), cell(6, 3)], [cell(7)]], 5), [[cell(5), cell(6, 3)], [cell(7)]])
  t.same(disclosedMoves([[]], 5), [[]], 'nobody is not small')
  for (const n of [1, 4]) {
    t.equal(disclosedMoves([[cell(50), cell(n, 3)]], 5), null, `a cell of ${n}`)
    t.equal(
      disclosedMoves([[cell(50)], [cell(n)]], 5),
      null,
      `${n} on one version, though the sum is not small`,
    )
  }
  t.equal(disclosedMoves([[cell(5)]], 6), null)
})

t.test('the figures do not depend on how the months are grouped', async (t) => {
  const counts: Count[] = ofEverybody(countMonth({ closed: [...people(7, 3, 1), ...people(6, 1, 2)] }, plan))
  const halves = counts
    .flatMap((count) => [
      { ...count, n: count.n - 1 },
      { ...count, n: 1 },
    ])
    .filter(({ n }) => n > 0)
  t.same(
    figuresFrom({ merged: halves.reverse(), dated: [] }, around),
    figuresFrom({ merged: counts, dated: [] }, around),
  )
})

type Cell = [x: number, y: number, n: number]

/** The figure of a measure whose counts are these, as a commissioner sees it. */
const shownFigure = (measure: Measure, cells: readonly Cell[], minimumCount = 5): MeasureFigure => {
  const subject = measureSubject(measure)
  const counts: Count[] = cells.map(([x, y, n]) => ({ subject, by: '', value: '', x, y, n }))
  const merged = new Map([[subject, counts]])
  const figure = measureFigure(
    measure,
    { merged, dated: new Map() },
    { period, today: '2019-06-01', library },
  )
  return disclosedFigure({ ...figure, suppressed: false }, minimumCount)
}

const isHidden = (measure: Measure, ...cells: Cell[]): boolean =>
  Object.is((shownFigure(measure, cells) as { suppressed?: boolean }).suppressed, true)

const pair = { instrument: { id: 'incidents' }, score: 'total', end: 'end', countedBy: 'closed' } as const
const count = aMeasure('count', { kind: 'count', of: 'closed' })
const hours = aMeasure('hours', { kind: 'count', of: 'hours' })
const total = aMeasure('total', {
  kind: 'count',
  total: { instrument: { id: 'phq' }, item: 'visits', stage: 'end' },
})
const reduction = aMeasure('reduction', { kind: 'reduction', ...pair })
const beforeAfter = aMeasure('before-after', { kind: 'before-after', ...pair })
const inTime = aMeasure('in-time', {
  kind: 'within-days',
  from: 'referredOn',
  to: 'startedOn',
  days: 2,
  working: false,
})
const satisfied = aMeasure('satisfied', {
  kind: 'answered',
  instrument: { id: 'phq' },
  item: 'satisfied',
  stage: 'end',
  in: ['agree'],
})

t.test(
  'a count is hidden from 1 to the minimum less 1, and so are few hours and a small total',
  async (t) => {
    t.equal(isHidden(count), false)
    t.equal(shownFigure(count, []).count, 0, 'a true 0 stays')
    t.equal(isHidden(count, [1, 1, 4]), true)
    t.equal(isHidden(count, [1, 1, 5]), false)
    t.equal(isHidden(hours, [30, 1, 1]), true, 'half an hour')
    t.equal(isHidden(hours, [50, 1, 6]), false, 'five hours')
    t.equal(isHidden(total, [2, 0, 4]), true, 'four answers')
    t.equal(isHidden(total, [2, 0, 5]), false)
    t.equal(isHidden(total, [1, 0, 1], [0, 0, 30]), true, 'a total of 1 is one person')
    t.equal(isHidden(total, [0, 0, 30]), false)
  },
)

t.test('a reduction is hidden where few are paired, or few can be behind a total', async (t) => {
  t.equal(isHidden(reduction, [9, 3, 4]), true)
  t.equal(isHidden(reduction, [9, 3, 5]), false)
  t.equal(isHidden(reduction, [9, 0, 5], [9, 2, 1]), true, 'an end total of 2')
  t.match(shownFigure(reduction, [[9, 3, 4]]), {
    startTotal: null,
    endTotal: null,
    rate: null,
    denominator: null,
  })
})

t.test('before and after: neither end is small, and few who changed are not told by p', async (t) => {
  t.equal(isHidden(beforeAfter, [1, 0, 8], [0, 0, 8], [1, 1, 8], [0, 1, 8]), false)
  t.equal(isHidden(beforeAfter, [1, 1, 4], [0, 0, 20]), true)
  t.equal(isHidden(beforeAfter, [1, 1, 20], [0, 1, 6], [0, 0, 2]), true, 'few are without it at the end')
  const few = shownFigure(beforeAfter, [
    [1, 0, 6],
    [0, 1, 2],
    [1, 1, 20],
    [0, 0, 20],
  ])
  t.match(few, { numerator: 22, denominator: 48, difference: { interval: null, p: null }, changed: null })
  t.equal(few.difference?.value, -4 / 48)
  const many = shownFigure(beforeAfter, [
    [1, 0, 6],
    [0, 1, 5],
    [1, 1, 20],
    [0, 0, 20],
  ])
  t.type(many.difference?.p, 'number')
})

t.test('within days: a median of few times is not told', async (t) => {
  const [done, overdue]: [Cell, Cell] = [
    [9, 0, 4],
    [20190401, 2, 20],
  ]
  t.match(shownFigure(inTime, [done, overdue]), { numerator: 0, denominator: 24, median: null, timed: null })
  t.match(shownFigure(inTime, [[9, 0, 5], overdue]), {
    numerator: 0,
    denominator: 25,
    median: 9,
    timed: null,
  })
})

t.test('answered: few who were not asked or did not answer hide who was asked, not the rate', async (t) => {
  const answers: Cell[] = [
    [2, 1, 10],
    [2, 0, 5],
  ]
  const asked = { numerator: 10, denominator: 15, answered: 15 }
  t.match(shownFigure(satisfied, answers), { ...asked, eligible: 15, asked: 15 })
  t.match(shownFigure(satisfied, [...answers, [0, 0, 4]]), { ...asked, eligible: null, asked: null })
  t.match(shownFigure(satisfied, [...answers, [1, 0, 4]]), { ...asked, eligible: null, asked: null })
  t.match(shownFigure(satisfied, [...answers, [0, 0, 5], [1, 0, 6]]), { ...asked, eligible: 26, asked: 21 })
  t.equal(isHidden(satisfied, [2, 1, 10], [2, 0, 4]), true)
})

t.test('of every kind a hidden figure is the same bytes whatever the number is', async (t) => {
  for (const measure of [count, total, reduction, beforeAfter, inTime, satisfied]) {
    const x = measure === satisfied ? 2 : 1
    const bytes = [1, 2, 3, 4].map((n) => JSON.stringify(shownFigure(measure, [[x, 1, n]])))
    t.equal(new Set(bytes).size, 1, measure.kind)
  }
})

/** A group with so many who met a measure and so many who did not. */
const group = (value: string, met: number, notMet: number): GroupFigures => {
  const { measures, changes } = exactly(people(met, 2, 0), people(notMet, 2, 2))
  return { by: 'sex', value, measures, changes }
}

t.test('one small group hides all groups of its figure', async (t) => {
  const hidden = (...groups: GroupFigures[]) =>
    disclosedGroups(groups, 5).map(({ measures, changes }) => [
      measures[0]?.suppressed,
      changes[0]?.suppressed,
    ])
  t.same(hidden(group('a', 5, 5), group('b', 6, 0)), [
    [false, false],
    [false, false],
  ])
  t.same(hidden(group('a', 50, 50), group('b', 4, 0)), [
    [true, true],
    [true, true],
  ])
  t.same(hidden(group('a', 50, 50), group('b', 20, 1)), [
    [true, true],
    [true, true],
  ])
  t.same(hidden(), [])
  t.same(disclosedGroups([group('a', 5, 5)], 5), [group('a', 5, 5)])
})

t.test('a small score hides itself in other groups, wherever it stands in their lists', async (t) => {
  const [change] = group('a', 50, 50).changes
  if (change === undefined) throw new Error('a group has a change')
  const first = { ...change, instrument: 'mood@1' }
  const second = { ...change, instrument: 'mood@2' }
  const [both, one] = disclosedGroups(
    [
      { by: 'sex', value: 'a', measures: [], changes: [first, second] },
      { by: 'sex', value: 'b', measures: [], changes: [{ ...second, pairs: 3 }] },
    ],
    5,
  )
  t.same(
    both?.changes.map(({ suppressed }) => suppressed),
    [false, true],
  )
  t.same(
    one?.changes.map(({ suppressed }) => suppressed),
    [true],
  )
})

t.test('hidden groups are the same bytes whatever the numbers are', async (t) => {
  const bytes = [1, 2, 3, 4].map((n) =>
    JSON.stringify(disclosedGroups([group('a', 20 + n, 30), group('b', n, 10 - n)], 5)),
  )
  t.equal(new Set(bytes).size, 1)
})

t.test('groups hide a figure whose parts are small in one of them', async (t) => {
  const contracted = (value: string, cells: Cell[]): GroupFigures => {
    const subject = measureSubject(satisfied)
    const counts = cells.map(([x, y, n]) => ({ subject, by: 'sex', value, x, y, n }))
    const ofSatisfied = { ...plan, measures: [{ measure: satisfied, from: null }] }
    const { measures } = figuresFrom({ merged: counts, dated: [] }, { ...around, plan: ofSatisfied })
    return { by: 'sex', value, measures, changes: [] }
  }
  const many: Cell[] = [
    [2, 1, 10],
    [2, 0, 10],
  ]
  const seen = (notAsked: number) =>
    disclosedGroups([contracted('a', many), contracted('b', [...many, [0, 0, notAsked]])], 5).map(
      ({ measures }) => measures[0]?.suppressed,
    )
  t.same(seen(5), [false, false])
  t.same(seen(4), [true, true])
})

t.test('provisional until the days of grace are over', async (t) => {
  t.equal(isProvisional({ to: '2025-06-30' }, 10, '2025-06-30'), true)
  t.equal(isProvisional({ to: '2025-06-30' }, 10, '2025-07-10'), true)
  t.equal(isProvisional({ to: '2025-06-30' }, 10, '2025-07-11'), false)
  t.equal(isProvisional({ to: '2025-06-30' }, 0, '2025-07-01'), false)
})
