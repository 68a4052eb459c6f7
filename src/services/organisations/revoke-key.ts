import { notFound } from '../../domain/problem.ts'
import type { Needs } from '../needs.ts'

/** From within a second on, every process refuses it. */
export const revokeKey =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (organisationId: string, keyId: string): Promise<void> =>
    transact({ role: 'operator' }, async (store) => {
      if (!(await store.keys.revoke(organisationId, keyId))) throw notFound()
    })
