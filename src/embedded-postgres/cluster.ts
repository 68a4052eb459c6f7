import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Place } from './place.ts'
import { makeWholeFolder } from './whole-folder.ts'

/** The role that owns everything in an embedded database. */
export const SUPERUSER = 'waymark'

/** What PostgreSQL gets to see of our environment: nothing, so that no PGPORT, LANG or TZ of somebody's shell has a say. */
export const PLAIN_ENVIRONMENT = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' }

/**
 * Makes the place's database cluster unless it is there.
 *
 * Whoever reaches the socket is trusted: it lies in a folder of mode 700 that only the server's user and root can
 * enter. The obvious alternative, peer, would refuse root, for whom the server runs as another user.
 */
export async function makeCluster({ cluster, user }: Place, native: string): Promise<void> {
  await makeWholeFolder(cluster, async (folder) => {
    if (user !== undefined) await chown(folder, user.uid, user.gid)
    const settings = [
      ...['--pgdata', folder, '--username', SUPERUSER, '--auth-local=trust', '--auth-host=reject'],
      // The same order of text on every machine and for ever, whatever its C library thinks.
      ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ...['--data-checksums', '--no-instructions'],
    ]
    const initdb = spawn(join(native, 'bin', 'initdb'), settings, {
      ...user,
      cwd: '/',
      env: PLAIN_ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const [complaint, [code]] = await Promise.all([
      text(initdb.stderr),
      once(initdb, 'exit') as Promise<[number | null]>,
    ])
    if (code !== 0)
      throw new Error(`The embedded database could not be made in ${cluster}: ${complaint.trim()}`)
  })
}
