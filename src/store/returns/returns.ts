import type { Month } from '../../domain/period.ts'
import type { ChangedCases, ShownChanges } from '../../domain/returns/changed-cases.ts'
import type { CheckResult } from '../../domain/returns/checks.ts'
import type { ReturnContent } from '../../domain/returns/return-content.ts'
import type { Sql, Write } from '../database.ts'
import type { PageRequest } from '../store.ts'

/** Which return is meant, of whatever version. */
export interface ReturnKey {
  commissionerId: string
  template: string
  firstMonth: Month
  lastMonth: Month
}

/** What is made again as long as a return is a draft. */
export interface MadeReturn {
  templateVersion: number
  areaCode: string | null
  provisional: boolean
  content: ReturnContent
  checks: readonly CheckResult[]
  sha256: string
  generatedAt: string
  /** Oldest first. */
  changes: readonly ShownChanges[]
}

export type StoredReturn = ReturnKey &
  MadeReturn & {
    returnId: string
    version: number
    status: 'draft' | 'submitted' | 'superseded'
    signedOffBy: string | null
    /** By check: why it was submitted though the check failed. */
    reasons: Readonly<Record<string, string>> | null
    submittedAt: string | null
  }

export const returnsIn = (sql: Sql) => {
  const columns = sql`return_id, commissioner_id, template, template_version, area_code, first_month, last_month,
    version, status, provisional, content, checks, sha256, generated_at, changes, signed_off_by, reasons,
    submitted_at`
  const isOf = ({ commissionerId, template, firstMonth, lastMonth }: ReturnKey) => sql`
    commissioner_id = ${commissionerId} and template = ${template} and first_month = ${firstMonth}
    and last_month = ${lastMonth}`
  const made = <D extends MadeReturn>({ content, checks, changes, ...plain }: D) => ({
    ...plain,
    content: sql.json(content as never),
    checks: sql.json(checks as never),
    changes: sql.json(changes),
  })
  const keyOf = ({ commissionerId, template, firstMonth, lastMonth }: ReturnKey): string =>
    `return ${commissionerId} ${template} ${firstMonth} ${lastMonth}`
  return {
    /** Nobody else makes or submits this return until this ends. */
    async lock(key: ReturnKey): Promise<void> {
      await sql`select pg_advisory_xact_lock(hashtextextended(${keyOf(key)}, 0))`
    },

    async find(returnId: string): Promise<StoredReturn | undefined> {
      const rows = await sql<StoredReturn[]>`select ${columns} from returns where return_id = ${returnId}`
      return rows[0]
    },

    /** Every version, from the oldest to the newest. */
    async versions(key: ReturnKey): Promise<StoredReturn[]> {
      return sql<StoredReturn[]>`select ${columns} from returns where ${isOf(key)} order by version`
    },

    /** The newest version of so many periods before, newest first. */
    async before(
      { commissionerId, template }: ReturnKey,
      periods: readonly { firstMonth: Month; lastMonth: Month }[],
    ): Promise<StoredReturn[]> {
      const first = periods.map(({ firstMonth }) => firstMonth)
      const last = periods.map(({ lastMonth }) => lastMonth)
      return sql<StoredReturn[]>`
        select distinct on (first_month) ${columns} from returns
        where commissioner_id = ${commissionerId} and template = ${template}
          and (first_month, last_month) in (select * from unnest(${first}::int[], ${last}::int[]))
        order by first_month desc, version desc`
    },

    /** Which returns of a commissioner there are. */
    async keys(commissionerId: string): Promise<Omit<ReturnKey, 'commissionerId'>[]> {
      return sql<Omit<ReturnKey, 'commissionerId'>[]>`
        select template, first_month, last_month from returns
        where commissioner_id = ${commissionerId} and version = 1`
    },

    async list({ limit, after }: PageRequest): Promise<StoredReturn[]> {
      return sql<StoredReturn[]>`
        select ${columns} from returns where return_id > ${after ?? ''} order by return_id limit ${limit}`
    },

    /** A version that somebody else makes in the same moment stays theirs. */
    insert(draft: ReturnKey & MadeReturn & { returnId: string; version: number }): Write {
      return sql`insert into returns ${sql(made(draft))} on conflict do nothing`
    },

    /** Makes a draft again in its place. */
    replace(returnId: string, draft: MadeReturn): Write {
      return sql`update returns set ${sql(made(draft))} where return_id = ${returnId} and status = 'draft'`
    },

    submit(
      returnId: string,
      by: { signedOffBy: string; reasons: Readonly<Record<string, string>>; submittedAt: string },
    ): Write {
      return sql`
        update returns set status = 'submitted', signed_off_by = ${by.signedOffBy},
          reasons = ${sql.json(by.reasons)}, submitted_at = ${by.submittedAt}
        where return_id = ${returnId} and status = 'draft'`
    },

    supersede(returnId: string): Write {
      return sql`update returns set status = 'superseded' where return_id = ${returnId} and status = 'submitted'`
    },

    /** Of cases that are referred, come into support or count in the days; what is withdrawn changes its case, too. */
    async changedCases(
      contractId: string,
      { from, until }: { from: string; until: string },
      since: string,
    ): Promise<ChangedCases> {
      const rows = await sql<[ChangedCases]>`
        select count(*) filter (where c.created_at > ${since})::int as late,
          count(*) filter (where c.created_at <= ${since} and (c.updated_at > ${since} or exists (
            select from assessments a
            where a.contract_id = c.contract_id and a.case_ref = c.case_ref
              and greatest(a.received_at, a.withdrawn_at) > ${since}
          ) or exists (
            select from contact_cases l join contacts k on k.contract_id = l.contract_id and k.ref = l.ref
            where l.contract_id = c.contract_id and l.case_ref = c.case_ref
              and greatest(k.received_at, k.withdrawn_at) > ${since}
          )))::int as corrected
        from cases c
        where c.contract_id = ${contractId}
          and ((c.counted_on >= ${from} and c.counted_on < ${until})
            or (c.referred_on >= ${from} and c.referred_on < ${until})
            or (c.in_support_from >= ${from} and c.in_support_from < ${until}))`
      return rows[0]
    },
  }
}
