import type { ContractMonth } from './domain/counts.ts'

/** The queues, and what their jobs carry: ids only, since a queue's data can be read by whoever reads Redis. */
export const RECOUNT = 'recount'

export type RecountJob = ContractMonth
