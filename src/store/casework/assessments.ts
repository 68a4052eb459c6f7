import type { Assessment, Dating } from '../../domain/casework/support-case.ts'
import type { Sql, Write } from '../database.ts'
import { eachOf } from '../rows/each-of.ts'
import type { PageRequest } from '../store.ts'

export type StoredAssessment = Assessment & {
  contractId: string
  revision: number
  receivedAt: string
  withdrawnAt: string | null
}

export type AssessmentRevision = Omit<StoredAssessment, 'withdrawnAt'>

/** An assessment at the moment of its arrival. */
export type Received = Assessment & { receivedAt: string }

export const assessmentsIn = (sql: Sql) => {
  const content = sql`contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage, respondent,
    response, assessed_on, answers, scores, source_updated_at, received_at`
  const columns = sql`${content}, withdrawn_at`
  /** Assessments as rows, whatever their number, by one parameter. */
  const rows = (assessments: readonly Received[]) => sql`
    jsonb_to_recordset(${sql.json(assessments as never)}) as r (ref text, "caseRef" text, "instrumentId" text,
      "instrumentVersion" smallint, stage text, respondent text, response text, "assessedOn" date, answers jsonb,
      scores int[], "sourceUpdatedAt" timestamptz, "receivedAt" timestamptz)`
  const lookUp = (contractId: string, wanted: Write) => sql`
    select ${wanted} from assessments where contract_id = ${contractId} and ref = wanted.key`
  return {
    async find(contractId: string, ref: string): Promise<StoredAssessment | undefined> {
      const rows = await sql<StoredAssessment[]>`
        select ${columns} from assessments where contract_id = ${contractId} and ref = ${ref}`
      return rows[0]
    },

    /** Those of the named ones that are there; nobody else changes them, nor moves them to other cases, until this ends. */
    async lock(contractId: string, refs: readonly string[]): Promise<StoredAssessment[]> {
      const lookup = lookUp(contractId, columns)
      return sql<StoredAssessment[]>`select found.* from ${eachOf(sql, refs, lookup, { isLocked: true })}`
    },

    /** What dates the named cases, of their valid assessments: once those are locked, nobody else changes it. */
    async datingsOf(
      contractId: string,
      caseRefs: readonly string[],
    ): Promise<(Dating & { caseRef: string })[]> {
      const lookup = sql`
        select case_ref, ref, stage, response, assessed_on from assessments
        where contract_id = ${contractId} and case_ref = wanted.key and withdrawn_at is null`
      return sql<(Dating & { caseRef: string })[]>`select found.* from ${eachOf(sql, caseRefs, lookup)}`
    },

    /** A reference that is taken meanwhile fails the unit of work. */
    insert(contractId: string, assessments: readonly Received[]): Write {
      return sql`
        insert into assessments (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage,
          respondent, response, assessed_on, answers, scores, source_updated_at, received_at)
        select ${contractId}, ref, 1, "caseRef", "instrumentId", "instrumentVersion", stage, respondent, response,
          "assessedOn", answers, scores, "sourceUpdatedAt", "receivedAt"
        from ${rows(assessments)} order by ref`
    },

    /** Keeps the former contents as revisions and puts the new ones in their places. */
    correct(contractId: string, assessments: readonly Received[]): Write[] {
      const refs = assessments.map(({ ref }) => ref)
      return [
        sql`
          insert into assessment_revisions (${content})
          select found.* from ${eachOf(sql, refs, lookUp(contractId, content))}`,
        sql`
          update assessments a set revision = a.revision + 1, withdrawn_at = null, case_ref = r."caseRef",
            instrument_id = r."instrumentId", instrument_version = r."instrumentVersion", stage = r.stage,
            respondent = r.respondent, response = r.response, assessed_on = r."assessedOn", answers = r.answers,
            scores = r.scores, source_updated_at = r."sourceUpdatedAt", received_at = r."receivedAt"
          from ${rows(assessments)}
          where a.contract_id = ${contractId} and a.ref = r.ref`,
      ]
    },

    /** Stays as a tombstone, so that its revisions go on counting. */
    withdraw(contractId: string, ref: string, withdrawnAt: string): Write {
      return sql`
        update assessments set withdrawn_at = ${withdrawnAt} where contract_id = ${contractId} and ref = ${ref}`
    },

    /** The same contents, said again later: only how recent they are moves on. */
    setSourceUpdatedAt(contractId: string, said: readonly { ref: string; sourceUpdatedAt: string }[]): Write {
      return sql`
        update assessments a set source_updated_at = s."sourceUpdatedAt"
        from jsonb_to_recordset(${sql.json(said)}) as s (ref text, "sourceUpdatedAt" timestamptz)
        where a.contract_id = ${contractId} and a.ref = s.ref`
    },

    /** Its former contents, oldest first. */
    async formerRevisions(contractId: string, ref: string): Promise<AssessmentRevision[]> {
      return sql<AssessmentRevision[]>`
        select ${content} from assessment_revisions
        where contract_id = ${contractId} and ref = ${ref} order by revision`
    },

    async list(
      contractId: string,
      { caseRef, stage, updatedSince }: AssessmentFilter,
      { limit, after }: PageRequest,
    ): Promise<StoredAssessment[]> {
      const all = sql``
      return sql<StoredAssessment[]>`
        select ${columns} from assessments
        where contract_id = ${contractId} and withdrawn_at is null and ref > ${after ?? ''}
          ${caseRef === undefined ? all : sql`and case_ref = ${caseRef}`}
          ${stage === undefined ? all : sql`and stage = ${stage}`}
          ${updatedSince === undefined ? all : sql`and received_at >= ${updatedSince}`}
        order by ref limit ${limit}`
    },
  }
}

/** Which assessments of a list are wanted: those that fit everything that is given. */
export interface AssessmentFilter {
  caseRef?: string | undefined
  stage?: Assessment['stage'] | undefined
  /** Received or corrected at that instant or later. */
  updatedSince?: string | undefined
}
