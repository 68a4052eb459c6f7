import type { ContractMonth } from '../../domain/counts.ts'
import type { Needs } from '../needs.ts'

/**
 * Puts off a month that could not be counted, longer each time: whatever is wrong with it, it must not keep the workers from
 * all others. A new write to it is tried at once, since it may have mended it.
 */
export const putOff =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (month: ContractMonth): Promise<void> =>
    transact({ role: 'worker', contract: month.contractId }, (store, finish) => {
      finish(store.failedCounts.putOff(month))
      return Promise.resolve()
    })
