import { notFound } from '../../domain/problem.ts'
import type { StoredOrganisation } from '../../store/organisations.ts'
import type { PageRequest } from '../../store/store.ts'
import type { Needs } from '../needs.ts'

export const getOrganisation =
  ({ transact }: Pick<Needs, 'transact'>) =>
  async (organisationId: string): Promise<StoredOrganisation> => {
    const stored = await transact({ role: 'operator' }, (store) => store.organisations.find(organisationId))
    if (stored === undefined) throw notFound()
    return stored
  }

export const listOrganisations =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (page: PageRequest): Promise<StoredOrganisation[]> =>
    transact({ role: 'operator' }, (store) => store.organisations.list(page))
