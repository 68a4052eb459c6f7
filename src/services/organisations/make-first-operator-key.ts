import { OPERATORS, recordEntry } from '../audit/record-entry.ts'
import type { Needs } from '../needs.ts'
import { digestOf, makeKey } from './api-key.ts'

/**
 * The first start on a database without an operator's key makes one.
 *
 * @returns the key, to be handed to the operator; undefined if there was one already
 */
export const makeFirstOperatorKey =
  ({ transact, clock }: Pick<Needs, 'transact' | 'clock'>) =>
  (): Promise<string | undefined> =>
    transact({ role: 'operator' }, async (store) => {
      await store.keys.lockForFirst()
      if (await store.keys.hasOperatorKey()) return undefined
      const { keyId, key } = makeKey()
      await store.keys.insert({
        keyId,
        organisationId: null,
        label: 'first start',
        scopes: ['read', 'write'],
        expiresOn: null,
        digest: digestOf(key),
      })
      await recordEntry(store, OPERATORS, {
        at: clock.now().toISOString(),
        actorKind: 'service',
        action: 'key-issued',
        subjectKind: 'key',
        details: { key: keyId, scopes: ['read', 'write'], expiresOn: null },
      })
      return key
    })
