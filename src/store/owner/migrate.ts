import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import type { DatabaseAddress } from '../../database-address.ts'
import { packageFile } from '../../process/package-file.ts'

/** One for all processes of one database: whoever comes second waits, then finds nothing left to do. */
const MIGRATION_LOCK = 7_719_622_913

/**
 * Brings the tables up to date. Safe to call from many processes at once; a crash in between leaves nothing half done.
 */
export async function migrate(address: DatabaseAddress): Promise<void> {
  // drizzle changes the client that it is given, so it has one of its own.
  const client = postgres({ ...address, max: 1, onnotice: () => undefined })
  try {
    await client`select pg_advisory_lock(${MIGRATION_LOCK})`
    await runMigrations(drizzle(client), { migrationsFolder: packageFile('drizzle/migrations') })
  } catch (error) {
    // drizzle's own message repeats the whole migration; its cause says what PostgreSQL minded.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    throw new Error(
      `The database cannot be brought up to date: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause: error,
      },
    )
  } finally {
    // The lock is the session's, and goes with it.
    await client.end()
  }
}
