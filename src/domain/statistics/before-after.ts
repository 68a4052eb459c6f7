import { assertCount } from './assert-count.ts'
import type { Interval } from './interval.ts'
import { proportion, type Proportion } from './proportion.ts'
import { squareAndAdd } from './square-and-add.ts'

/** The same people asked twice: how many said yes both times, at the start only, at the end only, never. */
export interface YesTwice {
  readonly both: number
  readonly startOnly: number
  readonly endOnly: number
  readonly neither: number
}

/** The proportion of yes at the start and at the end, and end − start. */
export interface BeforeAfter {
  readonly start: Proportion
  readonly end: Proportion
  readonly difference: { readonly value: number; readonly interval: Interval; readonly p: number }
}

/**
 * A proportion of the same people before and after, where a test for two groups would count everybody twice.
 * The 95% interval is Newcombe's for paired differences (1998c, method 10, phi corrected for continuity);
 * p is McNemar's exact test, two-sided: 1 where nobody changed.
 *
 * @throws {RangeError} unless the four are counts and not all 0
 * @example beforeAfter({ both: 794, startOnly: 150, endOnly: 86, neither: 570 }).difference // -0.04, -0.0587 to -0.0212
 */
export function beforeAfter({ both, startOnly, endOnly, neither }: YesTwice): BeforeAfter {
  for (const [name, count] of Object.entries({ both, startOnly, endOnly, neither })) assertCount(count, name)
  const people = both + startOnly + endOnly + neither
  const start = proportion(both + startOnly, people)
  const end = proportion(both + endOnly, people)
  const interval = squareAndAdd(end, start, phi({ both, startOnly, endOnly, neither }))
  return {
    start,
    end,
    difference: { value: (endOnly - startOnly) / people, interval, p: exactMcNemar(startOnly, endOnly) },
  }
}

/** The correlation of the two answers; a positive one is drawn towards 0 by half a person, as Newcombe has it. */
function phi({ both, startOnly, endOnly, neither }: YesTwice): number {
  const margins = (both + startOnly) * (endOnly + neither) * (both + endOnly) * (startOnly + neither)
  if (margins === 0) return 0
  const product = both * neither - startOnly * endOnly
  const half = (both + startOnly + endOnly + neither) / 2
  const corrected = product > 0 ? Math.max(product - half, 0) : product
  // Rounding alone can pass -1 where everybody changed.
  return Math.max(-1, Math.min(1, corrected / Math.sqrt(margins)))
}

/** Twice the binomial probability of a split as uneven as this one if either change were as likely as the other. */
function exactMcNemar(oneWay: number, otherWay: number): number {
  const changed = oneWay + otherWay
  const fewer = Math.min(oneWay, otherWay)
  // In logarithms, because 2^-changed is 0 in a double from 1,075 people on.
  let logOfLast = -changed * Math.LN2
  for (let k = 1; k <= fewer; k += 1) logOfLast += Math.log((changed - fewer + k) / k)
  let term = 1
  let sum = 1
  for (let k = fewer; k > 0 && term > sum * Number.EPSILON; k -= 1) {
    term *= k / (changed - k + 1)
    sum += term
  }
  return Math.min(1, 2 * sum * Math.exp(logOfLast))
}
