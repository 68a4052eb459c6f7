import { readdirSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import postgres from 'postgres'
import t from 'tap'
import {
  removeDataFolder,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/embedded-postgres.ts'
import { refuseEvictingRedis } from '../../src/queue/refuse-evicting-redis.ts'
import { makeDatabaseFolder } from '../support/database-folder.ts'
import { spawnService } from '../support/process.ts'
import { OPERATOR_KEY } from '../support/service.ts'

/**
 * Drill 18: what would lose accepted data, or show it to others, ends the start with one line. On a cluster of its own, since
 * settings and roles are the whole cluster's.
 */

const migrations = readdirSync(new URL('../../drizzle/migrations', import.meta.url)).filter((name) =>
  name.endsWith('.sql'),
)

let dataDir: string
let cluster: EmbeddedPostgres
let owner: postgres.Sql

t.before(async () => {
  dataDir = makeDatabaseFolder('waymark-test-')
  cluster = await startEmbeddedPostgres({ dataDir })
  owner = postgres({ ...cluster.address, max: 1, onnotice: () => undefined })
})
t.teardown(async () => {
  await owner.end()
  await cluster.stop()
  removeDataFolder(dataDir)
})

/** @returns its exit code and what it printed, or 'up' */
async function start(
  database = cluster.address.database,
  { host, port, user } = cluster.address,
): Promise<string> {
  try {
    const service = await spawnService({
      DATABASE_URL: `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`,
      WAYMARK_OPERATOR_KEY: OPERATOR_KEY,
      WAYMARK_WORKERS: 'off',
    })
    await service.end('SIGTERM')
    return 'up'
  } catch (error) {
    return String(error)
  }
}

t.test('it starts where all guards are up', async (t) => {
  t.equal(await start(), 'up')
})

t.test('a login of a like name is no working role, of this database or of another', async (t) => {
  await owner`create role waymark_app login superuser`
  await owner`create database of_its_own owner waymark_app`
  t.equal(await start('of_its_own', { ...cluster.address, user: 'waymark_app' }), 'up')
  t.equal(await start(), 'up')
})

for (const { what, off, on, says } of [
  {
    what: 'a PostgreSQL without fsync',
    off: ['alter system set fsync = off', 'select pg_reload_conf()', 'select pg_sleep(0.5)'],
    on: ['alter system reset fsync', 'select pg_reload_conf()', 'select pg_sleep(0.5)'],
    says: 'PostgreSQL runs with fsync off, so that a power cut loses what was accepted: set fsync = on.',
  },
  {
    what: 'a working role that is a superuser',
    off: ['alter role waymark_commissioner superuser'],
    on: ['alter role waymark_commissioner nosuperuser'],
    says: 'The role waymark_commissioner passes row security: alter role waymark_commissioner nosuperuser nobypassrls.',
  },
  {
    what: 'a working role that passes row security',
    off: ['alter role waymark_worker bypassrls'],
    on: ['alter role waymark_worker nobypassrls'],
    says: 'The role waymark_worker passes row security: alter role waymark_worker nosuperuser nobypassrls.',
  },
  {
    what: 'connections that begin as a superuser',
    off: ['alter role waymark_connection superuser'],
    on: ['alter role waymark_connection nosuperuser'],
    says: 'The role waymark_connection passes row security: alter role waymark_connection nosuperuser nobypassrls.',
  },
  {
    what: 'a working role that owns a table',
    off: ['alter table cases owner to waymark_provider'],
    on: ['alter table cases owner to current_user'],
    says: 'The table cases belongs to a role that serves requests: let the login own it.',
  },
  {
    what: 'a table without row security',
    off: ['alter table assessments disable row level security'],
    on: ['alter table assessments enable row level security'],
    says: 'The table assessments is without row security: alter table assessments enable row level security, force row level security.',
  },
  {
    what: 'a table whose row security is not forced',
    off: ['alter table contacts no force row level security'],
    on: ['alter table contacts force row level security'],
    says: 'The table contacts is without row security: alter table contacts enable row level security, force row level security.',
  },
]) {
  t.test(`it refuses to start on ${what}`, async (t) => {
    for (const statement of off) await owner.unsafe(statement)
    const [, ...lines] = (await start()).split('\n')
    for (const statement of on) await owner.unsafe(statement)
    t.same(lines, [says])
  })
}

t.test(
  'of processes that start at once on an empty database, one migrates it, and all come up',
  async (t) => {
    await owner`create database started_twice`
    const starts = await Promise.all(Array.from({ length: 3 }, () => start('started_twice')))
    t.same(starts, ['up', 'up', 'up'])
    const sql = postgres({ ...cluster.address, database: 'started_twice', max: 1 })
    const migrated = await sql`select hash from drizzle.__drizzle_migrations`
    await sql.end()
    t.equal(migrated.length, migrations.length)
    t.equal(new Set(migrated.map(({ hash }) => String(hash))).size, migrations.length)
  },
)

/** Says of itself what a Redis would, and OK to everything else. */
async function redisThatSays(policy: string): Promise<{ url: string; server: Server }> {
  const memory = `# Memory\r\nmaxmemory_policy:${policy}\r\n`
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      for (const [command] of data.toString().matchAll(/^(?:info|client|hello|select)\b/gim)) {
        socket.write(command.toLowerCase() === 'info' ? `$${memory.length}\r\n${memory}\r\n` : '+OK\r\n')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `redis://127.0.0.1:${(server.address() as { port: number }).port}`, server }
}

t.test('a Redis that evicts is refused, one that does not is not', async (t) => {
  for (const policy of ['allkeys-lru', 'volatile-ttl', 'noeviction']) {
    const { url, server } = await redisThatSays(policy)
    const attempt = refuseEvictingRedis(url, (error) => t.fail(String(error)))
    if (policy === 'noeviction') await t.resolves(attempt)
    else {
      await t.rejects(attempt, {
        message: `Redis evicts keys when it is full (${policy}): set maxmemory-policy noeviction.`,
      })
    }
    await new Promise((resolve) => server.close(resolve))
  }
})

t.test('a Redis that is not there is told, and no reason not to start', async (t) => {
  const { url, server } = await redisThatSays('noeviction')
  await new Promise((resolve) => server.close(resolve))
  const told: unknown[] = []
  await refuseEvictingRedis(url, (error) => told.push(error))
  t.equal(told.length, 1)
})
