import { parseArgs } from 'node:util'
import { writeBackup } from '../services/backup/write-backup.ts'
import { findDatabase } from './database.ts'
import { readArguments, runOnce } from './run-once.ts'

/** `npm run backup -- file` writes the whole database to a file; the service may go on. */
const file = readArguments('npm run backup -- file', () => {
  const { positionals } = parseArgs({ allowPositionals: true })
  return positionals.length === 1 ? positionals[0] : undefined
})
if (file !== undefined) {
  await runOnce(findDatabase, async (owner) => {
    await writeBackup(owner, file)
    console.log(`Written to ${file}, which holds people's data: encrypt it.`)
  })
}
