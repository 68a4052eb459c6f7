import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findProcess, readIfThere } from './running-process.ts'

/** A PostgreSQL server process, whether our child or not. */
interface Stoppable {
  name: string
  hasEnded: () => boolean
  signal: (name: 'SIGINT' | 'SIGQUIT') => void
}

const PATIENCE = 30_000
const LOOK_EVERY = 10

/**
 * Ends a server in order (SIGINT: what is under way is rolled back), or if that takes too long at once (SIGQUIT: the next
 * start recovers from the log). Never with SIGKILL, which would leave its child processes behind.
 */
export async function shutDown({ name, hasEnded, signal }: Stoppable): Promise<void> {
  for (const how of ['SIGINT', 'SIGQUIT'] as const) {
    if (!hasEnded()) signal(how)
    for (let waited = 0; waited < PATIENCE; waited += LOOK_EVERY) {
      if (hasEnded()) return
      await sleep(LOOK_EVERY)
    }
  }
  throw new Error(`The PostgreSQL server ${name} does not end.`)
}

/**
 * Ends the server that a killed owner of this cluster left running; the caller owns the folder, so nobody needs it.
 *
 * If the number in the lock file is not that of a server of this cluster (it may be anybody's by now, or a zombie's), that
 * process is left alone, and the file is made to name us: PostgreSQL takes a lock of its own parent for a stale one, and
 * still checks that nobody uses the old shared memory, which it could not do if the file were removed.
 */
export async function shutDownOrphan(cluster: string, log: (line: string) => void): Promise<void> {
  const lockFile = join(cluster, 'postmaster.pid')
  const [recorded, ...rest] = readIfThere(lockFile)?.split('\n') ?? []
  if (recorded === undefined) return
  const orphan = findProcess(Number(recorded))
  if (!orphan?.command.includes(`/postgres -D ${cluster} `)) {
    writeFileSync(lockFile, [process.pid, ...rest].join('\n'))
    return
  }
  const { pid, startedAt } = orphan
  log(`The former owner of the embedded database was killed: its server ${pid} is stopped and started anew.`)
  const hasEnded = () => findProcess(pid)?.startedAt !== startedAt
  await shutDown({
    name: `${pid}`,
    hasEnded,
    signal: (how) => {
      try {
        process.kill(pid, how)
      } catch (error) {
        if (!hasEnded()) throw error
      }
    },
  })
}
