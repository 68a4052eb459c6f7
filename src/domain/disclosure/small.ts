/**
 * A group of 1 to `minimumCount` − 1 people: a figure about it could be about a person somebody knows. Half an hour is
 * small, too.
 */
export const isSmall = (count: number | null, minimumCount: number): boolean =>
  count !== null && count > 0 && count < minimumCount

/** The same of a difference, which may be negative: so few came or went. */
export const isSmallMove = (difference: number, minimumCount: number): boolean =>
  isSmall(Math.abs(difference), minimumCount)
