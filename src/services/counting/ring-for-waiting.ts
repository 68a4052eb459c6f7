import type { Needs } from '../needs.ts'

/** Rings again for whatever still waits to be counted: a lost bell, a lost queue or a crash costs seconds, not figures. */
export const ringForWaiting =
  ({ transact, ring }: Pick<Needs, 'transact' | 'ring'>) =>
  async (): Promise<void> => {
    ring(await transact({ role: 'worker' }, (store) => store.failedCounts.due()))
  }
