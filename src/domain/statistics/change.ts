import { criticalT } from './critical-value.ts'
import type { Interval } from './interval.ts'
import { median, type Tallied } from './quantile.ts'
import { assertTransitions, improvement, type ScoreScale, type Transition } from './transition.ts'

/** Where a group's scores lie and how far apart, in the score's own units. Null where nobody, or too few, are. */
export interface Spread {
  readonly mean: number | null
  /** The sample standard deviation, over n − 1: null for one person. */
  readonly sd: number | null
  readonly median: number | null
}

/** How the same people's scores moved from start to end; in `change`, positive is better. */
export interface Change {
  readonly pairs: number
  readonly start: Spread
  readonly end: Spread
  readonly change: Spread & { readonly interval: Interval | null }
  readonly standardisedChange: number | null
  readonly percentageImprovement: number | null
  readonly improved: number
  readonly unchanged: number
  readonly deteriorated: number
}

/** A scale with its best score, times 10^places like all scores; null where a score has no end on its good side. */
export interface ScaleWithBest extends ScoreScale {
  readonly best: number | null
}

/**
 * The distance travelled, from a table of moves. All means are over the same people, those with a start and an end.
 * The interval is Student's at 95% on the paired differences; `standardisedChange` divides by the SD at the start
 * (Glass's delta for one group, metafor's uncorrected SMCR); `percentageImprovement` is 100 × total change / total
 * distance from the start to the best score. What is not defined is null: an SD or interval of one person, a
 * standardised change where all started alike, an improvement where nobody could improve.
 * Sums are exact, so that the order and the grouping of the moves never show in a figure.
 *
 * @throws {RangeError} on a broken score or count, and on a start score better than the best
 * @example changeOf([{ start: 3, end: 0, n: 2 }, { start: 1, end: 1, n: 1 }], { better: 'lower', best: 0, places: 0 })
 * // pairs 3, change.mean 2, percentageImprovement 85.7, improved 2, unchanged 1
 */
export function changeOf(
  transitions: readonly Transition[],
  { better, best, places }: ScaleWithBest,
): Change {
  assertTransitions(transitions, places)
  const changes = transitions.map((move) => ({ value: improvement(move, better), n: move.n }))
  const pairs = peopleIn(changes)
  const start = spread(
    transitions.map((move) => ({ value: move.start, n: move.n })),
    places,
  )
  const end = spread(
    transitions.map((move) => ({ value: move.end, n: move.n })),
    places,
  )
  const change = spread(changes, places)
  return {
    pairs,
    start,
    end,
    change: { ...change, interval: meanInterval(change, pairs) },
    standardisedChange: change.mean === null || !start.sd ? null : change.mean / start.sd,
    percentageImprovement: best === null ? null : percentageImprovement(transitions, better, best),
    improved: peopleIn(changes.filter(({ value }) => value > 0)),
    unchanged: peopleIn(changes.filter(({ value }) => value === 0)),
    deteriorated: peopleIn(changes.filter(({ value }) => value < 0)),
  }
}

function spread(tally: readonly Tallied[], places: number): Spread {
  const people = peopleIn(tally)
  if (people === 0) return { mean: null, sd: null, median: null }
  const unit = 10 ** places
  const sum = exactSum(tally, (value) => value)
  const middle = median(tally)
  return {
    mean: Number(sum) / (people * unit),
    sd: people === 1 ? null : Math.sqrt(exactVariance(tally, sum, people)) / unit,
    median: middle === null ? null : middle / unit,
  }
}

/** Whole numbers throughout, until one division: Σx² − (Σx)²/n in doubles loses everything where scores are large. */
function exactVariance(tally: readonly Tallied[], sum: bigint, people: number): number {
  const n = BigInt(people)
  return Number(n * exactSum(tally, (value) => value * value) - sum * sum) / Number(n * (n - 1n))
}

function exactSum(tally: readonly Tallied[], of: (value: bigint) => bigint): bigint {
  return tally.reduce((sum, { value, n }) => sum + of(BigInt(value)) * BigInt(n), 0n)
}

function meanInterval({ mean, sd }: Spread, pairs: number): Interval | null {
  if (mean === null || sd === null) return null
  const half = (criticalT(0.95, pairs - 1) * sd) / Math.sqrt(pairs)
  return { low: mean - half, high: mean + half }
}

function percentageImprovement(
  transitions: readonly Transition[],
  better: ScoreScale['better'],
  best: number,
): number | null {
  if (!Number.isSafeInteger(best)) throw new RangeError('the best score must be a whole number')
  const distances = transitions.map(({ start, n }) => ({
    value: improvement({ start, end: best, n }, better),
    n,
  }))
  if (distances.some(({ value, n }) => value < 0 && n > 0))
    throw new RangeError('no score is better than the best')
  const available = exactSum(distances, (value) => value)
  const changes = transitions.map((move) => ({ value: improvement(move, better), n: move.n }))
  return available === 0n ? null : Number(100n * exactSum(changes, (value) => value)) / Number(available)
}

function peopleIn(tally: readonly Tallied[]): number {
  return tally.reduce((sum, { n }) => sum + n, 0)
}
