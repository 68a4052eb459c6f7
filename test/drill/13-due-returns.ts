import { asDrill } from './drill.ts'
import { runTestFiles } from './tap-files.ts'

export const dueReturns = asDrill({
  number: 13,
  title: 'returns when due',
  full: {},
  short: {},
  load: () => 'five years of four kinds of returns, three schedulers at once; made again',
  faults: () => 'down 40 times, both clock changes, 29 February',
  run: (world) =>
    runTestFiles(world, [
      'test/services/returns/make-due-returns.test.ts',
      'test/domain/returns/due-periods.test.ts',
      'test/api/returns.test.ts',
      'test/drills/return-again.test.ts',
    ]),
  sabotage: {
    what: 'a return falls due a day early',
    edits: [
      {
        file: 'src/services/returns/make-due-returns.ts',
        text: 'graceDays: returnGraceDays,',
        by: 'graceDays: returnGraceDays - 1,',
      },
    ],
  },
})
