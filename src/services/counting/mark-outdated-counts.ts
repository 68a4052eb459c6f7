import { createHash } from 'node:crypto'
import { marksOf, planAsText, planFor } from '../../domain/counting/plan.ts'
import { WHOLE_LIFE } from '../../domain/period.ts'
import type { Needs } from '../needs.ts'

/**
 * Marks every month of a contract if its stored counts were made with other definitions than its plan asks for now:
 * a new or changed measure counts its past by itself.
 */
export const markOutdatedCounts =
  ({ transact, definitions, ring }: Pick<Needs, 'transact' | 'definitions' | 'ring'>) =>
  async (contractId: string): Promise<void> => {
    const months = await transact({ role: 'worker', contract: contractId }, async (store) => {
      const contract = await store.contracts.lock(contractId)
      if (contract === undefined) return []
      const plan = planFor(contract, definitions)
      const countedWith = createHash('sha256').update(planAsText(plan)).digest('hex')
      if (contract.countedWith === countedWith) return []
      const marks = marksOf(plan)
      const counted = await store.counting.months(contractId)
      if (contract.hasLifeCounts || marks.hasLifeCounts) counted.push(WHOLE_LIFE)
      await Promise.all([
        store.contracts.setCountedWith(contractId, { countedWith, ...marks }),
        counted.length === 0 ? undefined : store.marks.append(contractId, counted),
      ])
      return counted
    })
    ring(months.map((month) => ({ contractId, month })))
  }

/** The same for every contract, at start: the definitions may have changed while the service was down. */
export const markAllOutdatedCounts =
  (needs: Pick<Needs, 'transact' | 'definitions' | 'ring'>) => async (): Promise<void> => {
    let after: string | null = null
    do {
      const page = await needs.transact({ role: 'operator' }, (store) =>
        store.contracts.list({ limit: 500, after }),
      )
      for (const { contractId } of page) await markOutdatedCounts(needs)(contractId)
      after = page.at(-1)?.contractId ?? null
    } while (after !== null)
  }
