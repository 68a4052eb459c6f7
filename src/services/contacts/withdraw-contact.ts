import { checkPrecondition } from '../../domain/precondition.ts'
import { notFound } from '../../domain/problem.ts'
import { monthsOf, monthsToMark } from '../casework/changed-dates.ts'
import type { Needs, Sender } from '../needs.ts'

/** Takes a contact back: its cases are counted without it, and its revisions go on counting. */
export const withdrawContact =
  ({ transact, clock, ring }: Pick<Needs, 'transact' | 'clock' | 'ring'>) =>
  async (
    { provider, requests }: Sender,
    { contractId, ref }: { contractId: string; ref: string },
    ifMatch?: string,
  ): Promise<void> => {
    const months = await transact({ role: 'provider', organisation: provider }, async (store) => {
      const [contract, known] = await Promise.all([
        store.contracts.findParties(contractId),
        store.contacts.lock(contractId, ref),
      ])
      if (contract === undefined || known?.withdrawnAt !== null) throw notFound()
      checkPrecondition(ifMatch, known.revision)
      const cases = await store.cases.lock(contractId, known.caseRefs)

      const days = [known.heldOn, ...cases.map(({ countedOn }) => countedOn)]
      const months = monthsToMark(contract, monthsOf(days))

      await Promise.all([
        store.contacts.withdraw(contractId, ref, clock.now().toISOString()),
        store.marks.append(contractId, months),
      ])
      return months
    })
    ring(
      months.map((month) => ({ contractId, month })),
      requests,
    )
  }
