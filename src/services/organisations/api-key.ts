import { createHash, randomBytes } from 'node:crypto'

/** What is kept of a key. Keys have 256 random bits, so that a fast digest is enough. */
export const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest()

/** A public part to find it by, and 256 random bits. */
export function makeKey(): { keyId: string; key: string } {
  const keyId = randomBytes(8).toString('hex')
  return { keyId, key: `wm_${keyId}_${randomBytes(32).toString('base64url')}` }
}

const KEY = /^wm_(?<keyId>[0-9a-f]{16})_[A-Za-z0-9_-]{43}$/

/** The public part of what looks like a key; undefined if it cannot be one. */
export const keyIdOf = (key: string): string | undefined => KEY.exec(key)?.groups?.keyId
