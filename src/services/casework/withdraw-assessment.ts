import { checkPrecondition } from '../../domain/precondition.ts'
import { notFound } from '../../domain/problem.ts'
import type { Needs, Sender } from '../needs.ts'
import { CaseBook } from './case-book.ts'
import { monthsToMark } from './changed-dates.ts'
import { monthsOfContacts } from './months-of-contacts.ts'

/** Takes an assessment back: its case is dated and counted without it, and its revisions go on counting. */
export const withdrawAssessment =
  ({ transact, clock, ring }: Pick<Needs, 'transact' | 'clock' | 'ring'>) =>
  async (
    { provider, requests }: Sender,
    { contractId, ref }: { contractId: string; ref: string },
    ifMatch?: string,
  ): Promise<void> => {
    const months = await transact({ role: 'provider', organisation: provider }, async (store) => {
      const [contract, [known]] = await Promise.all([
        store.contracts.findParties(contractId),
        store.assessments.lock(contractId, [ref]),
      ])
      if (contract === undefined || known?.withdrawnAt !== null) throw notFound()
      checkPrecondition(ifMatch, known.revision)
      const book = new CaseBook(store, contractId)
      await book.open([known.caseRef])

      book.drop(known)
      const { redated, months: touched } = book.changes(contract)
      const sessions = await monthsOfContacts(
        store,
        { contractId, ...contract },
        redated.map(({ caseRef }) => caseRef),
      )
      const months = monthsToMark(contract, [...new Set([...touched, ...sessions])])

      await Promise.all([
        redated.length > 0 && store.cases.setDates(contractId, redated),
        store.assessments.withdraw(contractId, ref, clock.now().toISOString()),
        store.marks.append(contractId, months),
      ])
      return months
    })
    ring(
      months.map((month) => ({ contractId, month })),
      requests,
    )
  }
