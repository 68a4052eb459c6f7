import { round } from '../statistics/rounding.ts'

const STEP = 5
const FEWEST_PEOPLE = 20

/**
 * A count as it is published: to the nearest 5, so that two publications that differ by one person look alike. What is
 * small was hidden before; a true 0 stays 0.
 *
 * @example publishedCount(263) // 265
 */
export const publishedCount = (count: number): number => STEP * round(count / STEP, 0)

/** So far a published count may be from what was counted. */
export const PUBLISHED_WITHIN = STEP / 2

/** A percent is published whole, of the unrounded counts, and only of 20 people or more: of fewer, each is worth over 5. */
export const publishesPercent = (denominator: number): boolean => denominator >= FEWEST_PEOPLE
