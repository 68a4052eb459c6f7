import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { addressOf, type DatabaseAddress } from '../../src/database-address.ts'
import { removeDataFolder, startEmbeddedPostgres } from '../../src/embedded-postgres.ts'
import { makeDatabaseFolder } from './database-folder.ts'

export interface TestDatabase {
  address: DatabaseAddress
  /** The same as DATABASE_URL says it. */
  url: string
  drop: () => Promise<void>
}

/** An empty database of its own for one test file: on the given server, or on an embedded one in a temporary folder. */
export async function makeDatabase(): Promise<TestDatabase> {
  const given = process.env.DATABASE_URL
  if (given === undefined || given === '') return makeEmbedded()
  const server = addressOf(given)
  const database = `waymark_test_${randomBytes(6).toString('hex')}`
  await onServer(server, (sql) => sql.unsafe(`create database ${database}`))
  const address = { ...server, database }
  return {
    address,
    url: urlOf(address),
    drop: () => onServer(server, (sql) => sql.unsafe(`drop database ${database} with (force)`)),
  }
}

async function makeEmbedded(): Promise<TestDatabase> {
  const dataDir = makeDatabaseFolder('waymark-test-')
  const { address, stop } = await startEmbeddedPostgres({ dataDir })
  return {
    address,
    url: urlOf(address),
    async drop() {
      await stop()
      removeDataFolder(dataDir)
    },
  }
}

async function onServer(
  server: DatabaseAddress,
  work: (sql: postgres.Sql) => Promise<unknown>,
): Promise<void> {
  const sql = postgres({ ...server, max: 1, onnotice: () => undefined })
  try {
    await work(sql)
  } finally {
    await sql.end()
  }
}

function urlOf({ host, port, user, password, database }: DatabaseAddress): string {
  const credentials =
    encodeURIComponent(user) + (password === undefined ? '' : `:${encodeURIComponent(password)}`)
  if (!host.startsWith('/')) return `postgres://${credentials}@${host}:${port}/${database}`
  return `postgres://${credentials}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
}
