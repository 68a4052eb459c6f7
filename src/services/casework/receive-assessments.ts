import { isDeepStrictEqual } from 'node:util'
import {
  assessmentFrom,
  checkAssessment,
  type AssessmentBody,
} from '../../domain/casework/assessment-rules.ts'
import { isOutdated, type Assessment } from '../../domain/casework/support-case.ts'
import type { Contract } from '../../domain/contracts/contract.ts'
import { checkPrecondition } from '../../domain/precondition.ts'
import { notFound, Problem, whole, type Reading } from '../../domain/problem.ts'
import type { Received, StoredAssessment } from '../../store/assessments.ts'
import { Overtaken } from '../../store/database.ts'
import type { Store } from '../../store/store.ts'
import type { Needs, Put } from '../needs.ts'
import { CaseBook } from './case-book.ts'

/** One assessment as it was sent. */
export interface Submission {
  ref: string
  reading: Reading<AssessmentBody>
  ifMatch?: string | undefined
}

/** What came of one submission: each has its own, whatever came of the others. */
export type Receipt = { put: Put<StoredAssessment> } | { problem: Problem }

type ReceiveNeeds = Pick<Needs, 'transact' | 'definitions' | 'clock' | 'ring'>

/**
 * Stores assessments of one contract with their scores, and corrections of them, in one transaction, and marks the months
 * whose counts they touch. The same again changes nothing, nor does a write that its case system dates before the stored one.
 *
 * @param submissions no reference twice
 * @returns their receipts, in the same order
 */
export const receiveAssessments =
  ({ transact, definitions, clock, ring }: ReceiveNeeds) =>
  async (provider: string, contractId: string, submissions: readonly Submission[]): Promise<Receipt[]> => {
    // References that another partner has taken: as far as this key can tell, they are not there.
    const unreachable = new Set<string>()
    const { receipts, months } = await transact(
      { role: 'provider', organisation: provider },
      async (store) => {
        const refs = submissions.map(({ ref }) => ref).sort()
        // The assessments first, their cases then: an assessment may be moved from one to another.
        const [contract, stored] = await Promise.all([
          store.contracts.find(contractId),
          store.assessments.lock(contractId, refs),
        ])
        if (contract === undefined)
          return { receipts: submissions.map(() => ({ problem: notFound() })), months: [] }
        const knownOf = new Map(stored.map((one) => [one.ref, one]))
        const today = clock.today()
        const checked = submissions.map((submission) =>
          unreachable.has(submission.ref)
            ? { problem: notFound() }
            : attempt(() => check(submission, contract, definitions.instruments, today)),
        )
        const book = await CaseBook.open(
          store,
          contractId,
          checked.flatMap((one) =>
            'problem' in one ? [] : [one.value.caseRef, knownOf.get(one.value.ref)?.caseRef],
          ),
          provider,
        )

        const receivedAt = clock.now().toISOString()
        const writes = { inserts: [] as Received[], corrections: [] as Received[], later: [] as Later[] }
        const receipts = checked.map((one, index): Receipt => {
          if ('problem' in one) return one
          const known = knownOf.get(one.value.ref)
          const decided = attempt(() => decide(one.value, known, submissions[index]?.ifMatch, book))
          if ('problem' in decided) return decided
          if ('keep' in decided.value) {
            const { keep, later } = decided.value
            if (later === undefined) return { put: { created: false, stored: keep } }
            writes.later.push({ ref: keep.ref, sourceUpdatedAt: later })
            return { put: { created: false, stored: { ...keep, sourceUpdatedAt: later } } }
          }
          const wanted = { ...decided.value.write, receivedAt }
          book.take(wanted, known?.caseRef)
          ;(known ? writes.corrections : writes.inserts).push(wanted)
          const revision = (known?.revision ?? 0) + 1
          const created = known?.withdrawnAt !== null
          return { put: { created, stored: { ...wanted, contractId, revision, withdrawnAt: null } } }
        })

        const { dates, months } = book.changes()
        await Promise.all([
          insert(store, contractId, writes.inserts, unreachable),
          writes.corrections.length > 0 && store.assessments.correct(contractId, writes.corrections),
          writes.later.length > 0 && store.assessments.setSourceUpdatedAt(contractId, writes.later),
          dates.length > 0 && store.cases.setDates(contractId, dates),
          months.length > 0 && store.marks.append(contractId, months),
        ])
        return { receipts, months }
      },
    )
    ring(months.map((month) => ({ contractId, month })))
    return receipts
  }

interface Later {
  ref: string
  sourceUpdatedAt: string
}

/** One bad submission spoils no other: what is wrong with it becomes its receipt. */
function attempt<T>(work: () => T): { value: T } | { problem: Problem } {
  try {
    return { value: work() }
  } catch (error) {
    if (error instanceof Problem) return { problem: error }
    throw error
  }
}

/** @throws {Problem} `invalid`, naming every fault */
function check(
  { ref, reading }: Submission,
  contract: Contract,
  instruments: Needs['definitions']['instruments'],
  today: string,
): Assessment {
  const { faults, instrument } = checkAssessment(reading.given, { contract, instruments, today })
  const body = whole(reading, faults)
  if (instrument === undefined) throw new Error('an assessment without faults has an instrument')
  return assessmentFrom(ref, body, instrument)
}

/** Whether a submission is written, or the stored one stays as it is; `later`: said again more recently. */
type Decision = { write: Assessment } | { keep: StoredAssessment; later?: string }

/** @throws {Problem} if its case is not there for this key, or If-Match names another revision */
function decide(
  wanted: Assessment,
  known: StoredAssessment | undefined,
  ifMatch: string | undefined,
  book: CaseBook,
): Decision {
  const refusal = book.refusal(wanted)
  if (refusal) throw refusal
  const valid = known?.withdrawnAt === null ? known : undefined
  checkPrecondition(ifMatch, valid?.revision)
  if (valid === undefined) return { write: wanted }
  if (isOutdated(wanted.sourceUpdatedAt, valid.sourceUpdatedAt)) return { keep: valid }
  if (!isSame(valid, wanted)) return { write: wanted }
  const later = wanted.sourceUpdatedAt ?? undefined
  return later === undefined || later === valid.sourceUpdatedAt ? { keep: valid } : { keep: valid, later }
}

/** Whether it says the same as what is stored; when it was said does not count. */
function isSame(stored: StoredAssessment, { sourceUpdatedAt, ...wanted }: Assessment): boolean {
  return (Object.keys(wanted) as (keyof typeof wanted)[]).every((key) =>
    isDeepStrictEqual(stored[key], wanted[key]),
  )
}

/** @throws {Overtaken} if a reference was taken since we looked: all of it is then done again */
async function insert(
  store: Store,
  contractId: string,
  inserts: readonly Received[],
  unreachable: Set<string>,
): Promise<void> {
  if (inserts.length === 0) return
  const inserted = new Set(await store.assessments.insert(contractId, inserts))
  const taken = inserts.map(({ ref }) => ref).filter((ref) => !inserted.has(ref))
  if (taken.length === 0) return
  const visible = new Set((await store.assessments.lock(contractId, taken)).map(({ ref }) => ref))
  for (const ref of taken) if (!visible.has(ref)) unreachable.add(ref)
  throw new Overtaken()
}
