import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { removeDataFolder } from '../../src/embedded-postgres.ts'
import { makeDatabaseFolder, makeFolderForAll } from '../support/database-folder.ts'
import { spawnProcess, spawnProgram, type ServiceProcess } from '../support/process.ts'
import { OPERATOR_KEY } from '../support/service.ts'
import { Cluster } from './cluster.ts'
import type { Scale } from './drill.ts'
import { sourceProduct, type Product } from './product.ts'
import { OwnRedis } from './redis.ts'

type Environment = Record<string, string | undefined>

const SHUT_DOWN_MILLISECONDS = 1_000
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Processes, servers and folders of one drill; `end` leaves nothing of them behind, however the drill went. A signal ends all
 * of it, too.
 */
export class World {
  product: Product = sourceProduct
  /** Open to the user that PostgreSQL runs as. */
  readonly folder: string
  readonly #leavings: (() => void)[] = []
  readonly #destroy = (): void => {
    for (const leave of this.#leavings.splice(0).reverse()) leave()
  }
  readonly #stop = (signal: (typeof SIGNALS)[number]): void => {
    const exit = (): never => process.exit(128 + constants.signals[signal])
    this.#isStopping = true
    this.#endInOrder().then(exit, exit)
  }
  readonly #inOrder = new Set<ChildProcess>()
  #isStopping = false
  #folders = 0

  /** @param scale in full, the databases lie on a disk */
  constructor(scale: Scale) {
    this.folder =
      scale === 'short' ? makeDatabaseFolder('waymark-drill-') : makeFolderForAll('waymark-drill-')
    this.#leavings.push(() => {
      rmSync(this.folder, { recursive: true, force: true })
    })
    process.once('exit', this.#destroy)
    for (const signal of SIGNALS) process.once(signal, this.#stop)
  }

  end(): void {
    process.off('exit', this.#destroy)
    for (const signal of SIGNALS) process.off(signal, this.#stop)
    this.#destroy()
  }

  /** A child with servers of its own, which it ends when it is asked to; @returns once it has ended */
  async lookAfter(child: ChildProcess): Promise<number | null> {
    const exited = once(child, 'exit') as Promise<[number | null]>
    this.#inOrder.add(child)
    try {
      const [code] = await exited
      // Nothing goes on after that, least of all the next drill.
      return this.#isStopping ? await new Promise(() => undefined) : code
    } finally {
      this.#inOrder.delete(child)
    }
  }

  /** A path of its own, at which there is nothing yet. */
  path(name: string): string {
    return join(this.folder, `${name}-${++this.#folders}`)
  }

  /** A folder for the temporary ones of children, whose databases go with it, wherever they lie. */
  makeTemporary(): string {
    const folder = this.path('tmp')
    mkdirSync(folder)
    this.#leavings.push(() => {
      for (const name of readdirSync(folder)) removeDataFolder(join(folder, name))
    })
    return folder
  }

  async startPostgres(): Promise<Cluster> {
    const folder = this.path('postgres')
    const cluster = await Cluster.make(folder)
    this.#leavings.push(() => {
      cluster.destroy()
      removeDataFolder(folder)
    })
    return cluster
  }

  /** A Redis that is still to be started. */
  async makeRedis(): Promise<OwnRedis> {
    const redis = await OwnRedis.at(this.path('redis'))
    this.#leavings.push(() => {
      redis.destroy()
    })
    return redis
  }

  /** @throws {Error} with what it said, if it does not start */
  async startApi(env: Environment): Promise<ServiceProcess> {
    const program = this.product.program('src/server')
    const service = await spawnProcess(program, { ...this.#settings(), ...env })
    this.#kill(service.child)
    return service
  }

  /** Workers alone, once they are up. */
  async startWorkers(env: Environment): Promise<{ kill: () => Promise<void> }> {
    const child = spawnProgram(this.product.program('workers/index'), { ...this.#settings(), ...env })
    this.#kill(child)
    const said: string[] = []
    child.stderr?.on('data', (data) => said.push(String(data)))
    await new Promise<void>((resolve, reject) => {
      if (child.stdout === null) throw new Error('its output is a pipe')
      createInterface(child.stdout).on('line', (line) => {
        if (line.includes('workers are up')) resolve()
      })
      child.once('exit', (code) => {
        reject(new Error(`the workers ended with ${code}: ${said.join('')}`))
      })
    })
    return {
      async kill() {
        if (child.exitCode !== null || child.signalCode !== null) return
        const exited = once(child, 'exit')
        child.kill('SIGKILL')
        await exited
      },
    }
  }

  #settings(): Environment {
    return {
      WAYMARK_OPERATOR_KEY: OPERATOR_KEY,
      WAYMARK_DATA_DIR: this.path('data'),
      LOG_LEVEL: 'info',
    }
  }

  async #endInOrder(): Promise<void> {
    await Promise.all(
      [...this.#inOrder].map(async (child) => {
        const exited = once(child, 'exit')
        child.kill('SIGTERM')
        await exited
        // Its servers are being shut down still.
        await pause(SHUT_DOWN_MILLISECONDS)
      }),
    )
  }

  #kill(child: ServiceProcess['child']): void {
    this.#leavings.push(() => child.kill('SIGKILL'))
  }
}
