import { notFound } from '../../domain/problem.ts'
import type { StoredContract } from '../../store/contracts.ts'
import type { PageRequest } from '../../store/store.ts'
import type { Needs } from '../needs.ts'

export const getContract =
  ({ transact }: Pick<Needs, 'transact'>) =>
  async (contractId: string): Promise<StoredContract> => {
    const stored = await transact({ role: 'operator' }, (store) => store.contracts.find(contractId))
    if (stored === undefined) throw notFound()
    return stored
  }

export const listContracts =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (page: PageRequest): Promise<StoredContract[]> =>
    transact({ role: 'operator' }, (store) => store.contracts.list(page))
