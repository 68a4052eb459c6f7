import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type postgres from 'postgres'
import { timed } from './people.ts'

interface DuckDb {
  DuckDBInstance: {
    create: () => Promise<{ connect: () => Promise<{ run: (sql: string) => Promise<unknown> }> }>
  }
}

/** No dependency of the project: `npm install --no-save @duckdb/node-api` brings it here. */
const PACKAGE = '@duckdb/node-api'

async function loadDuckDb(): Promise<DuckDb | undefined> {
  try {
    return (await import(PACKAGE)) as DuckDb
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

const GROUPS = [
  ...['closure', 'cohort', 'crime_type', 'referral_source', 'funding_stream', 'area', 'delivered_by'],
  ...['age_band', 'sex', 'ethnicity', 'disability'],
]
const SCORES = Array.from({ length: 9 }, (_, n) => n + 1)

/** Counts the same moves in the same groups in a database made for such questions; undefined where it is not installed. */
export async function countedByDuckDb(owner: postgres.Sql): Promise<string | undefined> {
  const duckDb = await loadDuckDb()
  if (duckDb === undefined) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'waymark-duckdb-'))
  try {
    const connection = await (await duckDb.DuckDBInstance.create()).connect()
    const file = join(folder, 'pairs.csv')
    const pairs = await owner`
      copy (
        select c.contract_id, date_trunc('month', c.counted_on)::date as month, closure, cohorts[1] as cohort, crime_type,
          referral_source, funding_stream, area, delivered_by, characteristics ->> 'ageBand' as age_band,
          characteristics ->> 'sex' as sex, characteristics ->> 'ethnicity' as ethnicity,
          characteristics ->> 'disability' as disability, c.case_ref
        from cases c) to stdout csv header`.readable()
    await pipeline(pairs, createWriteStream(file))
    await connection.run(`create table cases as select * from read_csv('${file}')`)
    const assessments = join(folder, 'assessments.csv')
    const scores = SCORES.map((n) => `scores[${n}] as s${n}`).join(', ')
    await pipeline(
      await owner
        .unsafe(`copy (select contract_id, case_ref, stage, ${scores} from assessments) to stdout csv header`)
        .readable(),
      createWriteStream(assessments),
    )
    await connection.run(`create table assessments as select * from read_csv('${assessments}')`)
    const milliseconds = await timed(() =>
      connection.run(`
        create table counted as
        with pairs as (
          select c.*, i, [${SCORES.map((n) => `s.s${n}`).join(', ')}][i] as x, [${SCORES.map((n) => `e.s${n}`).join(', ')}][i] as y
          from cases c
          join assessments s on s.contract_id = c.contract_id and s.case_ref = c.case_ref and s.stage = 'start'
          join assessments e on e.contract_id = c.contract_id and e.case_ref = c.case_ref and e.stage = 'end'
          cross join (select unnest([${SCORES.join(', ')}]) as i))
        ${['', ...GROUPS]
          .map(
            (
              by,
            ) => `select contract_id, month, i, '${by}' as by, ${by === '' ? `''` : by} as value, x, y, count(*) as n
            from pairs group by 1, 2, 3, 4, 5, 6, 7`,
          )
          .join(' union all ')}`),
    )
    return `${(milliseconds / 1000).toFixed(2)} s`
  } finally {
    await rm(folder, { recursive: true })
  }
}
