import type { Needs } from '../needs.ts'

/** Keeps PostgreSQL's plans right while a database is young and grows fast; later this does nothing. */
export const refreshStatistics =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (): Promise<void> =>
    transact({ role: 'worker' }, (store) => store.statistics.refresh())
