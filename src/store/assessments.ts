import type { Assessment } from '../domain/casework/support-case.ts'
import type { Period } from '../domain/period.ts'
import type { Sql } from './database.ts'
import type { PageRequest } from './store.ts'

export type StoredAssessment = Assessment & {
  contractId: string
  revision: number
  receivedAt: string
  withdrawnAt: string | null
}

export type AssessmentRevision = Omit<StoredAssessment, 'withdrawnAt'>

export const assessmentsIn = (sql: Sql) => {
  const content = sql`contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage, respondent,
    response, assessed_on, answers, scores, source_updated_at, received_at`
  const columns = sql`${content}, withdrawn_at`
  const row = (one: Assessment & { receivedAt: string }) => ({
    ...one,
    answers: sql.json(one.answers),
    scores: one.scores as number[],
  })
  return {
    async find(contractId: string, ref: string): Promise<StoredAssessment | undefined> {
      const rows = await sql<StoredAssessment[]>`
        select ${columns} from assessments where contract_id = ${contractId} and ref = ${ref}`
      return rows[0]
    },

    /** The same, and nobody else changes it, nor moves it to another case, before this transaction ends. */
    async lock(contractId: string, ref: string): Promise<StoredAssessment | undefined> {
      const rows = await sql<StoredAssessment[]>`
        select ${columns} from assessments where contract_id = ${contractId} and ref = ${ref} for update`
      return rows[0]
    },

    /** The valid assessments of the named cases: once those are locked, nobody else changes them. */
    async ofCases(contractId: string, caseRefs: readonly string[]): Promise<StoredAssessment[]> {
      return sql<StoredAssessment[]>`
        select ${columns} from assessments
        where contract_id = ${contractId} and case_ref = any(${caseRefs as string[]}) and withdrawn_at is null`
    },

    /** @returns false if there is one of that reference already */
    async insert(contractId: string, one: Assessment & { receivedAt: string }): Promise<boolean> {
      const { count } = await sql`
        insert into assessments ${sql({ contractId, revision: 1, ...row(one) })} on conflict do nothing`
      return count > 0
    },

    /** Keeps the former content as a revision and puts the new one in its place. */
    async correct(contractId: string, one: Assessment & { receivedAt: string }): Promise<void> {
      const { ref, ...values } = row(one)
      await Promise.all([
        sql`
          insert into assessment_revisions (${content})
          select ${content} from assessments where contract_id = ${contractId} and ref = ${ref}`,
        sql`
          update assessments set ${sql(values)}, revision = revision + 1, withdrawn_at = null
          where contract_id = ${contractId} and ref = ${ref}`,
      ])
    },

    /** The same content, said again later: only how recent it is moves on. */
    async setSourceUpdatedAt(contractId: string, ref: string, sourceUpdatedAt: string): Promise<void> {
      await sql`
        update assessments set source_updated_at = ${sourceUpdatedAt}
        where contract_id = ${contractId} and ref = ${ref}`
    },

    /** Its former contents, oldest first. */
    async formerRevisions(contractId: string, ref: string): Promise<AssessmentRevision[]> {
      return sql<AssessmentRevision[]>`
        select ${content} from assessment_revisions
        where contract_id = ${contractId} and ref = ${ref} order by revision`
    },

    async list(contractId: string, { limit, after }: PageRequest): Promise<StoredAssessment[]> {
      return sql<StoredAssessment[]>`
        select ${columns} from assessments
        where contract_id = ${contractId} and withdrawn_at is null and ref > ${after ?? ''}
        order by ref limit ${limit}`
    },

    /** The valid assessments of all cases that count in a month, of whatever date they are themselves. */
    async ofCasesCountedIn(
      contractId: string,
      { from, until }: Pick<Period, 'from' | 'until'>,
    ): Promise<(CountedAssessment & { caseRef: string })[]> {
      return sql<(CountedAssessment & { caseRef: string })[]>`
        select a.case_ref, a.ref, a.instrument_id, a.instrument_version, a.stage, a.respondent, a.response,
          a.assessed_on, a.scores
        from cases c
        join assessments a on a.contract_id = c.contract_id and a.case_ref = c.case_ref
        where c.contract_id = ${contractId} and c.counted_on >= ${from} and c.counted_on < ${until}
          and a.withdrawn_at is null`
    },
  }
}

/** What the count needs of an assessment: no answers. */
export type CountedAssessment = Pick<
  Assessment,
  'ref' | 'instrumentId' | 'instrumentVersion' | 'stage' | 'respondent' | 'response' | 'assessedOn' | 'scores'
>
