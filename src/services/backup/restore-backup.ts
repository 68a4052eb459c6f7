import { londonDateOf } from '../../domain/period.ts'
import { transactWithin, type Database, type Sql } from '../../store/database.ts'
import { readInstallation } from '../../store/owner/installation.ts'
import { isOurs, migrateWithin } from '../../store/owner/migrations.ts'
import {
  asTheirOwner,
  countRows,
  emptyTables,
  insertErasures,
  insertRows,
  isEmpty,
  learnSizes,
  listTables,
  setSequences,
  settleTexts,
} from '../../store/owner/whole-tables.ts'
import { verifyChains, type Chain } from '../audit/verify-chains.ts'
import { Contents, damaged, Unusable } from './backup-file.ts'
import { eraseAgain } from './erase-again.ts'
import { checkPacked, readPacked } from './packed-file.ts'
import { readList } from './read-list.ts'

/** What was restored. */
export interface Restored {
  tables: number
  rows: number
  /** Cases that were erased since the backup, and so again. */
  erased: number
  chains: readonly Chain[]
}

/**
 * Brings a backup back into an empty database: all of it, or nothing. What was erased since, as a list of a later day says, is
 * erased again before anybody sees it.
 *
 * @throws {Unusable} if a file is damaged or does not belong here, or the database is not empty
 */
export async function restoreBackup(
  owner: Database,
  files: { backup: string; erasures: string | undefined },
): Promise<Restored> {
  const { head, tables } = await checkPacked(files.backup)
  if (head.waymark !== 'backup') throw new Unusable('The file is a list of erasures, and no backup.')
  if (!isOurs(head.migration))
    throw new Unusable('The backup was made by a newer waymark, or by another one: restore it with that one.')
  const erasures =
    files.erasures === undefined ? undefined : await readList(files.erasures, head.installation)
  const restored = await owner.begin(async (sql) => {
    if (!(await isEmpty(sql))) throw new Unusable('The database is not empty: restore into a new one.')
    await settleTexts(sql)
    await migrateWithin(sql, head.migration)
    await load(sql, files.backup, tables)
    await setSequences(sql, head.sequences)
    await migrateWithin(sql)
    if (erasures) await asTheirOwner(sql, ['erasures'], () => insertErasures(sql, erasures.lines))
    const { secret } = await readInstallation(sql)
    const transact = transactWithin(sql)
    return {
      tables: tables.size,
      rows: [...tables.values()].reduce((sum, rows) => sum + rows, 0),
      erased: await eraseAgain({ transact, secret, clock: systemClock })(erasures?.list ?? []),
      chains: await verifyChains({ transact })(),
    }
  })
  await learnSizes(owner)
  return restored
}

const systemClock = { now: () => new Date(), today: () => londonDateOf(new Date()) }

async function load(sql: Sql, path: string, expected: ReadonlyMap<string, number>): Promise<void> {
  const tables = await listTables(sql)
  const isTheSame = tables.length === expected.size && tables.every((table) => expected.has(table))
  if (!isTheSame) throw damaged()
  await asTheirOwner(sql, tables, async () => {
    await emptyTables(sql, tables)
    for await (const { table, lines } of readPacked(path, new Contents())) await insertRows(sql, table, lines)
    for (const table of tables) if ((await countRows(sql, table)) !== expected.get(table)) throw damaged()
  })
}
