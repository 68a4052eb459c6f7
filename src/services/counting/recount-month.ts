import type { CaseToCount } from '../../domain/counting/case-reading.ts'
import { countLife } from '../../domain/counting/count-life.ts'
import { countMonth, type MonthToCount, type SessionToCount } from '../../domain/counting/count-month.ts'
import { isLifeMeasure, planFor, readsOf, type CountingPlan } from '../../domain/counting/plan.ts'
import type { ContractMonth } from '../../domain/counts.ts'
import { isPairMeasure } from '../../domain/measure.ts'
import { monthPeriod, WHOLE_LIFE } from '../../domain/period.ts'
import type { AssessmentRow, CaseRow } from '../../store/counting.ts'
import type { Store } from '../../store/store.ts'
import type { Needs } from '../needs.ts'
import { withAnswers, withAssessments } from './cases-to-count.ts'

/**
 * Counts a contract's month anew, or what is counted over its whole life, if anything in it has changed since.
 * Marks are read before the cases and just those are cleared: what commits in between has a mark that stays.
 *
 * @returns how many cases it counted
 */
export const recountMonth =
  ({ transact, definitions }: Pick<Needs, 'transact' | 'definitions'>) =>
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
        await Promise.all([
          ...store.counts.replaceLife(contractId, countLife(cases, plan)),
          store.marks.clear({ contractId, month }, marks),
        ])
        return cases.length
      }
      const all = await readMonth(store, { contractId, month }, plan)
      await Promise.all([
        ...store.counts.replace({ contractId, month }, countMonth(all, plan)),
        store.marks.clear({ contractId, month }, marks),
      ])
      return all.closed.length
    })

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
