import { parse as parseArray } from 'postgres-array'
import postgres from 'postgres'
import type { DatabaseAddress } from '../database-address.ts'
import { Connection } from './connections/connection.ts'
import { Pool } from './connections/pool.ts'
import { openStore, type Store } from './store.ts'

export type Database = postgres.Sql<{ bigint: number }>
export type Sql = postgres.ISql<{ bigint: number }>

/** A statement that is sent once it is awaited or handed over, and whose rows nobody wants: several go in one network flight. */
export type Write = postgres.PendingQuery<postgres.Row[]>

/** On whose behalf a unit of work runs: the database role it takes, and the tenant that row security lets it see. */
export type Actor =
  | { role: 'operator' }
  | { role: 'provider' | 'commissioner'; organisation: string }
  | { role: 'worker' | 'releaser'; contract?: string }

/**
 * What is done in one transaction.
 *
 * @param finish takes the last writes, which are sent after the work is done, in one network flight with the commit; the unit
 *   of work fails with what one of them fails with
 */
export type Work<T> = (store: Store, finish: (...writes: readonly (Write | false)[]) => void) => Promise<T>

/**
 * Runs `work` in one transaction as the actor; all of it is kept, or none.
 *
 * @throws {Overtaken} if others were faster time after time, or hold a key by a row that this actor cannot see
 */
export type Transact = <T>(actor: Actor, work: Work<T>) => Promise<T>

/** A unit of work met another one half-way and is to be done again from its beginning. */
export class Overtaken extends Error {}

/** Dates and instants stay text, whole numbers are numbers: no time zone and no rounding creeps in between. */
const plainTypes = {
  bigint: { to: 20, from: [20], serialize: String, parse: Number },
  date: { to: 1082, from: [1082], serialize: String, parse: String },
  timestamp: {
    to: 1184,
    from: [1184],
    serialize: String,
    parse: (text: string) => new Date(text).toISOString(),
  },
  /** int[] and bigint[]. */
  wholeNumbers: { to: 1007, from: [1007, 1016], serialize: writeNumbers, parse: readNumbers },
  /** text[] and name[]. */
  texts: { to: 1009, from: [1009, 1003], serialize: writeTexts, parse: readTexts },
}

function writeNumbers(values: readonly (number | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`
}

function readNumbers(text: string): (number | null)[] {
  if (text === '{}') return []
  return text
    .slice(1, -1)
    .split(',')
    .map((value) => (value === 'NULL' ? null : Number(value)))
}

function writeTexts(values: readonly (string | null)[]): string {
  const quoted = (value: string): string => `"${value.replaceAll(/["\\]/g, '\\$&')}"`
  return `{${values.map((value) => (value === null ? 'NULL' : quoted(value))).join(',')}}`
}

function readTexts(text: string): (string | null)[] {
  return text === '{}' ? [] : parseArray(text, String)
}

const options = {
  types: plainTypes,
  // The client would ask each new connection for the types of arrays, and end the process if it were lost before the answer.
  fetch_types: false,
  transform: { column: { from: postgres.toCamel, to: postgres.fromCamel }, undefined: null },
  onnotice: () => undefined,
} as const

/** The pool of the service: its connections start in a role that may do nothing (see migrations/0001). */
export function connectPool(address: DatabaseAddress, max: number): Pool {
  const connect = (onLost: (connection: Connection) => void) =>
    new Connection(
      address,
      {
        ...options,
        connection: {
          application_name: 'waymark',
          role: 'waymark_connection',
          // Row security makes planning dearer than running, so each statement is planned once; without this each write
          // took seven times as long.
          plan_cache_mode: 'force_generic_plan',
          // All statements find their rows by a key: plans that read whole tables, which PostgreSQL prefers while a table is
          // young and small, would stay when it has grown.
          enable_seqscan: 'off',
          enable_hashjoin: 'off',
          enable_mergejoin: 'off',
          // What a process that hangs in the middle of its work has locked is free again.
          idle_in_transaction_session_timeout: 60_000,
        },
      },
      onLost,
    )
  return new Pool({ connect, isLost: isAway, max })
}

/** One connection of the login itself, which owns the tables: for migrations and start-up checks only. */
export function connectOwner(address: DatabaseAddress): Database {
  return postgres({ ...address, ...options, max: 1, connection: { application_name: 'waymark-start' } })
}

const MOST_TRIES = 5
/** Serialisation failure and deadlock: PostgreSQL asks for the same again. */
const TRY_AGAIN = new Set(['40001', '40P01'])
/** A key that was free when we looked is taken: the next try sees by whom. */
export const UNIQUE_VIOLATION = '23505'
/**
 * A statement of the same flight failed before this one, and says why; of the two, this one was heard first. The next try
 * hears the other.
 */
const FAILED_BEFORE = '25P02'

function isToBeTriedAgain(error: unknown): boolean {
  if (error instanceof Overtaken) return true
  return error instanceof postgres.PostgresError && TRY_AGAIN.has(error.code)
}

export function transactOn(pool: Pool): Transact {
  return async (actor, work) => {
    for (let tries = 1; ; tries++) {
      try {
        return await pool.use((connection) => transactOnce(connection, actor, work))
      } catch (error) {
        const code = error instanceof postgres.PostgresError ? error.code : undefined
        const isTaken = code === UNIQUE_VIOLATION
        if (!isTaken && code !== FAILED_BEFORE && !isToBeTriedAgain(error)) throw error
        if (tries === MOST_TRIES) throw isTaken ? new Overtaken() : error
      }
    }
  }
}

/** Units of work one after the other within a transaction of the login's own, which then keeps all of them or none. */
export const transactWithin =
  (sql: Sql): Transact =>
  async (actor, work) => {
    await takeRole(sql, actor)
    await sql`select set_config('statement_timeout', '0', true)`
    const last: Write[] = []
    const result = await work(openStore(sql), (...writes) =>
      last.push(...writes.filter((write) => write !== false)),
    )
    await Promise.all(last)
    return result
  }

async function transactOnce<T>(connection: Database, actor: Actor, work: Work<T>): Promise<T> {
  let isOver = false
  // What part of a failed work still asks for afterwards must not reach the next transaction on this connection.
  const sql = new Proxy<Sql>(connection, {
    apply(target, self, statement) {
      if (isOver) throw new Error('the transaction is over')
      return Reflect.apply(target, self, statement) as unknown
    },
  })
  const last: Write[] = []
  const run = async (): Promise<T> =>
    work(openStore(sql), (...writes) => last.push(...writes.filter((write) => write !== false)))
  try {
    // Sent first and awaited last: they share the network flight of the work's own first statement. Before they are
    // answered it has read nothing, and without them it may do nothing.
    const begun = begin(connection)
    const role = takeRole(sql, actor).execute()
    const [result] = await Promise.all([run(), begun, role])
    isOver = true
    const written = last.map((write) => write.execute())
    // If one of them fails, this rolls back.
    const [{ command }] = await Promise.all([connection`commit`.execute(), ...written])
    if (command !== 'COMMIT') throw new Error('a unit of work went on after one of its statements failed')
    return result
  } catch (error) {
    isOver = true
    // With the connection gone, so is the transaction.
    if (!isAway(error)) await connection`rollback`
    throw error
  }
}

/** How long a server that is there takes for this at most: one that was cut off without a word is noticed by it. */
const LONGEST_BEGIN_MILLISECONDS = 6_000

async function begin(connection: Database): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error('the connection does not answer'), { code: 'CONNECT_TIMEOUT' }))
    }, LONGEST_BEGIN_MILLISECONDS)
  })
  try {
    await Promise.race([connection`begin`.execute(), tooLate])
  } finally {
    clearTimeout(timer)
  }
}

/** They go through all counts, or all cases, of a contract. */
const TAKES_LONGER: ReadonlySet<Actor['role']> = new Set(['worker', 'releaser'])

/** As SET LOCAL ROLE, so that nothing of it outlives the transaction on this connection. */
function takeRole(sql: Sql, actor: Actor): Write {
  const organisation = 'organisation' in actor ? actor.organisation : ''
  const contract = 'contract' in actor ? actor.contract : undefined
  return sql`
    select set_config('role', ${`waymark_${actor.role}`}, true),
      set_config('waymark.organisation', ${organisation}, true),
      set_config('waymark.contract', ${contract ?? ''}, true),
      set_config('statement_timeout', ${TAKES_LONGER.has(actor.role) ? '120s' : '10s'}, true)`
}

/**
 * PostgreSQL could not be reached, is starting or stopping, took too long, or too many met at one row: worth another try in a
 * moment.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof postgres.PostgresError && error.code === TOOK_TOO_LONG) return true
  return isToBeTriedAgain(error) || isAway(error)
}

/** The connection itself is as good as before. */
const TOOK_TOO_LONG = '57014'

function isAway(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && AWAY.has(error.code)
}

const AWAY = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT'],
  ...['CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED', 'CONNECT_TIMEOUT'],
  ...['57P01', '57P02', '57P03', '53300', '08000', '08003', '08006', '25P03'],
])
