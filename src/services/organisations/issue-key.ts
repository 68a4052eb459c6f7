import type { Scope } from '../../domain/caller.ts'
import { notFound, whole, type Fault, type Reading } from '../../domain/problem.ts'
import type { ApiKey } from '../../store/keys.ts'
import { recordEntry } from '../audit/record-entry.ts'
import type { Needs } from '../needs.ts'
import { digestOf, makeKey } from './api-key.ts'

export interface KeyBody {
  label: string
  expiresOn?: string | undefined
  scopes?: Scope[] | undefined
}

/** Makes a key; its secret is in this answer and nowhere else. */
export const issueKey =
  ({ transact, clock }: Pick<Needs, 'transact' | 'clock'>) =>
  (organisationId: string, reading: Reading<KeyBody>): Promise<ApiKey & { key: string }> =>
    transact({ role: 'operator' }, async (store) => {
      if ((await store.organisations.find(organisationId)) === undefined) throw notFound()
      const { expiresOn } = reading.given
      const faults: Fault[] =
        expiresOn !== undefined && expiresOn < clock.today()
          ? [{ pointer: '/expiresOn', detail: 'must not be in the past' }]
          : []
      const body = whole(reading, faults)
      const { keyId, key } = makeKey()
      const stored = await store.keys.insert({
        keyId,
        organisationId,
        label: body.label,
        scopes: body.scopes ?? ['read', 'write'],
        expiresOn: body.expiresOn ?? null,
        digest: digestOf(key),
      })
      await recordEntry(store, organisationId, {
        at: clock.now().toISOString(),
        actorKind: 'operator',
        action: 'key-issued',
        subjectKind: 'key',
        // Not its label, in which somebody's name may stand.
        details: { key: keyId, scopes: stored.scopes, expiresOn: stored.expiresOn },
      })
      return { ...stored, key }
    })
