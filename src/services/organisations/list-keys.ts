import { notFound } from '../../domain/problem.ts'
import type { ApiKey } from '../../store/keys.ts'
import type { PageRequest } from '../../store/store.ts'
import type { Needs } from '../needs.ts'

/** The keys of an organisation that are not revoked, never with their secrets. */
export const listKeys =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (organisationId: string, page: PageRequest): Promise<ApiKey[]> =>
    transact({ role: 'operator' }, async (store) => {
      if ((await store.organisations.find(organisationId)) === undefined) throw notFound()
      return store.keys.list(organisationId, page)
    })
