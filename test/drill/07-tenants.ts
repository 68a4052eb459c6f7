import { asDrill } from './drill.ts'
import { runTestFiles } from './tap-files.ts'

export const tenants = asDrill({
  number: 7,
  title: 'another tenant',
  full: {},
  short: {},
  load: () => 'every route × method × foreign names',
  faults: () => 'each kind of key, a revoked and an expired one, none',
  run: (world) => runTestFiles(world, ['test/api/tenancy-matrix.test.ts', 'test/api/access.test.ts']),
  sabotage: {
    what: 'cases are forbidden to commissioners instead of not there',
    edits: [
      {
        file: 'src/routes/http/access.ts',
        text: "casework: { operator: 'forbidden', provider: 'allowed', commissioner: 'hidden' }",
        by: "casework: { operator: 'forbidden', provider: 'allowed', commissioner: 'forbidden' }",
      },
    ],
  },
})
