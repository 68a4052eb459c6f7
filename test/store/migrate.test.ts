import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { packageFile } from '../../src/process/package-file.ts'
import { migrate } from '../../src/store/owner/migrate.ts'
import { makeDatabase } from '../support/database.ts'

/** The migrations, and one that changes a table that is in use. */
function withOneMore(folder: string): string {
  cpSync(packageFile('drizzle/migrations'), folder, { recursive: true })
  writeFileSync(join(folder, 'one_more.sql'), 'alter table returns add column one_more text;')
  const path = join(folder, 'meta/_journal.json')
  const journal = JSON.parse(readFileSync(path, 'utf8')) as { entries: { idx: number; when: number }[] }
  const last = journal.entries.at(-1)
  if (last === undefined) throw new Error('there are migrations')
  journal.entries.push({ ...last, ...{ idx: last.idx + 1, when: last.when + 1, tag: 'one_more' } })
  writeFileSync(path, JSON.stringify(journal))
  return folder
}

t.test('a migration that has to wait keeps nobody else waiting', async (t) => {
  const database = await makeDatabase()
  t.teardown(() => database.drop())
  await migrate(database.address)
  const owner = postgres({ ...database.address, max: 3, onnotice: () => undefined })
  t.teardown(() => owner.end())
  const folder = withOneMore(t.testdir())

  let isMigrated = false
  let asked = 0
  const reader = await owner.reserve()
  t.teardown(() => {
    reader.release()
  })
  await reader`begin`
  await reader`select from returns`
  const migrating = migrate(database.address, folder).then(() => {
    isMigrated = true
  })
  const others = owner.begin(async (sql) => {
    await sql`set local lock_timeout = '1s'`
    for (; asked < 30; asked++) {
      await sql`savepoint one`
      await sql`select from returns`
      await sql`rollback to savepoint one`
      await pause(100)
    }
  })
  await t.resolves(others, 'nobody waits a second')
  t.equal(isMigrated, false, 'it waits for who was there before')
  await reader`commit`
  await migrating
  const columns = await owner`select from information_schema.columns
    where table_name = 'returns' and column_name = 'one_more'`
  t.equal(columns.length, 1)
})

/** Up to here nothing was in use anywhere. */
const FIRST_IN_USE = '0023'
const TAKES_AWAY =
  /\b(drop (table|column|constraint|policy|function|trigger)|rename|set not null|(set data )?type|revoke)\b/i
const WITHOUT_DEFAULT = /\badd column\b(?!.*\bdefault\b).*\bnot null\b/i

t.test('a migration adds and takes nothing away: the version before goes on beside it', async (t) => {
  const files = readdirSync(packageFile('drizzle/migrations')).filter((name) => name.endsWith('.sql'))
  const later = files.filter((name) => name >= FIRST_IN_USE)
  t.ok(later.length > 0)
  for (const name of later) {
    const statements = readFileSync(packageFile(`drizzle/migrations/${name}`), 'utf8').replaceAll(/--.*/g, '')
    const alterations = statements.split(';').filter((one) => /\b(alter|drop|revoke)\b/i.test(one))
    for (const one of alterations) {
      t.notMatch(one, TAKES_AWAY, name)
      t.notMatch(one, WITHOUT_DEFAULT, name)
    }
  }
})
