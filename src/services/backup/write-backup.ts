import type { Database, Sql } from '../../store/database.ts'
import { readInstallation } from '../../store/owner/installation.ts'
import { lastMigration } from '../../store/owner/migrations.ts'
import {
  listTables,
  listUnreadable,
  readErasures,
  readRows,
  readSequences,
  settleTexts,
} from '../../store/owner/whole-tables.ts'
import { FORMAT, Unusable, type Head } from './backup-file.ts'
import { writePacked } from './packed-file.ts'

/**
 * Writes every table of a database, as it was at one moment, to a file; the service may go on meanwhile. Not in it is the queue,
 * which has a schema of its own: marks are the record, and whoever sweeps rings for them.
 *
 * @throws {Unusable} if it is no database of waymark's, or has a table that could not be read whole
 */
export const writeBackup = (owner: Database, path: string): Promise<void> =>
  atOneMoment(owner, async (sql) => {
    const [unreadable] = await listUnreadable(sql)
    if (unreadable !== undefined)
      throw new Unusable(
        `The backup's role may not read all of ${unreadable}: start waymark once, which migrates.`,
      )
    const tables = await listTables(sql)
    const head = { ...(await readHead(sql, 'backup')), sequences: await readSequences(sql) }
    await writePacked(
      path,
      head,
      tables.map((table) => [table, readRows(sql, table)] as const),
    )
  })

/** Writes what was erased until now, so that it is erased again after an older backup was restored. */
export const writeErasures = (owner: Database, path: string): Promise<void> =>
  atOneMoment(owner, async (sql) => {
    await writePacked(path, await readHead(sql, 'erasures'), [['erasures', readErasures(sql)]])
  })

async function atOneMoment(owner: Database, work: (sql: Sql) => Promise<void>): Promise<void> {
  await owner.begin('isolation level repeatable read read only', async (sql) => {
    await settleTexts(sql)
    await work(sql)
  })
}

async function readHead(sql: Sql, waymark: Head['waymark']): Promise<Head> {
  const migration = await lastMigration(sql)
  if (migration === undefined) throw new Unusable('There is no database of waymark here.')
  const { installationId } = await readInstallation(sql)
  return { waymark, format: FORMAT, installation: installationId, migration, sequences: {} }
}
