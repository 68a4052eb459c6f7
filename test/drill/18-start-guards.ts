import { asDrill } from './drill.ts'
import { runTestFiles } from './tap-files.ts'

export const startGuards = asDrill({
  number: 18,
  title: 'start-up guards',
  full: {},
  short: {},
  load: () => 'a start on each, three at once on an empty database',
  faults: () => 'fsync off, mighty roles, owned tables, open tables, an evicting Redis',
  run: (world) => runTestFiles(world, ['test/drills/start-guards.test.ts']),
  sabotage: {
    what: 'it starts whatever the database is like',
    edits: [{ file: 'src/compose.ts', text: 'await refuseOpenGuards(owner)', by: 'void refuseOpenGuards' }],
  },
})
