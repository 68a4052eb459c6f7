import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { readIfThere } from './running-process.ts'

/** Where a database is kept, and the user its server runs as (undefined: the one we are). */
export interface Place {
  home: string
  cluster: string
  user: ServerUser | undefined
}

export interface ServerUser {
  uid: number
  gid: number
}

/** Data that cannot lie in a folder under /root lies here, and the folder says so in a file of this name. */
const ELSEWHERE = '/var/lib/waymark'
const SIGNPOST = 'database-is-in'

/**
 * The place for the database of a data folder: the folder itself, whenever the server can work there.
 * PostgreSQL refuses to run as root, so for root it runs as nobody, whom parents such as /root (mode 700) shut out.
 * What was once decided holds: an existing database keeps its place and its user, whatever has become of the parents.
 *
 * @throws {Error} when an existing database is out of reach, instead of starting an empty one
 */
export function choosePlace(dataDir: string): Place {
  mkdirSync(dataDir, { recursive: true })
  const folder = realpathSync(dataDir)
  const home = readSignpost(folder) ?? folder
  const cluster = join(home, 'postgres')
  const owner = existsSync(cluster) ? statSync(cluster) : undefined
  const self = process.getuid?.()
  if (self !== 0) {
    if (owner === undefined || owner.uid === self) return { home, cluster, user: undefined }
    throw new Error(
      `The database in ${cluster} belongs to the user number ${owner.uid}: start waymark as that user, or as root.`,
    )
  }
  const user = owner === undefined ? findNobody() : { uid: owner.uid, gid: owner.gid }
  if (mayEnter(user, home)) return { home, cluster, user }
  if (owner !== undefined) {
    throw new Error(
      `The user number ${owner.uid} cannot reach its database in ${cluster}: let it pass all parent folders (chmod o+x).`,
    )
  }
  const elsewhere = moveElsewhere(folder)
  return { home: elsewhere, cluster: join(elsewhere, 'postgres'), user }
}

/** Removes a data folder and, wherever that lies, its database, which has been stopped. */
export function removeDataFolder(dataDir: string): void {
  const home = readSignpost(dataDir)
  if (home !== undefined) rmSync(home, { recursive: true, force: true })
  rmSync(dataDir, { recursive: true, force: true })
}

function readSignpost(folder: string): string | undefined {
  const home = readIfThere(join(folder, SIGNPOST))?.trim()
  if (home === undefined) return undefined
  // Root is about to work there, on the word of a file that others may have been able to write.
  if (dirname(home) === ELSEWHERE && existsSync(home)) return home
  throw new Error(
    `${join(folder, SIGNPOST)} says that the database is in ${home}, but it is not: bring it back, or remove that file to begin with an empty one.`,
  )
}

function moveElsewhere(folder: string): string {
  const home = join(ELSEWHERE, createHash('sha256').update(folder).digest('hex').slice(0, 16))
  mkdirSync(home, { recursive: true })
  for (const passable of [ELSEWHERE, home]) chmodSync(passable, 0o755)
  const unfinished = join(folder, `${SIGNPOST}.${process.pid}`)
  writeFileSync(unfinished, `${home}\n`)
  renameSync(unfinished, join(folder, SIGNPOST))
  return home
}

/** Asked of the system itself: modes, groups, access lists and mounts all have a say. */
function mayEnter(user: ServerUser, folder: string): boolean {
  return spawnSync('test', ['-x', folder], { ...user, cwd: '/' }).status === 0
}

function findNobody(): ServerUser {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'))
  if (line === undefined)
    throw new Error(
      'PostgreSQL does not run as root, and there is no user nobody: start waymark as another user, or set DATABASE_URL.',
    )
  const [uid, gid] = line.split(':').slice(2, 4).map(Number)
  return { uid: uid ?? NaN, gid: gid ?? NaN }
}
