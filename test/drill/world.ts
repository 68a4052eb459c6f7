import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { removeDataFolder } from '../../src/embedded-postgres.ts'
import { spawnProcess, spawnProgram, type ServiceProcess } from '../support/process.ts'
import { OPERATOR_KEY } from '../support/service.ts'
import { Cluster } from './cluster.ts'
import type { Product } from './product.ts'
import { OwnRedis } from './redis.ts'

type Environment = Record<string, string | undefined>

/** Processes, servers and folders of one drill; `end` leaves nothing of them behind, however the drill went. */
export class World {
  readonly product: Product
  /** Open to the user that PostgreSQL runs as. */
  readonly folder: string
  readonly #leavings: (() => void)[] = []
  readonly #destroy = (): void => {
    for (const leave of this.#leavings.splice(0).reverse()) leave()
  }
  #folders = 0

  constructor(product: Product) {
    this.product = product
    this.folder = mkdtempSync(join(tmpdir(), 'waymark-drill-'))
    chmodSync(this.folder, 0o755)
    this.#leavings.push(() => {
      rmSync(this.folder, { recursive: true, force: true })
    })
    process.once('exit', this.#destroy)
  }

  end(): void {
    process.off('exit', this.#destroy)
    this.#destroy()
  }

  /** A path of its own, at which there is nothing yet. */
  path(name: string): string {
    return join(this.folder, `${name}-${++this.#folders}`)
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

  #kill(child: ServiceProcess['child']): void {
    this.#leavings.push(() => child.kill('SIGKILL'))
  }
}
