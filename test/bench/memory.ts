import { execFile } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

const EVERY_MILLISECONDS = 200

/** What a process holds in memory now, in MB. */
async function residentOf(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])
  return Number(stdout) / 1024
}

export async function memoryOf(pid: number, times: number): Promise<number[]> {
  const values: number[] = []
  for (let n = 0; n < times; n++) {
    values.push(await residentOf(pid))
    await pause(EVERY_MILLISECONDS)
  }
  return values
}

/** @returns what tells, once it is stopped, the most that the process held meanwhile, in MB */
export function watchMemory(pid: number): { stop: () => Promise<number> } {
  let most = 0
  const over = new AbortController()
  const watching = (async () => {
    while (!over.signal.aborted) {
      most = Math.max(most, await residentOf(pid))
      await pause(EVERY_MILLISECONDS)
    }
  })()
  return {
    async stop() {
      over.abort()
      await watching
      return most
    },
  }
}
