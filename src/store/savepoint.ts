import postgres from 'postgres'
import { Overtaken, UNIQUE_VIOLATION, type Transact, type Write } from './database.ts'
import type { Store } from './store.ts'

/**
 * Runs units of work one after the other within a transaction that is open already, and on behalf of its actor: what one of
 * them wrote is there for the next, and kept when the whole is committed.
 */
export const withinTransaction =
  (store: Store): Transact =>
  async (_actor, work) => {
    const last: Write[] = []
    const result = await work(store, (...writes) => {
      last.push(...writes.filter((write) => write !== false))
    })
    await Promise.all(last.map((write) => write.execute()))
    return result
  }

const MOST_TRIES = 3

/**
 * Does a part of a transaction that can be done otherwise if a key is taken; whatever else it fails with, the whole
 * transaction fails with.
 *
 * @throws {Overtaken} if a key that was free when the part looked is taken, try after try; what the part wrote is undone, and
 *   the transaction can go on
 */
export async function atSavepoint<T>({ transactions }: Store, part: () => Promise<T>): Promise<T> {
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    await transactions.setSavepoint()
    try {
      const result = await part()
      await transactions.dropSavepoint()
      return result
    } catch (error) {
      if (!(error instanceof postgres.PostgresError && error.code === UNIQUE_VIOLATION)) throw error
      await transactions.goBackToSavepoint()
    }
  }
  throw new Overtaken()
}
