import { planFor } from '../../domain/counting/plan.ts'
import type { Dimension } from '../../domain/counting/groups.ts'
import { periodOfMonths } from '../../domain/period.ts'
import type { StoredContract } from '../../store/contracts.ts'
import { everyContract } from '../contracts/every-contract.ts'
import type { Needs } from '../needs.ts'
import { releaseFigures, stampOf } from '../outcomes/release-figures.ts'

type ReleaseNeeds = Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays'>

/**
 * Looks again at every period that was shown to a commissioner who wants to be told when it changes, once all is counted: else
 * whoever waits for the message would have to read to bring it about.
 */
export const releaseAgain = (needs: ReleaseNeeds) => {
  const { transact, definitions, clock, returnGraceDays } = needs
  const release = releaseFigures(needs)
  return async (): Promise<void> => {
    // One look at everybody's webhooks, in the role that sends to them: the releaser sees those of its one contract's parties.
    const wanting = await transact({ role: 'worker' }, (store) =>
      store.webhooks.everyWanting('outcomes.changed'),
    )
    if (wanting.length === 0) return
    const contracts = await transact({ role: 'operator' }, everyContract)
    for (const contract of contracts) {
      if (!contract.commissioners.some((one) => wanting.includes(one))) continue
      const { contractId } = contract
      for (const [by, periods] of await outdated(contract)) {
        const dimension = by === '' ? undefined : (by as Dimension)
        await release({ contractId, periods, by: dimension })
      }
    }
  }

  /** By dimension: periods that were looked at before something else was counted or agreed. */
  function outdated(contract: StoredContract) {
    const { contractId } = contract
    return transact({ role: 'releaser', contract: contractId }, async (store) => {
      const [recounts, pending, asked] = await Promise.all([
        store.releases.recounts(contractId),
        store.marks.months(contractId),
        store.releases.everyAsked(contractId),
      ])
      if (pending.length > 0 || contract.countedWith === null) return []
      const plan = planFor(contract, definitions)
      const stamp = stampOf({ contract, plan, recounts, today: clock.today(), returnGraceDays })
      const old = asked.filter((one) => one.stamp !== stamp)
      return [...new Set(old.map(({ by }) => by))].map((by) => {
        const periods = old.filter((one) => one.by === by)
        return [by, periods.map(({ first, last }) => periodOfMonths(first, last))] as const
      })
    })
  }
}
