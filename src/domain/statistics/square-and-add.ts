import type { Interval } from './interval.ts'
import type { Proportion } from './proportion.ts'

/**
 * The interval of the difference first − second, made from the two proportions' own Wilson intervals, which carry
 * their lack of symmetry over to the difference: Newcombe's method 10 (1998, papers b and c). `phi` is the
 * correlation of the two, 0 for independent groups.
 *
 * @throws {RangeError} unless -1 <= phi <= 1
 */
export function squareAndAdd(first: Proportion, second: Proportion, phi: number): Interval {
  if (!(phi >= -1 && phi <= 1)) throw new RangeError('phi must lie between -1 and 1')
  const difference = first.rate - second.rate
  return {
    low: difference - distance(first.rate - first.low, second.high - second.rate, phi),
    high: difference + distance(first.high - first.rate, second.rate - second.low, phi),
  }
}

function distance(a: number, b: number, phi: number): number {
  // With phi near 1 and equal sides, rounding alone can bring the square below 0.
  return Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b))
}
