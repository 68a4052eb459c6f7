import type { Sql, Write } from '../database.ts'

/** What was made under a key that a case system chose for one try. Key and body are hashes under the installation's secret. */
export interface IdempotencyKey {
  organisationId: string
  keyHash: Uint8Array
  bodyHash: Uint8Array
  ref: string
  revision: number
}

export const idempotencyKeysIn = (sql: Sql) => ({
  /**
   * Takes the key for this transaction, and reads what was made under it.
   *
   * @returns undefined if another transaction has taken it and is not done
   */
  async take(
    contractId: string,
    { organisationId, keyHash }: Pick<IdempotencyKey, 'organisationId' | 'keyHash'>,
  ): Promise<{ made: IdempotencyKey | undefined } | undefined> {
    const name = `${contractId} ${organisationId} ${Buffer.from(keyHash).toString('hex')}`
    // Two statements, since the second must see what whoever had taken it before committed; sent in one flight.
    const [[lock], [made]] = await Promise.all([
      sql<[{ isTaken: boolean }]>`
        select pg_try_advisory_xact_lock(hashtextextended(${name}, 1)) as is_taken`,
      sql<IdempotencyKey[]>`
        select organisation_id, key_hash, body_hash, ref, revision from idempotency_keys
        where contract_id = ${contractId} and organisation_id = ${organisationId} and key_hash = ${keyHash}`,
    ])
    return lock.isTaken ? { made } : undefined
  },

  /** A key that is there already fails the unit of work. */
  insert(contractId: string, { organisationId, keyHash, bodyHash, ref, revision }: IdempotencyKey): Write {
    return sql`
      insert into idempotency_keys ${sql({ contractId, organisationId, keyHash, bodyHash, ref, revision })}`
  },

  /** Those that have been kept for 24 hours; row security shows a worker no others. */
  async deleteOld(): Promise<void> {
    await sql`delete from idempotency_keys where created_at < now() - interval '24 hours'`
  },
})
