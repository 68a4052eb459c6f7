import type { Database } from './database.ts'

/**
 * Connections that units of work take in turn, each for itself; one that was lost is thrown away.
 *
 * Not the client library's own pool: that one goes on using a connection that was lost within a transaction, which ends the
 * process or hangs for ever.
 */
export class Pool {
  readonly #all = new Set<Database>()
  readonly #free: Database[] = []
  readonly #waiting: ((connection: Database) => void)[] = []
  readonly #settings: { connect: () => Database; isLost: (error: unknown) => boolean; max: number }

  /**
   * @param settings.connect makes a client with one connection, which opens when it is first used
   * @param settings.isLost whether after this error the connection may be gone
   */
  constructor(settings: { connect: () => Database; isLost: (error: unknown) => boolean; max: number }) {
    this.#settings = settings
  }

  /** Runs `work` with a connection that nobody else uses meanwhile. */
  async use<T>(work: (connection: Database) => Promise<T>): Promise<T> {
    const connection = await this.#take()
    let isLost = false
    try {
      return await work(connection)
    } catch (error) {
      isLost = this.#settings.isLost(error)
      throw error
    } finally {
      this.#giveBack(isLost ? this.#replace(connection) : connection)
    }
  }

  async end({ timeout }: { timeout?: number } = {}): Promise<void> {
    await Promise.all([...this.#all].map((connection) => connection.end({ timeout })))
  }

  #take(): Promise<Database> | Database {
    const free = this.#free.pop()
    if (free) return free
    if (this.#all.size < this.#settings.max) return this.#connect()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #giveBack(connection: Database): void {
    const next = this.#waiting.shift()
    if (next) next(connection)
    else this.#free.push(connection)
  }

  #connect(): Database {
    const connection = this.#settings.connect()
    this.#all.add(connection)
    return connection
  }

  #replace(lost: Database): Database {
    this.#all.delete(lost)
    void lost.end({ timeout: 0 })
    return this.#connect()
  }
}
