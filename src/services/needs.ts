import type { LondonDate } from '../domain/period.ts'
import type { Definitions } from '../definitions.ts'
import type { ContractMonth } from '../domain/counts.ts'
import type { Transact } from '../store/database.ts'

/** What services are given; each takes the part that it needs. */
export interface Needs {
  transact: Transact
  definitions: Definitions
  clock: Clock
  /** Tells the workers, some moments after the commit, that something waits to be counted; never fails, never waits. */
  ring: (months: readonly ContractMonth[]) => void
  /** Under which what must not be kept in the clear is hashed: one for all processes of this installation. */
  secret: string
  returnGraceDays: number
  pause: (milliseconds: number) => Promise<void>
}

export interface Clock {
  now: () => Date
  /** Today in London. */
  today: () => LondonDate
}

/** What came of a PUT. */
export interface Put<T> {
  created: boolean
  stored: T
}
