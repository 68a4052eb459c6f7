import { periodOfMonths } from '../../domain/period.ts'
import { notFound, Problem } from '../../domain/problem.ts'
import type { StoredReturn } from '../../store/returns/returns.ts'
import type { PageRequest } from '../../store/store.ts'
import type { Needs } from '../needs.ts'
import { makeReturn, type ReturnNeeds } from './make-return.ts'
import { commissionerWith, recordList, recordReturn, type ReturnActor } from './record-return.ts'

/** A commissioner's returns of every version as they were last made, in the order in which they were first made. */
export const listReturns =
  ({ transact, clock }: Pick<Needs, 'transact' | 'clock'>) =>
  (commissioner: string, page: PageRequest, keyId?: string): Promise<StoredReturn[]> =>
    transact({ role: 'commissioner', organisation: commissioner }, async (store) => {
      const found = await store.returns.list(page)
      // The last of a whole page only tells that there is a next one.
      await recordList(store, clock, found.slice(0, page.limit - 1), commissionerWith(keyId))
      return found
    })

/**
 * One version of a return. The newest is first made again if its data has changed: a draft in its place, what was submitted
 * as a draft of the next version.
 */
export const findReturn = (needs: ReturnNeeds) => {
  const { transact } = needs
  const make = makeReturn(needs)
  return async (commissioner: string, returnId: string, actor: ReturnActor): Promise<StoredReturn> => {
    const find = () =>
      transact({ role: 'commissioner', organisation: commissioner }, (store) => store.returns.find(returnId))
    const stored = await find()
    if (stored === undefined) throw notFound()
    if (stored.status === 'superseded') return stored
    const { template, firstMonth, lastMonth } = stored
    try {
      await make({ commissioner, template, period: periodOfMonths(firstMonth, lastMonth), actor })
    } catch (error) {
      // Its contracts do not ask for it any more: it stays as it was made.
      if (error instanceof Problem && error.code === 'invalid') return stored
      throw error
    }
    return (await find()) ?? stored
  }
}

/** The same for a reader, of whom the audit log tells. */
export const getReturn = (needs: ReturnNeeds) => {
  const find = findReturn(needs)
  return async (commissioner: string, returnId: string, keyId?: string): Promise<StoredReturn> => {
    const actor = commissionerWith(keyId)
    const stored = await find(commissioner, returnId, actor)
    await needs.transact({ role: 'commissioner', organisation: commissioner }, (store) =>
      recordReturn(store, needs.clock, 'return-read', stored, actor),
    )
    return stored
  }
}
