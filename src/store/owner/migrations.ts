import { readMigrationFiles } from 'drizzle-orm/migrator'
import { packageFile } from '../../process/package-file.ts'
import type { Sql } from '../database.ts'

/** A migration by the moment of its making, in milliseconds, and the SHA-256 of its text. */
export interface Migration {
  when: number
  hash: string
}

const ours = () => readMigrationFiles({ migrationsFolder: packageFile('drizzle/migrations') })

/** Which migration the database had last; undefined: it is none of waymark's. */
export async function lastMigration(sql: Sql): Promise<Migration | undefined> {
  const [found] = await sql`select to_regclass('drizzle.__drizzle_migrations') is not null as is_there`
  if (found?.isThere !== true) return undefined
  const [last] = await sql<Migration[]>`
    select created_at as when, hash from drizzle.__drizzle_migrations order by created_at desc limit 1`
  return last
}

/** Whether this waymark has that migration, letter by letter. */
export const isOurs = ({ when, hash }: Migration): boolean =>
  ours().some((one) => one.folderMillis === when && one.hash === hash)

/**
 * Brings a database's tables to where they stood after one of our migrations, within the caller's transaction and in the way
 * of drizzle, which goes on from there.
 *
 * @param upTo undefined: the last one
 */
export async function migrateWithin(sql: Sql, upTo?: Migration): Promise<void> {
  await sql`create schema if not exists drizzle`
  await sql`
    create table if not exists drizzle.__drizzle_migrations (
      id serial primary key, hash text not null, created_at bigint
    )`
  const done = (await lastMigration(sql))?.when ?? -1
  for (const { folderMillis, hash, sql: statements } of ours()) {
    if (folderMillis <= done || (upTo && folderMillis > upTo.when)) continue
    for (const statement of statements) await sql.unsafe(statement)
    await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values (${hash}, ${folderMillis})`
  }
}
