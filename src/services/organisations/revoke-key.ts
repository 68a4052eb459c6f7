import { notFound } from '../../domain/problem.ts'
import { recordEntry } from '../audit/record-entry.ts'
import type { Needs } from '../needs.ts'

/** From within a second on, every process refuses it. */
export const revokeKey =
  ({ transact, clock }: Pick<Needs, 'transact' | 'clock'>) =>
  (organisationId: string, keyId: string): Promise<void> =>
    transact({ role: 'operator' }, async (store) => {
      if (!(await store.keys.revoke(organisationId, keyId))) throw notFound()
      await recordEntry(store, organisationId, {
        at: clock.now().toISOString(),
        actorKind: 'operator',
        action: 'key-revoked',
        subjectKind: 'key',
        details: { key: keyId },
      })
    })
