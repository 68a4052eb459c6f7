import { asDrill } from './drill.ts'
import { runTestFiles } from './tap-files.ts'

export const poison = asDrill({
  number: 19,
  title: 'a poison case',
  full: {},
  short: {},
  load: () => 'two contracts, one of which cannot be counted',
  faults: () => 'the count throws, again and again',
  run: (world) => runTestFiles(world, ['test/drills/poison.test.ts', 'test/workers/recount.test.ts']),
  sabotage: {
    what: 'a failed count is tried again at once, and told to nobody',
    edits: [{ file: 'workers/handlers.ts', text: 'await putOff(needs)(job)', by: 'void putOff' }],
  },
})
