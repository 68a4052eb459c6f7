import { spawn, type ChildProcess } from 'node:child_process'
import {
  chownSync,
  closeSync,
  fchownSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PLAIN_ENVIRONMENT } from './cluster.ts'
import type { Place } from './place.ts'
import { shutDown } from './shut-down.ts'

export interface ServerPlan extends Place {
  /** The folder with PostgreSQL's `bin`, `lib` and `share`. */
  native: string
  /** Made anew at every start, removed at the end. */
  socketFolder: string
  log: (line: string) => void
}

const SETTINGS = {
  listen_addresses: '',
  port: 5432,
  unix_socket_permissions: '0700',
  max_connections: 100,
  shared_buffers: '128MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  // The server's own story only: errors of statements are told to whoever sent them, and could quote people's data.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
}

/** Ten megabytes in all: the log is put aside at a start that finds it half as long, and the one put aside before goes. */
const LOG_BYTES = 5_000_000
const MOST_LAUNCHES = 3

/** What PostgreSQL says while something is left of a server that crashed: its last processes take a moment to notice. */
const REMAINS = /lock file "postmaster\.pid" already exists|pre-existing shared memory block/
const RELAUNCH_MILLISECONDS = 300
/** So long they are waited for: on a busy machine a moment can be seconds. */
const MOST_MILLISECONDS = 30_000

/**
 * Starts a server and waits, however long its recovery takes, until it accepts connections. From then on it is started
 * again if it ends by itself. It ends when the returned function is called, or at the exit of this process.
 *
 * @throws {Error} with what its log says last, when it ends before it accepts any
 */
export async function runServer(
  plan: ServerPlan,
  isAccepting: () => Promise<boolean>,
): Promise<() => Promise<void>> {
  let child = launch(plan)
  const leave = () => {
    child.kill('SIGINT')
    rmSync(plan.socketFolder, { recursive: true, force: true })
  }
  process.on('exit', leave)
  const stop = async () => {
    await shutDown({
      hasEnded: () => hasEnded(child),
      signal: (name) => child.kill(name),
      name: `${child.pid}`,
    })
    process.off('exit', leave)
    rmSync(plan.socketFolder, { recursive: true, force: true })
  }
  try {
    const started = performance.now()
    for (let launches = 1; !(await isAccepting());) {
      await sleep(10)
      if (!hasEnded(child)) continue
      const words = lastWords(plan)
      const isWaitedFor = REMAINS.test(words) && performance.now() - started < MOST_MILLISECONDS
      if (!isWaitedFor && launches++ >= MOST_LAUNCHES)
        throw new Error(`The embedded database did not start: ${words}`)
      await sleep(RELAUNCH_MILLISECONDS)
      child = launch(plan)
    }
  } catch (error) {
    await stop()
    throw error
  }
  const watch = setInterval(() => {
    if (!hasEnded(child)) return
    plan.log(`The embedded database has ended by itself and is started again. Its log: ${lastWords(plan)}`)
    try {
      child = launch(plan)
    } catch (error) {
      plan.log(`That failed and will be tried again: ${String(error)}`)
    }
  }, 1000)
  watch.unref()
  return () => {
    clearInterval(watch)
    return stop()
  }
}

function launch(plan: ServerPlan): ChildProcess {
  const { cluster, native, user, socketFolder, log } = plan
  makeSocketFolder(plan)
  const output = openLog(plan)
  const settings = { ...SETTINGS, unix_socket_directories: socketFolder }
  const child = spawn(
    join(native, 'bin', 'postgres'),
    ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      ...user,
      cwd: '/',
      env: PLAIN_ENVIRONMENT,
      stdio: ['ignore', output, output],
      // A process group of its own: Ctrl-C reaches us only, and we stop first what uses the database.
      detached: true,
    },
  )
  closeSync(output)
  child.once('error', (error) => {
    log(`The embedded database could not be launched: ${error.message}`)
  })
  // A script that forgets to stop the database can come to its end all the same, and stops it by that.
  child.unref()
  return child
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

/** Removed and made, never merely found: a folder of that name in a place open to all could be somebody else's. */
function makeSocketFolder({ socketFolder, user }: ServerPlan): void {
  rmSync(socketFolder, { recursive: true, force: true })
  mkdirSync(socketFolder, { mode: 0o700 })
  if (user !== undefined) chownSync(socketFolder, user.uid, user.gid)
}

const logFile = ({ home }: Place) => join(home, 'postgres.log')

function openLog(plan: ServerPlan): number {
  const path = logFile(plan)
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES) renameSync(path, `${path}.old`)
  const log = openSync(path, 'a', 0o600)
  if (plan.user !== undefined) fchownSync(log, plan.user.uid, plan.user.gid)
  return log
}

function lastWords(plan: ServerPlan): string {
  const lines = readFileSync(logFile(plan), 'utf8').trimEnd().split('\n').slice(-5)
  return lines.findLast((line) => /FATAL|PANIC/.test(line)) ?? lines.at(-1) ?? ''
}
