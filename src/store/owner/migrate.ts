import { setTimeout as pause } from 'node:timers/promises'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import type { DatabaseAddress } from '../../database-address.ts'
import { packageFile } from '../../process/package-file.ts'

/** One for all processes of one database: whoever comes second waits, then finds nothing left to do. */
const MIGRATION_LOCK = 7_719_622_913

/**
 * A change of a table waits for everybody who uses it, and everybody who comes meanwhile waits behind it. So it waits briefly
 * and then lets them go before: processes of the version before may still be at work.
 */
const LOCK_MILLISECONDS = 300
const PAUSE_MILLISECONDS = 1_000
const MOST_TRIES = 300
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * Brings the tables up to date. Safe to call from many processes at once, and beside others that use the tables; a crash in
 * between leaves nothing half done.
 */
export async function migrate(
  address: DatabaseAddress,
  migrationsFolder = packageFile('drizzle/migrations'),
): Promise<void> {
  // drizzle changes the client that it is given, so it has one of its own.
  const client = postgres({ ...address, max: 1, onnotice: () => undefined })
  try {
    await client`select pg_advisory_lock(${MIGRATION_LOCK})`
    await client`select set_config('lock_timeout', ${String(LOCK_MILLISECONDS)}, false)`
    for (let tries = 1; ; tries++) {
      const cause = await runMigrations(drizzle(client), { migrationsFolder }).then(() => undefined, causeOf)
      if (cause === undefined) return
      if (!isLocked(cause) || tries === MOST_TRIES) throw cause
      await pause(PAUSE_MILLISECONDS)
    }
  } catch (error) {
    throw new Error(
      `The database cannot be brought up to date: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    )
  } finally {
    // The lock is the session's, and goes with it.
    await client.end()
  }
}

/** drizzle's own message repeats the whole migration; its cause says what PostgreSQL minded. */
const causeOf = (error: unknown): Error => {
  if (!(error instanceof Error)) return new Error(String(error))
  return error.cause instanceof Error ? error.cause : error
}

const isLocked = (error: Error): boolean => 'code' in error && error.code === LOCK_NOT_AVAILABLE
