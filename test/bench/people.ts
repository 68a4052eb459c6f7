import type postgres from 'postgres'
import { loadDefinitions, surveysFolder } from '../../src/definitions.ts'
import { addMonths, londonDateOf, type Month } from '../../src/domain/period.ts'
import { recountMonth } from '../../src/services/counting/recount-month.ts'
import { connectPool, transactOn } from '../../src/store/database.ts'
import type { DatabaseAddress } from '../../src/database-address.ts'

/** Cases that closed in one month of a contract, each with a start and an end assessment, put into the tables directly. */
export interface ClosedCases {
  contract: string
  month: Month
  /** Numbers of the first and the last one. */
  from: number
  to: number
}

const dayOf = (month: Month, day: string): string =>
  `${String(month).slice(0, 4)}-${String(month).slice(4)}-${day}`

/** Their people differ in everything that figures are grouped by. */
export async function insertClosed(
  owner: postgres.Sql,
  { contract, month, from, to }: ClosedCases,
): Promise<void> {
  const [started, closed] = [dayOf(addMonths(month, -5), '03'), dayOf(month, '15')]
  await owner`
    insert into cases (contract_id, case_ref, delivered_by, counted_on, in_support_from, closure, cohorts, crime_type,
      referral_source, funding_stream, area, characteristics)
    select ${contract}, ${`${month}-`} || n, 'p', ${closed}::date, ${started}::date,
      (array['planned', 'disengaged'])[1 + n % 2], array['c' || n % 3], 'crime-' || n % 8,
      (array['police', 'self', 'other'])[1 + n % 3], (array['moj-core', 'local'])[1 + n % 2], 'area-' || n % 7,
      jsonb_build_object('ageBand', 'a' || n % 6, 'sex', (array['female', 'male'])[1 + n % 2],
        'ethnicity', 'e' || n % 10, 'disability', (array['yes', 'no'])[1 + n % 2])
    from generate_series(${from}::int, ${to}::int) n`
  await owner`
    insert into assessments (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage, respondent,
      response, assessed_on, answers, scores, received_at)
    select ${contract}, stage || ${`-${month}-`} || n, 1, ${`${month}-`} || n, 'victim-needs', 1, stage, 'self', 'completed',
      case stage when 'start' then ${started}::date else ${closed}::date end, '{}',
      array(select ((n * i + length(stage)) % 4) from generate_series(1, 9) i), now()
    from generate_series(${from}::int, ${to}::int) n, unnest(array['start', 'end']) stage`
}

/** What counts a month here, as workers do it, without their queue. */
export function countingOn(address: DatabaseAddress) {
  const pool = connectPool(address, 2)
  const recount = recountMonth({
    transact: transactOn(pool),
    definitions: loadDefinitions([surveysFolder]),
    clock: { now: () => new Date(), today: () => londonDateOf(new Date()) },
  })
  return { recount, end: () => pool.end() }
}

/** Counting the same in one statement: every move of every need, in every group. */
export const countInOne = (owner: postgres.ISql, among: postgres.PendingQuery<postgres.Row[]>) => owner`
  create temp table counted_in_one on commit drop as
  select c.contract_id, date_trunc('month', c.counted_on) as month, i, by, value, s.scores[i] as x, e.scores[i] as y,
    count(*) as n
  from cases c
  join assessments s on s.contract_id = c.contract_id and s.case_ref = c.case_ref and s.stage = 'start'
  join assessments e on e.contract_id = c.contract_id and e.case_ref = c.case_ref and e.stage = 'end'
  cross join generate_series(1, 9) i
  cross join lateral (values ('', ''), ('closure', c.closure), ('cohort', c.cohorts[1]),
    ('crime-type', c.crime_type), ('referral-source', c.referral_source), ('funding-stream', c.funding_stream),
    ('area', c.area), ('delivered-by', c.delivered_by), ('age-band', c.characteristics ->> 'ageBand'),
    ('sex', c.characteristics ->> 'sex'), ('ethnicity', c.characteristics ->> 'ethnicity'),
    ('disability', c.characteristics ->> 'disability')) g (by, value)
  where ${among}
  group by 1, 2, 3, 4, 5, 6, 7`

/** Milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
