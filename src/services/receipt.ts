import { Problem } from '../domain/problem.ts'
import type { Put } from './needs.ts'

/** What came of one of several that share a unit of work: each has its own, whatever came of the others. */
export type Receipt<T> =
  | {
      put: Put<T>
      /** False: it says the same as what is stored, or is older. */
      isChanged: boolean
    }
  | { problem: Problem }

/** One bad submission spoils no other: what is wrong with it becomes its receipt. */
export function attempt<T>(work: () => T): { value: T } | { problem: Problem } {
  try {
    return { value: work() }
  } catch (error) {
    if (error instanceof Problem) return { problem: error }
    throw error
  }
}
