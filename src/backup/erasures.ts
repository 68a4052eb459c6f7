import { parseArgs } from 'node:util'
import { writeErasures } from '../services/backup/write-backup.ts'
import { findDatabase } from './database.ts'
import { readArguments, runOnce } from './run-once.ts'

/** `npm run erasures -- file` writes what was erased until now: hashes, which a restore of an older backup erases again by. */
const file = readArguments('npm run erasures -- file', () => {
  const { positionals } = parseArgs({ allowPositionals: true })
  return positionals.length === 1 ? positionals[0] : undefined
})
if (file !== undefined) {
  await runOnce(findDatabase, async (owner) => {
    await writeErasures(owner, file)
    console.log(`Written to ${file}.`)
  })
}
