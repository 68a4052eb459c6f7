import { createHash } from 'node:crypto'
import t from 'tap'
import { digestOf, keyIdOf, makeKey } from '../../../src/services/organisations/api-key.ts'
import { authenticate } from '../../../src/services/organisations/authenticate.ts'
import type { Transact } from '../../../src/store/database.ts'
import type { PresentedKey } from '../../../src/store/keys.ts'

/** One stored key, a clock that is set by hand, and how often the database was asked and told. */
function house(changes: Partial<PresentedKey> = {}) {
  const { keyId, key } = makeKey()
  const stored: PresentedKey = {
    keyId,
    organisationId: 'prov',
    kind: 'provider',
    label: 'test',
    scopes: ['read'],
    createdAt: '2026-01-01T00:00:00.000Z',
    expiresOn: null,
    revokedAt: null,
    lastUsedAt: null,
    digest: digestOf(key),
    ...changes,
  }
  const seen = { now: Date.parse('2026-11-23T12:00:00.000Z'), lookUps: 0, uses: [] as string[] }
  const keys = {
    find: (wanted: string) => {
      seen.lookUps++
      return Promise.resolve(wanted === keyId ? { ...stored } : undefined)
    },
    noteUse: (_keyId: string, usedAt: string) => {
      seen.uses.push(usedAt)
      stored.lastUsedAt = usedAt
      return {}
    },
  }
  const transact = ((_actor: unknown, work: (store: unknown, finish: () => void) => unknown) =>
    work({ keys }, () => undefined)) as unknown as Transact
  const clock = { now: () => new Date(seen.now), today: () => '2026-11-23' }
  return { key, stored, seen, ask: authenticate({ transact, clock }, 'operator-key-of-this-test') }
}

t.test('a key has 256 random bits, and is kept as their SHA-256', async (t) => {
  const keys = Array.from({ length: 200 }, makeKey)
  t.equal(new Set(keys.map(({ key }) => key)).size, 200)
  // Were a bit the same in all of 200 keys by chance, that would be one in 2^191.
  const secrets = keys.map(({ key }) => Buffer.from(key.slice('wm_'.length + 16 + 1), 'base64url'))
  for (const secret of secrets) t.equal(secret.length, 32)
  for (let bit = 0; bit < 256; bit++) {
    const ones = secrets.filter((secret) => ((secret[bit >> 3] ?? 0) >> (bit & 7)) & 1).length
    if (ones === 0 || ones === 200) t.fail(`bit ${bit} never changes`)
  }
  const [{ key, keyId } = makeKey()] = keys
  t.same(digestOf(key), createHash('sha256').update(key).digest())
  t.equal(keyIdOf(key), keyId)
  for (const wrong of ['', 'wm_', key.slice(0, -1), `${key}A`, key.toUpperCase(), `x${key}`]) {
    t.equal(keyIdOf(wrong), undefined)
  }
})

t.test('whoever presents the whole key is who it was made for', async (t) => {
  const { ask, key, stored } = house()
  t.same(await ask(key), {
    kind: 'provider',
    organisation: 'prov',
    keyId: stored.keyId,
    scopes: ['read'],
  })
  const other = (at: number) => key.slice(0, at) + (key[at] === 'A' ? 'B' : 'A') + key.slice(at + 1)
  // The last character of a key holds two bits that belong to no byte: as text it is another key all the same.
  for (const at of [20, 40, key.length - 1]) t.equal(await ask(other(at)), undefined, `another at ${at}`)
  t.match(await ask('operator-key-of-this-test'), { kind: 'operator' })
  t.equal(await ask('operator-key-of-this-tesT'), undefined)
})

t.test('a key that was good is told from a guess, and lets nobody in', async (t) => {
  const revoked = house({ revokedAt: '2026-11-22T12:00:00.000Z' })
  t.equal(await revoked.ask(revoked.key), 'ended')
  const expired = house({ expiresOn: '2026-11-22' })
  t.equal(await expired.ask(expired.key), 'ended')
  t.same([revoked.seen.uses, expired.seen.uses], [[], []], 'and is not used')
  const lastDay = house({ expiresOn: '2026-11-23' })
  t.match(await lastDay.ask(lastDay.key), { kind: 'provider' })
  const guess = `${revoked.key.slice(0, -3)}AAA`
  t.equal(await revoked.ask(guess), undefined, 'its public part alone tells nothing')
})

t.test('an answer is kept for half a second, and no longer', async (t) => {
  const { ask, key, seen, stored } = house()
  await ask(key)
  stored.revokedAt = '2026-11-23T12:00:00.000Z'
  seen.now += 499
  t.match(await ask(key), { kind: 'provider' })
  t.equal(seen.lookUps, 1)
  seen.now += 1
  t.equal(await ask(key), 'ended')
  t.equal(seen.lookUps, 2)
  stored.revokedAt = null
  t.match(await ask(key), { kind: 'provider' }, 'a refusal is not kept')
})

t.test('when a key was last used is noted once a minute', async (t) => {
  const { ask, key, seen } = house()
  await ask(key)
  t.same(seen.uses, ['2026-11-23T12:00:00.000Z'])
  for (const milliseconds of [600, 59_400]) {
    seen.now += milliseconds
    await ask(key)
  }
  t.equal(seen.uses.length, 2)
  t.equal(seen.uses[1], '2026-11-23T12:01:00.000Z')
})
