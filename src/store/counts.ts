import type { CountChanges } from '../domain/counting/changed-counts.ts'
import { everyBy } from '../domain/counting/groups.ts'
import type { ContractMonth, Count, DatedCount, Grouping } from '../domain/counts.ts'
import type { Month } from '../domain/period.ts'
import type { Sql, Write } from './database.ts'
import { placedIn } from './rows/placed-in.ts'

/** Which counts are read: of everybody, of one group, or of all groups whose value begins with a prefix. */
export type GroupFilter = Grouping | { by: string; prefix: string }

export const countsIn = (sql: Sql) => {
  /** Counts as rows, whatever their number. */
  const rows = (counts: readonly DatedCount[]) => {
    const column = <K extends keyof DatedCount>(name: K): DatedCount[K][] =>
      counts.map((count) => count[name])
    return sql`
      unnest(${column('month')}::int[], ${column('subject')}::text[], ${column('by')}::text[],
        ${column('value')}::text[], ${column('x')}::int[], ${column('y')}::int[], ${column('n')}::int[])
        as r (month, subject, by, value, x, y, n)`
  }
  const ofGroups = (filter: GroupFilter) =>
    'value' in filter
      ? sql`by = ${filter.by} and value = ${filter.value}`
      : sql`by = ${filter.by} and starts_with(value, ${filter.prefix})`
  return {
    /** Of every count, month by month, up to the last one. */
    async monthly(contractId: string, last: Month, by: readonly string[]): Promise<DatedCount[]> {
      // In columns, subject by subject: the client takes several times as long for as many numbers in rows of their own.
      const subjects = await sql<
        (Grouping & { subject: string } & Record<'months' | 'x' | 'y' | 'n', number[]>)[]
      >`
        select by, value, subject, array_agg(month) as months, array_agg(x) as x, array_agg(y) as y, array_agg(n) as n
        from (
          select by, value, subject, month, x, y, n from counts
          where contract_id = ${contractId} and by = any(${by as string[]}) and month <= ${last}
          order by by, value, subject, month, x, y
        ) as ordered
        group by by, value, subject order by by, value, subject`
      return subjects.flatMap(({ months, x, y, n, ...of }) =>
        months.map((month, at) => ({ ...of, month, x: x[at] ?? 0, y: y[at] ?? 0, n: n[at] ?? 0 })),
      )
    },

    /** What is counted in a month, as it stands; what is counted over the whole life is not among it. */
    async ofMonth({ contractId, month }: ContractMonth): Promise<DatedCount[]> {
      return sql<DatedCount[]>`
        select month, subject, by, value, x, y, n from counts
        where contract_id = ${contractId} and by = any(${everyBy as string[]}) and month = ${month}
          and not (subject >= 'dated/life/' and subject < 'dated/life0')`
    },

    /** What is counted over the whole life, as it stands. */
    async ofLife(contractId: string): Promise<DatedCount[]> {
      return sql<DatedCount[]>`
        select month, subject, by, value, x, y, n from counts
        where contract_id = ${contractId} and subject >= 'dated/life/' and subject < 'dated/life0'`
    },

    /**
     * Notes that a month was counted, and what that changed. Most of a month stays as it was when a case is added to it, and
     * rows that are not written are the cheapest.
     */
    change({ contractId, month }: ContractMonth, { written, gone }: CountChanges): Write[] {
      return [
        // Row by row, by the primary key: asked to join the two, PostgreSQL may read all counts of a contract for each.
        ...(gone.length === 0
          ? []
          : [
              sql`
                delete from counts
                where ${placedIn(sql, contractId)} any(array(
                  select c.place from ${rows(gone)} cross join lateral (
                    select ctid as place from counts
                    where contract_id = ${contractId} and by = r.by and month = r.month and value = r.value
                      and subject = r.subject and x = r.x and y = r.y
                    offset 0
                  ) c
                ))`,
            ]),
        ...(written.length === 0
          ? []
          : [
              sql`
                insert into counts (contract_id, month, subject, by, value, x, y, n)
                select ${contractId}, r.* from ${rows(written)}
                on conflict (contract_id, by, month, value, subject, x, y) do update set n = excluded.n`,
            ]),
        sql`
          insert into recounts as r (contract_id, month, times) values (${contractId}, ${month}, 1)
          on conflict (contract_id, month) do update set times = r.times + 1`,
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
