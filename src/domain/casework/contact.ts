import type { LondonDate } from '../period.ts'

/** The most cases that one group session is about. */
export const MOST_CASES = 500

/** A week: no contact and no session lasts longer. */
export const MOST_MINUTES = 7 * 1440

/** One contact with people, or one group session. Null: not known. */
export interface Contact {
  ref: string
  /** Which cases it is about, in the order of their bytes. */
  caseRefs: readonly string[]
  heldOn: LondonDate
  kind: string
  minutes: number | null
  /** False: tried, and nobody was there. */
  reached: boolean
  attendees: number | null
  /** When the case system last changed it, as an instant in ISO 8601. */
  sourceUpdatedAt: string | null
}
