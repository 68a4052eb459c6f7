import { assertCount } from './assert-count.ts'
import { Z_95, Z_998 } from './interval.ts'

/** Between which rates a group of one size lies by chance alone, 95 and 99.8 times in a hundred. */
export interface FunnelLimits {
  readonly low95: number
  readonly high95: number
  readonly low998: number
  readonly high998: number
}

/** Where a rate lies in its funnel. */
export type FunnelFlag = 'within' | 'above-95' | 'above-998' | 'below-95' | 'below-998'

/** A pooled rate is a quotient: one that equals its limit must not pass it by the last digit. */
const SLACK = 1e-12

/**
 * Funnel limits around a pooled rate for a group of `outOf` people: p ± z√(p(1 − p)/n), cut to 0..1
 * (Spiegelhalter 2005), as the public-health indicator methods draw them. The pooled rate is the sum of the counts
 * over the sum of the people, never the mean of the groups' rates.
 *
 * @throws {RangeError} unless 0 <= pooled <= 1 and outOf is a count above 0
 * @example funnelLimits(0.8, 100) // 95%: 0.7216 to 0.8784; 99.8%: 0.6764 to 0.9236
 */
export function funnelLimits(pooled: number, outOf: number): FunnelLimits {
  if (!(pooled >= 0 && pooled <= 1)) throw new RangeError('a pooled rate must lie between 0 and 1')
  assertCount(outOf, 'outOf')
  if (outOf === 0) throw new RangeError('a group of nobody has no limits')
  const error = Math.sqrt((pooled * (1 - pooled)) / outOf)
  return {
    low95: Math.max(0, pooled - Z_95 * error),
    high95: Math.min(1, pooled + Z_95 * error),
    low998: Math.max(0, pooled - Z_998 * error),
    high998: Math.min(1, pooled + Z_998 * error),
  }
}

/**
 * Says where a rate lies in its funnel, by the outermost limit that it has passed. A rate on a limit is within it.
 *
 * @throws {RangeError} unless 0 <= rate <= 1
 * @example funnelFlag(0.7, funnelLimits(0.8, 100)) // 'below-95'
 */
export function funnelFlag(rate: number, limits: FunnelLimits): FunnelFlag {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError('a rate must lie between 0 and 1')
  if (rate > limits.high998 + SLACK) return 'above-998'
  if (rate < limits.low998 - SLACK) return 'below-998'
  if (rate > limits.high95 + SLACK) return 'above-95'
  if (rate < limits.low95 - SLACK) return 'below-95'
  return 'within'
}
