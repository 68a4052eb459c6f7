import type { Block } from '../../domain/disclosure/blocks.ts'
import type { DroppedBlock, PastReleased, Released } from '../../domain/disclosure/released.ts'
import type { Month } from '../../domain/period.ts'
import type { Sql, Write } from '../database.ts'

/** What was looked at when a period was asked for. */
export interface AskedPeriod extends Block {
  by: string
  stamp: string
  /** By series. */
  askFor: Record<string, Block>
}

/** How often anything that is shown of the contract has changed: while stamp and changes stay, so does the answer. */
interface Changes {
  changes: number
}

interface StoredMonths {
  firstMonth: Month
  lastMonth: Month
}

/** As it is stored. */
type Stored<R extends Released> = Omit<R, 'first' | 'last' | 'rows'> & StoredMonths & { counts: number[] }

export const releasesIn = (sql: Sql) => ({
  /** Nobody else releases counts of this contract until this ends. */
  async lock(contractId: string): Promise<void> {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`release ${contractId}`}, 0))`
  },

  /** Grows with each count of any month. */
  async recounts(contractId: string): Promise<number> {
    const rows = await sql<[{ times: number }]>`
      select coalesce(sum(times), 0)::bigint as times from recounts where contract_id = ${contractId}`
    return rows[0].times
  },

  /** The number of the next release that changes anything. */
  async nextRelease(contractId: string): Promise<number> {
    const rows = await sql<[{ next: number }]>`
      select (1 + greatest(
        (select max(since) from released_counts where contract_id = ${contractId}),
        (select max(until) from past_released_counts where contract_id = ${contractId}), 0))::bigint as next`
    return rows[0].next
  },

  async asked(
    contractId: string,
    by: string,
    { first, last }: Block,
  ): Promise<(AskedPeriod & Changes) | undefined> {
    const rows = await sql<(Pick<AskedPeriod, 'stamp' | 'askFor'> & Changes)[]>`
      select stamp, ask_for, changes from releases
      where contract_id = ${contractId} and by = ${by} and first_month = ${first} and last_month = ${last}`
    const [found] = rows
    return found && { ...found, by, first, last }
  },

  /** Every period that was ever asked for. */
  async everyAsked(contractId: string): Promise<AskedPeriod[]> {
    const rows = await sql<(Pick<AskedPeriod, 'by' | 'stamp' | 'askFor'> & StoredMonths)[]>`
      select by, first_month, last_month, stamp, ask_for from releases
      where contract_id = ${contractId} order by by, first_month, last_month`
    return rows.map(({ firstMonth: first, lastMonth: last, ...asked }) => ({ ...asked, first, last }))
  },

  remember(contractId: string, { by, first, last, stamp, askFor }: AskedPeriod): Write {
    return sql`
      insert into releases (contract_id, by, first_month, last_month, stamp, ask_for)
      values (${contractId}, ${by}, ${first}, ${last}, ${stamp}, ${sql.json(askFor as never)})
      on conflict (contract_id, by, first_month, last_month)
      do update set stamp = excluded.stamp, ask_for = excluded.ask_for`
  },

  /** Notes that what is shown of the contract has changed. */
  noteChange(contractId: string): Write {
    return sql`update releases set changes = changes + 1 where contract_id = ${contractId}`
  },

  /** All that was shown of everybody and of the groups of some dimensions within some months, in the order of time. */
  async within(contractId: string, { first, last }: Block, by: readonly string[]): Promise<Released[]> {
    const rows = await sql<Stored<Released>[]>`
      select series, by, value, first_month, last_month, is_hidden, parts, counts, since from released_counts
      where contract_id = ${contractId} and by = any(${by as string[]})
        and first_month >= ${first} and last_month <= ${last}
      order by by, first_month, last_month, series, value`
    return rows.map((row) => released(row))
  },

  /** All that was shown of everybody and of the groups of some dimensions, and is not shown so any more. */
  async past(contractId: string, by: readonly string[]): Promise<PastReleased[]> {
    const rows = await sql<Stored<PastReleased>[]>`
      select series, by, value, first_month, last_month, is_hidden, parts, counts, since, until
      from past_released_counts where contract_id = ${contractId} and by = any(${by as string[]})`
    return rows.map((row) => released(row))
  },

  /** By which dimensions anything was shown of a contract. */
  async dimensions(contractId: string): Promise<string[]> {
    const rows = await sql<{ by: string }[]>`
      select distinct by from released_counts where contract_id = ${contractId}`
    return rows.map(({ by }) => by)
  },

  /** Blocks that are not shown any more, of everybody and of every group. */
  drop(contractId: string, blocks: readonly DroppedBlock[]): Write {
    const rows = blocks.map(({ series, first, last }) => ({ series, first, last }))
    return sql`
      delete from released_counts c using jsonb_to_recordset(${sql.json(rows)}) as d (series text, first int, last int)
      where c.contract_id = ${contractId} and c.series = d.series and c.first_month = d.first and c.last_month = d.last`
  },

  /** What is shown for the first time, of blocks and groups of which nothing is. */
  add(contractId: string, cells: readonly Released[]): Write {
    return sql`
      insert into released_counts (contract_id, by, first_month, last_month, series, value, is_hidden, parts, counts, since)
      select ${contractId}, by, "firstMonth", "lastMonth", series, value, "isHidden", parts, counts, since
      from ${asRows(sql, cells)}`
  },

  /** Puts what is shown from now on in the place of what was, which is kept as past. */
  write(contractId: string, cells: readonly Released[]): Write[] {
    const written = asRows(sql, cells)
    return [
      sql`
        insert into past_released_counts (contract_id, by, first_month, last_month, series, value, since, until,
          is_hidden, parts, counts)
        select c.contract_id, c.by, c.first_month, c.last_month, c.series, c.value, c.since, r.since, c.is_hidden,
          c.parts, c.counts
        from ${written} join released_counts c on c.contract_id = ${contractId} and c.by = r.by
          and c.first_month = r."firstMonth" and c.last_month = r."lastMonth" and c.series = r.series and c.value = r.value
        where c.since < r.since`,
      sql`
        insert into released_counts (contract_id, by, first_month, last_month, series, value, is_hidden, parts, counts,
          since)
        select ${contractId}, by, "firstMonth", "lastMonth", series, value, "isHidden", parts, counts, since
        from ${written}
        on conflict (contract_id, by, first_month, last_month, series, value)
        do update set is_hidden = excluded.is_hidden, parts = excluded.parts, counts = excluded.counts,
          since = excluded.since, released_at = now()`,
    ]
  },
})

function asRows(sql: Sql, cells: readonly Released[]) {
  const rows = cells.map(({ first, last, rows: moves, ...cell }) => ({
    ...cell,
    firstMonth: first,
    lastMonth: last,
    counts: moves.flatMap(({ x, y, n }) => [x, y, n]),
  }))
  return sql`jsonb_to_recordset(${sql.json(rows)}) as r (by text, "firstMonth" int, "lastMonth" int,
    series text, value text, "isHidden" boolean, parts text[], counts int[], since bigint)`
}

function released<R extends StoredMonths & { counts: number[] }>({
  firstMonth: first,
  lastMonth: last,
  counts,
  ...cell
}: R) {
  const rows = Array.from({ length: counts.length / 3 }, (_, at) => ({
    x: counts[3 * at] ?? 0,
    y: counts[3 * at + 1] ?? 0,
    n: counts[3 * at + 2] ?? 0,
  }))
  return { ...cell, first, last, rows }
}
