import type { Needs } from '../needs.ts'

export interface Backlog {
  /** Accepted changes that are not counted yet. */
  marks: number
  /** Age of the oldest of them. */
  oldestSeconds: number
  /** Months whose counting failed and that are put off. */
  failing: number
}

/** How much waits to be counted, and since when; also tells whether the database answers at all. */
export const readBacklog =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (): Promise<Backlog> =>
    transact({ role: 'worker' }, async (store) => {
      const [waiting, failed] = await Promise.all([store.marks.backlog(), store.failedCounts.list()])
      return { ...waiting, failing: failed.length }
    })
