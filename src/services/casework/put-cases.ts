import { isDeepStrictEqual } from 'node:util'
import { askedInstead, harmonise } from '../../domain/casework/harmonise.ts'
import { checkPrecondition } from '../../domain/precondition.ts'
import { notFound, whole, type Fault, type Reading } from '../../domain/problem.ts'
import {
  isOutdated,
  type Characteristics,
  type Dating,
  type SupportCase,
} from '../../domain/casework/support-case.ts'
import type { ContractParties } from '../../store/contracts.ts'
import type { LondonDate } from '../../domain/period.ts'
import type { StoredCase } from '../../store/casework/cases.ts'
import { findErased, refuseErased } from '../erasure/digests.ts'
import type { Needs, Sender } from '../needs.ts'
import { attempt, type Receipt } from '../receipt.ts'
import { datesOf, monthsToMark, touchedMonths, type CaseDates } from './changed-dates.ts'
import { monthsOfContacts } from './months-of-contacts.ts'

/** A case as a case system writes it; a field left out is cleared. */
export interface CaseBody {
  client?: string | undefined
  referredOn?: LondonDate | undefined
  referralSource?: string | undefined
  firstContactOn?: LondonDate | undefined
  startedOn?: LondonDate | undefined
  closedOn?: LondonDate | undefined
  closure?: string | undefined
  continues?: boolean | undefined
  deliveredBy?: string | undefined
  fundingStream?: string | undefined
  area?: string | undefined
  cohorts?: string[] | undefined
  crimeType?: string | undefined
  reportedToPolice?: boolean | undefined
  characteristics?: Characteristics | undefined
  sourceUpdatedAt?: string | undefined
}

export type PutCaseNeeds = Pick<Needs, 'transact' | 'definitions' | 'clock' | 'ring' | 'secret'>

/** One case as it was sent. */
export interface CaseSubmission {
  caseRef: string
  reading: Reading<CaseBody>
  ifMatch?: string | undefined
}

/**
 * Stores whole cases of one contract in the place of what was known of them, in one transaction.
 * A write that its case system dates before the stored one changes nothing, nor does the same again.
 *
 * @param submissions no case twice
 * @returns their receipts, in the same order
 * @throws {Overtaken} if a case of theirs is there, but hidden from this provider: alone, that one is not found
 */
export const putCases =
  ({ transact, definitions, clock, ring, secret }: PutCaseNeeds) =>
  async (
    { provider, requests }: Sender,
    contractId: string,
    submissions: readonly CaseSubmission[],
  ): Promise<Receipt<StoredCase>[]> => {
    const { receipts, months } = await transact(
      { role: 'provider', organisation: provider },
      async (store, finish) => {
        const caseRefs = submissions.map(({ caseRef }) => caseRef)
        const [contract, stored, datings] = await Promise.all([
          store.contracts.findParties(contractId),
          store.cases.lock(contractId, caseRefs),
          store.assessments.datingsOf(contractId, caseRefs),
        ])
        if (contract === undefined)
          return { receipts: submissions.map(() => ({ problem: notFound() })), months: [] }

        const knownOf = new Map(stored.map((one) => [one.caseRef, one]))
        const erased = await findErased(
          store,
          { contractId, contract, provider, secret },
          caseRefs.filter((caseRef) => !knownOf.has(caseRef)),
        )
        const datingsOf = byCase(datings)
        const today = clock.today()
        const updatedAt = clock.now().toISOString()
        const changed: Changed[] = []
        const receipts = submissions.map(({ caseRef, reading, ifMatch }): Receipt<StoredCase> => {
          const known = knownOf.get(caseRef)
          const checked = attempt(() => {
            const { characteristics, faults } = harmonise(readable(reading), definitions.lists)
            const body = whole(reading, [...checkCase(reading.given, contract, provider, today), ...faults])
            refuseErased(erased, [caseRef])
            checkPrecondition(ifMatch, known?.revision)
            return caseFrom(caseRef, { ...body, ...(body.characteristics && { characteristics }) }, provider)
          })
          if ('problem' in checked) return checked
          const { value: wanted } = checked
          const created = known === undefined
          if (
            !created &&
            (isOutdated(wanted.sourceUpdatedAt, known.sourceUpdatedAt) || isSame(known, wanted))
          )
            return { put: { created, stored: known }, isChanged: false }

          const dates = datesOf(wanted, datingsOf.get(caseRef) ?? [])
          changed.push({ known, wanted, dates })
          const revision = (known?.revision ?? 0) + 1
          const createdAt = known?.createdAt ?? updatedAt
          const stored = { ...wanted, ...dates, contractId, revision, createdAt, updatedAt }
          return { put: { created, stored }, isChanged: true }
        })

        const sessions = await monthsOfContacts(
          store,
          { contractId, ...contract },
          changed.map(({ wanted }) => wanted.caseRef),
        )
        const touched = changed.flatMap(({ known, wanted: { referredOn }, dates }) =>
          touchedMonths(contract, known, { ...dates, referredOn }),
        )
        const months =
          changed.length > 0 ? monthsToMark(contract, [...new Set([...touched, ...sessions])]) : []
        finish(
          ...[...madeByDeliverer(changed)].map(([deliveredBy, made]) =>
            store.cases.insertBlank(contractId, deliveredBy, made),
          ),
          ...changed.map(({ wanted, dates }) =>
            store.cases.update(contractId, { ...wanted, ...dates, updatedAt }),
          ),
          months.length > 0 && store.marks.append(contractId, months),
        )
        return { receipts, months }
      },
    )
    ring(
      months.map((month) => ({ contractId, month })),
      requests,
    )
    return receipts
  }

interface Changed {
  /** Undefined: not there yet. */
  known: StoredCase | undefined
  wanted: SupportCase
  dates: CaseDates
}

/** The cases that are new, by who delivers them. */
function madeByDeliverer(changed: readonly Changed[]): Map<string, (CaseDates & { caseRef: string })[]> {
  const made = new Map<string, (CaseDates & { caseRef: string })[]>()
  for (const { known, wanted, dates } of changed) {
    if (known !== undefined) continue
    const { caseRef, deliveredBy } = wanted
    const others = made.get(deliveredBy)
    if (others) others.push({ caseRef, ...dates })
    else made.set(deliveredBy, [{ caseRef, ...dates }])
  }
  return made
}

function byCase(datings: readonly (Dating & { caseRef: string })[]): Map<string, Dating[]> {
  const found = new Map<string, Dating[]>()
  for (const dating of datings) {
    const others = found.get(dating.caseRef)
    if (others) others.push(dating)
    else found.set(dating.caseRef, [dating])
  }
  return found
}

/** From answers of which one cannot be read nothing follows. */
function readable({ given: { characteristics = {} }, faults }: Reading<CaseBody>): Characteristics {
  const { longTermCondition, activitiesReduced, ...others } = characteristics
  const isOneUnread = askedInstead.some((name) =>
    faults.some(({ pointer }) => pointer === `/characteristics/${name}`),
  )
  return isOneUnread ? others : characteristics
}

function checkCase(
  body: Partial<CaseBody>,
  contract: ContractParties,
  provider: string,
  today: LondonDate,
): Fault[] {
  const dates = ['referredOn', 'firstContactOn', 'startedOn', 'closedOn'] as const
  const faults: Fault[] = dates
    .filter((name) => (body[name] ?? '') > today)
    .map((name) => ({ pointer: `/${name}`, detail: 'must not be in the future' }))
  const { deliveredBy } = body
  if (deliveredBy === undefined) return faults
  const isPartner = provider !== contract.provider
  if (isPartner && deliveredBy !== provider) {
    faults.push({ pointer: '/deliveredBy', detail: 'must be the partner whose key this is' })
  } else if (deliveredBy !== contract.provider && !contract.partners.includes(deliveredBy)) {
    faults.push({ pointer: '/deliveredBy', detail: 'must be the provider or a partner of the contract' })
  }
  return faults
}

function caseFrom(caseRef: string, body: CaseBody, provider: string): SupportCase {
  return {
    caseRef,
    client: body.client ?? null,
    referredOn: body.referredOn ?? null,
    referralSource: body.referralSource ?? null,
    firstContactOn: body.firstContactOn ?? null,
    startedOn: body.startedOn ?? null,
    closedOn: body.closedOn ?? null,
    closure: body.closure ?? null,
    continues: body.continues ?? null,
    deliveredBy: body.deliveredBy ?? provider,
    fundingStream: body.fundingStream ?? null,
    area: body.area ?? null,
    cohorts: body.cohorts ?? null,
    crimeType: body.crimeType ?? null,
    reportedToPolice: body.reportedToPolice ?? null,
    characteristics: body.characteristics ?? null,
    sourceUpdatedAt: body.sourceUpdatedAt ?? null,
  }
}

function isSame(known: StoredCase, wanted: SupportCase): boolean {
  return (Object.keys(wanted) as (keyof SupportCase)[]).every((key) =>
    isDeepStrictEqual(known[key] ?? null, wanted[key]),
  )
}
