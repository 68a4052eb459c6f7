import { londonDateOf } from '../../domain/period.ts'
import { transactWithin, type Database, type Transact } from '../../store/database.ts'
import { readInstallation } from '../../store/owner/installation.ts'
import { isOurs, lastMigration } from '../../store/owner/migrations.ts'
import { asTheirOwner, insertErasures } from '../../store/owner/whole-tables.ts'
import { Unusable } from './backup-file.ts'
import { eraseAgain } from './erase-again.ts'
import { readList } from './read-list.ts'

/**
 * Erases what a list says in a database that is in use, such as one that was brought back to a point in time. First nothing
 * that it names can be written any more; then some cases at a time go, each lot in a transaction of its own. What is erased
 * already stays so: broken off, it is done again.
 *
 * @returns how many cases were erased
 * @throws {Unusable} if the list is damaged or another installation's, or there is no database of waymark's
 */
export async function applyErasures(owner: Database, path: string): Promise<number> {
  const migration = await lastMigration(owner)
  if (migration === undefined) throw new Unusable('There is no database of waymark here.')
  if (!isOurs(migration)) throw new Unusable('The database is a newer waymark’s: use that one.')
  const { installationId, secret } = await readInstallation(owner)
  const { lines, list } = await readList(path, installationId)
  await owner.begin((sql) => asTheirOwner(sql, ['erasures'], () => insertErasures(sql, lines)))
  const transact: Transact = async (actor, work) =>
    (await owner.begin(async (sql) => ({ result: await transactWithin(sql)(actor, work) }))).result
  return eraseAgain({ transact, secret, clock })(list)
}

const clock = { now: () => new Date(), today: () => londonDateOf(new Date()) }
