import type { ContractMonth } from '../domain/counts.ts'
import type { Month } from '../domain/period.ts'
import type { Sql, Write } from './database.ts'

export const marksIn = (sql: Sql) => ({
  /** Appends, never updates: a row that every write changed would be a hot spot and a race. */
  append(contractId: string, months: readonly Month[]): Write {
    return sql`
      insert into marks (contract_id, month)
      select ${contractId}, month from unnest(${months as Month[]}::int[]) month`
  },

  /**
   * Takes the contract-month for this transaction, waiting for whoever counts it now, and reads its marks.
   * What commits after this has a mark of its own, which stays.
   */
  async lock({ contractId, month }: ContractMonth): Promise<number[]> {
    // Two statements, since the second must see what was committed while the first one waited; sent in one flight.
    const [, rows] = await Promise.all([
      sql`select pg_advisory_xact_lock(hashtextextended(${`${contractId} ${month}`}, 0))`,
      sql<{ markId: number }[]>`
        select mark_id from marks where contract_id = ${contractId} and month = ${month}`,
    ])
    return rows.map(({ markId }) => markId)
  },

  /** Whether the contract-month has marks beside these. */
  async areThereOthers({ contractId, month }: ContractMonth, markIds: readonly number[]): Promise<boolean> {
    const rows = await sql`
      select from marks
      where contract_id = ${contractId} and month = ${month} and mark_id <> all(${markIds as number[]}::bigint[]) limit 1`
    return rows.length > 0
  },

  clear({ contractId, month }: ContractMonth, markIds: readonly number[]): Write {
    return sql`
      delete from marks
      where contract_id = ${contractId} and month = ${month} and mark_id = any(${markIds as number[]}::bigint[])`
  },

  /** Whether anything accepted is not counted yet in these months, nor marked maybe. */
  async pending(contractId: string, first: Month, last: Month): Promise<boolean> {
    const rows = await sql`
      select from marks where contract_id = ${contractId} and month >= ${first} and month <= ${last}
      union all
      select from contracts where contract_id = ${contractId} and counted_with is null limit 1`
    return rows.length > 0
  },

  /** The months of a contract that wait to be counted. */
  async months(contractId: string): Promise<Month[]> {
    const rows = await sql<{ month: Month }[]>`
      select distinct month from marks where contract_id = ${contractId}`
    return rows.map(({ month }) => month)
  },

  /** Every contract-month that waits to be counted. */
  async waiting(): Promise<ContractMonth[]> {
    return sql<ContractMonth[]>`select distinct contract_id, month from marks order by contract_id, month`
  },

  async backlog(): Promise<{ marks: number; oldestSeconds: number }> {
    const rows = await sql<[{ marks: number; oldestSeconds: number }]>`
      select count(*) as marks, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as oldest_seconds
      from marks`
    return rows[0]
  },
})
