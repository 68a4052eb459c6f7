import { notFound } from '../../domain/problem.ts'
import type { ContactFilter, ContactRevision, StoredContact } from '../../store/casework/contacts.ts'
import type { PageRequest } from '../../store/store.ts'
import { recordRead, type Reader } from '../audit/record-read.ts'
import type { Needs } from '../needs.ts'
import { shownOf } from '../page.ts'

export const getContact =
  ({ transact, clock }: Pick<Needs, 'transact' | 'clock'>) =>
  (
    reader: Reader,
    { contractId, ref }: { contractId: string; ref: string },
    withRevisions: boolean,
  ): Promise<StoredContact & { revisions?: ContactRevision[] }> =>
    transact({ role: 'provider', organisation: reader.organisation }, async (store) => {
      const stored = await store.contacts.find(contractId, ref)
      if (stored?.withdrawnAt !== null) throw notFound()
      await recordRead(store, clock, reader, { contractId, what: 'contacts', howMany: 1 })
      if (!withRevisions) return stored
      return { ...stored, revisions: [...(await store.contacts.formerRevisions(contractId, ref)), stored] }
    })

export const listContacts =
  ({ transact, clock }: Pick<Needs, 'transact' | 'clock'>) =>
  (reader: Reader, contractId: string, filter: ContactFilter, page: PageRequest): Promise<StoredContact[]> =>
    transact({ role: 'provider', organisation: reader.organisation }, async (store) => {
      if ((await store.contracts.find(contractId)) === undefined) throw notFound()
      const found = await store.contacts.list(contractId, filter, page)
      await recordRead(store, clock, reader, { contractId, what: 'contacts', howMany: shownOf(found, page) })
      return found
    })
