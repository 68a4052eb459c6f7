import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findProcess } from './running-process.ts'

const CLAIM = /^owner-(\d+)-(.+)$/

/**
 * Makes this process the only owner of the folder, until the returned function is called or the process exits.
 *
 * Everyone first puts down an empty file named after himself (number and start of the process), then looks for others.
 * Whoever sees nobody else alive owns the folder; of two who see each other, the one later in the alphabet withdraws.
 * A file of a dead process may be removed by anybody at any time, because that name never comes to life again:
 * so there is no moment in which two can take over the same stale lock.
 *
 * @throws {Error} naming the process that owns the folder
 */
export async function claimFolder(folder: string): Promise<() => void> {
  const mine = `owner-${process.pid}-${findProcess(process.pid)?.startedAt ?? ''}`
  try {
    writeFileSync(join(folder, mine), '', { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw inUse(folder, mine)
    throw error
  }
  const release = () => {
    process.off('exit', release)
    rmSync(join(folder, mine), { force: true })
  }
  process.on('exit', release)
  // One who is to withdraw does so at once; one who is still there after a second is the owner.
  for (let looks = 1; ; looks++) {
    const others = livingClaims(folder).filter((claim) => claim !== mine)
    const [first] = others.sort()
    if (first === undefined) return release
    if (first < mine || looks === 20) {
      release()
      throw inUse(folder, first)
    }
    await sleep(50)
  }
}

function livingClaims(folder: string): string[] {
  return readdirSync(folder).filter((name) => {
    const [, pid, startedAt] = CLAIM.exec(name) ?? []
    if (pid === undefined) return false
    if (findProcess(Number(pid))?.startedAt === startedAt) return true
    rmSync(join(folder, name), { force: true })
    return false
  })
}

function inUse(folder: string, claim: string): Error {
  const pid = CLAIM.exec(claim)?.[1] ?? claim
  return new Error(
    `The database in ${folder} is in use by the waymark process ${pid}: stop that one first, or choose another WAYMARK_DATA_DIR.`,
  )
}
