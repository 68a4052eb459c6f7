import { parseArgs } from 'node:util'
import { applyErasures } from '../services/backup/apply-erasures.ts'
import { writeErasures } from '../services/backup/write-backup.ts'
import { findDatabase } from './database.ts'
import { readArguments, runOnce } from './run-once.ts'

/**
 * `npm run erasures -- file` writes what was erased until now: hashes, by which a restore of an older backup erases again.
 * `npm run erasures -- --apply file` erases again by them in a database that is in use.
 */
const asked = readArguments('npm run erasures -- [--apply] file', () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { apply: { type: 'boolean', default: false } },
  })
  const [file] = positionals
  return file === undefined || positionals.length > 1 ? undefined : { file, isApplied: values.apply }
})
if (asked !== undefined) {
  const { file, isApplied } = asked
  await runOnce(findDatabase, async (owner) => {
    if (isApplied) {
      console.log(`${await applyErasures(owner, file)} cases erased again.`)
    } else {
      await writeErasures(owner, file)
      console.log(`Written to ${file}.`)
    }
  })
}
