import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import postgres from 'postgres'
import t from 'tap'
import type { DatabaseAddress } from '../src/database-address.ts'
import type { Head } from '../src/services/backup/backup-file.ts'
import { checkPacked, writePacked } from '../src/services/backup/packed-file.ts'
import { restoreBackup } from '../src/services/backup/restore-backup.ts'
import { writeBackup, writeErasures } from '../src/services/backup/write-backup.ts'
import { connectOwner, type Database } from '../src/store/database.ts'
import { migrate } from '../src/store/owner/migrate.ts'
import { migrateWithin } from '../src/store/owner/migrations.ts'
import { makeDatabase, type TestDatabase } from './support/database.ts'
import { insertTwoTenants, TENANT_TABLES } from './support/two-tenants.ts'

/** Backups of rows of every kind, made and brought back by a login that is no superuser, as most are. */

let server: TestDatabase
let superuser: postgres.Sql
const login = `waymark_test_login_${randomBytes(6).toString('hex')}`
const made: string[] = []
const folder = t.testdir()
const file = `${folder}/backup`

t.before(async () => {
  server = await makeDatabase()
  superuser = postgres({ ...server.address, max: 1, onnotice: () => undefined })
  await superuser.unsafe(`create role ${login} login createrole`)
  await superuser.unsafe(`
    do $$ declare one text; begin
      for one in select rolname from pg_roles where rolname ~ '^waymark_' and not rolcanlogin loop
        execute format('grant %I to ${login} with admin option', one);
      end loop;
    end $$`)
})
t.teardown(async () => {
  for (const name of made) await superuser.unsafe(`drop database ${name} with (force)`)
  if (process.env.DATABASE_URL !== undefined) await superuser.unsafe(`drop role ${login}`)
  await superuser.end()
  await server.drop()
})

async function newDatabase(): Promise<DatabaseAddress> {
  const database = `waymark_test_${randomBytes(6).toString('hex')}`
  await superuser.unsafe(`create database ${database} owner ${login}`)
  made.push(database)
  return { ...server.address, user: login, database }
}

async function asOwner<T>(address: DatabaseAddress, work: (owner: Database) => Promise<T>): Promise<T> {
  const owner = connectOwner(address)
  try {
    return await work(owner)
  } finally {
    await owner.end()
  }
}
const restore = (address: DatabaseAddress, backup = file, erasures?: string) =>
  asOwner(address, (owner) => restoreBackup(owner, { backup, erasures }))

/** Every row of every table, as PostgreSQL writes it; asked by a superuser, who sees all. */
async function allRows({ database }: DatabaseAddress): Promise<Record<string, string[]>> {
  const sql = postgres({ ...server.address, database, max: 1 })
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`
  const all: Record<string, string[]> = {}
  for (const { name } of tables) {
    const rows = await sql<{ row: string }[]>`select whole::text as row from ${sql(name)} whole order by 1`
    all[name] = rows.map(({ row }) => row)
  }
  await sql.end()
  return all
}
const isUntouched = async ({ database }: DatabaseAddress): Promise<boolean> => {
  const sql = postgres({ ...server.address, database, max: 1 })
  const rows = await sql`
    select from pg_class c join pg_namespace n on n.oid = relnamespace
    where nspname !~ '^pg_' and nspname <> 'information_schema'
    union all select from pg_namespace where nspname = 'drizzle'`
  await sql.end()
  return rows.length === 0
}
const linesOf = (path: string): string[] => gunzipSync(readFileSync(path)).toString().trimEnd().split('\n')
async function* oneAfterTheOther(lines: readonly string[]): AsyncGenerator<string[]> {
  for (const line of lines) yield await Promise.resolve([line])
}
const headOf = async (path: string): Promise<Head> => (await checkPacked(path)).head

const UNUSABLE = { name: 'Unusable' }
let source: DatabaseAddress

t.test('every row of every table comes back as it was', async (t) => {
  source = await newDatabase()
  await migrate(source)
  const sql = postgres({ ...server.address, database: source.database, max: 1 })
  await insertTwoTenants(sql)
  await sql`insert into definition_versions (kind, id, version, hash) values ('instrument', 'i', '1', 'x')`
  const strange = 'a\tb\\n\nline\r\n"quoted", {braces} (brackets) \\N \u2028 é 👩🏽 NULL'
  await sql`
    insert into cases (contract_id, case_ref, delivered_by, client, area, cohorts, characteristics, created_at)
    values ('of-a', ${strange}, 'a', '', ${strange}, ${['', strange, 'NULL']}, 'null'::jsonb, '2026-10-25 01:30:00.123456+01')`
  await sql`
    insert into assessments (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage, respondent,
      response, assessed_on, answers, scores, received_at)
    values ('of-a', 'odd', 1, ${strange}, 'i', 1, 'start', 'self', 'completed', '2019-02-28',
      ${sql.json({ text: strange, big: 12345678901234567890n.toString(), list: [null, 1.5] })}, '{1,NULL,-3}', now())`
  await sql`insert into contracts
    select (c2).* from (
      select jsonb_populate_record(c, '{"contract_id": "a-follower", "follows": "of-a"}') as c2
      from contracts c where contract_id = 'of-a') x`
  await sql`insert into marks (contract_id, month) select 'of-a', 201901 from generate_series(1, 1200)`
  await sql`delete from marks where mark_id > 1100`
  await sql.end()

  await asOwner(source, (owner) => writeBackup(owner, file))
  t.equal(statSync(file).mode & 0o777, 0o600)
  const before = await allRows(source)
  for (const [table, rows] of Object.entries(before)) t.ok(rows.length > 0, `${table} has rows`)
  t.same(Object.keys(before).sort(), [...TENANT_TABLES, 'definition_versions', 'installation'].sort())
  const target = await newDatabase()
  const { tables, rows, erased } = await restore(target)
  t.same({ tables, erased }, { tables: Object.keys(before).length, erased: 0 })
  t.equal(rows, Object.values(before).flat().length)
  t.same(await allRows(target), before)

  const after = postgres({ ...server.address, database: target.database, max: 1 })
  const [mark] = await after`insert into marks (contract_id, month) values ('of-a', 201901) returning mark_id`
  t.ok(Number(mark?.mark_id) > 1200, 'no identity is given twice')
  const guards = await after`
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and not (relrowsecurity and relforcerowsecurity)`
  t.same(guards.map(({ relname }) => relname as string).sort(), ['definition_versions', 'installation'])
  await after.end()
  await migrate(target)
  t.same(
    (await allRows(target)).marks?.length,
    (before.marks?.length ?? 0) + 1,
    'and there is nothing left to migrate',
  )
})

t.test('a file that was damaged or cut off anywhere is refused, and leaves nothing', async (t) => {
  const target = await newDatabase()
  const whole = readFileSync(file)
  const refuse = async (bytes: Buffer, what: string): Promise<void> => {
    const path = `${folder}/damaged`
    writeFileSync(path, bytes)
    await t.rejects(restore(target, path), { name: 'Unusable', message: /damaged/ }, what)
  }
  for (const length of [0, 1, 500, whole.length >> 1, whole.length - 8, whole.length - 1])
    await refuse(whole.subarray(0, length), `cut off after ${length} bytes`)
  for (const place of [0, 12, 300, whole.length >> 1, whole.length - 6]) {
    const bytes = Buffer.from(whole)
    bytes.writeUInt8(bytes.readUInt8(place) ^ 0x10, place)
    await refuse(bytes, `a bit turned in byte ${place}`)
  }
  const lines = linesOf(file)
  const pack = (changed: readonly string[]): Buffer => gzipSync(`${changed.join('\n')}\n`)
  const first = lines.findIndex((line) => line.startsWith('"'))
  await refuse(pack(lines.toSpliced(first, 1)), 'a row left out')
  await refuse(pack(lines.toSpliced(first, 0, String(lines[first]))), 'a row twice')
  await refuse(pack(lines.map((line) => line.replace('of-a', 'of-b'))), 'a row changed')
  await refuse(pack(lines.slice(0, -1)), 'the last line left out')
  await refuse(pack([...lines, '["done",0]']), 'a line more')
  await refuse(Buffer.concat([whole, Buffer.from('x')]), 'bytes behind the end')
  t.ok(await isUntouched(target))
  await restore(target)
})

t.test('a file of one’s own making that lacks a table, or breaks a rule, leaves nothing', async (t) => {
  const target = await newDatabase()
  const head = await headOf(file)
  const path = `${folder}/made`
  await writePacked(path, head, [['organisations', oneAfterTheOther([])]])
  await t.rejects(restore(target, path), UNUSABLE)
  const tables = [...(await checkPacked(file)).tables.keys()]
  const orphan = '"(of-a,ref,no-such-case)"'
  await writePacked(
    path,
    head,
    tables.map((table) => [table, oneAfterTheOther(table === 'contact_cases' ? [orphan] : [])]),
  )
  await t.rejects(restore(target, path), { code: '23503' })
  t.ok(await isUntouched(target))
})

t.test('a backup of a newer waymark is refused', async (t) => {
  const target = await newDatabase()
  const head = await headOf(file)
  const { migration } = head
  const path = `${folder}/newer`
  for (const newer of [
    { ...head, migration: { ...migration, when: migration.when + 1 } },
    { ...head, migration: { ...migration, hash: 'another' } },
    { ...head, format: head.format + 1 },
  ]) {
    await writePacked(path, newer, [])
    await t.rejects(restore(target, path), { name: 'Unusable', message: /made by a newer waymark/ })
  }
  t.ok(await isUntouched(target))
})

t.test('a backup of an older waymark is migrated further', async (t) => {
  const migrationsOf = (address: DatabaseAddress) =>
    asOwner(
      address,
      (owner) => owner<(Head['migration'] & { id: number })[]>`
        select id, created_at as when, hash from drizzle.__drizzle_migrations order by id`,
    )
  const all = await migrationsOf(source)
  // The first one of which a backup could be made.
  const first = all.find(({ id }) => id === 26)
  const old = await newDatabase()
  await asOwner(old, async (owner) => {
    await owner.begin((sql) => migrateWithin(sql, first))
    await owner`insert into definition_versions (kind, id, version, hash) values ('instrument', 'old', '1', 'x')`
  })
  const path = `${folder}/older`
  await asOwner(old, (owner) => writeBackup(owner, path))
  t.equal((await headOf(path)).migration.hash, first?.hash)
  const target = await newDatabase()
  await restore(target, path)
  t.same((await allRows(target)).definition_versions, (await allRows(old)).definition_versions)
  t.same(await migrationsOf(target), all)
})

t.test('a database that is not empty is refused', async (t) => {
  const target = await newDatabase()
  await migrate(target)
  const before = await allRows(target)
  await t.rejects(restore(target), { name: 'Unusable', message: /not empty/ })
  t.same(await allRows(target), before)
  const other = await newDatabase()
  await asOwner(other, (owner) => owner`create table somebody (elses int)`)
  await t.rejects(restore(other), { name: 'Unusable', message: /not empty/ })
})

t.test('what is no database of waymark’s has no backup', async (t) => {
  const path = `${folder}/none`
  await t.rejects(
    asOwner(await newDatabase(), (owner) => writeBackup(owner, path)),
    UNUSABLE,
  )
  await t.rejects(
    asOwner(await newDatabase(), (owner) => writeErasures(owner, path)),
    UNUSABLE,
  )
  t.equal(statSync(path, { throwIfNoEntry: false }), undefined)
  t.equal(statSync(`${path}.part`, { throwIfNoEntry: false }), undefined)
})

t.test(
  'a table that the backup’s role cannot read whole is refused, and the former file stays',
  async (t) => {
    const former = readFileSync(file)
    const address = await newDatabase()
    await migrate(address)
    for (const spoil of [
      'create table newcomer (who text); alter table newcomer enable row level security',
      'drop policy backup_reads on cases',
      `alter policy backup_reads on cases using (case_ref <> 'x')`,
      'revoke select on cases from waymark_backup',
    ]) {
      await asOwner(address, async (owner) => {
        await owner`begin`
        await owner.unsafe(spoil)
        await owner`commit`
      })
      await t.rejects(
        asOwner(address, (owner) => writeBackup(owner, file)),
        { message: /may not read all/ },
        spoil,
      )
      await asOwner(address, (owner) =>
        owner.unsafe(`
      drop table if exists newcomer; drop policy if exists backup_reads on cases;
      create policy backup_reads on cases for select to waymark_backup using (true);
      grant select on cases to waymark_backup`),
      )
    }
    t.same(readFileSync(file), former)
    await asOwner(address, (owner) => writeBackup(owner, `${folder}/mended`))
  },
)

/** As its own process, as whoever runs it does. */
const run = (
  command: string,
  address: DatabaseAddress,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const { host, user, port, database } = address
    const at = host.startsWith('/')
      ? `localhost:${port}/${database}?host=${host}`
      : `${host}:${port}/${database}`
    const env = { ...process.env, DATABASE_URL: `postgres://${user}@${at}` }
    const program = ['--import', 'tsx', `src/backup/${command}.ts`, ...args]
    execFile(process.execPath, program, { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })

t.test('the commands say what they did, or in one line why not', async (t) => {
  const [path, list] = [`${folder}/by-command`, `${folder}/list`]
  t.match(await run('backup', source, path), { code: 0, err: '' })
  t.match(await run('erasures', source, list), { code: 0, err: '' })
  const target = await newDatabase()
  t.match(await run('restore', target, list), {
    code: 1,
    err: /^The file is a list of erasures, and no backup\.\n$/,
  })
  t.match(await run('restore', target, path, '--erasures', path), { code: 1, err: /^[^\n]+\n$/ })
  const done = await run('restore', target, path, '--erasures', list)
  t.match(done, { out: /^\d+ rows of 25 tables restored, 0 cases erased again\.\n$/ })
  // What stands in the audit log of this test was never chained.
  t.match(done, {
    code: 1,
    err: /^(Restored as it was, but in the audit log of [a-z]+ entry 1 is not as it was written\.\n)+$/,
  })
  t.same(await allRows(target), await allRows(source))
  t.match(await run('erasures', target, '--apply', list), {
    code: 0,
    err: '',
    out: '0 cases erased again.\n',
  })
  t.match(await run('erasures', target, '--apply', path), {
    code: 1,
    err: 'The list of erasures is none.\n',
  })
  t.match(await run('erasures', target, '--apply'), {
    code: 2,
    err: 'npm run erasures -- [--apply] file\n',
  })
  t.match(await run('restore', target, path), { code: 1, err: /^The database is not empty: [^\n]+\n$/ })
  for (const args of [[], [path, path], [path, '--unknown']])
    t.match(await run('restore', target, ...args), { code: 2, err: /^npm run restore -- / })
  t.match(await run('backup', source), { code: 2, err: /^npm run backup -- file\n$/ })
  t.match(await run('restore', target, `${folder}/no-such-file`), { code: 1, err: /^[^\n]+\n$/ })
})
