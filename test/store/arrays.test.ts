import fc from 'fast-check'
import t from 'tap'
import { connectOwner, type Database } from '../../src/store/database.ts'
import { makeDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let sql: Database

t.before(async () => {
  database = await makeDatabase()
  sql = connectOwner(database.address)
})
t.teardown(async () => {
  await sql.end()
  await database.drop()
})

t.test('texts come back as they went, and mean the same to PostgreSQL', async (t) => {
  const texts = fc.array(fc.option(fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0'))))
  const ordinary = ['NULL', 'null', '', ' ', '{', '}', ',', '"', '\\', '\\"', "'", 'é\n', null]
  await t.resolves(
    fc.assert(
      fc.asyncProperty(texts, async (values) => {
        const [row] = await sql<{ all: unknown; each: unknown }[]>`
          select ${values}::text[] as all, coalesce(jsonb_agg(one), '[]') as each
          from unnest(${values}::text[]) one`
        t.same(row, { all: values, each: values })
      }),
      { numRuns: 100, examples: [[[]], [ordinary]] },
    ),
  )
})

t.test('so do whole numbers', async (t) => {
  for (const values of [[], [0], [1, null, -3], [2_147_483_647, -2_147_483_648]]) {
    const [row] = await sql<{ ints: unknown; bigints: unknown }[]>`
      select ${values}::int[] as ints, ${values}::bigint[] as bigints`
    t.same(row, { ints: values, bigints: values })
  }
})

t.test('names are texts, too', async (t) => {
  const rows = await sql<{ relname: string }[]>`
    select relname from pg_class where relname = any(${['pg_class', 'pg_type']}) order by 1`
  t.same(
    rows.map(({ relname }) => relname),
    ['pg_class', 'pg_type'],
  )
})
