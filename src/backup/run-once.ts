import { readConfig, type Config } from '../config.ts'
import type { EmbeddedPostgres } from '../embedded-postgres.ts'
import { connectOwner, type Database } from '../store/database.ts'

/**
 * Does one thing with a database as its login and ends. A failure is said in one line on standard error, with exit code 1; after
 * Ctrl-C nothing is left running, and nothing half done.
 *
 * @param find finds the database, or starts it
 */
export async function runOnce(
  find: (config: Config) => Promise<EmbeddedPostgres>,
  work: (owner: Database) => Promise<void>,
): Promise<void> {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => process.exit(code))
  }
  try {
    const { address, stop } = await find(readConfig(process.env))
    const owner = connectOwner(address)
    try {
      await work(owner)
    } finally {
      await owner.end()
      await stop()
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

/** What the command was told; undefined, and exit code 2, if that was not what it takes. */
export function readArguments<T>(usage: string, read: () => T | undefined): T | undefined {
  let given: T | undefined
  try {
    given = read()
  } catch {
    given = undefined
  }
  if (given === undefined) {
    console.error(usage)
    process.exitCode = 2
  }
  return given
}
