import type { CountMarks } from '../../domain/counting/plan.ts'
import type { Month } from '../../domain/period.ts'
import type { Store } from '../../store/store.ts'
import { monthsOf } from './changed-dates.ts'

/**
 * The months of all contacts of cases that change, where the contract counts contacts: whether a case was in support says
 * which of them are counted.
 */
export async function monthsOfContacts(
  { contacts }: Pick<Store, 'contacts'>,
  contract: { contractId: string } & Pick<CountMarks, 'hasSessionCounts'>,
  caseRefs: readonly string[],
): Promise<Month[]> {
  if (!contract.hasSessionCounts || caseRefs.length === 0) return []
  return monthsOf(await contacts.daysOf(contract.contractId, caseRefs))
}
