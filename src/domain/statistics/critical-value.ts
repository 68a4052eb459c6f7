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
 * the finite sum for whole degrees of freedom (Abramowitz & Stegun 26.7.3 and 26.7.4) makes it right to 1e-12.
 *
 * @throws {RangeError} unless 0 < level < 1 and the degrees of freedom are a whole number, 1 or more
 * @example criticalT(0.95, 28) // 2.048407141795245
 */
export function criticalT(level: number, degreesOfFreedom: number): number {
  assertLevel(level)
  assertCount(degreesOfFreedom, 'degreesOfFreedom')
  if (degreesOfFreedom === 0) throw new RangeError('degreesOfFreedom must be 1 or more')
  const near = jstat.studentt.inv((1 + level) / 2, degreesOfFreedom)
  const slope = 2 * jstat.studentt.pdf(near, degreesOfFreedom)
  return near - (shareWithin(near, degreesOfFreedom) - level) / slope
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
