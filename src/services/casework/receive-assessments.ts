import {
  assessmentFrom,
  checkAssessment,
  type AssessmentBody,
} from '../../domain/casework/assessment-rules.ts'
import type { Assessment } from '../../domain/casework/support-case.ts'
import type { ContractParties } from '../../store/contracts.ts'
import { notFound, whole, type Fault, type Reading } from '../../domain/problem.ts'
import type { Received, StoredAssessment } from '../../store/casework/assessments.ts'
import { lookForErased, refusalsOf, refuseErased } from '../erasure/digests.ts'
import type { Needs, Sender } from '../needs.ts'
import { attempt, type Receipt } from '../receipt.ts'
import { CaseBook } from './case-book.ts'
import { monthsOf, monthsToMark } from './changed-dates.ts'
import { decideWrite } from './decide-write.ts'

/** One assessment as it was sent. */
export interface Submission {
  ref: string
  reading: Reading<AssessmentBody>
  ifMatch?: string | undefined
}

type ReceiveNeeds = Pick<Needs, 'transact' | 'definitions' | 'clock' | 'ring' | 'secret'>

/**
 * Stores assessments of one contract with their scores, and corrections of them, in one transaction, and marks the months
 * whose counts they touch. The same again changes nothing, nor does a write that its case system dates before the stored one.
 *
 * @param submissions no reference twice
 * @returns their receipts, in the same order
 * @throws {Overtaken} if a reference or case of theirs is there, but hidden from this provider: alone, that one is not found
 */
export const receiveAssessments =
  ({ transact, definitions, clock, ring, secret }: ReceiveNeeds) =>
  async (
    { provider, requests }: Sender,
    contractId: string,
    submissions: readonly Submission[],
  ): Promise<Receipt<StoredAssessment>[]> => {
    const { receipts, months } = await transact(
      { role: 'provider', organisation: provider },
      async (store, finish) => {
        const book = new CaseBook(store, contractId)
        const named = submissions.map(({ reading }) => reading.given.case)
        const [contract, stored, , erasures] = await Promise.all([
          store.contracts.findParties(contractId),
          store.assessments.lock(contractId, submissions.map(({ ref }) => ref).sort()),
          book.open(named),
          // Sent behind the locks: who had to wait for an erasure sees it. Cases that are there were not erased, but to know
          // first which these are would take longer than to ask for all.
          lookForErased(store, { contractId, secret }, [
            ...new Set(named.filter((ref) => ref !== undefined)),
          ]),
        ])
        if (contract === undefined)
          return { receipts: submissions.map(() => ({ problem: notFound() })), months: [] }
        // An assessment may be moved from another case.
        await book.open(stored.map(({ caseRef }) => caseRef))
        const erased = refusalsOf(erasures, { contract, provider })

        const knownOf = new Map(stored.map((one) => [one.ref, one]))
        const today = clock.today()
        const receivedAt = clock.now().toISOString()
        const inserts: Received[] = []
        const corrections: Received[] = []
        const later: Later[] = []
        const receipts = submissions.map((submission): Receipt<StoredAssessment> => {
          const known = knownOf.get(submission.ref)
          const decided = attempt(() => {
            const around = { contract, provider, instruments: definitions.instruments, today }
            const wanted = check(submission, around)
            refuseErased(erased, [wanted.caseRef])
            return decideWrite(wanted, known, submission.ifMatch)
          })
          if ('problem' in decided) return decided
          if ('keep' in decided.value) {
            const { keep, saidAgainAt: sourceUpdatedAt } = decided.value
            if (sourceUpdatedAt === undefined)
              return { put: { created: false, stored: keep }, isChanged: false }
            later.push({ ref: keep.ref, sourceUpdatedAt })
            return { put: { created: false, stored: { ...keep, sourceUpdatedAt } }, isChanged: false }
          }
          const wanted = { ...decided.value.write, receivedAt }
          book.take(wanted, known)
          ;(known ? corrections : inserts).push(wanted)
          const revision = (known?.revision ?? 0) + 1
          const created = known?.withdrawnAt !== null
          return {
            put: { created, stored: { ...wanted, contractId, revision, withdrawnAt: null } },
            isChanged: true,
          }
        })

        const { made, redated, months: touched } = book.changes(contract)
        // Whether a case was in support says which of its contacts are counted.
        const sessions =
          contract.hasSessionCounts && redated.length > 0
            ? await store.contacts.daysOf(
                contractId,
                redated.map(({ caseRef }) => caseRef),
              )
            : []
        const isWritten = inserts.length + corrections.length > 0
        const months = isWritten
          ? monthsToMark(contract, [...new Set([...touched, ...monthsOf(sessions)])])
          : []
        finish(
          // Cases first: row security lets an assessment in by its case.
          made.length > 0 && store.cases.insertBlank(contractId, provider, made),
          redated.length > 0 && store.cases.setDates(contractId, redated),
          inserts.length > 0 && store.assessments.insert(contractId, inserts),
          ...(corrections.length > 0 ? store.assessments.correct(contractId, corrections) : []),
          later.length > 0 && store.assessments.setSourceUpdatedAt(contractId, later),
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

interface Later {
  ref: string
  sourceUpdatedAt: string
}

interface Surroundings {
  contract: ContractParties
  /** Who sends it: the contract's provider, or a partner. */
  provider: string
  instruments: Needs['definitions']['instruments']
  today: string
}

/** @throws {Problem} `invalid`, naming every fault */
function check({ ref, reading }: Submission, around: Surroundings): Assessment {
  const { faults, instrument } = checkAssessment(reading.given, around)
  const isCaseNamed = [...reading.faults, ...faults].some(({ pointer }) => pointer === '/case')
  const body = whole(reading, [...faults, ...(isCaseNamed ? [] : partnerFaults(reading.given, around))])
  if (instrument === undefined) throw new Error('an assessment without faults has an instrument')
  return assessmentFrom(ref, body, instrument)
}

/** An answer without a case is the whole contract's, of which a partner sees its own cases only. */
const partnerFaults = (body: Partial<AssessmentBody>, { contract, provider }: Surroundings): Fault[] =>
  provider !== contract.provider && body.case === undefined
    ? [{ pointer: '/case', detail: 'is required of a partner' }]
    : []
