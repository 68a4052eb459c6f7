import postgres from 'postgres'
import type { DatabaseAddress } from '../database-address.ts'
import { openStore, type Store } from './store.ts'

export type Database = postgres.Sql<{ bigint: number }>
export type Sql = postgres.TransactionSql<{ bigint: number }>

/** On whose behalf a unit of work runs: the database role it takes, and the tenant that row security lets it see. */
export type Actor =
  | { role: 'operator' }
  | { role: 'provider' | 'commissioner'; organisation: string }
  | { role: 'worker'; contract?: string }

/** Runs `work` in one transaction as the actor; all of it is kept, or none. */
export type Transact = <T>(actor: Actor, work: (store: Store) => Promise<T>) => Promise<T>

/** Thrown by a unit of work that met another one half-way and is to be done again from its beginning. */
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
  /** The client's own reading of arrays makes NaN of a NULL among whole numbers. */
  wholeNumbers: { to: 1007, from: [1007], serialize: writeArray, parse: readArray },
}

function writeArray(values: readonly (number | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`
}

function readArray(text: string): (number | null)[] {
  if (text === '{}') return []
  return text
    .slice(1, -1)
    .split(',')
    .map((value) => (value === 'NULL' ? null : Number(value)))
}

const options = {
  types: plainTypes,
  transform: { column: { from: postgres.toCamel, to: postgres.fromCamel }, undefined: null },
  onnotice: () => undefined,
} as const

const CONNECT_SECONDS = 5

/** The pool of the service: its connections start in a role that may do nothing (see migrations/0001). */
export function connectPool(address: DatabaseAddress, max: number): Database {
  return postgres({
    ...address,
    ...options,
    max,
    idle_timeout: 60,
    connect_timeout: CONNECT_SECONDS,
    // A request waits for its connection: soon after an outage it should find one.
    backoff: (attempts: number) => Math.min(0.05 * 2 ** attempts, 1),
    connection: {
      application_name: 'waymark',
      role: 'waymark_connection',
      // Row security makes planning dearer than running, so each statement is planned once; without this each write took
      // seven times as long.
      plan_cache_mode: 'force_generic_plan',
    },
  })
}

/** One connection of the login itself, which owns the tables: for migrations and start-up checks only. */
export function connectOwner(address: DatabaseAddress): Database {
  return postgres({ ...address, ...options, max: 1, connection: { application_name: 'waymark-start' } })
}

const MOST_TRIES = 5
/** Serialisation failure and deadlock: PostgreSQL asks for the same again. */
const TRY_AGAIN = new Set(['40001', '40P01'])

function isToBeTriedAgain(error: unknown): boolean {
  if (error instanceof Overtaken) return true
  return error instanceof postgres.PostgresError && TRY_AGAIN.has(error.code)
}

export function transactOn(database: Database): Transact {
  const once = async <T>(actor: Actor, work: (store: Store) => Promise<T>): Promise<T> => {
    const done = await database.begin(async (sql) => {
      // Sent first and awaited last: it shares the network flight of the work's own first statement.
      const role = takeRole(sql, actor).execute()
      const [result] = await Promise.all([work(openStore(sql)), role])
      return { result }
    })
    return (done as { result: T }).result
  }
  return async (actor, work) => {
    for (let tries = 1; ; tries++) {
      try {
        return await once(actor, work)
      } catch (error) {
        if (tries === MOST_TRIES || !isToBeTriedAgain(error)) throw error
      }
    }
  }
}

/**
 * As SET LOCAL ROLE, so that nothing of it outlives the transaction on this connection.
 * All statements find their rows by a key: plans that read whole tables, which PostgreSQL prefers while a table is young
 * and small, would stay when it has grown.
 */
function takeRole(sql: Sql, actor: Actor) {
  const organisation = 'organisation' in actor ? actor.organisation : ''
  const contract = 'contract' in actor ? actor.contract : undefined
  return sql`
    select set_config('role', ${`waymark_${actor.role}`}, true),
      set_config('waymark.organisation', ${organisation}, true),
      set_config('waymark.contract', ${contract ?? ''}, true), set_config('enable_seqscan', 'off', true),
      set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`
}

/** PostgreSQL could not be reached, is starting or stopping, or too many met at one row: worth another try in a moment. */
export function isPassing(error: unknown): boolean {
  if (isToBeTriedAgain(error)) return true
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false
  return AWAY.has(error.code)
}

const AWAY = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT'],
  ...['CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED', 'CONNECT_TIMEOUT'],
  ...['57P01', '57P02', '57P03', '53300', '08000', '08003', '08006'],
])
