import type { Block } from '../../domain/disclosure/blocks.ts'
import type { DroppedBlock, Released } from '../../domain/disclosure/released.ts'
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

type StoredRelease = Omit<Released, 'first' | 'last' | 'rows'> & StoredMonths & { counts: number[] }

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
    const rows = await sql<StoredRelease[]>`
      select series, by, value, first_month, last_month, is_hidden, parts, counts from released_counts
      where contract_id = ${contractId} and by = any(${by as string[]})
        and first_month >= ${first} and last_month <= ${last}
      order by by, first_month, last_month, series, value`
    return rows.map(released)
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

  /** Puts what is shown from now on in the place of what was. */
  write(contractId: string, cells: readonly Released[]): Write {
    const rows = cells.map(({ first, last, rows, ...cell }) => ({
      ...cell,
      firstMonth: first,
      lastMonth: last,
      counts: rows.flatMap(({ x, y, n }) => [x, y, n]),
    }))
    return sql`
      insert into released_counts (contract_id, by, first_month, last_month, series, value, is_hidden, parts, counts)
      select ${contractId}, by, "firstMonth", "lastMonth", series, value, "isHidden", parts, counts
      from jsonb_to_recordset(${sql.json(rows)}) as r (by text, "firstMonth" int, "lastMonth" int, series text,
        value text, "isHidden" boolean, parts text[], counts int[])
      on conflict (contract_id, by, first_month, last_month, series, value)
      do update set is_hidden = excluded.is_hidden, parts = excluded.parts, counts = excluded.counts, released_at = now()`
  },
})

function released({ firstMonth: first, lastMonth: last, counts, ...cell }: StoredRelease): Released {
  const rows = Array.from({ length: counts.length / 3 }, (_, at) => ({
    x: counts[3 * at] ?? 0,
    y: counts[3 * at + 1] ?? 0,
    n: counts[3 * at + 2] ?? 0,
  }))
  return { ...cell, first, last, rows }
}
