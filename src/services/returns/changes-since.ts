import { periodOfMonths } from '../../domain/period.ts'
import type { ChangedCases } from '../../domain/returns/changed-cases.ts'
import type { StoredReturn } from '../../store/returns/returns.ts'
import type { Needs } from '../needs.ts'

/** How many cases of some contracts came or changed since a version of a return was submitted, within its period. */
export const changesSince =
  ({ transact }: Pick<Needs, 'transact'>) =>
  async (
    { submittedAt, firstMonth, lastMonth }: Pick<StoredReturn, 'submittedAt' | 'firstMonth' | 'lastMonth'>,
    contractIds: readonly string[],
  ): Promise<ChangedCases> => {
    if (submittedAt === null) throw new Error('only what was submitted is held against')
    const days = periodOfMonths(firstMonth, lastMonth)
    const counted = { late: 0, corrected: 0 }
    for (const contractId of contractIds) {
      // When a case came, and when it last changed, no count tells.
      const { late, corrected } = await transact({ role: 'worker', contract: contractId }, (store) =>
        store.returns.changedCases(contractId, days, submittedAt),
      )
      counted.late += late
      counted.corrected += corrected
    }
    return counted
  }
