import type { ContractMonth } from './domain/counts.ts'

/** The queues, and what their jobs carry: ids only, since a queue's data can be read by whoever reads Redis. */
export const RECOUNT = 'recount'

export interface RecountJob extends ContractMonth {
  /** Ids of requests that it is done for, as many as fit; none where no request rang for it. */
  requests: readonly string[]
}
