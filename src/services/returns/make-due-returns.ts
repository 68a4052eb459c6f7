import { duePeriods } from '../../domain/returns/due-periods.ts'
import { Problem } from '../../domain/problem.ts'
import { everyContract } from '../contracts/every-contract.ts'
import { makeReturn, type ReturnNeeds, type ReturnQuestion } from './make-return.ts'
import { SCHEDULE } from './record-return.ts'

/**
 * Makes every return that is due and not there yet, as the database says: one a template, period and leading commissioner,
 * whoever else makes them at the same time, and however long nobody did. One that fails keeps no other from being made, and
 * stays due.
 *
 * @throws {AggregateError} once all were tried, with every error and the names of the returns that could not be made
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
    const failed: { name: string; error: unknown }[] = []
    for (const question of due.values()) {
      try {
        await makeUnlessGone(question)
        meter.returnsDue(--left)
      } catch (error) {
        failed.push({ name: nameOf(question), error })
      }
    }
    if (failed.length > 0) {
      const names = failed.slice(0, MOST_NAMED).map(({ name }) => name)
      const more = failed.length > names.length ? ' and others' : ''
      throw new AggregateError(
        failed.map(({ error }) => error),
        `${failed.length} of ${due.size} returns that are due could not be made: ${names.join(', ')}${more}`,
      )
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

/** So many returns that failed are told by name: where all do, for one reason, the others are known by their number. */
const MOST_NAMED = 5

const nameOf = ({ template, period, commissioner }: ReturnQuestion): string =>
  `${template} ${period.label} of ${commissioner}`

const keyOf = ({
  template,
  firstMonth,
  lastMonth,
}: {
  template: string
  firstMonth: number
  lastMonth: number
}): string => `${template} ${firstMonth} ${lastMonth}`
