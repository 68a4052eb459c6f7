import { assertCount } from './assert-count.ts'

/**
 * So many people, `n`, moved from one score to another. Scores are whole numbers, a decimal score times 10^places.
 * A table of moves lists them in any order; a move may come more than once.
 */
export interface Transition {
  readonly start: number
  readonly end: number
  readonly n: number
}

/** How the scores of a table of moves are to be read. */
export interface ScoreScale {
  /** Which direction is good for the person. */
  readonly better: 'lower' | 'higher'
  /** How many decimal places the score has; 0 where the table holds the score itself. */
  readonly places: number
}

/**
 * How far a move went in the good direction: positive is better, whichever way the scale runs.
 *
 * @example improvement({ start: 3, end: 0, n: 1 }, 'lower') // 3
 */
export function improvement({ start, end }: Transition, better: ScoreScale['better']): number {
  // Written as two differences, so that no change is 0 and never -0.
  return better === 'lower' ? start - end : end - start
}

/**
 * Refuses a table that is not of whole scores and counts.
 *
 * @throws {RangeError} on a broken score, on an n that is no count, and unless 0 <= places <= 9
 */
export function assertTransitions(transitions: readonly Transition[], places: number): void {
  if (!Number.isInteger(places) || places < 0 || places > 9) throw new RangeError('places must be 0 to 9')
  for (const { start, end, n } of transitions) {
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end)) {
      throw new RangeError('a score must be a whole number')
    }
    assertCount(n, 'n')
  }
}
