import fc from 'fast-check'
import type { Contract } from '../../../src/domain/contracts/contract.ts'
import type { CaseToCount } from '../../../src/domain/counting/case-reading.ts'
import type { CountingPlan } from '../../../src/domain/counting/plan.ts'
import type { DatedCount } from '../../../src/domain/counts.ts'
import { cutUpTo } from '../../../src/domain/disclosure/blocks.ts'
import { decideRelease } from '../../../src/domain/disclosure/release.ts'
import type { PastReleased, Released, ReleaseRules } from '../../../src/domain/disclosure/released.ts'
import { linksBetween } from '../../../src/domain/disclosure/links/links.ts'
import { movesIn, seriesOf, tellingCounts } from '../../../src/domain/disclosure/series.ts'
import { shownFigures, shownGroups } from '../../../src/domain/disclosure/shown-figures.ts'
import { isSmall } from '../../../src/domain/disclosure/small.ts'
import type { Measure } from '../../../src/domain/measure.ts'
import type { Figures } from '../../../src/domain/outcomes/outcome.ts'
import { addDays, parsePeriod, type Month, type Period } from '../../../src/domain/period.ts'
import { aMeasure, aPlan, assessed, bySubject, countAll, inSupport } from '../counting/a-case.ts'

/**
 * Somebody asks whatever may be asked, in any order, while data comes late, is corrected and is erased, and then subtracts.
 */
export const LEAST = 5

/** ATTACKS and SEED look further than the same 200 histories that each test run looks at. */
export const RUNS = Number(process.env.ATTACKS ?? 200)
export const SEED = Number(process.env.SEED ?? 20261123)

export const onScore = {
  instrument: { id: 'phq' },
  score: 'total',
  end: 'end',
  countedBy: 'closed',
} as const
const measures = [
  aMeasure('resolved', { ...onScore, kind: 'resolved' }),
  aMeasure('reduced', { ...onScore, kind: 'improved', of: 'need-at-start' }),
  aMeasure('sustained', { ...onScore, kind: 'improved-or-sustained' }),
  aMeasure('worse', { ...onScore, kind: 'deteriorated' }),
  aMeasure('resolved-planned', { ...onScore, kind: 'resolved', where: { closure: ['planned'] } }),
  aMeasure('reduced-planned', {
    ...onScore,
    kind: 'improved',
    of: 'need-at-start',
    where: { closure: ['planned'] },
  }),
  aMeasure('referrals', { kind: 'count', of: 'referred' }),
  aMeasure('referrals-police', { kind: 'count', of: 'referred', where: { referralSource: ['police'] } }),
  aMeasure('referrals-self', { kind: 'count', of: 'referred', where: { referralSource: ['self'] } }),
  aMeasure('referrals-other', { kind: 'count', of: 'referred', where: { referralSource: ['other'] } }),
  aMeasure('supported', { kind: 'count', of: 'supported' }),
  aMeasure('people', { kind: 'count', of: 'people' }),
]
const contractOf = (asked: readonly Measure[]): Contract => ({
  contractId: 'k',
  title: 'k',
  provider: 'p',
  partners: [],
  commissioners: ['c'],
  startsOn: '2018-04-01',
  endsOn: '2021-03-31',
  follows: null,
  instruments: ['phq'],
  measures: asked.map(({ id }) => id),
  targets: {},
  funding: [],
  returns: [],
  minimumCount: LEAST,
  retention: null,
  expectedDays: null,
})

export const PERIODS = [
  ...['2018-M11', '2018-M12', '2019-M02', '2019-M05', '2019-M06', '2018-M11..2019-M02', '2019-M05..2019-M08'],
  ...['2018-19-Q3', '2018-19-Q4', '2019-20-Q1', '2019-20-Q2', '2019-20-Q3'],
  ...['2018-19-Q3..2018-19-Q4', '2018-19-Q3..2019-20-Q1', '2019-20-Q1..2019-20-Q2', '2018-19-Q4..2019-20-Q3'],
  ...['2018-19', '2019-20'],
].map((label): Period => {
  const period = parsePeriod(label)
  if (period === undefined) throw new Error(label)
  return period
})
export const DIMENSIONS = [undefined, 'sex', 'crime-type', 'cohort'] as const

export const someCase = fc.record({
  closedAfter: fc.nat({ max: 450 }),
  lasts: fc.integer({ min: 5, max: 120 }),
  start: fc.constantFrom(6, 12, 15),
  end: fc.constantFrom(4, 6, 12, 18),
  paired: fc.boolean(),
  closure: fc.constantFrom('planned', 'planned', 'disengaged'),
  sex: fc.constantFrom('female', 'female', 'female', 'male', undefined),
  crimeType: fc.constantFrom('burglary', 'burglary', 'fraud', null),
  cohorts: fc.constantFrom(['idva'], ['idva', 'isva'], []),
  referralSource: fc.constantFrom('police', 'police', 'police', 'self', 'other'),
  client: fc.constantFrom(null, 'C-1', 'C-2'),
})
export type Made = typeof someCase extends fc.Arbitrary<infer T> ? T : never

export function caseOf(
  { closedAfter, lasts, start, end, paired, sex, ...more }: Made,
  at: number,
): CaseToCount {
  const until = addDays('2018-10-15', closedAfter)
  const from = addDays(until, -lasts)
  return {
    ...inSupport(`VF-${at}`, from, until, { ...more, referredOn: from, characteristics: { sex } }),
    assessments: [
      assessed('phq', 'start', from, start, { ref: `s-${at}` }),
      ...(paired ? [assessed('phq', 'end', until, end, { ref: `e-${at}` })] : []),
    ],
  }
}

const rules: Omit<ReleaseRules, 'release' | 'isPending' | 'isOver' | 'current'> = {
  first: 201804,
  minimumCountIn: () => LEAST,
  isOverlapping: (by) => by === 'cohort',
}

export const ENDED = { current: 202401, isOver: true }

/** What a commissioner has been shown so far, and what is counted now. */
export class Office {
  readonly #released = new Map<string, Released>()
  readonly #past: PastReleased[] = []
  #release = 0
  readonly #ended: Pick<ReleaseRules, 'current' | 'isOver'>

  readonly #plan: CountingPlan
  readonly #contract: Contract

  constructor(ended = ENDED, asked: readonly Measure[] = measures) {
    this.#ended = ended
    this.#plan = aPlan(asked)
    this.#contract = contractOf(asked)
  }

  /** @param pending months that are not counted yet */
  ask(
    cases: readonly CaseToCount[],
    period: Period,
    by: (typeof DIMENSIONS)[number],
    pending: readonly Month[] = [],
  ) {
    const [plan, contract] = [this.#plan, this.#contract]
    const { byMonth, life } = countAll({ cases }, plan)
    const all = [...byMonth, ...life].filter(({ month }) => !pending.includes(month))
    const dimensions = new Set([...[...this.#released.values()].map((cell) => cell.by), ...(by ? [by] : [])])
    dimensions.delete('')
    const counts = {
      all: bySubject(all.filter((count) => count.by === '')),
      groups: new Map([...dimensions].map((name) => [name, groupsOf(all, name)])),
    }
    const series = seriesOf(contract, plan, '2024-01-01')
    const links = linksBetween(series, plan, movesIn(counts.all, plan))
    const released = { present: [...this.#released.values()], past: this.#past }
    const release = ++this.#release
    const { writes, drops, askFor } = decideRelease([period], { series, links }, counts, released, {
      ...rules,
      ...this.#ended,
      isPending: (block) => pending.some((month) => month <= cutUpTo(block, this.#ended)),
      release,
    })
    const keyOf = ({ by, value, series, first, last }: Released) => [by, value, series, first, last].join(' ')
    for (const [key, { series, first, last }] of this.#released) {
      if (drops.some((one) => one.series === series && one.first === first && one.last === last))
        this.#released.delete(key)
    }
    for (const cell of writes) {
      const former = this.#released.get(keyOf(cell))
      if (former) this.#past.push({ ...former, until: release })
      this.#released.set(keyOf(cell), cell)
    }
    // In the order of time, as they are read.
    const cells = [...this.#released.values()].sort((a, b) => a.first - b.first || a.last - b.last)
    const figures = { cells: cells.filter(isWithin(period)), askFor: askFor[0] ?? {} }
    const around = { contract, plan, period }
    return {
      total: shownFigures(figures, around),
      groups: by === undefined ? [] : shownGroups(figures, around, by),
    }
  }
}

const isWithin =
  ({ firstMonth, lastMonth }: Period) =>
  ({ first, last }: Released): boolean =>
    firstMonth <= first && last <= lastMonth

function groupsOf(all: readonly DatedCount[], by: string) {
  const values = new Set(all.filter((count) => count.by === by).map(({ value }) => value))
  return new Map(
    [...values].map((value) => [value, bySubject(all.filter((one) => one.by === by && one.value === value))]),
  )
}

/** Every number of people in an answer, by the entry that tells it. */
export function numbersIn({ completeness, measures: shown, changes }: Figures): Map<string, number> {
  const numbers = new Map<string, number>()
  const put = (name: string, count: number | null): void => {
    if (count !== null) numbers.set(name, count)
  }
  for (const measure of shown) {
    if (measure.suppressed) continue
    for (const [name, count] of tellingCounts(measure)) put(`${measure.measure} ${name}`, count)
  }
  for (const { measure, rate, interval } of shown) {
    if (rate === null || interval === null) continue
    const people = peopleBehind(rate, interval)
    put(`${measure} denominator by its interval`, people)
    put(`${measure} numerator by its interval`, Math.round(rate * people))
    put(`${measure} complement by its interval`, people - Math.round(rate * people))
  }
  for (const change of changes) {
    for (const name of ['pairs', 'improved', 'unchanged', 'deteriorated'] as const)
      put(`${change.score} ${name}`, change[name])
  }
  for (const name of ['closedCases', 'withStart', 'paired'] as const) put(name, completeness[name])
  if (completeness.rate !== null)
    put('unpaired', (completeness.closedCases ?? 0) - (completeness.paired ?? 0))
  return numbers
}

/**
 * How many people a rate and its Wilson interval tell of: its middle is (p + z²/2n) / (1 + z²/n), and where that is p = 1/2
 * its half width is z / 2√(n + z²).
 */
export function peopleBehind(rate: number, { low, high }: { low: number; high: number }): number {
  const z2 = 1.959963984540054 ** 2
  const [middle, half] = [(low + high) / 2, (high - low) / 2]
  const isHalf = Math.abs(middle - rate) < 1e-9
  return Math.round(isHalf ? z2 / (4 * half ** 2) - z2 : (z2 * (0.5 - middle)) / (middle - rate))
}

export interface Shown {
  epoch: number
  period: Period
  value: string
  numbers: Map<string, number>
}

const contains = (whole: Period, part: Period): boolean =>
  whole.firstMonth <= part.firstMonth && part.lastMonth <= whole.lastMonth

/** With what follows from several of them, which may neither be small nor move by a few. */
export const withWhatFollows = (figures: Figures): Map<string, number> => {
  const numbers = numbersIn(figures)
  return new Map([...numbers, ...oneScore(numbers)])
}

/** The first thing that the answers tell of fewer than the least number of people; undefined: nothing. */
export function leakIn(shown: readonly Shown[]): string | undefined {
  const small = (count: number): boolean => isSmall(Math.abs(count), LEAST)
  for (const one of shown) {
    for (const [name, count] of one.numbers) {
      if (small(count)) return `${one.period.label} ${one.value} ${name}: ${count}`
    }
    for (const other of shown) {
      if (other === one || other.value !== one.value) continue
      const isLater = other.epoch !== one.epoch && other.period === one.period
      const isNested = other.epoch === one.epoch && contains(one.period, other.period)
      if (!isLater && !isNested) continue
      for (const [name, count] of one.numbers) {
        const part = other.numbers.get(name)
        if (part !== undefined && small(count - part)) {
          return `${one.period.label} without ${other.period.label} ${one.value} ${name}: ${count} - ${part}`
        }
      }
    }
  }
  return undefined
}

/** What follows from several measures of the one score. */
function oneScore(numbers: ReadonlyMap<string, number>): [name: string, count: number][] {
  const of = (name: string): number => numbers.get(name) ?? NaN
  const differences: Record<string, number> = {
    'less, but not gone': of('reduced numerator') - of('resolved numerator'),
    'no need': of('total pairs') - of('resolved denominator'),
    unchanged: of('sustained numerator') - of('total improved'),
    'worse, by those sustained': of('total pairs') - of('sustained numerator'),
    'not planned': of('resolved denominator') - of('resolved-planned denominator'),
    'planned, less, but not gone': of('reduced-planned numerator') - of('resolved-planned numerator'),
    'planned, need at the start': of('reduced-planned denominator') - of('resolved-planned denominator'),
    'less, but not planned': of('reduced numerator') - of('reduced-planned numerator'),
    'better, but not planned and gone': of('total improved') - of('resolved-planned numerator'),
    'no need, or not planned': of('total pairs') - of('reduced-planned denominator'),
    'less, but not planned and gone': of('reduced numerator') - of('resolved-planned numerator'),
    'not by the police': of('referrals count') - of('referrals-police count'),
    ...restOfReferrals(numbers),
  }
  return Object.entries(differences).filter(([, count]) => !Number.isNaN(count))
}

/** Those who were referred by none of the sources that are shown. */
function restOfReferrals(numbers: ReadonlyMap<string, number>): Record<string, number> {
  const shown = ['police', 'self', 'other'].flatMap((source) => {
    const count = numbers.get(`referrals-${source} count`)
    return count === undefined ? [] : [{ source, count }]
  })
  const name = `not by ${shown.map(({ source }) => source).join(' or ')}`
  return { [name]: shown.reduce((rest, { count }) => rest - count, numbers.get('referrals count') ?? NaN) }
}

/** The same people under one name, whichever figure tells them. */
export function aliases(numbers: ReadonlyMap<string, number>): Map<string, number>[] {
  const told = {
    'need at the start': ['resolved denominator', 'reduced denominator'],
    pairs: ['total pairs', 'sustained denominator', 'worse denominator'],
    'got worse': ['total deteriorated', 'worse numerator', 'sustained complement'],
  }
  return Object.entries(told).flatMap(([people, names]) =>
    names.flatMap((name) => {
      const count = numbers.get(name)
      return count === undefined ? [] : [new Map([[people, count]])]
    }),
  )
}
