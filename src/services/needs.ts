import type { LondonDate } from '../domain/period.ts'
import type { Definitions } from '../definitions.ts'
import type { ContractMonth } from '../domain/counts.ts'
import type { Transact } from '../store/database.ts'

/** What services are given; each takes the part that it needs. */
export interface Needs {
  transact: Transact
  definitions: Definitions
  clock: Clock
  /**
   * Tells the workers, some moments after the commit, that something waits to be counted; never fails, never waits.
   * Requests are named for the log alone.
   */
  ring: (months: readonly ContractMonth[], requests?: readonly string[]) => void
  /** Under which what must not be kept in the clear is hashed: one for all processes of this installation. */
  secret: string
  returnGraceDays: number
  /** How the service speaks to others' addresses. */
  outbound: Outbound
  /** At the signal it is over early. */
  pause: (milliseconds: number, signal?: AbortSignal) => Promise<void>
  meter: Meter
}

/** Counts what happens for whoever runs the service: never of whom, since anybody may read it. */
export interface Meter {
  /** Lines of a bulk body, by what came of them. */
  linesTaken: (counts: Readonly<Record<LineOutcome, number>>) => void
  /** Figures that a commissioner was answered with. */
  figuresShown: (counts: { shown: number; suppressed: number }) => void
  /** Returns that have fallen due and are not made yet. */
  returnsDue: (due: number) => void
  /** A return, or the next version of one, was made. */
  returnMade: () => void
}

export type LineOutcome = 'created' | 'corrected' | 'unchanged' | 'rejected'

export interface Clock {
  now: () => Date
  /** Today in London. */
  today: () => LondonDate
}

export interface Outbound {
  /** Why an address is none that may be sent to; undefined: it is one. */
  faultOf: (url: string) => Promise<string | undefined>
  /** Sends JSON there, after the same check; never fails. */
  post: (url: string, body: string, headers: Readonly<Record<string, string>>) => Promise<PostOutcome>
}

/** What an address answered, or in a word why it did not. */
export type PostOutcome = { statusCode: number } | { failure: string }

/** Who sends a write, a contract's provider or a partner, and in which requests: several where they share a transaction. */
export interface Sender {
  provider: string
  /** For the log alone: nothing is decided by them. */
  requests: readonly string[]
}

/** What came of a PUT. */
export interface Put<T> {
  created: boolean
  stored: T
}
