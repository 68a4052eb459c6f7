import { parseArgs } from 'node:util'
import { restoreBackup } from '../services/backup/restore-backup.ts'
import { makeDatabase } from './database.ts'
import { readArguments, runOnce } from './run-once.ts'

/** `npm run restore -- file [--erasures list]` brings a backup into an empty database, and erases again what the list says. */
const files = readArguments('npm run restore -- file [--erasures list]', () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { erasures: { type: 'string' } },
  })
  const [backup] = positionals
  return backup === undefined || positionals.length > 1 ? undefined : { backup, erasures: values.erasures }
})
if (files !== undefined) {
  await runOnce(makeDatabase, async (owner) => {
    const { tables, rows, erased, chains } = await restoreBackup(owner, files)
    console.log(`${rows} rows of ${tables} tables restored, ${erased} cases erased again.`)
    for (const { organisationId, firstBad } of chains) {
      if (firstBad === undefined) continue
      console.error(
        `Restored as it was, but in the audit log of ${organisationId || 'operators'} entry ${firstBad} is not as it was written.`,
      )
      process.exitCode = 1
    }
  })
}
