import type { Needs } from '../needs.ts'

/** How much waits to be counted, and since when; also tells whether the database answers at all. */
export const readBacklog =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (): Promise<{ marks: number; oldestSeconds: number }> =>
    transact({ role: 'worker' }, (store) => store.marks.backlog())
