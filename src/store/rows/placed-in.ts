import type { Sql, Write } from '../database.ts'

/**
 * The beginning of a condition for rows of a contract that were looked up before: what follows are their places. Partitions
 * have places of the same names, and so the contract counts, too; it is not asked for by `=`, since PostgreSQL would then read
 * all rows of a contract that it takes for small.
 */
export const placedIn = (sql: Sql, contractId: string): Write =>
  sql`contract_id is not distinct from ${contractId} and ctid =`
