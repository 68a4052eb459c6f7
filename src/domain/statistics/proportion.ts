import { assertCount } from './assert-count.ts'
import { Z_95, type Interval } from './interval.ts'

/** A rate and the interval around it, all within 0..1. */
export interface Proportion extends Interval {
  readonly rate: number
}

/**
 * A proportion with its Wilson score interval, which stays inside 0..1 for the small groups one contract has in one
 * quarter. Wilson 1927; no continuity correction, as the public-health indicator methods use it. With nobody
 * counted the lower end is exactly 0, with everybody the upper end is exactly 1.
 *
 * @throws {RangeError} unless 0 <= count <= outOf, outOf > 0 and z > 0
 * @example proportion(81, 263) // rate 0.3080, low 0.2553, high 0.3662
 */
export function proportion(count: number, outOf: number, z: number = Z_95): Proportion {
  assertCount(count, 'count')
  assertCount(outOf, 'outOf')
  if (outOf === 0) throw new RangeError('a proportion of nobody is not defined')
  if (count > outOf) throw new RangeError('count must not be above outOf')
  if (!(z > 0 && z < Infinity)) throw new RangeError('z must be above 0')
  return {
    rate: count / outOf,
    low: lowerEnd(count, outOf, z),
    high: count === outOf ? 1 : upperEnd(count, outOf, z),
  }
}

function upperEnd(count: number, outOf: number, z: number): number {
  return (2 * count + z * z + z * root(count, outOf, z)) / (2 * (outOf + z * z))
}

// The textbook's 2x + z² − z·root loses its digits where x is small; multiplied out there is nothing to subtract.
function lowerEnd(count: number, outOf: number, z: number): number {
  return (2 * count * (count / outOf)) / (2 * count + z * z + z * root(count, outOf, z))
}

function root(count: number, outOf: number, z: number): number {
  return Math.sqrt(z * z + 4 * count * ((outOf - count) / outOf))
}
