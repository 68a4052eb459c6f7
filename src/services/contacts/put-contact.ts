import { checkContact, contactFrom, type ContactBody } from '../../domain/casework/contact-rules.ts'
import { notFound, whole, type Reading } from '../../domain/problem.ts'
import type { StoredContact } from '../../store/casework/contacts.ts'
import { monthsOf, monthsToMark } from '../casework/changed-dates.ts'
import { decideWrite } from '../casework/decide-write.ts'
import { asNotThere } from '../casework/taken.ts'
import type { Needs, Put } from '../needs.ts'

/**
 * Stores a contact, or a correction of it; cases that are not known yet are made by it, and it dates none.
 * The same again changes nothing, nor does a write that its case system dates before the stored one.
 */
export const putContact =
  ({ transact, clock, ring }: Pick<Needs, 'transact' | 'clock' | 'ring'>) =>
  async (
    provider: string,
    { contractId, ref }: { contractId: string; ref: string },
    reading: Reading<ContactBody>,
    ifMatch?: string,
  ): Promise<Put<StoredContact>> => {
    const { months, ...put } = await transact({ role: 'provider', organisation: provider }, async (store) => {
      const [contract, known] = await Promise.all([
        store.contracts.findParties(contractId),
        store.contacts.lock(contractId, ref),
      ])
      if (contract === undefined) throw notFound()
      const body = whole(reading, checkContact(reading.given, clock.today()))
      const decided = decideWrite(contactFrom(ref, body), known, ifMatch)
      if ('keep' in decided) {
        const { keep, saidAgainAt: sourceUpdatedAt } = decided
        if (sourceUpdatedAt === undefined) return { created: false, stored: keep, months: [] }
        await store.contacts.setSourceUpdatedAt(contractId, ref, sourceUpdatedAt)
        return { created: false, stored: { ...keep, sourceUpdatedAt }, months: [] }
      }

      const wanted = { ...decided.write, receivedAt: clock.now().toISOString() }
      const { caseRefs } = wanted
      const formerRefs = known?.caseRefs ?? []
      const cases = await store.cases.lock(contractId, [...new Set([...caseRefs, ...formerRefs])])
      const there = new Set(cases.map(({ caseRef }) => caseRef))
      const made = caseRefs.filter((caseRef) => !there.has(caseRef))
      const added = caseRefs.filter((caseRef) => !formerRefs.includes(caseRef))
      const removed = formerRefs.filter((caseRef) => !caseRefs.includes(caseRef))
      const days = [wanted.heldOn, known?.heldOn, ...cases.map(({ countedOn }) => countedOn)]
      const months = monthsToMark(contract, monthsOf(days))

      const blank = { countedOn: null, inSupportFrom: null }
      await Promise.all([
        made.length > 0 &&
          store.cases.insertBlank(
            contractId,
            provider,
            made.map((caseRef) => ({ caseRef, ...blank })),
          ),
        // Before its cases change: row security shows a partner a contact by its former ones.
        known ? store.contacts.correct(contractId, wanted) : store.contacts.insert(contractId, wanted),
        added.length > 0 && store.contacts.addCases(contractId, ref, added),
        removed.length > 0 && store.contacts.removeCases(contractId, ref, removed),
        store.marks.append(contractId, months),
      ])
      const revision = (known?.revision ?? 0) + 1
      const created = known?.withdrawnAt !== null
      return { created, stored: { ...wanted, contractId, revision, withdrawnAt: null }, months }
    }).catch(asNotThere)
    ring(months.map((month) => ({ contractId, month })))
    return put
  }
