import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { check } from './drill.ts'
import type { Product } from './product.ts'

/** Much longer than any of them takes; one that waits for what never comes has failed. */
const TIMEOUT_SECONDS = 180

/**
 * Runs test files of the product as they stand, on databases of their own: some drills are tests already, at full size.
 *
 * @param env the size, where a file takes one
 * @throws {AssertionError} with the first thing that a file found wrong; {Error} if a file tested nothing
 */
export async function runTestFiles(
  { folder }: Product,
  files: readonly string[],
  env: Record<string, string> = {},
): Promise<void> {
  for (const file of files) {
    const child = spawn(process.execPath, ['--import', 'tsx', file], {
      cwd: folder,
      env: { PATH: process.env.PATH, TAP_TIMEOUT: String(TIMEOUT_SECONDS), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const leave = (): void => void child.kill('SIGKILL')
    process.once('exit', leave)
    const [output, complaint, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null]>,
    ])
    process.off('exit', leave)
    const failed = /^ *not ok .*$/m.exec(output)?.[0]
    check(failed === undefined, `${file}: ${failed?.trim()}`)
    if (code !== 0) throw new Error(`${file} ended with ${code}: ${complaint}`)
    if (!/^ok /m.test(output)) throw new Error(`${file} tested nothing`)
  }
}
