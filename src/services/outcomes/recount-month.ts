import { countMonth, planFor, type CaseToCount } from '../../domain/counts.ts'
import { monthPeriod } from '../../domain/period.ts'
import type { CountedCase } from '../../store/cases.ts'
import type { ContractMonth } from '../../domain/counts.ts'
import type { Answered } from '../../domain/casework/pair.ts'
import type { Needs } from '../needs.ts'

/**
 * Counts a contract's month anew, if anything in it has changed since it was counted.
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
      const period = monthPeriod(month)
      const [contract, cases, assessments] = await Promise.all([
        store.contracts.find(contractId),
        store.cases.countedIn(contractId, period),
        store.assessments.ofCasesCountedIn(contractId, period),
      ])
      if (contract === undefined) throw new Error('a marked contract is not there')

      const counts = countMonth(withAssessments(cases, assessments), planFor(contract, definitions))

      await Promise.all([
        ...store.counts.replace({ contractId, month }, counts),
        store.marks.clear({ contractId, month }, marks),
      ])
      return cases.length
    })

function withAssessments(
  cases: readonly CountedCase[],
  assessments: readonly (Answered & { caseRef: string })[],
): CaseToCount[] {
  const byCase = new Map<string, Answered[]>()
  for (const one of assessments) {
    const others = byCase.get(one.caseRef)
    if (others) others.push(one)
    else byCase.set(one.caseRef, [one])
  }
  return cases.map((facts) => {
    const { countedOn, inSupportFrom, caseRef } = facts
    return { facts, countedOn, inSupportFrom, assessments: byCase.get(caseRef) ?? [] }
  })
}
