import type { Contact } from '../../domain/casework/contact.ts'
import type { LondonDate } from '../../domain/period.ts'
import type { Sql, Write } from '../database.ts'
import type { PageRequest } from '../store.ts'

export type StoredContact = Contact & {
  contractId: string
  revision: number
  receivedAt: string
  withdrawnAt: string | null
}

/** A contact at the moment of its arrival. */
export type ReceivedContact = Contact & { receivedAt: string }

export const contactsIn = (sql: Sql) => {
  const columns = sql`contract_id, ref, revision, held_on, kind, minutes, reached, attendees, source_updated_at,
    received_at, withdrawn_at`
  const valuesOf = ({
    heldOn,
    kind,
    minutes,
    reached,
    attendees,
    sourceUpdatedAt,
    receivedAt,
  }: ReceivedContact) => ({ heldOn, kind, minutes, reached, attendees, sourceUpdatedAt, receivedAt }) as const
  const named = (contractId: string, ref: string) => sql<StoredContact[]>`
    select ${columns}, array(
        select case_ref from contact_cases where contract_id = ${contractId} and ref = ${ref} order by case_ref
      ) as case_refs
    from contacts where contract_id = ${contractId} and ref = ${ref}`
  return {
    async find(contractId: string, ref: string): Promise<StoredContact | undefined> {
      const rows = await named(contractId, ref)
      return rows[0]
    },

    /** Nobody else changes it, nor which cases it is about, until this ends. */
    async lock(contractId: string, ref: string): Promise<StoredContact | undefined> {
      // Two statements, since the second must see which cases were committed while the first one waited; sent in one flight.
      const [, rows] = await Promise.all([
        sql`select from contacts where contract_id = ${contractId} and ref = ${ref} for update`,
        named(contractId, ref),
      ])
      return rows[0]
    },

    /** The days of some cases' contacts. */
    async daysOf(contractId: string, caseRefs: readonly string[]): Promise<LondonDate[]> {
      const rows = await sql<{ heldOn: LondonDate }[]>`
        select distinct k.held_on from contact_cases l
        join contacts k on k.contract_id = l.contract_id and k.ref = l.ref
        where l.contract_id = ${contractId} and l.case_ref = any(${caseRefs as string[]}) and k.withdrawn_at is null`
      return rows.map(({ heldOn }) => heldOn)
    },

    /** A reference that is taken meanwhile fails the unit of work. */
    insert(contractId: string, contact: ReceivedContact): Write {
      return sql`
        insert into contacts ${sql({ contractId, ref: contact.ref, revision: 1, ...valuesOf(contact) })}`
    },

    /** Puts new contents in the place of the former ones. */
    correct(contractId: string, contact: ReceivedContact): Write {
      return sql`
        update contacts set ${sql(valuesOf(contact))}, revision = revision + 1, withdrawn_at = null
        where contract_id = ${contractId} and ref = ${contact.ref}`
    },

    addCases(contractId: string, ref: string, caseRefs: readonly string[]): Write {
      return sql`
        insert into contact_cases (contract_id, ref, case_ref)
        select ${contractId}, ${ref}, case_ref from unnest(${caseRefs as string[]}::text[]) case_ref`
    },

    removeCases(contractId: string, ref: string, caseRefs: readonly string[]): Write {
      return sql`
        delete from contact_cases
        where contract_id = ${contractId} and ref = ${ref} and case_ref = any(${caseRefs as string[]})`
    },

    /** Stays as a tombstone with its cases, so that its revisions go on counting. */
    withdraw(contractId: string, ref: string, withdrawnAt: string): Write {
      return sql`
        update contacts set withdrawn_at = ${withdrawnAt} where contract_id = ${contractId} and ref = ${ref}`
    },

    /** The same contents, said again later: only how recent they are moves on. */
    setSourceUpdatedAt(contractId: string, ref: string, sourceUpdatedAt: string): Write {
      return sql`
        update contacts set source_updated_at = ${sourceUpdatedAt}
        where contract_id = ${contractId} and ref = ${ref}`
    },

    /** @param caseRef only those about this case */
    async list(
      contractId: string,
      caseRef: string | undefined,
      { limit, after }: PageRequest,
    ): Promise<StoredContact[]> {
      const ofCase = sql`
        and ref in (select ref from contact_cases where contract_id = ${contractId} and case_ref = ${caseRef ?? null})`
      const contacts = await sql<Omit<StoredContact, 'caseRefs'>[]>`
        select ${columns} from contacts
        where contract_id = ${contractId} and withdrawn_at is null and ref > ${after ?? ''}
          ${caseRef === undefined ? sql`` : ofCase}
        order by ref limit ${limit}`
      // Apart: within that statement, row security would look at every case there is.
      const refs = contacts.map(({ ref }) => ref)
      const about = await sql<{ ref: string; caseRef: string }[]>`
        select ref, case_ref from contact_cases
        where contract_id = ${contractId} and ref = any(${refs}) order by ref, case_ref`
      const caseRefsOf = new Map(refs.map((ref) => [ref, [] as string[]]))
      for (const one of about) caseRefsOf.get(one.ref)?.push(one.caseRef)
      return contacts.map((contact) => ({ ...contact, caseRefs: caseRefsOf.get(contact.ref) ?? [] }))
    },
  }
}
