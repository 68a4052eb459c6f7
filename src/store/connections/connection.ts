import { connect as dial, type Socket } from 'node:net'
import postgres from 'postgres'
import type { DatabaseAddress } from '../../database-address.ts'
import type { Database } from '../database.ts'

const CONNECT_SECONDS = 5

/**
 * One session of PostgreSQL, which its first statement opens. Once lost it stays lost.
 *
 * The client library opens a lost connection again without a word: what is asked of it next then runs outside the transaction
 * that it belonged to; a client that is thrown away at that moment keeps a session for itself that nobody uses; and what is
 * asked while the connection breaks is never answered. So it is given one socket and no second one.
 */
export class Connection {
  readonly sql: Database
  #isOpened = false
  #isLost = false
  #isEnded = false
  /** Fails the unit of work that uses it, or the last one that did. */
  #fail: (error: Error) => void = () => undefined

  constructor(
    address: DatabaseAddress,
    options: postgres.Options<{ bigint: postgres.PostgresType<number> }>,
    onLost: (connection: Connection) => void,
  ) {
    const settings = {
      ...address,
      ...options,
      max: 1,
      max_lifetime: null,
      socket: () => this.#open(address),
      onclose: () => {
        this.#isLost = true
        this.#fail(closed())
        onLost(this)
      },
    }
    this.sql = postgres(settings) as Database
  }

  get isLost(): boolean {
    return this.#isLost
  }

  /** @throws {Error} with the code CONNECTION_CLOSED as soon as the connection is lost, whatever `work` waits for */
  whileOpen<T>(work: Promise<T>): Promise<T> {
    // Not a race with one promise for the connection's life, which would keep the result of every unit of work for as long.
    return new Promise((resolve, reject) => {
      this.#fail = reject
      work.then(resolve, reject)
    })
  }

  async end(options?: { timeout: number }): Promise<void> {
    this.#isEnded = true
    await this.sql.end(options)
  }

  async #open({ host, port }: DatabaseAddress): Promise<Socket> {
    if (this.#isOpened) throw closed()
    this.#isOpened = true
    const socket = await new Promise<Socket>((resolve, reject) => {
      const socket = dial(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port })
      const fail = (error: Error): void => {
        socket.destroy()
        reject(error)
      }
      socket.setTimeout(CONNECT_SECONDS * 1000, () => {
        fail(withCode('the database does not answer', 'CONNECT_TIMEOUT'))
      })
      socket.once('error', fail)
      socket.once('connect', () => {
        socket.setTimeout(0)
        socket.removeListener('error', fail)
        resolve(socket)
      })
    })
    if (this.#isEnded) {
      socket.destroy()
      throw closed()
    }
    // TLS checks the certificate against this name; the library sets it where it dials itself.
    return Object.assign(inOnePiece(socket), { host })
  }
}

/** The client library writes at once when it has gathered so many bytes, and what is less at the end of the turn. */
const WRITTEN_AT_ONCE = 1024

/**
 * The statements of one turn leave in one piece: each write wakes the server, which costs as much as a statement or two.
 * A shorter piece is the turn's last; where a long one was, the second turn from now ends the wait for it.
 */
function inOnePiece(socket: Socket): Socket {
  const write = socket.write.bind(socket)
  let isCorked = false
  const cork = (): void => {
    isCorked = true
    socket.cork()
    setImmediate(() => setImmediate(uncork))
  }
  const uncork = (): void => {
    if (!isCorked) return
    isCorked = false
    socket.uncork()
  }
  const writeTogether = (...written: Parameters<typeof write>): boolean => {
    const isLast = written[0].length < WRITTEN_AT_ONCE
    if (!isLast && !isCorked) cork()
    const isTaken = write(...written)
    if (isLast) uncork()
    return isTaken
  }
  return Object.assign(socket, { write: writeTogether })
}

function closed(): Error {
  return withCode('the connection to the database was lost', 'CONNECTION_CLOSED')
}

function withCode(message: string, code: string): Error {
  return Object.assign(new Error(message), { code })
}
