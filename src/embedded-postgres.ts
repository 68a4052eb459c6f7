import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import type { DatabaseAddress } from './database-address.ts'
import { prepareBinaries } from './embedded-postgres/binaries.ts'
import { claimFolder } from './embedded-postgres/claim.ts'
import { makeCluster, SUPERUSER } from './embedded-postgres/cluster.ts'
import { createDatabase, isAccepting } from './embedded-postgres/connect.ts'
import { choosePlace, type Place } from './embedded-postgres/place.ts'
import { runServer } from './embedded-postgres/server.ts'
import { shutDownOrphan } from './embedded-postgres/shut-down.ts'

export { removeDataFolder } from './embedded-postgres/place.ts'

/** A running PostgreSQL of our own, and how to end it: in order, and once, however often it is asked. */
export interface EmbeddedPostgres {
  address: DatabaseAddress
  stop: () => Promise<void>
}

/**
 * Starts the PostgreSQL that comes with the npm packages on a data folder, where everything it knows stays.
 *
 * One process owns a folder at a time. What a killed owner left running is stopped and started anew. It ends with
 * `stop`, or at the exit of this process; Ctrl-C does not reach it, so whoever starts it handles the signals first.
 *
 * @throws {Error} when another living process owns the folder (naming it), or PostgreSQL cannot run here
 * @example const { address, stop } = await startEmbeddedPostgres({ dataDir: '.waymark' })
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string
  database?: string
  log?: (line: string) => void
}): Promise<EmbeddedPostgres> {
  const { dataDir, database = 'waymark', log = () => undefined } = options
  if (process.platform === 'win32') {
    throw new Error(
      'The embedded PostgreSQL does not run on Windows: set DATABASE_URL to a PostgreSQL of yours.',
    )
  }
  const place = choosePlace(dataDir)
  const release = await claimFolder(place.home)
  try {
    await shutDownOrphan(place.cluster, log)
    const native = await prepareBinaries(place)
    await makeCluster(place, native)
    const socketFolder = nameSocketFolder(place)
    const address = { host: socketFolder, port: 5432, user: SUPERUSER, database: 'postgres' }
    const stopServer = await runServer({ ...place, native, socketFolder, log }, () => isAccepting(address))
    let stopped: Promise<void> | undefined
    const stop = () => (stopped ??= stopServer().finally(release))
    try {
      await createDatabase(address, database)
    } catch (error) {
      await stop()
      throw error
    }
    return { address: { ...address, database }, stop }
  } catch (error) {
    release()
    throw error
  }
}

/**
 * The address of an embedded PostgreSQL that another process of ours keeps running on the same data folder, so that
 * workers can be parted from the API without a server of one's own.
 *
 * @throws {Error} when none is running there
 */
export async function joinEmbeddedPostgres(dataDir: string, database = 'waymark'): Promise<DatabaseAddress> {
  const place = choosePlace(dataDir)
  const host = nameSocketFolder(place)
  const address = { host, port: 5432, user: SUPERUSER, database }
  if (isPrivateFolder(host, place) && (await isAccepting(address))) return address
  throw new Error(
    `No database is running on ${dataDir}: start the API first (WAYMARK_WORKERS=off npm start), or set DATABASE_URL.`,
  )
}

/** Anybody may make a folder of that name in /tmp; only the server's own user can have made it so. */
function isPrivateFolder(folder: string, { user }: Place): boolean {
  const found = statSync(folder, { throwIfNoEntry: false })
  return found?.uid === (user?.uid ?? process.getuid?.()) && (found?.mode ?? 0) % 0o1000 === 0o700
}

/** Short, because a socket's path ends at 104 bytes; and the same at every start, so that psql finds it again. */
function nameSocketFolder({ home, user }: Place): string {
  const digest = createHash('sha256').update(home).digest('hex').slice(0, 16)
  return `/tmp/waymark-${user?.uid ?? process.getuid?.() ?? 0}-${digest}`
}
