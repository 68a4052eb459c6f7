import fc from 'fast-check'
import t from 'tap'
import type { Contract } from '../../../src/domain/contracts/contract.ts'
import type { CaseToCount } from '../../../src/domain/counting/case-reading.ts'
import type { DatedCount } from '../../../src/domain/counts.ts'
import { decideRelease } from '../../../src/domain/disclosure/release.ts'
import type { PastReleased, Released, ReleaseRules } from '../../../src/domain/disclosure/released.ts'
import { linksBetween } from '../../../src/domain/disclosure/links/links.ts'
import { movesIn, seriesOf, tellingCounts } from '../../../src/domain/disclosure/series.ts'
import { shownFigures, shownGroups } from '../../../src/domain/disclosure/shown-figures.ts'
import { isSmall } from '../../../src/domain/disclosure/small.ts'
import type { Figures } from '../../../src/domain/outcomes/outcome.ts'
import { addDays, parsePeriod, type Period } from '../../../src/domain/period.ts'
import { aMeasure, aPlan, assessed, bySubject, countAll, inSupport } from '../counting/a-case.ts'

/**
 * Somebody asks whatever may be asked, in any order, while data comes late, is corrected and is erased, and then subtracts.
 */
const LEAST = 5

/** ATTACKS and SEED look further than the same 200 histories that each test run looks at. */
const RUNS = Number(process.env.ATTACKS ?? 200)
const SEED = Number(process.env.SEED ?? 20261123)

const onScore = {
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
  aMeasure('referrals', { kind: 'count', of: 'referred' }),
  aMeasure('referrals-police', { kind: 'count', of: 'referred', where: { referralSource: ['police'] } }),
  aMeasure('referrals-self', { kind: 'count', of: 'referred', where: { referralSource: ['self'] } }),
  aMeasure('referrals-other', { kind: 'count', of: 'referred', where: { referralSource: ['other'] } }),
  aMeasure('supported', { kind: 'count', of: 'supported' }),
  aMeasure('people', { kind: 'count', of: 'people' }),
]
const plan = aPlan(measures)
const contract = {
  contractId: 'k',
  title: 'k',
  provider: 'p',
  partners: [],
  commissioners: ['c'],
  startsOn: '2018-04-01',
  endsOn: '2021-03-31',
  follows: null,
  instruments: ['phq'],
  measures: measures.map(({ id }) => id),
  targets: {},
  funding: [],
  returns: [],
  minimumCount: LEAST,
  retention: null,
  expectedDays: null,
} satisfies Contract

const PERIODS = [
  ...['2018-M11', '2018-M12', '2019-M02', '2019-M05', '2019-M06', '2018-M11..2019-M02', '2019-M05..2019-M08'],
  ...['2018-19-Q3', '2018-19-Q4', '2019-20-Q1', '2019-20-Q2', '2019-20-Q3'],
  ...['2018-19-Q3..2018-19-Q4', '2018-19-Q3..2019-20-Q1', '2019-20-Q1..2019-20-Q2', '2018-19-Q4..2019-20-Q3'],
  ...['2018-19', '2019-20'],
].map((label): Period => {
  const period = parsePeriod(label)
  if (period === undefined) throw new Error(label)
  return period
})
const DIMENSIONS = [undefined, 'sex', 'crime-type', 'cohort'] as const

const someCase = fc.record({
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
type Made = typeof someCase extends fc.Arbitrary<infer T> ? T : never

function caseOf({ closedAfter, lasts, start, end, paired, sex, ...more }: Made, at: number): CaseToCount {
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

const rules: Omit<ReleaseRules, 'release'> = {
  first: 201804,
  current: 202401,
  isOver: true,
  minimumCountIn: () => LEAST,
  isPending: () => false,
  isOverlapping: (by) => by === 'cohort',
}

/** What a commissioner has been shown so far, and what is counted now. */
class Office {
  readonly #released = new Map<string, Released>()
  readonly #past: PastReleased[] = []
  #release = 0

  ask(cases: readonly CaseToCount[], period: Period, by: (typeof DIMENSIONS)[number]) {
    const { byMonth, life } = countAll({ cases }, plan)
    const all = [...byMonth, ...life]
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
    const figures = { cells: [...this.#released.values()].filter(isWithin(period)), askFor: askFor[0] ?? {} }
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
function numbersIn({ completeness, measures: shown, changes }: Figures): Map<string, number> {
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
function peopleBehind(rate: number, { low, high }: { low: number; high: number }): number {
  const z2 = 1.959963984540054 ** 2
  const [middle, half] = [(low + high) / 2, (high - low) / 2]
  const isHalf = Math.abs(middle - rate) < 1e-9
  return Math.round(isHalf ? z2 / (4 * half ** 2) - z2 : (z2 * (0.5 - middle)) / (middle - rate))
}

t.test('a rate and its interval tell how many people are behind them', async (t) => {
  // Wilson's interval of 81 in 263, as Newcombe 1998 prints it to four places; of one in two by hand.
  t.ok(Math.abs(peopleBehind(81 / 263, { low: 0.2553, high: 0.3662 }) - 263) <= 1)
  t.equal(peopleBehind(0.5, { low: 0.5 - 0.4054735, high: 0.5 + 0.4054735 }), 2)
})

interface Shown {
  epoch: number
  period: Period
  value: string
  numbers: Map<string, number>
}

const contains = (whole: Period, part: Period): boolean =>
  whole.firstMonth <= part.firstMonth && part.lastMonth <= whole.lastMonth

/** With what follows from several of them, which may neither be small nor move by a few. */
const withWhatFollows = (figures: Figures): Map<string, number> => {
  const numbers = numbersIn(figures)
  return new Map([...numbers, ...oneScore(numbers)])
}

/** The first thing that the answers tell of fewer than the least number of people; undefined: nothing. */
function leakIn(shown: readonly Shown[]): string | undefined {
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
function aliases(numbers: ReadonlyMap<string, number>): Map<string, number>[] {
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

const question = fc.record({
  period: fc.constantFrom(...PERIODS),
  by: fc.constantFrom(...DIMENSIONS),
  /** What happens before it: late cases, cases erased, answers corrected. */
  late: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(someCase, { maxLength: 9 }) },
  ),
  erased: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 4 }) }),
  corrected: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 4 }) }),
})

t.test('no subtraction among answers tells of fewer than the least number of people', async (t) => {
  let shownNumbers = 0
  t.doesNotThrow(() => {
    fc.assert(
      fc.property(
        fc.array(someCase, { minLength: 40, maxLength: 240 }),
        fc.array(question, { minLength: 3, maxLength: 10 }),
        (first, questions) => {
          const office = new Office()
          let made = [...first]
          let epoch = 0
          const shown: Shown[] = []
          for (const { period, by, late, erased, corrected } of questions) {
            if (late.length + erased + corrected > 0) epoch++
            made = [...made, ...late].slice(erased)
            made = made.map((one, at) => (at < corrected ? { ...one, end: one.end === 4 ? 18 : 4 } : one))
            const { total, groups } = office.ask(made.map(caseOf), period, by)
            shown.push({ epoch, period, value: '', numbers: withWhatFollows(total) })
            for (const numbers of aliases(numbersIn(total))) shown.push({ epoch, period, value: '', numbers })
            for (const group of groups) {
              const figures = {
                ...group,
                completeness: { closedCases: null, withStart: null, paired: null, rate: null },
              }
              shown.push({
                epoch,
                period,
                value: `${group.by}=${group.value}`,
                numbers: withWhatFollows(figures),
              })
            }
            const leak = restsIn(total, groups)
            if (leak) throw new Error(leak)
          }
          shownNumbers += shown.reduce((sum, { numbers }) => sum + numbers.size, 0)
          const leak = leakIn(shown)
          if (leak !== undefined) throw new Error(leak)
        },
      ),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    )
  })
  t.ok(shownNumbers > 3_000, `and much is shown: ${shownNumbers} numbers`)
})

/** Much happens at once: many cases of one month come late, answers are corrected, closing dates move to the next month. */
const upheaval = fc.record({
  late: fc
    .tuple(fc.nat({ max: 14 }), fc.array(someCase, { maxLength: 14 }))
    .map(([month, cases]) =>
      cases.map((one) => ({ ...one, closedAfter: 30 * month + (one.closedAfter % 28) })),
    ),
  erased: fc.nat({ max: 9 }),
  corrected: fc.nat({ max: 14 }),
  moved: fc.nat({ max: 12 }),
})

t.test('from one answer to the next, a figure moves by nobody or by enough people', async (t) => {
  let shownNumbers = 0
  t.doesNotThrow(() => {
    fc.assert(
      fc.property(
        fc.array(someCase, { minLength: 40, maxLength: 240 }),
        fc.subarray(PERIODS, { minLength: 2, maxLength: 3 }),
        fc.array(upheaval, { minLength: 1, maxLength: 4 }),
        (first, periods, upheavals) => {
          const office = new Office()
          let made: readonly Made[] = first
          const shown: Shown[] = []
          for (const [epoch, { late, erased, corrected, moved }] of [NOTHING, ...upheavals].entries()) {
            made = [...made, ...late].slice(erased).map((one, at) => ({
              ...one,
              end: at < corrected ? (one.end === 4 ? 18 : 4) : one.end,
              closedAfter: at < moved ? one.closedAfter + 30 : one.closedAfter,
            }))
            for (const period of periods) {
              const { total } = office.ask(made.map(caseOf), period, undefined)
              shown.push({ epoch, period, value: '', numbers: withWhatFollows(total) })
            }
          }
          shownNumbers += shown.reduce((sum, { numbers }) => sum + numbers.size, 0)
          const leak = leakIn(shown)
          if (leak !== undefined) throw new Error(leak)
        },
      ),
      { numRuns: RUNS, seed: SEED, endOnFailure: true, includeErrorInReport: true },
    )
  })
  t.ok(shownNumbers > 3_000, `and much is shown: ${shownNumbers} numbers`)
})

const NOTHING = { late: [], erased: 0, corrected: 0, moved: 0 }

/** What the total leaves beside the groups that are shown with it, and beside each of them. */
function restsIn(total: Figures, groups: ReturnType<Office['ask']>['groups']): string | undefined {
  const [first] = groups
  const all = numbersIn(total)
  const empty = { closedCases: null, withStart: null, paired: null, rate: null }
  const each = groups.map((group) => numbersIn({ ...group, completeness: empty }))
  for (const [name, count] of all) {
    const shown = each.flatMap((numbers) => numbers.get(name) ?? [])
    const isOverlapping = name.startsWith('people')
    const rest = count - shown.reduce((sum, part) => sum + part, 0)
    const isAdditive = first?.by !== 'cohort' && !isOverlapping && shown.length > 0
    if (isAdditive && isSmall(Math.abs(rest), LEAST)) return `${name}: all without the groups shown: ${rest}`
    for (const part of shown) {
      if (isSmall(count - part, LEAST)) return `${name}: ${count} without a group of ${part}`
    }
  }
  return undefined
}

t.test('what is hidden is the same whatever its number', async (t) => {
  const period = PERIODS.find(({ label }) => label === '2018-19-Q3')
  if (period === undefined) throw new Error('it is there')
  const base = {
    closedAfter: 20,
    lasts: 30,
    start: 12,
    end: 4,
    paired: true,
    closure: 'planned',
    client: null,
  }
  const made = {
    ...base,
    sex: 'female',
    crimeType: 'burglary',
    cohorts: [],
    referralSource: 'police',
  } as Made
  const answers = [1, 2, 3, 4].map((howMany) => {
    const cases = Array.from({ length: howMany }, (_, at) => caseOf(made, at))
    return JSON.stringify(new Office().ask(cases, period, 'sex'))
  })
  t.equal(new Set(answers).size, 1)
  t.notMatch(answers[0]?.replaceAll('"threshold":6', ''), /:[1-9]/)
})
