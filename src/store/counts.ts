import { everyBy } from '../domain/counting/groups.ts'
import type { ContractMonth, Count, DatedCount, Grouping } from '../domain/counts.ts'
import { WHOLE_LIFE, type Month } from '../domain/period.ts'
import type { Sql, Write } from './database.ts'

/** Which counts are read: of everybody, of one group, or of all groups whose value begins with a prefix. */
export type GroupFilter = Grouping | { by: string; prefix: string }

export const countsIn = (sql: Sql) => {
  const insert = (contractId: string, counts: readonly DatedCount[]): Write => {
    const column = <K extends keyof DatedCount>(name: K): DatedCount[K][] =>
      counts.map((count) => count[name])
    return sql`
      insert into counts (contract_id, month, subject, by, value, x, y, n)
      select ${contractId}, * from unnest(${column('month')}::int[], ${column('subject')}::text[],
        ${column('by')}::text[], ${column('value')}::text[], ${column('x')}::int[], ${column('y')}::int[],
        ${column('n')}::int[])`
  }
  const counted = (contractId: string, month: Month): Write => sql`
    insert into recounts as r (contract_id, month, times) values (${contractId}, ${month}, 1)
    on conflict (contract_id, month) do update set times = r.times + 1`
  const ofGroups = (filter: GroupFilter) =>
    'value' in filter
      ? sql`by = ${filter.by} and value = ${filter.value}`
      : sql`by = ${filter.by} and starts_with(value, ${filter.prefix})`
  return {
    /** Of every count, month by month, up to the last one. */
    async monthly(contractId: string, last: Month, by: readonly string[]): Promise<DatedCount[]> {
      return sql<DatedCount[]>`
        select month, subject, by, value, x, y, n from counts
        where contract_id = ${contractId} and by = any(${by as string[]}) and month <= ${last}
        order by by, value, subject, month, x, y`
    },

    /** A month's counts as `replace` replaces them. */
    async ofMonth({ contractId, month }: ContractMonth): Promise<DatedCount[]> {
      return sql<DatedCount[]>`
        select month, subject, by, value, x, y, n from counts
        where contract_id = ${contractId} and by = any(${everyBy as string[]}) and month = ${month}
          and not (subject >= 'dated/life/' and subject < 'dated/life0')`
    },

    /** What is counted over the whole life, as `replaceLife` replaces it. */
    async ofLife(contractId: string): Promise<DatedCount[]> {
      return sql<DatedCount[]>`
        select month, subject, by, value, x, y, n from counts
        where contract_id = ${contractId} and subject >= 'dated/life/' and subject < 'dated/life0'`
    },

    /** Puts a month's counts in the place of its former ones; what is counted over the whole life stays. */
    replace({ contractId, month }: ContractMonth, counts: readonly Count[]): Write[] {
      return [
        sql`
          delete from counts
          where contract_id = ${contractId} and by = any(${everyBy as string[]}) and month = ${month}
            and not (subject >= 'dated/life/' and subject < 'dated/life0')`,
        insert(
          contractId,
          counts.map((count) => ({ ...count, month })),
        ),
        counted(contractId, month),
      ]
    },

    /** Puts what is counted over a contract's whole life in the place of what it was. */
    replaceLife(contractId: string, counts: readonly DatedCount[]): Write[] {
      return [
        sql`
          delete from counts
          where contract_id = ${contractId} and subject >= 'dated/life/' and subject < 'dated/life0'`,
        insert(contractId, counts),
        counted(contractId, WHOLE_LIFE),
      ]
    },

    /** The months' counts, merged: months add, in any order. */
    async merged(contractId: string, first: Month, last: Month, filter: GroupFilter): Promise<Count[]> {
      return sql<Count[]>`
        select subject, by, value, x, y, sum(n)::bigint as n from counts
        where contract_id = ${contractId} and ${ofGroups(filter)} and month >= ${first} and month <= ${last}
          and not (subject >= 'dated/' and subject < 'dated0')
        group by subject, by, value, x, y order by subject, x, y`
    },

    /** One subject's counts, month by month. */
    async ofSubject(
      contractId: string,
      subject: string,
      { first, last }: { first: Month; last: Month },
      filter: GroupFilter,
    ): Promise<DatedCount[]> {
      return sql<DatedCount[]>`
        select month, subject, by, value, x, y, n from counts
        where contract_id = ${contractId} and ${ofGroups(filter)} and month >= ${first} and month <= ${last}
          and subject = ${subject}
        order by month, x, y`
    },

    /** Those whose month matters, of all months up to the last. */
    async dated(contractId: string, last: Month, filter: GroupFilter): Promise<DatedCount[]> {
      return sql<DatedCount[]>`
        select month, subject, by, value, x, y, n from counts
        where contract_id = ${contractId} and ${ofGroups(filter)} and month <= ${last}
          and subject >= 'dated/' and subject < 'dated0'
        order by subject, month, x, y`
    },
  }
}
