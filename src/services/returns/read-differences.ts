import { DEFAULT_MINIMUM_COUNT } from '../../domain/contracts/contract.ts'
import { isSmall } from '../../domain/disclosure/small.ts'
import { periodOfMonths } from '../../domain/period.ts'
import { returnDifferences, type RowDifference } from '../../domain/returns/differences.ts'
import type { ChangedCases, StoredReturn } from '../../store/returns/returns.ts'
import type { Needs } from '../needs.ts'
import { getReturn } from './read-returns.ts'
import type { ReturnNeeds } from './make-return.ts'

export interface DifferencesAnswer {
  from: number
  to: number
  rows: RowDifference[]
  /** Null: hidden, since they are few. */
  lateCases: number | null
  correctedCases: number | null
}

/** A version of a return beside the one before it; the first beside the one after it. */
export const readDifferences = (needs: ReturnNeeds) => {
  const { transact, definitions } = needs
  const read = getReturn(needs)
  return async (commissioner: string, returnId: string, keyId?: string): Promise<DifferencesAnswer> => {
    const own = await read(commissioner, returnId, keyId)
    const versions = await transact({ role: 'commissioner', organisation: commissioner }, (store) =>
      store.returns.versions(own),
    )
    const to = versions.find(({ version }) => version === Math.max(own.version, 2)) ?? own
    const from = versions.find(({ version }) => version === to.version - 1) ?? own
    const since = from.submittedAt ?? from.generatedAt
    const changed = from === to ? { late: 0, corrected: 0 } : await changedCases(needs, to, since)
    const organisation = await transact({ role: 'operator' }, (store) =>
      store.organisations.find(commissioner),
    )
    const disclosure = definitions.templates.get(own.template)?.disclosure
    const isExact = disclosure === 'none' && organisation?.exactReturns === true
    const shown = (count: number): number | null => (!isExact && isSmall(count, minimum) ? null : count)
    const minimum = await largestMinimum(needs, to)
    return {
      from: from.version,
      to: to.version,
      rows: returnDifferences(from.content, to.content),
      lateCases: shown(changed.late),
      correctedCases: shown(changed.corrected),
    }
  }
}

async function changedCases(
  { transact }: Pick<Needs, 'transact'>,
  { content, firstMonth, lastMonth }: StoredReturn,
  since: string,
): Promise<ChangedCases> {
  const days = periodOfMonths(firstMonth, lastMonth)
  const sum = { late: 0, corrected: 0 }
  for (const contractId of content.contracts) {
    const { late, corrected } = await transact({ role: 'worker', contract: contractId }, (store) =>
      store.returns.changedCases(contractId, days, since),
    )
    sum.late += late
    sum.corrected += corrected
  }
  return sum
}

async function largestMinimum(
  { transact }: Pick<Needs, 'transact'>,
  { commissionerId, content }: StoredReturn,
): Promise<number> {
  const contracts = await transact({ role: 'commissioner', organisation: commissionerId }, (store) =>
    Promise.all(content.contracts.map((id) => store.contracts.find(id))),
  )
  return Math.max(
    DEFAULT_MINIMUM_COUNT,
    ...contracts.flatMap((one) => one?.minimumCounts.map(({ minimumCount }) => minimumCount) ?? []),
  )
}
