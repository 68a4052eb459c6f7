import type { Scope } from '../domain/caller.ts'
import type { Sql, Write } from './database.ts'
import type { PageRequest } from './store.ts'

/** A key as it may be shown: never its secret. */
export interface ApiKey {
  keyId: string
  /** Null: an operator's key. */
  organisationId: string | null
  label: string
  scopes: Scope[]
  createdAt: string
  expiresOn: string | null
  revokedAt: string | null
  lastUsedAt: string | null
}

export type PresentedKey = ApiKey & { digest: Uint8Array; kind: 'provider' | 'commissioner' | null }

export const keysIn = (sql: Sql) => {
  const columns = sql`key_id, organisation_id, label, scopes, created_at, expires_on, revoked_at, last_used_at`
  return {
    async insert(
      key: Pick<ApiKey, 'keyId' | 'organisationId' | 'label' | 'scopes' | 'expiresOn'> & { digest: Buffer },
    ): Promise<ApiKey> {
      const rows = await sql<[ApiKey]>`insert into api_keys ${sql({ ...key })} returning ${columns}`
      return rows[0]
    },

    /** For telling who presents it; also a revoked one, so that the caller decides. */
    async find(keyId: string): Promise<PresentedKey | undefined> {
      const rows = await sql<PresentedKey[]>`
        select k.key_id, k.organisation_id, k.label, k.scopes, k.created_at, k.expires_on, k.revoked_at,
          k.last_used_at, k.digest, o.kind
        from api_keys k left join organisations o on o.organisation_id = k.organisation_id
        where k.key_id = ${keyId}`
      return rows[0]
    },

    noteUse(keyId: string, usedAt: string): Write {
      return sql`update api_keys set last_used_at = ${usedAt} where key_id = ${keyId}`
    },

    async list(organisationId: string, { limit, after }: PageRequest): Promise<ApiKey[]> {
      return sql<ApiKey[]>`
        select ${columns} from api_keys
        where organisation_id = ${organisationId} and revoked_at is null and key_id > ${after ?? ''}
        order by key_id limit ${limit}`
    },

    /** @returns whether there was such a key to revoke */
    async revoke(organisationId: string, keyId: string): Promise<boolean> {
      const { count } = await sql`
        update api_keys set revoked_at = now()
        where organisation_id = ${organisationId} and key_id = ${keyId} and revoked_at is null`
      return count > 0
    },

    /** Two processes that start at once on an empty database make one first key, not two. */
    async lockForFirst(): Promise<void> {
      await sql`select pg_advisory_xact_lock(hashtextextended('first operator key', 0))`
    },

    async hasOperatorKey(): Promise<boolean> {
      const rows = await sql`
        select from api_keys where organisation_id is null and revoked_at is null limit 1`
      return rows.length > 0
    },
  }
}
