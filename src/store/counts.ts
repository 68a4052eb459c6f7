import type { Count, Grouping } from '../domain/counts.ts'
import type { Month } from '../domain/period.ts'
import type { Sql, Write } from './database.ts'
import type { ContractMonth } from '../domain/counts.ts'

export const countsIn = (sql: Sql) => ({
  /** Puts a month's counts in the place of its former ones. */
  replace({ contractId, month }: ContractMonth, counts: readonly Count[]): Write[] {
    const column = <K extends keyof Count>(name: K): Count[K][] => counts.map((count) => count[name])
    return [
      sql`delete from counts where contract_id = ${contractId} and month = ${month}`,
      sql`
          insert into counts (contract_id, month, subject, by, value, x, y, n)
          select ${contractId}, ${month}, *
          from unnest(${column('subject')}::text[], ${column('by')}::text[], ${column('value')}::text[],
            ${column('x')}::int[], ${column('y')}::int[], ${column('n')}::int[])`,
    ]
  },

  /** The months' counts of one grouping, merged: months add, in any order. */
  async merged(contractId: string, first: Month, last: Month, { by, value }: Grouping): Promise<Count[]> {
    return sql<Count[]>`
      select subject, by, value, x, y, sum(n)::bigint as n from counts
      where contract_id = ${contractId} and month >= ${first} and month <= ${last}
        and by = ${by} and value = ${value}
      group by subject, by, value, x, y order by subject, x, y`
  },
})
