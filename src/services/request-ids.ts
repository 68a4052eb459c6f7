import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * The ids of the requests that the work at hand is done for: one, or several where they share a transaction; none where
 * nobody asked for it. For the log alone: nothing is decided by it.
 */
export const requestIds = new AsyncLocalStorage<readonly string[]>()
