import type { Answered } from '../domain/casework/pair.ts'
import type { CaseToCount } from '../domain/counting/case-reading.ts'
import type { SessionToCount } from '../domain/counting/count-month.ts'
import type { Answers } from '../domain/instrument.ts'
import type { LondonDate, Month, Period } from '../domain/period.ts'
import type { Sql } from './database.ts'

/** A case without what hangs on it. */
export type CaseRow = Omit<CaseToCount, 'assessments' | 'contacts'>

export type AssessmentRow = Answered & { caseRef: string; answers: Answers | null }

/** By which of its dates a case belongs to a month: closed, referred, or come into support. */
export type MonthOf = 'counted_on' | 'referred_on' | 'in_support_from'

type Days = Pick<Period, 'from' | 'until'>

/** What the counting of a contract reads: never names of people, and answers only where they are counted. */
export const countingIn = (sql: Sql) => {
  const columns = sql`c.case_ref, c.client, c.referred_on, c.first_contact_on, c.started_on, c.closed_on, c.closure,
    c.continues, c.cohorts, c.crime_type, c.referral_source, c.reported_to_police, c.characteristics, c.funding_stream,
    c.delivered_by, c.area, c.counted_on, c.in_support_from`
  /** Answers are large, so they come only where a measure asks for items of the instrument. */
  const assessed = (
    answersOf: readonly string[],
  ) => sql`a.case_ref, a.ref, a.instrument_id, a.instrument_version,
    a.stage, a.respondent, a.response, a.assessed_on, a.scores,
    case when a.instrument_id = any(${answersOf as string[]}) then a.answers end as answers`
  return {
    async cases(contractId: string, { from, until }: Days, by: MonthOf): Promise<CaseRow[]> {
      return sql<CaseRow[]>`
        select ${columns} from cases c
        where c.contract_id = ${contractId} and c.${sql(by)} >= ${from} and c.${sql(by)} < ${until}`
    },

    /** Those in support on at least one of the days, or still. */
    async casesInSupport(contractId: string, { from, until }: Days): Promise<CaseRow[]> {
      return sql<CaseRow[]>`
        select ${columns} from cases c
        where c.contract_id = ${contractId} and c.in_support_from < ${until}
          and (c.counted_on is null or c.counted_on >= ${from})`
    },

    /** Those with an assessment on one of the instruments on one of the days. */
    async casesAssessed(
      contractId: string,
      { from, until }: Days,
      instruments: readonly string[],
    ): Promise<CaseRow[]> {
      return sql<CaseRow[]>`
        select ${columns} from cases c
        where c.contract_id = ${contractId} and c.case_ref in (
          select a.case_ref from assessments a
          where a.contract_id = ${contractId} and a.instrument_id = any(${instruments as string[]})
            and a.assessed_on >= ${from} and a.assessed_on < ${until} and a.withdrawn_at is null
        )`
    },

    async allCases(contractId: string): Promise<CaseRow[]> {
      return sql<CaseRow[]>`select ${columns} from cases c where c.contract_id = ${contractId}`
    },

    /** The valid assessments of all cases that count in a month, of whatever date they are themselves. */
    async assessments(
      contractId: string,
      { from, until }: Days,
      answersOf: readonly string[],
    ): Promise<AssessmentRow[]> {
      return sql<AssessmentRow[]>`
        select ${assessed(answersOf)}
        from cases c
        join assessments a on a.contract_id = c.contract_id and a.case_ref = c.case_ref
        where c.contract_id = ${contractId} and c.counted_on >= ${from} and c.counted_on < ${until}
          and a.withdrawn_at is null`
    },

    /** All valid assessments of cases on some instruments. */
    async allAssessments(contractId: string, instruments: readonly string[]): Promise<AssessmentRow[]> {
      return sql<AssessmentRow[]>`
        select ${assessed([])} from assessments a
        where a.contract_id = ${contractId} and a.case_ref is not null and a.withdrawn_at is null
          and a.instrument_id = any(${instruments as string[]})`
    },

    async anonymous(
      contractId: string,
      { from, until }: Days,
      answersOf: readonly string[],
    ): Promise<AssessmentRow[]> {
      return sql<AssessmentRow[]>`
        select ${assessed(answersOf)} from assessments a
        where a.contract_id = ${contractId} and a.case_ref is null and a.withdrawn_at is null
          and a.assessed_on >= ${from} and a.assessed_on < ${until}`
    },

    /** The days on which the cases that count in a month were reached. */
    async contactDates(
      contractId: string,
      { from, until }: Days,
    ): Promise<{ caseRef: string; heldOn: LondonDate }[]> {
      return sql<{ caseRef: string; heldOn: LondonDate }[]>`
        select c.case_ref, k.held_on
        from cases c
        join contact_cases l on l.contract_id = c.contract_id and l.case_ref = c.case_ref
        join contacts k on k.contract_id = l.contract_id and k.ref = l.ref
        where c.contract_id = ${contractId} and c.counted_on >= ${from} and c.counted_on < ${until}
          and k.withdrawn_at is null and k.reached`
    },

    /** Contacts and sessions of a month, a row for each of their cases. */
    async sessions(
      contractId: string,
      { from, until }: Days,
    ): Promise<(CaseRow & Omit<SessionToCount, 'cases'> & { ref: string })[]> {
      return sql<(CaseRow & Omit<SessionToCount, 'cases'> & { ref: string })[]>`
        select k.ref, k.held_on as on, k.minutes, k.attendees, k.reached, ${columns}
        from contacts k
        join contact_cases l on l.contract_id = k.contract_id and l.ref = k.ref
        join cases c on c.contract_id = l.contract_id and c.case_ref = l.case_ref
        where k.contract_id = ${contractId} and k.held_on >= ${from} and k.held_on < ${until}
          and k.withdrawn_at is null`
    },

    /** Every month in which something of the contract is counted, by whatever date. */
    async months(contractId: string): Promise<Month[]> {
      const rows = await sql<{ month: Month }[]>`
        select distinct (extract(year from day) * 100 + extract(month from day))::int as month
        from (
          select unnest(array[counted_on, referred_on, in_support_from]) from cases where contract_id = ${contractId}
          union all
          select held_on from contacts where contract_id = ${contractId}
          union all
          select assessed_on from assessments where contract_id = ${contractId} and case_ref is null
        ) as days (day)
        where day is not null order by month`
      return rows.map(({ month }) => month)
    },
  }
}
