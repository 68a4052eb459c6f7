import jstat from 'jstat'
import { assertCount } from './assert-count.ts'

/**
 * The z with which a share `level` of a standard normal variable lies within ±z.
 *
 * @throws {RangeError} unless 0 < level < 1
 * @example criticalZ(0.95) // 1.959963984540054
 */
export function criticalZ(level: number): number {
  assertLevel(level)
  return jstat.normal.inv((1 + level) / 2, 0, 1)
}

/**
 * The t with which a share `level` of Student's distribution lies within ±t.
 * jstat's quantile is right to seven digits only (its incomplete beta function stops early); one Newton step against
 * the finite sum for whole degrees of freedom (Abramowitz & Stegun 26.7.3 and 26.7.4) makes it right to 1e-12. That sum is
 * as long as there are people, so from a thousand on it is expanded around the normal deviate (26.7.5), as right.
 *
 * @throws {RangeError} unless 0 < level < 1 and the degrees of freedom are a whole number, 1 or more
 * @example criticalT(0.95, 28) // 2.048407141795245
 */
export function criticalT(level: number, degreesOfFreedom: number): number {
  assertLevel(level)
  assertCount(degreesOfFreedom, 'degreesOfFreedom')
  if (degreesOfFreedom === 0) throw new RangeError('degreesOfFreedom must be 1 or more')
  if (degreesOfFreedom >= MANY) return expandedT(criticalZ(level), degreesOfFreedom)
  const near = jstat.studentt.inv((1 + level) / 2, degreesOfFreedom)
  const slope = 2 * jstat.studentt.pdf(near, degreesOfFreedom)
  return near - (shareWithin(near, degreesOfFreedom) - level) / slope
}

const MANY = 1_000

/** The first five terms of the expansion in 1 / degrees of freedom. */
function expandedT(z: number, degreesOfFreedom: number): number {
  const square = z * z
  const terms = [
    1,
    (square + 1) / 4,
    ((5 * square + 16) * square + 3) / 96,
    (((3 * square + 19) * square + 17) * square - 15) / 384,
    ((((79 * square + 776) * square + 1482) * square - 1920) * square - 945) / 92160,
  ]
  return z * terms.reduceRight((sum, term) => term + sum / degreesOfFreedom, 0)
}

/** The share of Student's distribution within ±t. */
function shareWithin(t: number, degreesOfFreedom: number): number {
  const angle = Math.atan(t / Math.sqrt(degreesOfFreedom))
  const cosineSquared = Math.cos(angle) ** 2
  const odd = degreesOfFreedom % 2 === 1
  let term = odd ? Math.cos(angle) : 1
  let sum = degreesOfFreedom === 1 ? 0 : term
  for (let k = odd ? 3 : 2; k <= degreesOfFreedom - 2; k += 2) {
    term *= ((k - 1) / k) * cosineSquared
    sum += term
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum
}

function assertLevel(level: number): void {
  if (!(level > 0 && level < 1)) throw new RangeError('level must lie between 0 and 1')
}
