import type { Fault } from '../../domain/problem.ts'
import type { Line, Outcome } from './line.ts'

export interface LineErrors {
  line: number
  ref?: string
  errors: Fault[]
}

/** What came of a bulk body. */
export interface BulkSummary {
  received: number
  created: number
  corrected: number
  unchanged: number
  rejected: number
  errors: LineErrors[]
}

/** So many lines are listed with what is wrong; all are counted. */
const MOST_LISTED = 1_000

/** Counts what came of lines. */
export class Tally {
  readonly #counts = { received: 0, created: 0, corrected: 0, unchanged: 0, rejected: 0 }
  readonly #errors: LineErrors[] = []

  get rejected(): number {
    return this.#counts.rejected
  }

  add(lines: readonly Line<unknown>[], outcomes: readonly Outcome[]): void {
    for (const [index, line] of lines.entries()) {
      const outcome = outcomes[index]
      if (outcome === undefined) throw new Error('each line has an outcome')
      this.#counts.received++
      if (typeof outcome === 'string') {
        this.#counts[outcome]++
        continue
      }
      this.#counts.rejected++
      if (this.#errors.length === MOST_LISTED) continue
      this.#errors.push({
        line: line.line,
        ...(line.ref !== undefined && { ref: line.ref }),
        errors: [...outcome.rejected],
      })
    }
  }

  summary(): BulkSummary {
    return { ...this.#counts, errors: this.#errors }
  }

  /** Where nothing is kept because some of it was rejected. */
  summaryOfNothing(): BulkSummary {
    return { ...this.summary(), created: 0, corrected: 0, unchanged: 0 }
  }
}
