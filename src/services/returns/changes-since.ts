import { DEFAULT_MINIMUM_COUNT } from '../../domain/contracts/contract.ts'
import { periodOfMonths } from '../../domain/period.ts'
import { shownChanges, withNext, type ShownChanges } from '../../domain/returns/changed-cases.ts'
import type { StoredContract } from '../../store/contracts.ts'
import type { StoredReturn } from '../../store/returns/returns.ts'
import type { Needs } from '../needs.ts'

/** What a version of a return shows of the cases that came or changed since the version before it was submitted. */
export const changesSince =
  ({ transact }: Pick<Needs, 'transact'>) =>
  async (
    from: Pick<StoredReturn, 'submittedAt' | 'firstMonth' | 'lastMonth'>,
    {
      contracts,
      isExact,
      shown,
    }: {
      contracts: readonly Pick<StoredContract, 'contractId' | 'minimumCounts'>[]
      isExact: boolean
      /** So far, by the same version. */
      shown: readonly ShownChanges[]
    },
  ): Promise<readonly ShownChanges[]> => {
    const { submittedAt } = from
    if (submittedAt === null) throw new Error('only what was submitted is held against')
    const days = periodOfMonths(from.firstMonth, from.lastMonth)
    const counted = { late: 0, corrected: 0 }
    for (const { contractId } of contracts) {
      const { late, corrected } = await transact({ role: 'worker', contract: contractId }, (store) =>
        store.returns.changedCases(contractId, days, submittedAt),
      )
      counted.late += late
      counted.corrected += corrected
    }
    const minimums = contracts.flatMap((one) => one.minimumCounts.map(({ minimumCount }) => minimumCount))
    const minimumCount = isExact ? undefined : Math.max(DEFAULT_MINIMUM_COUNT, ...minimums)
    return withNext(shown, shownChanges(shown, counted, minimumCount))
  }
