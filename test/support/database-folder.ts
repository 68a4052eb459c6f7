import { chmodSync, existsSync, mkdtempSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Linux keeps this folder in memory; elsewhere it is not there, and a container has a few megabytes of it as a rule. */
const IN_MEMORY = '/dev/shm'
const ENOUGH_BYTES = 2 ** 31

/**
 * A folder for a database that is thrown away: on a disk, to make its files and to remove them takes longer than most tests.
 */
export const makeDatabaseFolder = (prefix: string): string =>
  makeFolderForAll(prefix, hasRoom(IN_MEMORY) ? IN_MEMORY : tmpdir())

/** Open to all, so that the server of root, which runs as nobody, works in it and leaves nothing anywhere else. */
export function makeFolderForAll(prefix: string, parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, prefix))
  chmodSync(folder, 0o755)
  return folder
}

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize > ENOUGH_BYTES
}
