import { closeSync, existsSync, fsyncSync, openSync, readdirSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Makes a folder that is there whole or not at all, wherever a crash may cut it short: `fill` works on a sibling that
 * takes the name only when done, and what earlier crashes left of such siblings is removed. The caller owns the parent.
 */
export async function makeWholeFolder(
  folder: string,
  fill: (unfinished: string) => Promise<void>,
): Promise<void> {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  const prefix = `${basename(folder)}.unfinished-`
  for (const name of readdirSync(parent).filter((name) => name.startsWith(prefix))) {
    await rm(join(parent, name), { recursive: true, maxRetries: 10 })
  }
  const unfinished = await mkdtemp(join(parent, prefix))
  try {
    await fill(unfinished)
    await rename(unfinished, folder)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw error
  }
  const entry = openSync(parent, 'r')
  fsyncSync(entry)
  closeSync(entry)
}
