import type postgres from 'postgres'
import { check } from './drill.ts'
import type { Noted } from './client.ts'

/**
 * Every stored count of the drills' contracts made again from what the assessments and cases say themselves: the answers, the
 * dates as they were sent. It shares nothing with the product but the tables; what it counts is victim-needs@1, whose scores
 * are its answers, and one measure of the kind `resolved`.
 */
const RECOUNT = `
  with answered as not materialized (
    select contract_id, case_ref, ref, stage, assessed_on, answers from assessments
    where withdrawn_at is null and case_ref is not null and response = 'completed'
  ),
  dated as (
    select c.*,
      coalesce(c.closed_on, (select max(a.assessed_on) from answered a
        where a.contract_id = c.contract_id and a.case_ref = c.case_ref and a.stage = 'end')) as leaves_on,
      coalesce(c.started_on, (select min(a.assessed_on) from answered a
        where a.contract_id = c.contract_id and a.case_ref = c.case_ref)) as enters_on
    from cases c
  ),
  paired as (
    select d.*, s.answers as at_start, e.answers as at_end,
      extract(year from leaves_on)::int * 100 + extract(month from leaves_on)::int as month
    from dated d
    left join lateral (select answers from answered a
      where a.contract_id = d.contract_id and a.case_ref = d.case_ref and a.stage = 'start'
      order by assessed_on, ref limit 1) s on true
    left join lateral (select answers from answered a
      where a.contract_id = d.contract_id and a.case_ref = d.case_ref and a.stage = 'end'
      order by assessed_on desc, ref desc limit 1) e on true
    where leaves_on is not null
  ),
  said as (
    select contract_id, case_ref, month, 'completeness' as subject, (at_start is not null)::int as x,
      (at_start is not null and at_end is not null)::int as y
    from paired where enters_on is not null
    union all
    select contract_id, case_ref, month, 'score/victim-needs@1/' || item, (at_start ->> item)::int, (at_end ->> item)::int
    from paired, unnest(array['personal-safety', 'health', 'accommodation', 'family', 'education', 'substances', 'finance',
      'outlook', 'social']) item
    where at_start ? item and at_end ? item
    union all
    select contract_id, case_ref, month, 'measure', (at_start ->> 'personal-safety')::int,
      ((at_end ->> 'personal-safety')::int = 0)::int
    from paired where at_end ? 'personal-safety' and (at_start ->> 'personal-safety')::int > 0
  ),
  grouped as (
    select c.contract_id, c.case_ref, g.by, coalesce(g.value, 'not-stated') as value
    from cases c
    cross join lateral (
      values ('', ''), ('crime-type', c.crime_type), ('closure', c.closure), ('referral-source', c.referral_source),
        ('funding-stream', c.funding_stream), ('delivered-by', c.delivered_by), ('area', c.area),
        ('age-band', c.characteristics ->> 'ageBand'), ('sex', c.characteristics ->> 'sex'),
        ('ethnicity', c.characteristics ->> 'ethnicity'), ('disability', c.characteristics ->> 'disability')
      union all
      select 'cohort', cohort from unnest(coalesce(nullif(c.cohorts, '{}'), array['not-stated'])) cohort
    ) g (by, value)
  ),
  again as (
    select contract_id, month, subject, by, value, x, y, count(*)::int as n
    from said join grouped using (contract_id, case_ref)
    group by 1, 2, 3, 4, 5, 6, 7
  ),
  stored as (
    select contract_id, month, regexp_replace(subject, '^measure/[0-9a-f]+$', 'measure') as subject, by, value, x, y, n::int
    from counts
  ),
  -- Where a return asks for measures of its own as well, scores and completeness only.
  known as (
    select contract_id, subject from again join contracts using (contract_id)
    where subject <> 'measure' or returns = '[]'
    union
    select contract_id, subject from stored join contracts using (contract_id)
    where subject = 'completeness' or subject like 'score/%' or returns = '[]'
  )
  select d.* from (
    select 'stored, but not so' as what, * from (select * from stored except all select * from again) a
    union all
    select 'missing', * from (select * from again except all select * from stored) b
  ) d
  where (contract_id, subject) in (select contract_id, subject from known)`

/** Nothing is waiting any more, so every figure is the last one. */
export async function isAllCounted(sql: postgres.Sql): Promise<boolean> {
  const rows = await sql`
    select from marks union all select from contracts where counted_with is null limit 1`
  return rows.length === 0
}

/** @throws {AssertionError} unless every stored count is what the raw assessments say, and there is any */
export async function checkCounts(sql: postgres.Sql): Promise<void> {
  const differences = await sql.unsafe(RECOUNT)
  check(
    differences.length === 0,
    `${differences.length} counts are not as counted again, the first: ${JSON.stringify(differences[0])}`,
  )
  const [row] = await sql`select count(*)::int as counts from counts`
  check(Number(row?.counts) > 0, 'there are no counts')
}

interface StoredRow {
  contract: string
  ref: string
  revision: number
  former: number
  content: object
}

/**
 * What was taken is there as it was last said, once: no reference that the client never had a 2xx for or was under way with, and
 * as many revisions as it said different things.
 *
 * @param withoutFormer what former revisions have been erased of
 * @throws {AssertionError}
 */
export async function checkStored(
  sql: postgres.Sql,
  notes: ReadonlyMap<string, Noted>,
  withoutFormer: ReadonlySet<string> = new Set(),
): Promise<void> {
  const rows = await sql<StoredRow[]>`
    select contract_id as contract, ref, revision, (
        select count(*)::int from assessment_revisions r
        where r.contract_id = a.contract_id and r.ref = a.ref
      ) as former, jsonb_build_object('case', case_ref, 'instrument', instrument_id,
      'stage', stage, 'assessedOn', assessed_on, 'answers', answers) as content
    from assessments a where withdrawn_at is null`
  const stored = new Map(rows.map((row) => [`contracts/${row.contract}/assessments/${row.ref}`, row]))
  const cases = await sql<{ path: string }[]>`
    select 'contracts/' || contract_id || '/cases/' || case_ref as path from cases`
  const casePaths = new Set(cases.map(({ path }) => path))
  for (const [path, { meant, taken }] of notes) {
    if (path.includes('/cases/'))
      check(taken === undefined || casePaths.has(path), `${path} was taken and is lost`)
    if (!path.includes('/assessments/')) continue
    const row = stored.get(path)
    stored.delete(path)
    if (taken === undefined && row === undefined) continue
    check(row !== undefined, `${path} was taken and is lost`)
    const isAsLastSaid = taken !== undefined && textOf(taken) === textOf(row.content)
    const last = taken === undefined ? -1 : meant.map(textOf).lastIndexOf(textOf(taken))
    const isUnderWay = meant.slice(last + 1).some((said) => textOf(said) === textOf(row.content))
    check(isAsLastSaid || isUnderWay, `${path} is not as it was last taken`)
    const saidDifferently = new Set(meant.map(textOf)).size
    check(row.revision <= saidDifferently, `${path} was stored ${row.revision} times for ${saidDifferently}`)
    const isComplete = row.former === row.revision - 1 || withoutFormer.has(path)
    check(isComplete, `${path} has ${row.former} former revisions at revision ${row.revision}`)
  }
  check(stored.size === 0, `${stored.size} assessments are there that nobody sent`)
}

/** Members in the order of their names, so that equal contents are equal texts. */
function textOf(content: object): string {
  return JSON.stringify(content, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
