import type { Fault, Reading } from '../../domain/problem.ts'

/** One resource of a bulk body, named by the line that it begins on, as far as it could be read. */
export type Line<Body> =
  | { line: number; ref?: string; faults: readonly Fault[] }
  | { line: number; ref: string; reading: Reading<Body> }
  | { line: number; ref: string; isWithdrawn: true }

/** What came of one line. */
export type Outcome = 'created' | 'corrected' | 'unchanged' | { rejected: readonly Fault[] }
