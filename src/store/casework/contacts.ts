import type { Contact } from '../../domain/casework/contact.ts'
import type { LondonDate } from '../../domain/period.ts'
import type { Sql, Write } from '../database.ts'
import { eachOf } from '../rows/each-of.ts'
import type { PageRequest } from '../store.ts'

export type StoredContact = Contact & {
  contractId: string
  revision: number
  receivedAt: string
  withdrawnAt: string | null
}

export type ContactRevision = Omit<StoredContact, 'withdrawnAt'>

/** A contact at the moment of its arrival. */
export type ReceivedContact = Contact & { receivedAt: string }

export const contactsIn = (sql: Sql) => {
  const content = sql`contract_id, ref, revision, held_on, kind, minutes, reached, attendees, source_updated_at,
    received_at`
  const columns = sql`${content}, withdrawn_at`
  const valuesOf = ({
    heldOn,
    kind,
    minutes,
    reached,
    attendees,
    sourceUpdatedAt,
    receivedAt,
    caseRefs: { length: caseCount },
  }: ReceivedContact) =>
    ({ heldOn, kind, minutes, reached, attendees, sourceUpdatedAt, receivedAt, caseCount }) as const
  /** Those of its cases that can be seen. */
  const caseRefs = sql`array(
      select case_ref from contact_cases l
      where l.contract_id = contacts.contract_id and l.ref = contacts.ref order by case_ref
    )`
  /**
   * A contact that is about a case which this provider cannot see, too, is not there for it. `<=`, since PostgreSQL takes an
   * equality for so rare that it would compile the whole list first.
   */
  const isWhole = sql`case_count <= (
      select count(*) from contact_cases l where l.contract_id = contacts.contract_id and l.ref = contacts.ref
    )`
  const named = (contractId: string, ref: string) => sql<StoredContact[]>`
    select ${columns}, ${caseRefs} as case_refs from contacts
    where contract_id = ${contractId} and ref = ${ref} and ${isWhole}`
  const addCases = (contractId: string, contact: ReceivedContact): Write => sql`
    insert into contact_cases (contract_id, ref, case_ref)
    select ${contractId}, ${contact.ref}, case_ref from unnest(${contact.caseRefs as string[]}::text[]) case_ref
    on conflict do nothing`
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
      const lookup = sql`
        select k.held_on from contact_cases l
        join contacts k on k.contract_id = l.contract_id and k.ref = l.ref
        where l.contract_id = ${contractId} and l.case_ref = wanted.key and k.withdrawn_at is null`
      const rows = await sql<{ heldOn: LondonDate }[]>`
        select distinct found.held_on from ${eachOf(sql, caseRefs, lookup)}`
      return rows.map(({ heldOn }) => heldOn)
    },

    /** A reference that is taken meanwhile fails the unit of work. */
    insert(contractId: string, contact: ReceivedContact): Write[] {
      return [
        sql`insert into contacts ${sql({ contractId, ref: contact.ref, revision: 1, ...valuesOf(contact) })}`,
        addCases(contractId, contact),
      ]
    },

    /** Keeps the former contents as a revision and puts new ones in their place. */
    correct(contractId: string, contact: ReceivedContact): Write[] {
      const { ref } = contact
      return [
        sql`
          insert into contact_revisions (${content}, case_refs)
          select ${content}, ${caseRefs} from contacts
          where contract_id = ${contractId} and ref = ${ref}`,
        // Its cases first, and none taken before another is there: row security lets a partner change a contact by them.
        addCases(contractId, contact),
        sql`
          delete from contact_cases
          where contract_id = ${contractId} and ref = ${ref} and case_ref <> all(${contact.caseRefs as string[]})`,
        sql`
          update contacts set ${sql(valuesOf(contact))}, revision = revision + 1, withdrawn_at = null
          where contract_id = ${contractId} and ref = ${ref}`,
      ]
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

    /** Its former contents, oldest first; to a partner, those that were about its own cases alone. */
    async formerRevisions(contractId: string, ref: string): Promise<ContactRevision[]> {
      return sql<ContactRevision[]>`
        select ${content}, case_refs from contact_revisions
        where contract_id = ${contractId} and ref = ${ref} order by revision`
    },

    async list(
      contractId: string,
      { caseRef, updatedSince }: ContactFilter,
      { limit, after }: PageRequest,
    ): Promise<StoredContact[]> {
      const all = sql``
      const ofCase = sql`
        and ref in (select ref from contact_cases where contract_id = ${contractId} and case_ref = ${caseRef ?? null})`
      return sql<StoredContact[]>`
        select ${columns}, ${caseRefs} as case_refs from contacts
        where contract_id = ${contractId} and withdrawn_at is null and ref > ${after ?? ''}
          ${caseRef === undefined ? all : ofCase}
          ${updatedSince === undefined ? all : sql`and received_at >= ${updatedSince}`}
          and ${isWhole}
        order by ref limit ${limit}`
    },
  }
}

/** Which contacts of a list are wanted: those that fit everything that is given. */
export interface ContactFilter {
  caseRef?: string | undefined
  /** Received or corrected at that instant or later. */
  updatedSince?: string | undefined
}
