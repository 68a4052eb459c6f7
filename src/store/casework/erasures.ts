import type { Sql, Write } from '../database.ts'
import { eachOf } from '../rows/each-of.ts'

/** What was erased, by a hash of its name, and whose it was. */
export interface Erasure {
  digest: Uint8Array
  deliveredBy: string
}

const inHex = (digest: Uint8Array): string => Buffer.from(digest).toString('hex')

export const erasuresIn = (sql: Sql) => ({
  /** Those of the named ones that were erased. */
  async find(contractId: string, digests: readonly Uint8Array[]): Promise<Erasure[]> {
    const lookup = sql`
      select digest, delivered_by from erasures
      where contract_id = ${contractId} and digest = wanted.key`
    return sql<Erasure[]>`select found.* from ${eachOf(sql, digests.map(inHex), lookup, { isHex: true })}`
  },

  /** Whether it was erased in any contract that can be seen. */
  async isErasedAnywhere(digest: Uint8Array): Promise<boolean> {
    const rows = await sql`
      select from erasures
      where contract_id in (select contract_id from contracts) and digest = ${digest} limit 1`
    return rows.length > 0
  },

  /** What was erased once and came back, as a person may, is erased again without a second row. */
  insert(contractId: string, erasures: readonly Erasure[]): Write {
    return sql`
      insert into erasures (contract_id, digest, delivered_by)
      select ${contractId}, decode(hex, 'hex'), delivered_by
      from unnest(${erasures.map(({ digest }) => inHex(digest))}::text[],
        ${erasures.map(({ deliveredBy }) => deliveredBy)}::text[]) as e (hex, delivered_by)
      on conflict do nothing`
  },

  /** The contacts that are about any of some cases; nobody else changes them until this ends. */
  async lockContacts(contractId: string, caseRefs: readonly string[]): Promise<string[]> {
    const rows = await sql<{ ref: string }[]>`
      select ref from contacts
      where contract_id = ${contractId} and ref in (
        select ref from contact_cases where contract_id = ${contractId} and case_ref = any(${caseRefs as string[]})
      )
      order by ref for update`
    return rows.map(({ ref }) => ref)
  },

  /**
   * Erases cases and all under them, in the order of these statements. Contacts that are about others, too, lose these cases.
   *
   * @param contactRefs the contacts that are about any of the cases
   */
  erase(contractId: string, caseRefs: readonly string[], contactRefs: readonly string[]): Write[] {
    const cases = caseRefs as string[]
    const contacts = contactRefs as string[]
    const assessments = sql`
      select ref from assessments where contract_id = ${contractId} and case_ref = any(${cases})`
    return [
      sql`
        delete from idempotency_keys
        where contract_id = ${contractId} and (ref in (${assessments}) or (ref, revision) in (
          select ref, revision from assessment_revisions
          where contract_id = ${contractId} and case_ref = any(${cases})
        ))`,
      // Also what an assessment said of one of these cases before it was moved to another.
      sql`
        delete from assessment_revisions
        where contract_id = ${contractId} and (case_ref = any(${cases}) or ref in (${assessments}))`,
      sql`delete from assessments where contract_id = ${contractId} and case_ref = any(${cases})`,
      sql`delete from contact_cases where contract_id = ${contractId} and case_ref = any(${cases})`,
      sql`
        update contacts set case_count = (
          select count(*) from contact_cases l
          where l.contract_id = contacts.contract_id and l.ref = contacts.ref
        )
        where contract_id = ${contractId} and ref = any(${contacts})`,
      sql`
        update contact_revisions set case_refs = array(
          select one from unnest(case_refs) with ordinality as named (one, place)
          where one <> all(${cases}) order by place
        )
        where contract_id = ${contractId} and case_refs && ${cases}::text[]`,
      sql`
        delete from contact_revisions
        where contract_id = ${contractId} and (case_refs = '{}' or ref in (
          select ref from contacts where contract_id = ${contractId} and ref = any(${contacts}) and case_count = 0
        ))`,
      sql`
        delete from contacts
        where contract_id = ${contractId} and ref = any(${contacts}) and case_count = 0`,
      sql`delete from cases where contract_id = ${contractId} and case_ref = any(${cases})`,
    ]
  },
})
