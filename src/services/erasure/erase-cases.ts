import type { CountMarks } from '../../domain/counting/plan.ts'
import type { ContractMonth } from '../../domain/counts.ts'
import type { StoredCase } from '../../store/casework/cases.ts'
import type { Erasure } from '../../store/casework/erasures.ts'
import type { Store } from '../../store/store.ts'
import { monthsOf, monthsToMark, touchedMonths } from '../casework/changed-dates.ts'
import { digestOfCase } from './digests.ts'

/** Cases of one contract, locked by the unit of work as their provider. */
export interface CasesToErase {
  contractId: string
  /** By what the contract's cases are counted; undefined: its counts stay as they are. */
  marks: CountMarks | undefined
  cases: readonly StoredCase[]
  /** What else must not come back. */
  more?: readonly Erasure[]
}

const NO_DATES = { countedOn: null, inSupportFrom: null, referredOn: null }

/**
 * Erases cases and all under them, and marks the months that they were counted in. Afterwards the unit of work is no
 * provider's any more, and ends.
 *
 * @returns the months marked
 */
export async function eraseCases(
  store: Store,
  secret: string,
  groups: readonly CasesToErase[],
): Promise<ContractMonth[]> {
  const touched: ContractMonth[] = []
  const toErase: { contractId: string; caseRefs: string[]; contactRefs: string[] }[] = []
  for (const { contractId, marks, cases, more = [] } of groups) {
    const caseRefs = cases.map(({ caseRef }) => caseRef)
    const contactRefs = await store.erasures.lockContacts(contractId, caseRefs)
    if (marks !== undefined) {
      const days = await store.contacts.daysOf(contractId, caseRefs)
      const months = cases.flatMap((one) => touchedMonths(marks, one, NO_DATES))
      const all = monthsToMark(marks, [...new Set([...months, ...monthsOf(days)])])
      await store.marks.append(contractId, all)
      touched.push(...all.map((month) => ({ contractId, month })))
    }
    const digests = cases.map(({ caseRef, deliveredBy }) => {
      return { digest: digestOfCase(secret, contractId, caseRef), deliveredBy }
    })
    await store.erasures.insert(contractId, [...digests, ...more])
    toErase.push({ contractId, caseRefs, contactRefs })
  }
  for (const { contractId, caseRefs, contactRefs } of toErase) {
    await store.transactions.goOnAsEraser(contractId)
    for (const erasing of store.erasures.erase(contractId, caseRefs, contactRefs)) await erasing
  }
  return touched
}
