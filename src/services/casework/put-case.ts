import { isDeepStrictEqual } from 'node:util'
import { checkPrecondition } from '../../domain/precondition.ts'
import { notFound, whole, type Fault, type Reading } from '../../domain/problem.ts'
import { isOutdated, type Characteristics, type SupportCase } from '../../domain/casework/support-case.ts'
import type { ContractParties } from '../../store/contracts.ts'
import type { LondonDate } from '../../domain/period.ts'
import type { StoredCase } from '../../store/casework/cases.ts'
import type { Needs, Put } from '../needs.ts'
import { datesOf, monthsOf, monthsToMark, touchedMonths } from './changed-dates.ts'
import { asNotThere } from './taken.ts'

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

/**
 * Stores a whole case in the place of what was known of it.
 * A write that its case system dates before the stored one changes nothing, nor does the same again.
 */
export const putCase =
  ({ transact, clock, ring }: Pick<Needs, 'transact' | 'clock' | 'ring'>) =>
  async (
    provider: string,
    { contractId, caseRef }: { contractId: string; caseRef: string },
    reading: Reading<CaseBody>,
    ifMatch?: string,
  ): Promise<Put<StoredCase>> => {
    const { months, ...put } = await transact({ role: 'provider', organisation: provider }, async (store) => {
      const [contract, [known], datings] = await Promise.all([
        store.contracts.findParties(contractId),
        store.cases.lock(contractId, [caseRef]),
        store.assessments.datingsOf(contractId, [caseRef]),
      ])
      if (contract === undefined) throw notFound()
      const faults = checkCase(reading.given, contract, provider, clock.today())
      const wanted = caseFrom(caseRef, whole(reading, faults), provider)
      checkPrecondition(ifMatch, known?.revision)
      const created = known === undefined
      if (!created && (isOutdated(wanted.sourceUpdatedAt, known.sourceUpdatedAt) || isSame(known, wanted))) {
        return { created, stored: known, months: [] }
      }

      const dates = datesOf(wanted, datings)
      const { referredOn } = wanted
      const sessions = contract.hasSessionCounts ? await store.contacts.daysOf(contractId, [caseRef]) : []
      const months = monthsToMark(contract, [
        ...new Set([...touchedMonths(contract, known, { ...dates, referredOn }), ...monthsOf(sessions)]),
      ])
      const updatedAt = clock.now().toISOString()
      await Promise.all([
        created && store.cases.insertBlank(contractId, wanted.deliveredBy, [{ caseRef, ...dates }]),
        store.cases.update(contractId, { ...wanted, ...dates, updatedAt }),
        store.marks.append(contractId, months),
      ])
      const revision = (known?.revision ?? 0) + 1
      const createdAt = known?.createdAt ?? updatedAt
      return {
        created,
        stored: { ...wanted, ...dates, contractId, revision, createdAt, updatedAt },
        months,
      }
    }).catch(asNotThere)
    ring(months.map((month) => ({ contractId, month })))
    return put
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
