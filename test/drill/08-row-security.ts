import { asDrill } from './drill.ts'
import { runTestFiles } from './tap-files.ts'

export const rowSecurity = asDrill({
  number: 8,
  title: 'row security alone',
  full: {},
  short: {},
  load: () => '1,000 interleaved transactions, 50 tenants, a pool of 5',
  faults: () => 'units of work that fail; each policy and grant dropped in turn',
  run: (world) =>
    runTestFiles(world, [
      'test/drills/interleaved-tenants.test.ts',
      'test/store/policies.test.ts',
      'test/store/row-security.test.ts',
    ]),
  sabotage: {
    what: 'a policy lets every provider see every contract',
    edits: [
      {
        file: 'drizzle/migrations/0001_roles_and_row_security.sql',
        text: 'create policy provider_own on contracts for select to waymark_provider\n  using (\n    provider_id =',
        by: 'create policy provider_own on contracts for select to waymark_provider\n  using (\n    true or provider_id =',
      },
    ],
  },
})
