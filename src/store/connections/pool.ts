import type { Connection } from './connection.ts'
import type { Database } from '../database.ts'

/** Connections that units of work take in turn, each for itself; one that was lost is thrown away. */
export class Pool {
  readonly #all = new Set<Connection>()
  readonly #free: Connection[] = []
  readonly #waiting: ((connection: Connection) => void)[] = []
  readonly #settings: {
    connect: (onLost: (connection: Connection) => void) => Connection
    isLost: (error: unknown) => boolean
    max: number
  }

  /**
   * @param settings.connect makes a connection, which opens when it is first used
   * @param settings.isLost whether after this error the connection may be gone
   */
  constructor(settings: {
    connect: (onLost: (connection: Connection) => void) => Connection
    isLost: (error: unknown) => boolean
    max: number
  }) {
    this.#settings = settings
  }

  /** Runs `work` with a connection that nobody else uses meanwhile. */
  async use<T>(work: (sql: Database) => Promise<T>): Promise<T> {
    const connection = await this.#take()
    let isLost = false
    try {
      return await connection.whileOpen(work(connection.sql))
    } catch (error) {
      isLost = this.#settings.isLost(error)
      throw error
    } finally {
      if (isLost || connection.isLost) this.#replace(connection)
      else this.#giveBack(connection)
    }
  }

  async end(options?: { timeout: number }): Promise<void> {
    await Promise.all([...this.#all].map((connection) => connection.end(options)))
  }

  #take(): Promise<Connection> | Connection {
    const free = this.#free.pop()
    if (free) return free
    if (this.#all.size < this.#settings.max) return this.#connect()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #giveBack(connection: Connection): void {
    const next = this.#waiting.shift()
    if (next) next(connection)
    else this.#free.push(connection)
  }

  #connect(): Connection {
    const connection = this.#settings.connect((lost) => {
      // One in use is dropped by whoever uses it.
      const place = this.#free.indexOf(lost)
      if (place === -1) return
      this.#free.splice(place, 1)
      this.#drop(lost)
    })
    this.#all.add(connection)
    return connection
  }

  #replace(lost: Connection): void {
    this.#drop(lost)
    this.#giveBack(this.#connect())
  }

  #drop(lost: Connection): void {
    this.#all.delete(lost)
    void lost.end({ timeout: 0 })
  }
}
