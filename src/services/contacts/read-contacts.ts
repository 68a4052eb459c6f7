import { notFound } from '../../domain/problem.ts'
import type { ContactFilter, ContactRevision, StoredContact } from '../../store/casework/contacts.ts'
import type { PageRequest } from '../../store/store.ts'
import type { Needs } from '../needs.ts'

export const getContact =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (
    provider: string,
    { contractId, ref }: { contractId: string; ref: string },
    withRevisions: boolean,
  ): Promise<StoredContact & { revisions?: ContactRevision[] }> =>
    transact({ role: 'provider', organisation: provider }, async (store) => {
      const stored = await store.contacts.find(contractId, ref)
      if (stored?.withdrawnAt !== null) throw notFound()
      if (!withRevisions) return stored
      return { ...stored, revisions: [...(await store.contacts.formerRevisions(contractId, ref)), stored] }
    })

export const listContacts =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (
    provider: string,
    contractId: string,
    filter: ContactFilter,
    page: PageRequest,
  ): Promise<StoredContact[]> =>
    transact({ role: 'provider', organisation: provider }, async (store) => {
      if ((await store.contracts.find(contractId)) === undefined) throw notFound()
      return store.contacts.list(contractId, filter, page)
    })
