import type { Answered } from '../../domain/casework/pair.ts'
import type { Period } from '../../domain/period.ts'
import type { CaseOfClient, CaseToCheck } from '../../domain/quality.ts'
import type { Sql } from '../database.ts'

type Span = Pick<Period, 'from' | 'until'>

export const qualityIn = (sql: Sql) => {
  /**
   * The cases that count in the period, the open ones that were in support during it, and those referred in it of whom
   * nothing came yet. Three selects that share no case, so that each reads its own part of an index: the cases of other
   * periods cost nothing.
   */
  const checked = (contractId: string, { from, until }: Span) => {
    const columns = sql`case_ref, client, referred_on, first_contact_on, started_on, closed_on, counted_on,
      in_support_from`
    return sql`(
      select ${columns} from cases
      where contract_id = ${contractId} and counted_on >= ${from} and counted_on < ${until}
      union all
      select ${columns} from cases
      where contract_id = ${contractId} and counted_on is null and in_support_from < ${until}
      union all
      select ${columns} from cases
      where contract_id = ${contractId} and counted_on is null and in_support_from is null
        and referred_on >= ${from} and referred_on < ${until}
    )`
  }
  return {
    async cases(contractId: string, span: Span): Promise<Omit<CaseToCheck, 'assessments'>[]> {
      return sql<Omit<CaseToCheck, 'assessments'>[]>`select * from ${checked(contractId, span)} c`
    },

    /** Their valid assessments, of whatever date. */
    async assessments(contractId: string, span: Span): Promise<(Answered & { caseRef: string })[]> {
      return sql<(Answered & { caseRef: string })[]>`
        select a.case_ref, a.ref, a.instrument_id, a.instrument_version, a.stage, a.respondent, a.response,
          a.assessed_on, a.scores
        from ${checked(contractId, span)} c
        join assessments a on a.contract_id = ${contractId} and a.case_ref = c.case_ref
        where a.withdrawn_at is null`
    },

    /**
     * Who delivered the cases that were referred, came into support or count in the period, or have an assessment or a
     * contact in it; null: an assessment is about no case.
     */
    async deliverers(contractId: string, { from, until }: Span): Promise<(string | null)[]> {
      const within = (column: string) => sql`${sql(column)} >= ${from} and ${sql(column)} < ${until}`
      const rows = await sql<{ deliveredBy: string | null }[]>`
        select distinct c.delivered_by
        from (
          select case_ref from cases
          where contract_id = ${contractId}
            and (${within('counted_on')} or ${within('in_support_from')} or ${within('referred_on')})
          union
          select case_ref from assessments
          where contract_id = ${contractId} and withdrawn_at is null and ${within('assessed_on')}
          union
          select case_ref from contacts k join contact_cases using (contract_id, ref)
          where k.contract_id = ${contractId} and withdrawn_at is null and ${within('held_on')}
        ) sent
        left join cases c on c.contract_id = ${contractId} and c.case_ref = sent.case_ref
        order by 1`
      return rows.map(({ deliveredBy }) => deliveredBy)
    },

    /** Every case of their clients, of whatever period. */
    async casesOfClients(contractId: string, span: Span): Promise<CaseOfClient[]> {
      return sql<CaseOfClient[]>`
        select o.case_ref, o.client, o.started_on, o.counted_on, o.in_support_from
        from (
          select distinct client from ${checked(contractId, span)} c where client is not null
        ) clients
        join cases o on o.contract_id = ${contractId} and o.client = clients.client`
    },
  }
}
