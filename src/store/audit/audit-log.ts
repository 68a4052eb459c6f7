import type { AuditEntry } from '../../domain/audit/entry.ts'
import type { Sql } from '../database.ts'

/** An entry with the hashes that chain it to the one before. */
export type ChainedEntry = AuditEntry & { previousHash: Uint8Array; hash: Uint8Array }

/** An entry's place and its hash, which together tell whether anything up to it has changed. */
export type ChainHead = Pick<ChainedEntry, 'organisationId' | 'entry' | 'hash'>

export const auditLogIn = (sql: Sql) => {
  const columns = sql`organisation_id, entry, at, actor_kind, action, subject_kind, details, previous_hash, hash`
  return {
    /** Takes an organisation's chain for this transaction, waiting for whoever adds to it now, and reads its end. */
    async lockLast(organisationId: string): Promise<Pick<ChainedEntry, 'entry' | 'hash'> | undefined> {
      // Two statements, since the second must see what was committed while the first one waited; sent in one flight.
      const [, rows] = await Promise.all([
        sql`select pg_advisory_xact_lock(hashtextextended(${organisationId}, 2))`,
        sql<Pick<ChainedEntry, 'entry' | 'hash'>[]>`
          select entry, hash from audit_log
          where organisation_id = ${organisationId} order by entry desc limit 1`,
      ])
      return rows[0]
    },

    /** Where each chain ends. */
    async heads(): Promise<ChainHead[]> {
      return sql<ChainHead[]>`
        select organisation_id, entry, hash
        from (select organisation_id from organisations union all select '') chains
        cross join lateral (
          select entry, hash from audit_log
          where audit_log.organisation_id = chains.organisation_id order by entry desc limit 1
        ) last
        order by organisation_id`
    },

    async insert(entry: ChainedEntry): Promise<void> {
      await sql`insert into audit_log ${sql({ ...entry, details: sql.json(entry.details as never) })}`
    },

    /** All chains, one after the other, each in its order. */
    async list(after: Pick<AuditEntry, 'organisationId' | 'entry'>, limit: number): Promise<ChainedEntry[]> {
      return sql<ChainedEntry[]>`
        select ${columns} from audit_log
        where (organisation_id, entry) > (${after.organisationId}, ${after.entry})
        order by organisation_id, entry limit ${limit}`
    },
  }
}
