import { checkContact, contactFrom, type ContactBody } from '../../domain/casework/contact-rules.ts'
import { notFound, whole, type Reading } from '../../domain/problem.ts'
import type { ReceivedContact, StoredContact } from '../../store/casework/contacts.ts'
import { monthsOf, monthsToMark } from '../casework/changed-dates.ts'
import { decideWrite } from '../casework/decide-write.ts'
import { findErased, refuseErased } from '../erasure/digests.ts'
import type { Needs, Sender } from '../needs.ts'
import { attempt, type Receipt } from '../receipt.ts'

/** One contact as it was sent. */
export interface ContactSubmission {
  ref: string
  reading: Reading<ContactBody>
  ifMatch?: string | undefined
}

interface Written {
  known: StoredContact | undefined
  wanted: ReceivedContact
}

/**
 * Stores contacts of one contract, and corrections of them, in one transaction; cases that are not known yet are made by
 * them, and they date none. The same again changes nothing, nor does a write that its case system dates before the stored one.
 *
 * @param submissions no reference twice
 * @returns their receipts, in the same order
 * @throws {Overtaken} if a reference or case of theirs is there, but hidden from this provider: alone, that one is not found
 */
export const putContacts =
  ({ transact, clock, ring, secret }: Pick<Needs, 'transact' | 'clock' | 'ring' | 'secret'>) =>
  async (
    { provider, requests }: Sender,
    contractId: string,
    submissions: readonly ContactSubmission[],
  ): Promise<Receipt<StoredContact>[]> => {
    const { receipts, months } = await transact(
      { role: 'provider', organisation: provider },
      async (store, finish) => {
        const refs = submissions.map(({ ref }) => ref).sort()
        const [contract, ...stored] = await Promise.all([
          store.contracts.findParties(contractId),
          ...refs.map((ref) => store.contacts.lock(contractId, ref)),
        ])
        if (contract === undefined)
          return { receipts: submissions.map(() => ({ problem: notFound() })), months: [] }

        const knownOf = new Map(stored.filter((one) => one !== undefined).map((one) => [one.ref, one]))
        const named = submissions.flatMap(({ reading }) => reading.given.cases ?? [])
        const formerly = [...knownOf.values()].flatMap(({ caseRefs }) => caseRefs)
        const locked = await store.cases.lock(contractId, [...new Set([...named, ...formerly])])
        const there = new Set(locked.map(({ caseRef }) => caseRef))
        const erased = await findErased(
          store,
          { contractId, contract, provider, secret },
          [...new Set(named)].filter((caseRef) => !there.has(caseRef)),
        )
        const today = clock.today()
        const receivedAt = clock.now().toISOString()
        const written: Written[] = []
        const later: { ref: string; sourceUpdatedAt: string }[] = []
        const receipts = submissions.map(({ ref, reading, ifMatch }): Receipt<StoredContact> => {
          const known = knownOf.get(ref)
          const decided = attempt(() => {
            const body = whole(reading, checkContact(reading.given, today))
            refuseErased(erased, body.cases)
            return decideWrite(contactFrom(ref, body), known, ifMatch)
          })
          if ('problem' in decided) return decided
          if ('keep' in decided.value) {
            const { keep, saidAgainAt: sourceUpdatedAt } = decided.value
            if (sourceUpdatedAt === undefined)
              return { put: { created: false, stored: keep }, isChanged: false }
            later.push({ ref, sourceUpdatedAt })
            return { put: { created: false, stored: { ...keep, sourceUpdatedAt } }, isChanged: false }
          }
          const wanted = { ...decided.value.write, receivedAt }
          written.push({ known, wanted })
          const revision = (known?.revision ?? 0) + 1
          const created = known?.withdrawnAt !== null
          return {
            put: { created, stored: { ...wanted, contractId, revision, withdrawnAt: null } },
            isChanged: true,
          }
        })

        const caseRefs = [...new Set(written.flatMap(({ wanted }) => wanted.caseRefs))]
        const touched = new Set([...caseRefs, ...written.flatMap(({ known }) => known?.caseRefs ?? [])])
        const cases = locked.filter(({ caseRef }) => touched.has(caseRef))
        const made = caseRefs.filter((caseRef) => !there.has(caseRef))
        const days = [
          ...written.flatMap(({ wanted, known }) => [wanted.heldOn, known?.heldOn]),
          ...cases.map(({ countedOn }) => countedOn),
        ]
        const months = written.length > 0 ? monthsToMark(contract, monthsOf(days)) : []

        const blank = { countedOn: null, inSupportFrom: null }
        finish(
          made.length > 0 &&
            store.cases.insertBlank(
              contractId,
              provider,
              made.map((caseRef) => ({ caseRef, ...blank })),
            ),
          ...written.flatMap(({ known, wanted }) =>
            known ? store.contacts.correct(contractId, wanted) : store.contacts.insert(contractId, wanted),
          ),
          ...later.map(({ ref, sourceUpdatedAt }) =>
            store.contacts.setSourceUpdatedAt(contractId, ref, sourceUpdatedAt),
          ),
          months.length > 0 && store.marks.append(contractId, months),
        )
        return { receipts, months }
      },
    )
    ring(
      months.map((month) => ({ contractId, month })),
      requests,
    )
    return receipts
  }
