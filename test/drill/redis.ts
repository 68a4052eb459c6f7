import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'

/** A Redis of a drill's own, on a port of its own, with an append-only file. */
export class OwnRedis {
  readonly url: string
  readonly #port: number
  readonly #folder: string
  #server: ChildProcess | undefined

  private constructor(port: number, folder: string) {
    this.#port = port
    this.#folder = folder
    this.url = `redis://127.0.0.1:${port}`
  }

  /** @param folder is made */
  static async at(folder: string): Promise<OwnRedis> {
    return new OwnRedis(await freePort(), folder)
  }

  /**
   * @param settings as redis-server takes them, `--maxmemory 20mb`
   * @throws {Error} where no redis-server is installed
   */
  async start(...settings: string[]): Promise<void> {
    mkdirSync(this.#folder, { recursive: true })
    const plain = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'yes', '--dir', this.#folder]
    const server = spawn('redis-server', ['--port', String(this.#port), ...plain, ...settings], {
      stdio: 'ignore',
    })
    this.#server = server
    const failed = new Promise<never>((_resolve, reject) => {
      server.once('error', (cause) => {
        reject(
          new Error('The drill could not be done: it needs redis-server, which is not installed.', { cause }),
        )
      })
      server.once('exit', (code) => {
        reject(new Error(`redis-server ended with ${code}`))
      })
    })
    const waiting = new AbortController()
    try {
      await Promise.race([this.#answers(waiting.signal), failed])
    } finally {
      waiting.abort()
      failed.catch(() => undefined)
    }
  }

  /** SIGKILL, and its files go, too. */
  async killAndDelete(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const exited = once(server, 'exit')
    server.kill('SIGKILL')
    await exited
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async ask<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null })
    redis.on('error', () => undefined)
    try {
      await redis.connect()
      return await work(redis)
    } finally {
      redis.disconnect()
    }
  }

  /** Without waiting for anything, so that it can be done at the exit of the process. */
  destroy(): void {
    this.#server?.kill('SIGKILL')
  }

  async #answers(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      const answer = await this.ask((redis) => redis.ping()).catch(() => undefined)
      if (answer === 'PONG') return
      await pause(20)
    }
  }
}

/** A port that nobody listens on, now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('a port has a number')
  return address.port
}
