import { timingSafeEqual } from 'node:crypto'
import type { Caller } from '../../domain/caller.ts'
import type { PresentedKey } from '../../store/keys.ts'
import type { Needs } from '../needs.ts'
import { digestOf, keyIdOf } from './api-key.ts'

/** How long a key that was good is taken without asking again: a revoked one is refused everywhere within a second. */
const CACHED_MILLISECONDS = 500
const MOST_CACHED = 10_000

/**
 * Tells who presents a key; undefined for a wrong, revoked or expired one.
 * Keys are found by their public part and compared by digest in constant time.
 *
 * @param operatorKey the operator's key from the settings, beside those in the database
 */
export const authenticate = (
  { transact, clock }: Pick<Needs, 'transact' | 'clock'>,
  operatorKey?: string,
) => {
  const operatorDigest = operatorKey === undefined ? undefined : digestOf(operatorKey)
  const cache = new Map<string, { caller: Caller; until: number }>()

  const lookUp = async (key: string, digest: Buffer): Promise<Caller | undefined> => {
    if (operatorDigest && timingSafeEqual(operatorDigest, digest)) {
      return { kind: 'operator', keyId: 'environment', scopes: ['read', 'write'] }
    }
    const keyId = keyIdOf(key)
    if (keyId === undefined) return undefined
    const stored = await transact({ role: 'operator' }, (store) => store.keys.find(keyId))
    if (stored === undefined || !timingSafeEqual(stored.digest, digest)) return undefined
    if (stored.revokedAt !== null) return undefined
    if (stored.expiresOn !== null && stored.expiresOn < clock.today()) return undefined
    return callerOf(stored)
  }

  return async (key: string): Promise<Caller | undefined> => {
    const digest = digestOf(key)
    const cacheKey = digest.toString('base64')
    const now = clock.now().getTime()
    const cached = cache.get(cacheKey)
    if (cached && cached.until > now) return cached.caller
    const caller = await lookUp(key, digest)
    cache.delete(cacheKey)
    if (caller === undefined) return undefined
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
