import { isDeepStrictEqual } from 'node:util'
import {
  assessmentFrom,
  checkAssessment,
  type AssessmentBody,
} from '../../domain/casework/assessment-rules.ts'
import { checkPrecondition } from '../../domain/precondition.ts'
import { notFound, whole, type Reading } from '../../domain/problem.ts'
import { isOutdated, type Assessment } from '../../domain/casework/support-case.ts'
import type { Month } from '../../domain/period.ts'
import type { StoredAssessment } from '../../store/assessments.ts'
import type { StoredCase } from '../../store/cases.ts'
import { Overtaken } from '../../store/database.ts'
import type { Store } from '../../store/store.ts'
import type { Needs, Put } from '../needs.ts'
import { datesOf, touchedMonths } from './changed-dates.ts'

/**
 * Stores an assessment with its scores, or a correction of it, and marks the months whose counts it touches.
 * The same again changes nothing, nor does a write that its case system dates before the stored one.
 */
export const receiveAssessment =
  ({ transact, definitions, clock, ring }: Pick<Needs, 'transact' | 'definitions' | 'clock' | 'ring'>) =>
  async (
    provider: string,
    { contractId, ref }: { contractId: string; ref: string },
    reading: Reading<AssessmentBody>,
    ifMatch?: string,
  ): Promise<Put<StoredAssessment>> => {
    const { months, ...put } = await transact({ role: 'provider', organisation: provider }, async (store) => {
      // The assessment first, its cases then: it may be moved from one to another.
      const [contract, known] = await Promise.all([
        store.contracts.find(contractId),
        store.assessments.lock(contractId, ref),
      ])
      if (contract === undefined) throw notFound()
      const { faults, instrument } = checkAssessment(reading.given, {
        contract,
        instruments: definitions.instruments,
        today: clock.today(),
      })
      const body = whole(reading, faults)
      if (instrument === undefined) throw new Error('an assessment without faults has an instrument')
      const wanted = assessmentFrom(ref, body, instrument)

      const caseRefs = distinct([known?.caseRef, wanted.caseRef])
      const { cases, neighbours } = await lockCases(store, contractId, caseRefs, provider)

      const valid = known?.withdrawnAt === null ? known : undefined
      checkPrecondition(ifMatch, valid?.revision)
      if (valid && isOutdated(wanted.sourceUpdatedAt, valid.sourceUpdatedAt)) {
        return { created: false, stored: valid, months: [] }
      }
      if (valid && isSame(valid, wanted)) {
        const { sourceUpdatedAt } = wanted
        if (sourceUpdatedAt !== null && sourceUpdatedAt !== valid.sourceUpdatedAt) {
          await store.assessments.setSourceUpdatedAt(contractId, ref, sourceUpdatedAt)
        }
        return { created: false, stored: { ...valid, sourceUpdatedAt }, months: [] }
      }

      const others = neighbours.filter((one) => one.ref !== ref)
      const changed = cases.map((one) => ({
        before: one,
        after: datesOf(one, [...others.filter(isOf(one)), ...[wanted].filter(isOf(one))]),
      }))
      const months = [...new Set(changed.flatMap(({ before, after }) => touchedMonths(before, after)))]
      const receivedAt = clock.now().toISOString()
      const [stored] = await Promise.all([
        write(store, contractId, { ...wanted, receivedAt }, known),
        ...changed
          .filter(hasNewDates)
          .map(({ before, after }) =>
            store.cases.setDates(contractId, { caseRef: before.caseRef, ...after }),
          ),
        months.length === 0 ? undefined : store.marks.append(contractId, months),
      ])
      return { created: valid === undefined, stored, months }
    })
    ring(months.map((month: Month) => ({ contractId, month })))
    return put
  }

const distinct = (refs: readonly (string | null | undefined)[]): string[] => [
  ...new Set(refs.filter((ref) => typeof ref === 'string')),
]

const isOf =
  ({ caseRef }: Pick<StoredCase, 'caseRef'>) =>
  (one: Assessment): boolean =>
    one.caseRef === caseRef

const hasNewDates = ({ before, after }: { before: StoredCase; after: ReturnType<typeof datesOf> }): boolean =>
  before.countedOn !== after.countedOn || before.inSupportFrom !== after.inSupportFrom

/** Locks the cases, having made those that are not known yet; a case that its key cannot see is not there. */
async function lockCases(store: Store, contractId: string, caseRefs: string[], provider: string) {
  const lock = async () => {
    const [cases, neighbours] = await Promise.all([
      store.cases.lock(contractId, caseRefs),
      store.assessments.ofCases(contractId, caseRefs),
    ])
    return { cases, neighbours }
  }
  const locked = await lock()
  if (locked.cases.length === caseRefs.length) return locked
  await store.cases.insertBlank(contractId, caseRefs, provider)
  const all = await lock()
  if (all.cases.length < caseRefs.length) throw notFound()
  return all
}

async function write(
  store: Store,
  contractId: string,
  wanted: Assessment & { receivedAt: string },
  known: StoredAssessment | undefined,
): Promise<StoredAssessment> {
  if (known === undefined) {
    if (!(await store.assessments.insert(contractId, wanted))) {
      // Made by another request since we looked, or there all along and another partner's: then it is not there for us.
      const made = await store.assessments.find(contractId, wanted.ref)
      throw made === undefined ? notFound() : new Overtaken()
    }
  } else {
    await store.assessments.correct(contractId, wanted)
  }
  return { ...wanted, contractId, revision: (known?.revision ?? 0) + 1, withdrawnAt: null }
}

/** Whether it says the same as what is stored; when it was said does not count. */
function isSame(stored: StoredAssessment, { sourceUpdatedAt, ...wanted }: Assessment): boolean {
  return (Object.keys(wanted) as (keyof typeof wanted)[]).every((key) =>
    isDeepStrictEqual(stored[key], wanted[key]),
  )
}
