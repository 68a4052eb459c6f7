import { notFound } from '../../domain/problem.ts'
import type { StoredCase } from '../../store/casework/cases.ts'
import type { PageRequest } from '../../store/store.ts'
import type { Needs } from '../needs.ts'

export const getCase =
  ({ transact }: Pick<Needs, 'transact'>) =>
  async (provider: string, contractId: string, caseRef: string): Promise<StoredCase> => {
    const stored = await transact({ role: 'provider', organisation: provider }, (store) =>
      store.cases.find(contractId, caseRef),
    )
    if (stored === undefined) throw notFound()
    return stored
  }

export const listCases =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (provider: string, contractId: string, page: PageRequest): Promise<StoredCase[]> =>
    transact({ role: 'provider', organisation: provider }, async (store) => {
      if ((await store.contracts.find(contractId)) === undefined) throw notFound()
      return store.cases.list(contractId, page)
    })
