import postgres from 'postgres'
import type { DatabaseAddress } from '../database-address.ts'

/** What a server says, or its socket, before it is ready. */
const NOT_YET = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'CONNECTION_CLOSED', '57P03'])

/** Whether the server answers; false while it starts or recovers. */
export function isAccepting(address: DatabaseAddress): Promise<boolean> {
  return withConnection(address, async (sql) => {
    try {
      await sql`select 1`
      return true
    } catch (error) {
      if (NOT_YET.has((error as NodeJS.ErrnoException).code ?? '')) return false
      throw error
    }
  })
}

/** Creates the database of that name unless it is there; `address` names another one of the same server. */
export function createDatabase(address: DatabaseAddress, name: string): Promise<void> {
  return withConnection(address, async (sql) => {
    const [found] = await sql`select from pg_database where datname = ${name}`
    if (found === undefined) await sql`create database ${sql(name)}`
  })
}

async function withConnection<T>(
  address: DatabaseAddress,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = postgres({ ...address, max: 1 })
  try {
    return await work(sql)
  } finally {
    await sql.end()
  }
}
