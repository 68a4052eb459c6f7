import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import t, { type Test } from 'tap'
import type { DatabaseAddress } from '../src/database-address.ts'
import { removeDataFolder, startEmbeddedPostgres } from '../src/embedded-postgres.ts'
import { findProcess } from '../src/embedded-postgres/running-process.ts'
import { makeFolderForAll } from './support/database-folder.ts'

const OWNER = fileURLToPath(new URL('support/embedded-postgres-owner.ts', import.meta.url))

/** What is in a data folder, without the copied binaries: they are there where the server's user cannot reach ours. */
const namesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('binaries-'))
    .sort()

/** A data folder that the server's user can reach, removed at the end of the test. */
function folder(test: Test): string {
  const path = makeFolderForAll('embedded-postgres-test-')
  test.teardown(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return join(path, 'data')
}

async function query<T>(address: DatabaseAddress, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres({ ...address, max: 1, onnotice: () => undefined })
  try {
    return await work(sql)
  } finally {
    await sql.end()
  }
}

const keep = (address: DatabaseAddress, word: string) =>
  query(address, async (sql) => {
    await sql`create table if not exists kept (word text)`
    await sql`insert into kept values (${word})`
  })

const kept = (address: DatabaseAddress) =>
  query(address, async (sql) =>
    (await sql<{ word: string }[]>`select word from kept order by word`).map(({ word }) => word),
  )

const serverPid = (home: string) =>
  Number(readFileSync(join(home, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])

const gone = async (pid: number | undefined) => {
  while (pid !== undefined && findProcess(pid) !== undefined) await sleep(10)
}

interface Owner {
  owner: ChildProcess
  address: DatabaseAddress
}

/** Another process that owns the folder's database; `then` says what it does next. */
async function startOwner(dataDir: string, then: 'stay' | 'end' | 'exit' | 'throw'): Promise<Owner> {
  const owner = spawn(process.execPath, ['--import', 'tsx', OWNER, dataDir, then], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [line] = (await once(createInterface(owner.stdout), 'line')) as [string]
  return { owner, address: JSON.parse(line) as DatabaseAddress }
}

t.test('a fresh database is durable, private, and the same again after a stop', async (t) => {
  const dataDir = folder(t)
  const first = await startEmbeddedPostgres({ dataDir })
  t.match(first.address, { user: 'waymark', database: 'waymark', port: 5432 })
  t.ok(Buffer.byteLength(`${first.address.host}/.s.PGSQL.5432`) < 104)
  t.equal(statSync(first.address.host).mode & 0o777, 0o700)
  await keep(first.address, 'stays')
  const settings = await query(first.address, async (sql) => {
    const rows = await sql<{ name: string; setting: string }[]>`select name, setting from pg_settings`
    return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
  })
  t.match(settings, {
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    data_checksums: 'on',
    listen_addresses: '',
    server_encoding: 'UTF8',
    TimeZone: 'UTC',
    max_connections: '100',
  })
  const server = serverPid(dataDir)
  t.ok(findProcess(server))
  await Promise.all([first.stop(), first.stop()])
  t.equal(findProcess(server), undefined)
  t.notOk(existsSync(first.address.host))
  t.strictSame(namesIn(dataDir), ['postgres', 'postgres.log'])

  const second = await startEmbeddedPostgres({ dataDir })
  t.teardown(() => second.stop())
  t.strictSame(await kept(second.address), ['stays'])
  t.strictSame(second.address, first.address)
})

t.test('after kill -9 of its owner the next start takes over, with the data', async (t) => {
  const dataDir = folder(t)
  const { owner, address } = await startOwner(dataDir, 'stay')
  await keep(address, 'survives')
  const orphan = serverPid(dataDir)
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  t.ok(findProcess(orphan), 'its server is an orphan')

  const lines: string[] = []
  const next = await startEmbeddedPostgres({ dataDir, log: (line) => lines.push(line) })
  t.teardown(() => next.stop())
  t.equal(findProcess(orphan), undefined)
  t.match(lines, [new RegExp(`${orphan}`)])
  t.strictSame(await kept(next.address), ['survives'])
  t.strictSame(readdirSync(dataDir).filter((name) => name.startsWith('owner-')).length, 1)
})

t.test('after kill -9 of owner and server at once the next start recovers', async (t) => {
  const dataDir = folder(t)
  const { owner, address } = await startOwner(dataDir, 'stay')
  await keep(address, 'recovered')
  owner.kill('SIGKILL')
  process.kill(serverPid(dataDir), 'SIGKILL')
  await once(owner, 'exit')
  const next = await startEmbeddedPostgres({ dataDir })
  t.teardown(() => next.stop())
  t.strictSame(await kept(next.address), ['recovered'])
})

t.test('a folder in use is refused, naming its owner', async (t) => {
  const dataDir = folder(t)
  const { owner, address } = await startOwner(dataDir, 'stay')
  const server = serverPid(dataDir)
  await t.rejects(
    startEmbeddedPostgres({ dataDir }),
    new RegExp(`in use by the waymark process ${owner.pid}:`),
  )
  await keep(address, 'undisturbed')
  t.equal(serverPid(dataDir), server)
  owner.kill('SIGKILL')
  await once(owner, 'exit')

  const mine = await startEmbeddedPostgres({ dataDir })
  t.teardown(() => mine.stop())
  await t.rejects(
    startEmbeddedPostgres({ dataDir }),
    new RegExp(`in use by the waymark process ${process.pid}:`),
  )
  t.strictSame(await kept(mine.address), ['undisturbed'])
})

t.test('of many that start at the same moment after a crash exactly one gets the folder', async (t) => {
  const dataDir = folder(t)
  const { owner } = await startOwner(dataDir, 'stay')
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  const rivals = Array.from({ length: 4 }, () => {
    const rival = spawn(process.execPath, ['--import', 'tsx', OWNER, dataDir, 'stay'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const started = once(createInterface(rival.stdout), 'line').then(() => 'started')
    const refused = once(rival, 'exit').then(() => 'refused')
    return { rival, outcome: Promise.race([started, refused]) }
  })
  const outcomes = await Promise.all(rivals.map(({ outcome }) => outcome))
  t.strictSame(outcomes.sort(), ['refused', 'refused', 'refused', 'started'])
  for (const { rival } of rivals) rival.kill('SIGKILL')
  await Promise.all(rivals.map(({ rival }) => gone(rival.pid)))
  await (await startEmbeddedPostgres({ dataDir })).stop()
})

t.test('two folders side by side are two databases', async (t) => {
  const folders = [folder(t), folder(t)] as const
  const [one, other] = await Promise.all([
    startEmbeddedPostgres({ dataDir: folders[0] }),
    startEmbeddedPostgres({ dataDir: folders[1] }),
  ])
  t.teardown(() => Promise.all([one.stop(), other.stop()]))
  await Promise.all([keep(one.address, 'one'), keep(other.address, 'other')])
  t.strictSame([await kept(one.address), await kept(other.address)], [['one'], ['other']])
})

t.test(
  'a lock file that names a process which is no server of this folder leaves that process alone',
  async (t) => {
    const dataDir = folder(t)
    await (await startEmbeddedPostgres({ dataDir })).stop()
    const cluster = join(dataDir, 'postgres')
    // Run by the server's own user: another user's process PostgreSQL would not take for a server anyway.
    const { uid, gid } = statSync(cluster)
    const stranger = spawn('sleep', ['1000'], { uid, gid, cwd: '/' })
    t.teardown(() => stranger.kill())
    writeFileSync(join(cluster, 'postmaster.pid'), `${stranger.pid}\n${cluster}\n1700000000\n5432\n/tmp\n\n`)
    const next = await startEmbeddedPostgres({ dataDir })
    t.teardown(() => next.stop())
    t.not(serverPid(dataDir), stranger.pid)
    t.ok(stranger.pid !== undefined && findProcess(stranger.pid))
  },
)

t.test('a claim of an earlier process with the number of a living one counts for nothing', async (t) => {
  const dataDir = folder(t)
  mkdirSync(dataDir)
  writeFileSync(join(dataDir, `owner-${process.ppid}-earlier`), '')
  const started = await startEmbeddedPostgres({ dataDir })
  t.teardown(() => started.stop())
  t.notOk(existsSync(join(dataDir, `owner-${process.ppid}-earlier`)))
})

for (const end of ['end', 'exit', 'throw'] as const) {
  t.test(`nothing is left behind by an owner that does not stop it: ${end}`, async (t) => {
    const dataDir = folder(t)
    const { owner, address } = await startOwner(dataDir, end)
    await gone(owner.pid)
    while (existsSync(join(dataDir, 'postgres', 'postmaster.pid'))) await sleep(10)
    t.notOk(existsSync(address.host))
    t.strictSame(namesIn(dataDir), ['postgres', 'postgres.log'])
  })
}

t.test('a server that dies is started again at the same address', async (t) => {
  const dataDir = folder(t)
  const lines: string[] = []
  const { address, stop } = await startEmbeddedPostgres({ dataDir, log: (line) => lines.push(line) })
  t.teardown(stop)
  await keep(address, 'committed')
  process.kill(serverPid(dataDir), 'SIGKILL')
  for (;;) {
    const words = await kept(address).catch(() => undefined)
    if (words === undefined) continue
    t.strictSame(words, ['committed'])
    break
  }
  t.match(lines, [/started again/])
})

t.test('a crash while a database was being made is harmless', async (t) => {
  const dataDir = folder(t)
  mkdirSync(join(dataDir, 'postgres.unfinished-abc', 'base'), { recursive: true })
  const { stop } = await startEmbeddedPostgres({ dataDir })
  await stop()
  t.strictSame(namesIn(dataDir), ['postgres', 'postgres.log'])
})

t.test('a data folder is removed with its database', async (t) => {
  const dataDir = folder(t)
  await (await startEmbeddedPostgres({ dataDir })).stop()
  removeDataFolder(dataDir)
  t.notOk(existsSync(dataDir))
  t.ok(existsSync(dirname(dataDir)))
  t.doesNotThrow(() => {
    removeDataFolder(dataDir)
  }, 'one that is not there')
})

t.test('a server that cannot start says why, and leaves the folder free', async (t) => {
  const dataDir = folder(t)
  await (await startEmbeddedPostgres({ dataDir })).stop()
  writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '12\n')
  await t.rejects(startEmbeddedPostgres({ dataDir }), /did not start: .*incompatible/)
  writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '18\n')
  await (await startEmbeddedPostgres({ dataDir })).stop()
})

if (process.getuid?.() === 0) {
  t.test(
    'root: under a folder of mode 700 data and programs lie elsewhere, and the folder says where',
    async (t) => {
      const dataDir = folder(t)
      chmodSync(dirname(dataDir), 0o700)
      const first = await startEmbeddedPostgres({ dataDir })
      await keep(first.address, 'elsewhere')
      const home = readFileSync(join(dataDir, 'database-is-in'), 'utf8').trim()
      t.teardown(() => {
        rmSync(home, { recursive: true, force: true })
      })
      t.equal(dirname(home), '/var/lib/waymark')
      t.not(statSync(join(home, 'postgres')).uid, 0)
      await first.stop()

      // Even when the way has become free, the database stays where it is.
      chmodSync(dirname(dataDir), 0o755)
      const second = await startEmbeddedPostgres({ dataDir })
      t.strictSame(await kept(second.address), ['elsewhere'])
      await second.stop()

      rmSync(home, { recursive: true })
      await t.rejects(startEmbeddedPostgres({ dataDir }), /says that the database is in .* but it is not/)
    },
  )

  t.test('root: a data folder is removed with the database that lies elsewhere', async (t) => {
    const dataDir = folder(t)
    chmodSync(dirname(dataDir), 0o700)
    await (await startEmbeddedPostgres({ dataDir })).stop()
    const home = readFileSync(join(dataDir, 'database-is-in'), 'utf8').trim()
    t.teardown(() => {
      rmSync(home, { recursive: true, force: true })
    })
    t.ok(existsSync(join(home, 'postgres')))
    removeDataFolder(dataDir)
    t.strictSame([existsSync(home), existsSync(dataDir)], [false, false])

    mkdirSync(dataDir)
    const others = join(dirname(dataDir), 'of-somebody-else')
    mkdirSync(others)
    writeFileSync(join(dataDir, 'database-is-in'), `${others}\n`)
    t.throws(() => {
      removeDataFolder(dataDir)
    }, /says that the database is in/)
    t.ok(existsSync(others), 'the word of a file is not enough')
  })

  t.test('root: a database that its user can no longer reach is not replaced by an empty one', async (t) => {
    const dataDir = folder(t)
    await (await startEmbeddedPostgres({ dataDir })).stop()
    chmodSync(dirname(dataDir), 0o700)
    await t.rejects(startEmbeddedPostgres({ dataDir }), /cannot reach its database/)
  })
}
