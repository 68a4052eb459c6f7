import type { CaseToCount } from '../../domain/counting/case-reading.ts'
import { changedCounts, type CountChanges } from '../../domain/counting/changed-counts.ts'
import { countLife } from '../../domain/counting/count-life.ts'
import { countMonth, type MonthToCount, type SessionToCount } from '../../domain/counting/count-month.ts'
import { isLifeMeasure, planFor, readsOf, type CountingPlan } from '../../domain/counting/plan.ts'
import type { ContractMonth, DatedCount } from '../../domain/counts.ts'
import { isPairMeasure } from '../../domain/measure.ts'
import { monthPeriod, WHOLE_LIFE } from '../../domain/period.ts'
import { changedReaders } from '../../domain/webhooks/changed-readers.ts'
import type { StoredContract } from '../../store/contracts.ts'
import type { AssessmentRow, CaseRow } from '../../store/counting.ts'
import type { Store } from '../../store/store.ts'
import type { Needs } from '../needs.ts'
import { tellOfOutcomes } from '../webhooks/tell-of-outcomes.ts'
import { withAnswers, withAssessments } from './cases-to-count.ts'

/**
 * Counts a contract's month anew, or what is counted over its whole life, if anything in it has changed since.
 * Marks are read before the cases and just those are cleared: what commits in between has a mark that stays.
 *
 * @returns whether more changed meanwhile
 */
export const recountMonth =
  ({ transact, definitions, clock }: Pick<Needs, 'transact' | 'definitions' | 'clock'>) =>
  ({ contractId, month }: ContractMonth): Promise<{ isMarkedAgain: boolean }> =>
    transact({ role: 'worker', contract: contractId }, async (store) => {
      const marks = await store.marks.lock({ contractId, month })
      if (marks.length === 0) return { isMarkedAgain: false }
      const contract = await store.contracts.find(contractId)
      if (contract === undefined) throw new Error('a marked contract is not there')
      // Whom it counted is erased, so that its counts can only stay.
      if (contract.peopleErasedAt !== null) {
        await store.marks.clear({ contractId, month }, marks)
        return { isMarkedAgain: false }
      }
      const plan = planFor(contract, definitions)

      const counts = await countAnew(store, { contractId, month }, plan)
      const former =
        month === WHOLE_LIFE
          ? await store.counts.ofLife(contractId)
          : await store.counts.ofMonth({ contractId, month })
      const changes = changedCounts(former, counts)
      const readers = await readersToTell(store, contract, changes)
      const [isMarkedAgain] = await Promise.all([
        store.marks.areThereOthers({ contractId, month }, marks),
        ...store.counts.change({ contractId, month }, changes),
        store.marks.clear({ contractId, month }, marks),
        store.failedCounts.forget({ contractId, month }),
      ])
      await tellOfOutcomes(store, clock, contractId, readers)
      return { isMarkedAgain }
    })

/** The counts of a month, or over the whole life, made from its cases. */
async function countAnew(
  store: Store,
  { contractId, month }: ContractMonth,
  plan: CountingPlan,
): Promise<DatedCount[]> {
  if (month === WHOLE_LIFE) return countLife(await readLife(store, contractId, plan), plan)
  const all = await readMonth(store, { contractId, month }, plan)
  return countMonth(all, plan).map((count) => ({ ...count, month }))
}

/** Which of those who read exact counts are to be told that theirs changed; commissioners are when they are shown it. */
async function readersToTell(
  store: Store,
  contract: StoredContract,
  changes: CountChanges,
): Promise<string[]> {
  const readers = [contract.provider, ...contract.partners]
  const wanting = await store.webhooks.wanting('outcomes.changed', readers)
  if (wanting.length === 0) return []
  return changedReaders(contract, changes).filter((reader) => wanting.includes(reader))
}

/** Only what the plan counts is read. */
async function readMonth(
  { counting }: Store,
  { contractId, month }: ContractMonth,
  plan: CountingPlan,
): Promise<MonthToCount> {
  const days = monthPeriod(month)
  const reads = readsOf(plan)
  const none = <T>(): Promise<T[]> => Promise.resolve([])
  const [closed, assessments, contacts, referred, entered, anonymous, sessions] = await Promise.all([
    counting.cases(contractId, days, 'counted_on'),
    counting.assessments(contractId, days, reads.answersOf),
    reads.contactsOfCases ? counting.contactDates(contractId, days) : none<never>(),
    reads.referred ? counting.cases(contractId, days, 'referred_on') : none<CaseRow>(),
    reads.entered ? counting.cases(contractId, days, 'in_support_from') : none<CaseRow>(),
    reads.anonymous ? counting.anonymous(contractId, days, reads.answersOf) : none<AssessmentRow>(),
    reads.sessions ? counting.sessions(contractId, days) : none<never>(),
  ])
  return {
    closed: withAssessments(closed, assessments, contacts),
    referred: withAssessments(referred, [], []),
    entered: withAssessments(entered, [], []),
    anonymous: anonymous.map(withAnswers),
    sessions: sessionsOf(sessions),
  }
}

async function readLife({ counting }: Store, contractId: string, plan: CountingPlan): Promise<CaseToCount[]> {
  const measures = plan.measures.map(({ measure }) => measure).filter(isLifeMeasure)
  if (measures.length === 0) return []
  const instruments = measures.filter(isPairMeasure).map(({ instrument }) => instrument.id)
  const [cases, assessments] = await Promise.all([
    counting.allCases(contractId),
    instruments.length === 0 ? [] : counting.allAssessments(contractId, instruments),
  ])
  return withAssessments(cases, assessments, [])
}

type SessionRow = Awaited<ReturnType<Store['counting']['sessions']>>[number]

function sessionsOf(rows: readonly SessionRow[]): SessionToCount[] {
  const sessions = new Map<string, Omit<SessionToCount, 'cases'> & { cases: CaseRow[] }>()
  for (const { ref, on, minutes, attendees, reached, ...one } of rows) {
    const session = sessions.get(ref)
    if (session) session.cases.push(one)
    else sessions.set(ref, { on, minutes, attendees, reached, cases: [one] })
  }
  return [...sessions.values()]
}
