import { asDrill, whole } from './drill.ts'
import { runTestFiles } from './tap-files.ts'

export const smallGroups = asDrill({
  number: 12,
  title: 'small groups',
  full: { attacks: 2_000 },
  short: { attacks: 50 },
  load: ({ attacks }) => `${whole(attacks)} series of answers`,
  faults: () => 'an attacker who subtracts any answers; groups of 1 to minimumCount − 1',
  run: ({ product }, { attacks }) =>
    runTestFiles(
      product,
      [
        'test/domain/disclosure/attack.test.ts',
        'test/domain/disclosure/hidden-groups.test.ts',
        'test/domain/disclosure/blocks.test.ts',
        'test/api/disclosure.test.ts',
      ],
      { ATTACKS: String(attacks) },
    ),
  sabotage: {
    what: 'no group is small',
    edits: [
      {
        file: 'src/domain/disclosure/small.ts',
        text: 'count !== null && count > 0 && count < minimumCount',
        by: 'count !== null && count > 0 && count < minimumCount - minimumCount',
      },
    ],
  },
})
