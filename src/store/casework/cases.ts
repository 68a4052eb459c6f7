import type { SupportCase } from '../../domain/casework/support-case.ts'
import type { LondonDate } from '../../domain/period.ts'
import type { Sql, Write } from '../database.ts'
import { placedIn } from '../rows/placed-in.ts'
import { eachOf } from '../rows/each-of.ts'
import type { PageRequest } from '../store.ts'

export type StoredCase = SupportCase & {
  contractId: string
  /** Worked out at each write: the day the case counts on, and since when it was in support. */
  countedOn: LondonDate | null
  inSupportFrom: LondonDate | null
  revision: number
  createdAt: string
  updatedAt: string
}

/** By which days a case is dated and counted. */
export type CaseDays = Pick<
  StoredCase,
  'caseRef' | 'closedOn' | 'startedOn' | 'referredOn' | 'countedOn' | 'inSupportFrom'
>

/** What assessments tell of a case. */
export type CaseDating = Pick<StoredCase, 'caseRef' | 'countedOn' | 'inSupportFrom'>

export const casesIn = (sql: Sql) => {
  const columns = sql`contract_id, case_ref, client, referred_on, referral_source, first_contact_on, started_on,
    closed_on, closure, continues, delivered_by, funding_stream, area, cohorts, crime_type, reported_to_police,
    characteristics, source_updated_at, counted_on, in_support_from, revision, created_at, updated_at`
  return {
    async find(contractId: string, caseRef: string): Promise<StoredCase | undefined> {
      const rows = await sql<StoredCase[]>`
        select ${columns} from cases where contract_id = ${contractId} and case_ref = ${caseRef}`
      return rows[0]
    },

    /** Locks those of the named cases that are there, in the order of their references, so that no two writes wait in a ring. */
    async lock(contractId: string, caseRefs: readonly string[]): Promise<StoredCase[]> {
      const lookup = sql`select ${columns} from cases where contract_id = ${contractId} and case_ref = wanted.key`
      return sql<StoredCase[]>`select found.* from ${eachOf(sql, caseRefs, lookup, { isLocked: true })}`
    },

    /** Locks them likewise, and reads their days alone. */
    async lockDays(contractId: string, caseRefs: readonly string[]): Promise<CaseDays[]> {
      const lookup = sql`
        select case_ref, closed_on, started_on, referred_on, counted_on, in_support_from from cases
        where contract_id = ${contractId} and case_ref = wanted.key`
      return sql<CaseDays[]>`select found.* from ${eachOf(sql, caseRefs, lookup, { isLocked: true })}`
    },

    /** A person's cases in every contract that can be seen, in one order everywhere. */
    async ofClient(client: string): Promise<Pick<StoredCase, 'contractId' | 'caseRef'>[]> {
      return sql<Pick<StoredCase, 'contractId' | 'caseRef'>[]>`
        select contract_id, case_ref from cases
        where client = ${client} and contract_id in (select contract_id from contracts)
        order by contract_id, case_ref`
    },

    /** Makes cases of which only assessments tell; a key that is taken meanwhile fails the unit of work. */
    insertBlank(contractId: string, deliveredBy: string, dates: readonly CaseDating[]): Write {
      return sql`
        insert into cases (contract_id, case_ref, delivered_by, counted_on, in_support_from, revision)
        select ${contractId}, "caseRef", ${deliveredBy}, "countedOn", "inSupportFrom", 0
        from jsonb_to_recordset(${sql.json(dates)})
          as d ("caseRef" text, "countedOn" date, "inSupportFrom" date)
        order by "caseRef"`
    },

    update(
      contractId: string,
      one: SupportCase & Pick<StoredCase, 'countedOn' | 'inSupportFrom' | 'updatedAt'>,
    ): Write {
      const { caseRef, ...content } = one
      const values = {
        ...content,
        cohorts: content.cohorts === null ? null : [...content.cohorts],
        characteristics: content.characteristics === null ? null : sql.json(content.characteristics as never),
      }
      return sql`
        update cases set ${sql(values)}, revision = revision + 1
        where contract_id = ${contractId} and case_ref = ${caseRef}`
    },

    /** Notes what assessments changed of cases: no new revision, since the case system's own record of them stands. */
    setDates(contractId: string, dates: readonly CaseDating[]): Write {
      const lookup = sql`select ctid as place from cases where contract_id = ${contractId} and case_ref = wanted.key`
      const refs = dates.map(({ caseRef }) => caseRef)
      const datesOf = sql`${sql.json(Object.fromEntries(dates.map((one) => [one.caseRef, one])))}::jsonb -> case_ref`
      return sql`
        update cases set counted_on = (${datesOf} ->> 'countedOn')::date,
          in_support_from = (${datesOf} ->> 'inSupportFrom')::date
        where ${placedIn(sql, contractId)} any(array(select found.place from ${eachOf(sql, refs, lookup)}))`
    },

    async list(contractId: string, { limit, after }: PageRequest): Promise<StoredCase[]> {
      return sql<StoredCase[]>`
        select ${columns} from cases
        where contract_id = ${contractId} and case_ref > ${after ?? ''} order by case_ref limit ${limit}`
    },
  }
}
