import { assertCount } from './assert-count.ts'

/** Red, amber or green against a target. */
export type Rag = 'green' | 'amber' | 'red'

/** The bands of a rate, in per cent: amber lies between the two, both ends in. */
export interface Bands {
  readonly green: number
  readonly amber: number
}

/** The target of a count: so many, or so few. */
export type CountTarget = { readonly atLeast: number } | { readonly atMost: number }

/** Bands are read to the millionth of a per cent, as whole numbers, because 66.7 has no exact double. */
const MILLION = 1_000_000

/**
 * A rate against its bands, by Leicestershire's template: above 90 green, 70 to 90 amber with both ends in, below
 * 70 red. Where lower is better, below `green` is green and above `amber` is red. It is decided from the numerator
 * and the denominator, never from a rounded rate: 90.04% is green.
 * A numerator can be negative, or above the denominator: a reduction can be an increase.
 *
 * @throws {RangeError} unless numerator is whole and denominator a count above 0, and unless the bands are in order
 * @example rag(9, 10, { green: 90, amber: 70 }) // 'amber'
 */
export function rag(
  numerator: number,
  denominator: number,
  { green, amber }: Bands,
  better: 'lower' | 'higher' = 'higher',
): Rag {
  if (!Number.isSafeInteger(numerator)) throw new RangeError('numerator must be a whole number')
  assertCount(denominator, 'denominator')
  if (denominator === 0) throw new RangeError('a rate of nobody has no colour')
  const aboveGreen = compareRate(numerator, denominator, green)
  const aboveAmber = compareRate(numerator, denominator, amber)
  if (better === 'higher' ? green < amber : green > amber)
    throw new RangeError('amber must lie between green and red')
  const turn = better === 'higher' ? 1 : -1
  if (aboveGreen * turn > 0) return 'green'
  return aboveAmber * turn < 0 ? 'red' : 'amber'
}

/**
 * A count against its target: green where it is met, the target itself included, otherwise red.
 *
 * What is counted may come in fractions, such as hours.
 *
 * @throws {RangeError} unless count and target are numbers of 0 or more
 * @example countRag(25, { atLeast: 25 }) // 'green'
 */
export function countRag(count: number, target: CountTarget): Rag {
  const bound = 'atLeast' in target ? target.atLeast : target.atMost
  for (const number of [count, bound]) {
    if (!(number >= 0 && number < Infinity)) throw new RangeError('count and target must be 0 or more')
  }
  return ('atLeast' in target ? count >= bound : count <= bound) ? 'green' : 'red'
}

/** Above 0 where the rate is above the band's edge, 0 on it, below 0 under it. */
function compareRate(numerator: number, denominator: number, edge: number): number {
  const millionths = Math.round(edge * MILLION)
  if (!Number.isSafeInteger(millionths)) throw new RangeError('a band must be a percentage')
  const rate = BigInt(numerator) * 100n * BigInt(MILLION)
  const bound = BigInt(millionths) * BigInt(denominator)
  return rate > bound ? 1 : rate < bound ? -1 : 0
}
