import { timingSafeEqual } from 'node:crypto'
import type { Caller } from '../../domain/caller.ts'
import type { PresentedKey } from '../../store/keys.ts'
import type { Needs } from '../needs.ts'
import { digestOf, keyIdOf } from './api-key.ts'

/** How long a key that was good is taken without asking again: a revoked one is refused everywhere within a second. */
const CACHED_MILLISECONDS = 500
const MOST_CACHED = 10_000
/** When a key was last used is known to the minute: a write for each request would cost more than the request. */
const LAST_USED_MILLISECONDS = 60_000

/** Who presents a key; `ended`: it was a good one, and is revoked or expired; undefined: it never was one. */
export type Presenter = Caller | 'ended' | undefined

/**
 * Tells who presents a key. Keys are found by their public part and compared by digest in constant time.
 *
 * @param operatorKey the operator's key from the settings, beside those in the database
 */
export const authenticate = (
  { transact, clock }: Pick<Needs, 'transact' | 'clock'>,
  operatorKey?: string,
) => {
  const operatorDigest = operatorKey === undefined ? undefined : digestOf(operatorKey)
  const cache = new Map<string, { caller: Caller; until: number }>()

  const lookUp = async (key: string, digest: Buffer): Promise<Presenter> => {
    if (operatorDigest && timingSafeEqual(operatorDigest, digest)) {
      return { kind: 'operator', keyId: 'environment', scopes: ['read', 'write'] }
    }
    const keyId = keyIdOf(key)
    if (keyId === undefined) return undefined
    return transact({ role: 'operator' }, async (store, finish) => {
      const stored = await store.keys.find(keyId)
      if (stored === undefined || !timingSafeEqual(stored.digest, digest)) return undefined
      if (stored.revokedAt !== null) return 'ended'
      if (stored.expiresOn !== null && stored.expiresOn < clock.today()) return 'ended'
      const { lastUsedAt } = stored
      const now = clock.now()
      const isNoted = lastUsedAt !== null && now.getTime() - Date.parse(lastUsedAt) < LAST_USED_MILLISECONDS
      finish(!isNoted && store.keys.noteUse(keyId, now.toISOString()))
      return callerOf(stored)
    })
  }

  return async (key: string): Promise<Presenter> => {
    const digest = digestOf(key)
    const cacheKey = digest.toString('base64')
    const now = clock.now().getTime()
    const cached = cache.get(cacheKey)
    if (cached && cached.until > now) return cached.caller
    const caller = await lookUp(key, digest)
    cache.delete(cacheKey)
    if (caller === undefined || caller === 'ended') return caller
    if (cache.size >= MOST_CACHED) cache.clear()
    cache.set(cacheKey, { caller, until: now + CACHED_MILLISECONDS })
    return caller
  }
}

export type Authenticate = ReturnType<typeof authenticate>

function callerOf({ keyId, scopes, organisationId, kind }: PresentedKey): Caller {
  if (organisationId === null || kind === null) return { kind: 'operator', keyId, scopes }
  return { kind, organisation: organisationId, keyId, scopes }
}
