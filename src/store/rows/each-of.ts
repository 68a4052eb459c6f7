import type { Sql, Write } from '../database.ts'

/**
 * What is found for each of some keys: rows `found`, in the order of the keys, so that no two that lock wait in a ring.
 *
 * Each key is looked up by itself. Asked for `= any(...)`, or to join the keys, PostgreSQL reads all rows of a contract that it
 * takes for small, and until it has gathered statistics it takes every contract for small.
 *
 * @param lookup the rows of one key, which is called `wanted.key`; functions may be called of neither, or row security, which
 *   must not let one fail on others' rows, has it read these first
 */
export const eachOf = (
  sql: Sql,
  keys: readonly string[],
  lookup: Write,
  { isLocked = false, isHex = false }: { isLocked?: boolean; isHex?: boolean } = {},
): Write => {
  const key = sql`unnest(${keys as string[]}::text[])`
  return sql`
    (select ${isHex ? sql`decode(${key}, 'hex')` : key} as key order by 1) wanted
    cross join lateral (${lookup} offset 0 ${isLocked ? sql`for update` : sql``}) found`
}
