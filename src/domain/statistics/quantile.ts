import { assertCount } from './assert-count.ts'

/** So many people, `n`, with one value. A tally lists them in any order; a value may come more than once. */
export interface Tallied {
  readonly value: number
  readonly n: number
}

/**
 * The quantile of a tally by type 7 (Hyndman & Fan 1996): R's and spreadsheets' default, straight between the two
 * neighbours. People without a value are not in the tally. Null where nobody is.
 *
 * @throws {RangeError} unless 0 <= share <= 1, every value is finite and every n is a count
 * @example quantile([{ value: 3, n: 1 }, { value: 9, n: 1 }], 0.25) // 4.5
 */
export function quantile(tally: readonly Tallied[], share: number): number | null {
  if (!(share >= 0 && share <= 1)) throw new RangeError('share must lie between 0 and 1')
  for (const { value, n } of tally) {
    if (!Number.isFinite(value)) throw new RangeError('a value must be finite')
    assertCount(n, 'n')
  }
  const people = tally.reduce((sum, { n }) => sum + n, 0)
  if (people === 0) return null
  const ordered = tally.toSorted((a, b) => a.value - b.value)
  const position = (people - 1) * share
  const below = valueAt(ordered, Math.floor(position))
  const above = valueAt(ordered, Math.ceil(position))
  return below + (position - Math.floor(position)) * (above - below)
}

/**
 * The median of a tally: of an even number of people, the middle between the two inmost values.
 *
 * @throws {RangeError} as `quantile`
 * @example median([{ value: 0, n: 2 }, { value: 1, n: 1 }, { value: 100, n: 1 }]) // 0.5
 */
export function median(tally: readonly Tallied[]): number | null {
  return quantile(tally, 0.5)
}

/** The value of the person who stands at a place, counted from 0, in the order of values. */
function valueAt(ordered: readonly Tallied[], place: number): number {
  let passed = 0
  for (const { value, n } of ordered) {
    passed += n
    if (place < passed) return value
  }
  throw new RangeError('nobody stands at this place')
}
