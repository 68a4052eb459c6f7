import { asDrill } from './drill.ts'
import { runTestFiles } from './tap-files.ts'

export const audit = asDrill({
  number: 16,
  title: 'audit log',
  full: {},
  short: {},
  load: () => '8 writers at once',
  faults: () => 'a row edited, deleted, swapped, inserted; a tail cut',
  run: (world) => runTestFiles(world, ['test/audit.test.ts', 'test/audit-heads.test.ts']),
  sabotage: {
    what: 'an entry is not compared with its hash',
    edits: [
      {
        file: 'src/services/audit/verify-chains.ts',
        text: 'Buffer.compare(entry.hash, hashOf(entry, entry.previousHash)) === 0',
        by: 'hashOf(entry, entry.previousHash).length > 0',
      },
    ],
  },
})
