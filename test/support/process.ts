import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface ServiceProcess {
  child: ChildProcess
  url: string
  /** Everything it wrote so far. */
  output: () => string
  /** Ends it with a signal; @returns its exit code, or null after a signal that cannot be handled */
  end: (signal: NodeJS.Signals) => Promise<number | null>
}

/** Starts a program of the project as a process of its own. */
export function spawnProgram(
  program: string,
  env: Record<string, string | undefined>,
  args: readonly string[] = [],
): ChildProcess {
  // What is built runs as users run it.
  const loader = program.endsWith('.ts') ? ['--import', 'tsx'] : []
  return spawn(process.execPath, [...loader, program, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, TAP: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Starts the service on a free port. */
export const spawnService = (env: Record<string, string | undefined>): Promise<ServiceProcess> =>
  spawnProcess('src/server.ts', env)

/**
 * Starts a program that prints where it listens, and waits until it does.
 *
 * @param isHeard whether what it says after that is kept, which costs this process its part of a busy machine
 */
export async function spawnProcess(
  program: string,
  env: Record<string, string | undefined>,
  { isHeard = true } = {},
): Promise<ServiceProcess> {
  const child = spawnProgram(program, { PORT: '0', ...env })
  const lines: string[] = []
  const readers: Interface[] = []
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue
      const reader = createInterface(stream).on('line', (line) => {
        lines.push(line)
        const found = /"url":"(http:[^"]+)"/.exec(line)?.[1]
        if (found !== undefined) resolve(found)
      })
      readers.push(reader)
    }
    child.once('exit', (code) => {
      reject(new Error(`the service ended with ${code}:\n${lines.join('\n')}`))
    })
  })
  if (!isHeard) {
    for (const reader of readers) reader.close()
    for (const stream of [child.stdout, child.stderr]) stream?.resume()
  }
  return {
    child,
    url,
    output: () => lines.join('\n'),
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const exited = once(child, 'exit') as Promise<[number | null]>
      child.kill(signal)
      const [code] = await exited
      return code
    },
  }
}
