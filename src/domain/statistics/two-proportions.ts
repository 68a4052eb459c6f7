import type { Interval } from './interval.ts'
import { proportion, type Proportion } from './proportion.ts'
import { squareAndAdd } from './square-and-add.ts'

/** So many of so many. */
export interface Counted {
  readonly count: number
  readonly outOf: number
}

/** Two groups of different people, and first − second. */
export interface TwoProportions {
  readonly first: Proportion
  readonly second: Proportion
  readonly difference: { readonly value: number; readonly interval: Interval }
}

/**
 * The difference between two groups of different people, with its 95% interval by Newcombe's method 10 (1998b),
 * which holds its level in small groups and at 0% and 100%. For the same people twice see `beforeAfter`.
 *
 * @throws {RangeError} unless in both groups 0 <= count <= outOf and outOf > 0
 * @example twoProportions({ count: 56, outOf: 70 }, { count: 48, outOf: 80 }).difference // 0.2, 0.0524 to 0.3339
 */
export function twoProportions(first: Counted, second: Counted): TwoProportions {
  const a = proportion(first.count, first.outOf)
  const b = proportion(second.count, second.outOf)
  return { first: a, second: b, difference: { value: a.rate - b.rate, interval: squareAndAdd(a, b, 0) } }
}
