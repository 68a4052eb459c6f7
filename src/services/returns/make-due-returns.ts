import { duePeriods } from '../../domain/returns/due-periods.ts'
import { Problem } from '../../domain/problem.ts'
import { everyContract } from '../contracts/every-contract.ts'
import { makeReturn, type ReturnNeeds, type ReturnQuestion } from './make-return.ts'
import { SCHEDULE } from './record-return.ts'

/**
 * Makes every return that is due and not there yet, as the database says: one a template, period and leading commissioner,
 * whoever else makes them at the same time, and however long nobody did.
 *
 * @returns how many were due; the meter says meanwhile how many are left
 */
export const makeDueReturns = (needs: ReturnNeeds) => {
  const { transact, definitions, clock, returnGraceDays, meter } = needs
  const make = makeReturn(needs)
  return async (): Promise<number> => {
    const due = new Map<string, ReturnQuestion>()
    const contracts = await transact({ role: 'operator' }, everyContract)
    for (const contract of contracts) {
      const [commissioner] = contract.commissioners
      if (commissioner === undefined) continue
      for (const { template, frequency } of contract.returns) {
        if (!definitions.templates.has(template)) continue
        const when = { graceDays: returnGraceDays, today: clock.today() }
        for (const period of duePeriods(contract, frequency, when)) {
          const key = keyOf({ template, ...period })
          due.set(`${commissioner} ${key}`, { commissioner, template, period, actor: SCHEDULE })
        }
      }
    }
    for (const commissioner of new Set([...due.values()].map((one) => one.commissioner))) {
      const made = await transact({ role: 'commissioner', organisation: commissioner }, (store) =>
        store.returns.keys(commissioner),
      )
      for (const key of made) due.delete(`${commissioner} ${keyOf(key)}`)
    }
    let left = due.size
    meter.returnsDue(left)
    for (const question of due.values()) {
      await makeUnlessGone(question)
      meter.returnsDue(--left)
    }
    return due.size
  }

  async function makeUnlessGone(question: ReturnQuestion): Promise<void> {
    try {
      await make(question)
    } catch (error) {
      // The contract stopped asking for it since it was read.
      if (!(error instanceof Problem && error.code === 'invalid')) throw error
    }
  }
}

const keyOf = ({
  template,
  firstMonth,
  lastMonth,
}: {
  template: string
  firstMonth: number
  lastMonth: number
}): string => `${template} ${firstMonth} ${lastMonth}`
