import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { check } from './drill.ts'
import type { World } from './world.ts'

/** Much longer than any of them takes; one that waits for what never comes has failed. */
const TIMEOUT_SECONDS = 180

/** By itself tap dies of the signal, and what ends servers at the exit of the process is not done. */
const ENDS_IN_ORDER = "data:text/javascript,process.once('SIGTERM',()=>process.exit(143))"

/**
 * Runs test files of the product as they stand, on databases of their own: some drills are tests already, at full size.
 *
 * @param env the size, where a file takes one
 * @throws {AssertionError} with the first thing that a file found wrong; {Error} if a file tested nothing
 */
export async function runTestFiles(
  world: World,
  files: readonly string[],
  env: Record<string, string> = {},
): Promise<void> {
  const folder = world.makeTemporary()
  for (const file of files) {
    const child = spawn(process.execPath, ['--import', ENDS_IN_ORDER, '--import', 'tsx', file], {
      cwd: world.product.folder,
      env: { PATH: process.env.PATH, TMPDIR: folder, TAP_TIMEOUT: String(TIMEOUT_SECONDS), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [output, complaint, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      world.lookAfter(child),
    ])
    const failed = /^ *not ok .*$/m.exec(output)?.[0]
    check(failed === undefined, `${file}: ${failed?.trim()}`)
    if (code !== 0) throw new Error(`${file} ended with ${code}: ${complaint}`)
    if (!/^ok /m.test(output)) throw new Error(`${file} tested nothing`)
  }
}
