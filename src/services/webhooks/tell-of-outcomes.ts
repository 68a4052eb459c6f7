import type { Store } from '../../store/store.ts'
import type { Needs } from '../needs.ts'
import { happenedAt } from './happened.ts'

/** Tells, in the transaction of the change itself, that some readers of a contract read something else than before. */
export async function tellOfOutcomes(
  { deliveries }: Pick<Store, 'deliveries'>,
  clock: Needs['clock'],
  contractId: string,
  readers: readonly string[],
): Promise<void> {
  if (readers.length === 0) return
  const happened = happenedAt(clock.now(), 'outcomes.changed', { contract: contractId })
  await deliveries.addOfContract(contractId, readers, happened)
}
