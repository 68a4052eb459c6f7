import type { Period } from '../../domain/period.ts'
import { whole, type Reading } from '../../domain/problem.ts'
import { makeReturn, type ReturnAnswer, type ReturnNeeds } from './make-return.ts'
import { commissionerWith, recordReturn } from './record-return.ts'

/** A return as a commissioner asks for it. */
export interface ReturnBody {
  template: string
  period: Period
}

/** Every fault of what is asked is named together, an unknown template with an unreadable period. */
export const askForReturn = (needs: ReturnNeeds) => {
  const make = makeReturn(needs)
  return async (
    commissioner: string,
    reading: Reading<ReturnBody>,
    keyId?: string,
  ): Promise<ReturnAnswer> => {
    const { template } = reading.given
    const isKnown = template === undefined || needs.definitions.templates.has(template)
    const faults = isKnown ? [] : [{ pointer: '/template', detail: 'is not a known template' }]
    const actor = commissionerWith(keyId)
    const answer = await make({ commissioner, ...whole(reading, faults), actor })
    await needs.transact({ role: 'commissioner', organisation: commissioner }, (store) =>
      recordReturn(store, needs.clock, 'return-read', answer.stored, actor),
    )
    return answer
  }
}
