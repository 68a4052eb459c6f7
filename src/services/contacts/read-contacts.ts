import { notFound } from '../../domain/problem.ts'
import type { StoredContact } from '../../store/casework/contacts.ts'
import type { PageRequest } from '../../store/store.ts'
import type { Needs } from '../needs.ts'

export const getContact =
  ({ transact }: Pick<Needs, 'transact'>) =>
  async (
    provider: string,
    { contractId, ref }: { contractId: string; ref: string },
  ): Promise<StoredContact> => {
    const stored = await transact({ role: 'provider', organisation: provider }, (store) =>
      store.contacts.find(contractId, ref),
    )
    if (stored?.withdrawnAt !== null) throw notFound()
    return stored
  }

/** @param caseRef only those about this case */
export const listContacts =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (
    provider: string,
    contractId: string,
    caseRef: string | undefined,
    page: PageRequest,
  ): Promise<StoredContact[]> =>
    transact({ role: 'provider', organisation: provider }, async (store) => {
      if ((await store.contracts.find(contractId)) === undefined) throw notFound()
      return store.contacts.list(contractId, caseRef, page)
    })
