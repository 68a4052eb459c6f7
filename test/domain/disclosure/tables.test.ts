import fc from 'fast-check'
import t from 'tap'
import { solve } from 'yalps'
import { tellingCounts } from '../../../src/domain/disclosure/series.ts'
import { isSmall } from '../../../src/domain/disclosure/small.ts'
import type { Measure } from '../../../src/domain/measure.ts'
import type { Figures } from '../../../src/domain/outcomes/outcome.ts'
import { addMonths, parsePeriod, type Period } from '../../../src/domain/period.ts'
import { aMeasure, assessed, inSupport } from '../counting/a-case.ts'
import { LEAST, Office, onScore, RUNS, SEED } from './an-attack.ts'

/**
 * Tables of up to six months and six groups, as a measure is counted in them. Somebody asks for every period of these months,
 * with its groups, and puts all that is shown into one set of equations, as a cell suppression is audited: a cell is found out
 * if its least and its most, by linear programs over whole people, lie too close together.
 */

const FIRST = 201810
const GROUPS = ['arson', 'burglary', 'fraud', 'hate', 'robbery', 'stalking']
/** How people's scores went from the start to the end; over 6 is a need. */
const OUTCOMES = {
  gone: [12, 4],
  less: [15, 12],
  same: [12, 12],
  worse: [12, 18],
  'no need': [4, 4],
} as const
type Outcome = keyof typeof OUTCOMES
const ALL = Object.keys(OUTCOMES) as Outcome[]
const NEED: Outcome[] = ['gone', 'less', 'same', 'worse']

/** Whom the figures count, among how many. */
const MEASURES: Record<string, { of: Outcome[]; among: Outcome[] }> = {
  resolved: { of: ['gone'], among: NEED },
  reduced: { of: ['gone', 'less'], among: NEED },
  sustained: { of: ['gone', 'less', 'same', 'no need'], among: ALL },
  worse: { of: ['worse'], among: ALL },
}
const measures = [
  aMeasure('resolved', { ...onScore, kind: 'resolved' }),
  aMeasure('reduced', { ...onScore, kind: 'improved', of: 'need-at-start' }),
  aMeasure('sustained', { ...onScore, kind: 'improved-or-sustained' }),
  aMeasure('worse', { ...onScore, kind: 'deteriorated' }),
]

interface Cell {
  month: number
  group: string
  outcome: Outcome
}

/** How many there are in a cell: small numbers, which need hiding, and those that hide them, which are more in some tables. */
const howMany = (large: number) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.nat({ max: 2 }) },
    { weight: 2, arbitrary: fc.nat({ max: 9 }) },
    { weight: large, arbitrary: fc.integer({ min: 5, max: 40 }) },
  )

interface Size {
  months: number
  groups: number
  outcomes: Outcome[]
}

/** A table and the order in which its periods are asked for. */
const tableOf = (most: Size) =>
  fc
    .record({
      months: fc.integer({ min: 1, max: most.months }),
      groups: fc.integer({ min: 1, max: most.groups }),
      large: fc.constantFrom(1, 5, 20),
    })
    .chain(({ months, groups, large }) => {
      const cells = Array.from({ length: months }, (_, month) =>
        GROUPS.slice(0, groups).flatMap((group) =>
          most.outcomes.map((outcome) => ({ month, group, outcome })),
        ),
      ).flat()
      const counts = fc.array(howMany(large), { minLength: cells.length, maxLength: cells.length })
      const periods = fc.shuffledSubarray(periodsOf(months), { minLength: periodsOf(months).length })
      return fc.record({ counts, periods }).map(({ counts, periods }) => ({
        periods,
        cells: cells.map((cell, at) => ({ ...cell, count: counts[at] ?? 0 })),
      }))
    })

/** Every period that is made of the first so many months. */
function periodsOf(months: number): Period[] {
  const labelOf = (at: number): string => {
    const month = String(addMonths(FIRST, at))
    return `${month.slice(0, 4)}-M${month.slice(4)}`
  }
  const labels = Array.from({ length: months }, (_, from) =>
    Array.from({ length: months - from }, (_, more) =>
      more === 0 ? labelOf(from) : `${labelOf(from)}..${labelOf(from + more)}`,
    ),
  ).flat()
  return labels.map((label) => {
    const period = parsePeriod(label)
    if (period === undefined) throw new Error(label)
    return period
  })
}

function casesOf({ month, group, outcome, count }: Cell & { count: number }) {
  const until = `${String(addMonths(FIRST, month)).replace(/(..)$/, '-$1')}-20`
  const [start, end] = OUTCOMES[outcome]
  return Array.from({ length: count }, (_, at) => {
    const ref = `${month}-${group}-${outcome}-${at}`
    return {
      ...inSupport(ref, '2018-09-10', until, { crimeType: group }),
      assessments: [
        assessed('phq', 'start', '2018-09-10', start, { ref: `s-${ref}` }),
        assessed('phq', 'end', until, end, { ref: `e-${ref}` }),
      ],
    }
  })
}

/** What an answer tells of a period and a group: so many people of these cells. */
interface Told {
  cells: (cell: Cell) => boolean
  count: number
}

const isIn =
  (period: Period, group: string | undefined) =>
  ({ month, group: of }: Cell): boolean => {
    const at = addMonths(FIRST, month)
    return period.firstMonth <= at && at <= period.lastMonth && (group === undefined || of === group)
  }

function toldBy(figures: Figures, period: Period, group: string | undefined): Told[] {
  const within = isIn(period, group)
  const told: Told[] = []
  const put = (count: number | null | undefined, outcomes: readonly Outcome[]): void => {
    if (count === null || count === undefined) return
    told.push({ count, cells: (cell) => within(cell) && outcomes.includes(cell.outcome) })
  }
  for (const measure of figures.measures) {
    if (measure.suppressed) continue
    const { of, among } = MEASURES[measure.measure] ?? { of: [], among: [] }
    const counts = tellingCounts(measure)
    put(counts.get('numerator'), of)
    put(
      counts.get('complement'),
      among.filter((one) => !of.includes(one)),
    )
    put(counts.get('denominator'), among)
  }
  for (const change of figures.changes) {
    put(change.improved, ['gone', 'less'])
    put(change.unchanged, ['same', 'no need'])
    put(change.deteriorated, ['worse'])
    put(change.pairs, ALL)
  }
  return told
}

/** The least and the most people that there can be in some cells, by all that is told. */
function boundsOf(told: readonly Told[], cells: readonly Cell[], wanted: (cell: Cell) => boolean) {
  const constraints = told.map(({ count }, at) => [`${at}`, { equal: count }] as const)
  const variables = cells.map((cell, at) => {
    const row = told.flatMap(({ cells: isOf }, number) => (isOf(cell) ? [[`${number}`, 1] as const] : []))
    return [`cell ${at}`, [...row, ['wanted', wanted(cell) ? 1 : 0] as const]] as const
  })
  const ends = (['minimize', 'maximize'] as const).map((direction) => {
    const { status, result } = solve({ direction, objective: 'wanted', constraints, variables })
    if (status === 'unbounded') return Infinity
    if (status !== 'optimal') throw new Error(`what is shown contradicts itself: ${status}`)
    return result
  })
  const [least = NaN, most = NaN] = ends
  return { least: Math.ceil(least - 1e-6), most: Math.floor(most + 1e-6) }
}

/** What somebody is told who asks for each period with its groups. */
function askAll(
  office: Office,
  cells: readonly (Cell & { count: number })[],
  periods: readonly Period[],
): Told[] {
  const cases = cells.flatMap(casesOf)
  const empty = { closedCases: null, withStart: null, paired: null, rate: null }
  return periods.flatMap((period) => {
    const { total, groups } = office.ask(cases, period, 'crime-type')
    return [
      ...toldBy(total, period, undefined),
      ...groups.flatMap((group) => toldBy({ ...group, completeness: empty }, period, group.value)),
    ]
  })
}

/** Whom figures tell of, each once. */
const peopleOf = (asked: readonly Measure[]): Outcome[][] => {
  const told = asked.flatMap(({ id }) => {
    const { of, among } = MEASURES[id] ?? { of: [], among: [] }
    return [of, among, among.filter((one) => !of.includes(one))]
  })
  const all: Outcome[][] = [...told, ['gone', 'less'], ['same', 'no need'], ['worse'], ALL]
  return [...new Map(all.map((outcomes) => [outcomes.join(), outcomes])).values()]
}

/** @throws {Error} if a small number of a group in a month is found out */
function audit(
  cells: readonly (Cell & { count: number })[],
  told: readonly Told[],
  asked: readonly Measure[],
): number {
  let hidden = 0
  const among = (isOf: (cell: Cell) => boolean): number =>
    cells.filter(isOf).reduce((sum, { count }) => sum + count, 0)
  for (const { count, cells: isOf } of told) {
    if (among(isOf) !== count) throw new Error('what is shown is not so')
  }
  const places = new Map(cells.map(({ month, group }) => [`${month} ${group}`, { month, group }]))
  for (const { month, group } of places.values()) {
    for (const outcomes of peopleOf(asked)) {
      const isOf = (cell: Cell): boolean =>
        cell.month === month && cell.group === group && outcomes.includes(cell.outcome)
      const count = among(isOf)
      if (!isSmall(count, LEAST)) continue
      hidden++
      const { least, most } = boundsOf(told, cells, isOf)
      if (most - least < 2)
        throw new Error(`${month} ${group} ${outcomes.join(' or ')}: ${least} to ${most} is ${count}`)
    }
  }
  return hidden
}

const tries: Record<string, { size: Size; asked: readonly Measure[]; runs: number }> = {
  'a rate, and how its score changed': {
    size: { months: 6, groups: 6, outcomes: ['gone', 'same'] },
    asked: measures.slice(0, 1),
    runs: RUNS,
  },
  'four rates on one score': {
    size: { months: 3, groups: 5, outcomes: ALL },
    asked: measures,
    runs: RUNS,
  },
}

for (const [name, { size, asked, runs }] of Object.entries(tries)) {
  t.test(`bounds over all that is shown find nobody out: ${name}`, async (t) => {
    let [hidden, shown] = [0, 0]
    t.doesNotThrow(() => {
      fc.assert(
        fc.property(tableOf(size), ({ cells, periods }) => {
          const told = askAll(new Office(undefined, asked), cells, periods)
          shown += told.length
          hidden += audit(cells, told, asked)
        }),
        { numRuns: runs, seed: SEED, endOnFailure: true },
      )
    })
    t.ok(hidden > 5 * runs && shown > 5 * runs, `there is much to hide, ${hidden}, and to show, ${shown}`)
  })
}

/** So many of each outcome in the months of a group, in the order of OUTCOMES. */
const cellsOf = (group: string, ...months: number[][]): (Cell & { count: number })[] =>
  months.flatMap((counts, month) =>
    ALL.map((outcome, at) => ({ month, group, outcome, count: counts[at] ?? 0 })),
  )

const answerTo = (
  label: string,
  cells: readonly (Cell & { count: number })[],
  before: readonly string[],
  asked: readonly Measure[] = measures,
) => {
  const office = new Office(undefined, asked)
  const ask = (one: string) => {
    const period = parsePeriod(one)
    if (period === undefined) throw new Error(one)
    return office.ask(cells.flatMap(casesOf), period, 'crime-type')
  }
  for (const one of before) ask(one)
  const { groups } = ask(label)
  return new Map(groups.map((group) => [group.value, group]))
}

t.test('where a group is hidden in one of two months, another figure does not tell of both', async (t) => {
  const cells = [
    ...cellsOf('arson', [6, 15, 33, 3, 9], [0, 2, 2, 27, 3]),
    ...cellsOf('burglary', [25, 15, 6, 5, 9], [36, 34, 18, 25, 1]),
  ]
  const both = answerTo('2018-M10..2018-M11', cells, ['2018-M10', '2018-M11'])
  const october = answerTo('2018-M10', cells, [])
  t.match(october.get('arson')?.measures[1], { measure: 'reduced', numerator: 21 })
  t.match(both.get('arson')?.changes[0], { improved: null }, '23 without 21 are two in November')
})

t.test('nor where those of one month follow, and of these a part is small', async (t) => {
  const cells = [
    ...cellsOf('arson', [19, 39, 2, 1, 34], [16, 26, 30, 7, 2]),
    ...cellsOf('burglary', [24, 10, 19, 2, 12], [7, 7, 17, 10, 39]),
  ]
  const both = answerTo('2018-M10..2018-M11', cells, ['2018-M10', '2018-M11'])
  const november = answerTo('2018-M11', cells, [])
  t.match(november.get('arson')?.measures[1], { measure: 'reduced', numerator: 42 })
  t.match(
    both.get('arson')?.changes[0],
    { improved: null },
    '100 without 42 improved in October, which leaves three of 61 with a need',
  )
})

t.test('nor of a group that hides another one in the month in which both are hidden', async (t) => {
  const cells = [
    ...cellsOf('arson', [1, 6, 8, 6, 1], [29, 13, 32, 7, 1]),
    ...cellsOf('burglary', [24, 2, 0, 2, 2], [9, 40, 0, 1, 8]),
    ...cellsOf('fraud', [7, 37, 1, 38, 0], [9, 6, 38, 0, 37]),
  ]
  const both = answerTo('2018-M10..2018-M11', cells, [])
  const [october, november] = ['2018-M10', '2018-M11'].map((month) =>
    answerTo(month, cells, ['2018-M10..2018-M11']),
  )
  t.match(october?.get('fraud')?.measures[1], { measure: 'reduced', numerator: 44 })
  t.match(november?.get('arson')?.measures[1], { measure: 'reduced', numerator: 42 })
  t.match(november?.get('burglary')?.measures[0], { measure: 'resolved', denominator: 50 })
  t.match(
    both.get('fraud')?.changes[0],
    { improved: null },
    '59 without 44 are 15, 106 without 42 and 15 are 49, and of 50 with a need one is left',
  )
})

t.test('nor of those whom a figure of some of the people hides in one of the months', async (t) => {
  const resolved = measures.slice(0, 1)
  const cells = [
    ...cellsOf('arson', [20, 0, 33, 1, 9], [3, 0, 20, 27, 30]),
    ...cellsOf('burglary', [25, 15, 16, 2, 9], [36, 34, 18, 25, 10]),
  ]
  const [october, november] = ['2018-M10', '2018-M11'].map((month) => answerTo(month, cells, [], resolved))
  t.match(october?.get('arson')?.measures[0], { numerator: 20 })
  t.match(november?.get('arson')?.measures[0], { numerator: null })
  const both = answerTo('2018-M10..2018-M11', cells, ['2018-M10', '2018-M11'], resolved)
  t.match(both.get('arson')?.changes[0], { improved: null }, '23 without 20 are three')
})

t.test('a rate and the change of its score hide the same groups, and show the others', async (t) => {
  const met = (gone: number, same: number): number[] => [gone, 0, same, 0, 0]
  const cells = [
    ...cellsOf('arson', met(8, 35)),
    ...cellsOf('burglary', met(35, 5)),
    ...cellsOf('fraud', met(0, 5)),
    ...cellsOf('hate', met(1, 5)),
  ]
  const groups = answerTo('2018-M10', cells, [], measures.slice(0, 1))
  const shown = [...groups].filter(
    ([
      ,
      {
        measures: [rate],
      },
    ]) => rate?.numerator !== null,
  )
  const moved = [...groups].filter(
    ([
      ,
      {
        changes: [change],
      },
    ]) => change?.improved !== null,
  )
  t.same(
    [shown, moved].map((of) => of.map(([value]) => value)),
    [['arson'], ['arson']],
    'by 44 less 35 less 8 one of fraud and hate would be known',
  )
})
