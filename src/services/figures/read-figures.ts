import { canonicalLabel } from '../../domain/figures.ts'
import type { Period } from '../../domain/period.ts'
import { notFound } from '../../domain/problem.ts'
import type { StoredFigures } from '../../store/casework/figures.ts'
import type { PageRequest } from '../../store/store.ts'
import type { Needs } from '../needs.ts'

export const getFigures =
  ({ transact }: Pick<Needs, 'transact'>) =>
  async (
    provider: string,
    { contractId, period }: { contractId: string; period: Period },
  ): Promise<StoredFigures> => {
    const stored = await transact({ role: 'provider', organisation: provider }, (store) =>
      store.figures.find(contractId, canonicalLabel(period)),
    )
    if (stored === undefined) throw notFound()
    return stored
  }

export const listFigures =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (provider: string, contractId: string, page: PageRequest): Promise<StoredFigures[]> =>
    transact({ role: 'provider', organisation: provider }, async (store) => {
      if ((await store.contracts.findParties(contractId))?.provider !== provider) throw notFound()
      return store.figures.list(contractId, page)
    })
