import type { CaseToCount } from '../../domain/counting/case-reading.ts'
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
 * @returns how many cases it counted
 */
export const recountMonth =
  ({ transact, definitions, clock }: Pick<Needs, 'transact' | 'definitions' | 'clock'>) =>
  ({ contractId, month }: ContractMonth): Promise<number> =>
    transact({ role: 'worker', contract: contractId }, async (store) => {
      const marks = await store.marks.lock({ contractId, month })
      if (marks.length === 0) return 0
      const contract = await store.contracts.find(contractId)
      if (contract === undefined) throw new Error('a marked contract is not there')
      // Whom it counted is erased, so that its counts can only stay.
      if (contract.peopleErasedAt !== null) {
        await store.marks.clear({ contractId, month }, marks)
        return 0
      }
      const plan = planFor(contract, definitions)

      if (month === WHOLE_LIFE) {
        const cases = await readLife(store, contractId, plan)
        const life = countLife(cases, plan)
        const readers = await readersToTell(store, contract, life, () => store.counts.ofLife(contractId))
        await Promise.all([
          ...store.counts.replaceLife(contractId, life),
          store.marks.clear({ contractId, month }, marks),
          store.failedCounts.forget({ contractId, month }),
        ])
        await tellOfOutcomes(store, clock, contractId, readers)
        return cases.length
      }
      const all = await readMonth(store, { contractId, month }, plan)
      const counts = countMonth(all, plan)
      const dated = counts.map((count) => ({ ...count, month }))
      const readers = await readersToTell(store, contract, dated, () =>
        store.counts.ofMonth({ contractId, month }),
      )
      await Promise.all([
        ...store.counts.replace({ contractId, month }, counts),
        store.marks.clear({ contractId, month }, marks),
        store.failedCounts.forget({ contractId, month }),
      ])
      await tellOfOutcomes(store, clock, contractId, readers)
      return all.closed.length
    })

/** Which of those who read exact counts are to be told that theirs changed; commissioners are when they are shown it. */
async function readersToTell(
  store: Store,
  contract: StoredContract,
  present: readonly DatedCount[],
  readFormer: () => Promise<DatedCount[]>,
): Promise<string[]> {
  const readers = [contract.provider, ...contract.partners]
  const wanting = await store.webhooks.wanting('outcomes.changed', readers)
  if (wanting.length === 0) return []
  const changed = changedReaders(contract, await readFormer(), present)
  return changed.filter((reader) => wanting.includes(reader))
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
