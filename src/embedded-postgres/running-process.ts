import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A process that lives now. The number alone may be given to another one later; together with `startedAt` it never is. */
export interface RunningProcess {
  pid: number
  startedAt: string
  command: string
}

/** The process of that number, or undefined when there is none or it is a zombie, which holds nothing any more. */
export function findProcess(pid: number): RunningProcess | undefined {
  return process.platform === 'linux' ? findInProc(pid) : findWithPs(pid)
}

/** The text of a file, or undefined when it is not there. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    // ESRCH: a process that ended between the opening and the reading of its file.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

function findInProc(pid: number): RunningProcess | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`)
  const commandLine = readIfThere(`/proc/${pid}/cmdline`)
  if (stat === undefined || commandLine === undefined) return undefined
  // proc_pid_stat(5): the second field is the name in brackets, which may hold anything; the third is the state,
  // the 22nd the start in ticks after boot, hence the boot's own id with it.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (state === 'Z' || state === 'X') return undefined
  const boot = readIfThere('/proc/sys/kernel/random/boot_id') ?? ''
  return {
    pid,
    startedAt: `${boot.slice(0, 8)}-${rest[18] ?? ''}`,
    command: commandLine.split('\0').join(' '),
  }
}

function findWithPs(pid: number): RunningProcess | undefined {
  const columns = ['-o', 'state=', '-o', 'lstart=', '-o', 'command=']
  const ps = spawnSync('ps', ['-ww', ...columns, '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  if (ps.error !== undefined) throw ps.error
  const [, state = 'Z', start = '', command = ''] =
    /^\s*(\S+)\s+(\w+ +\w+ +\d+ [\d:]+ \d+) +(.*)/.exec(ps.stdout) ?? []
  return state.startsWith('Z')
    ? undefined
    : { pid, startedAt: start.replace(/\W+/g, '-'), command: `${command} ` }
}
