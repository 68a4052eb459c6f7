import { minimumCountFor } from '../../domain/contracts/minimum-count.ts'
import { planFor, everybody, type ContractMonth, type Grouping } from '../../domain/counts.ts'
import { disclosed } from '../../domain/disclosure.ts'
import { figuresFrom, isProvisional, type Figures } from '../../domain/outcome.ts'
import type { Period } from '../../domain/period.ts'
import { notFound } from '../../domain/problem.ts'
import type { Needs } from '../needs.ts'

export interface Reader {
  kind: 'provider' | 'commissioner'
  organisation: string
}

export interface OutcomesAnswer extends Figures {
  contract: string
  period: Period
  computedAt: string
  pending: boolean
  provisional: boolean
}

/**
 * The figures of a contract and period: exact for its provider, for a partner those of the cases that it delivers itself,
 * for a commissioner after disclosure control. Counts alone are read: its cost does not grow with their cases.
 */
export const readOutcomes =
  ({
    transact,
    definitions,
    clock,
    returnGraceDays,
  }: Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays'>) =>
  (reader: Reader, contractId: string, period: Period): Promise<OutcomesAnswer> =>
    transact({ role: reader.kind, organisation: reader.organisation }, async (store) => {
      const contract = await store.contracts.find(contractId)
      if (contract === undefined) throw notFound()
      const isPartner = reader.kind === 'provider' && contract.provider !== reader.organisation
      const grouping: Grouping = isPartner ? { by: 'delivered-by', value: reader.organisation } : everybody
      // Marks first: what is counted in between shows as pending, never as counted when it is not.
      const [pending, counts] = await Promise.all([
        store.marks.pending(contractId, period.firstMonth, period.lastMonth),
        store.counts.merged(contractId, period.firstMonth, period.lastMonth, grouping),
      ])

      const exact = figuresFrom(counts, { contract, plan: planFor(contract, definitions), period })
      const minimumCount = minimumCountFor(contract.minimumCounts, contract.minimumCount, period)
      const figures = reader.kind === 'provider' ? exact : disclosed(exact, minimumCount)

      return {
        contract: contractId,
        period,
        computedAt: clock.now().toISOString(),
        pending,
        provisional: isProvisional(period, returnGraceDays, clock.today()),
        ...figures,
      }
    })

const LOOK_EVERY_MILLISECONDS = 50

/** Reads again once nothing is pending, or the seconds are over; then it answers with what there is. */
export const readOutcomesWithin = (
  needs: Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays' | 'pause'>,
) => {
  const read = readOutcomes(needs)
  const { transact, clock, pause } = needs
  // However many wait, one look at the marks serves them all.
  let look: Promise<readonly ContractMonth[]> | undefined
  const nextLook = () =>
    (look ??= pause(LOOK_EVERY_MILLISECONDS)
      .then(() => transact({ role: 'worker' }, (store) => store.marks.waiting()))
      .finally(() => {
        look = undefined
      }))

  return async (
    reader: Reader,
    contractId: string,
    period: Period,
    seconds: number,
  ): Promise<OutcomesAnswer> => {
    const until = clock.now().getTime() + seconds * 1000
    const isWaitedFor = (one: ContractMonth): boolean =>
      one.contractId === contractId && one.month >= period.firstMonth && one.month <= period.lastMonth
    for (;;) {
      const answer = await read(reader, contractId, period)
      const hasTime = () => clock.now().getTime() < until
      if (!answer.pending || !hasTime()) return answer
      while (hasTime() && (await nextLook()).some(isWaitedFor));
    }
  }
}
