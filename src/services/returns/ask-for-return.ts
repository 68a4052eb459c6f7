import type { Period } from '../../domain/period.ts'
import { whole, type Reading } from '../../domain/problem.ts'
import { makeReturn, type ReturnAnswer, type ReturnNeeds } from './make-return.ts'

/** A return as a commissioner asks for it. */
export interface ReturnBody {
  template: string
  period: Period
}

/** Every fault of what is asked is named together, an unknown template with an unreadable period. */
export const askForReturn = (needs: ReturnNeeds) => {
  const make = makeReturn(needs)
  return (commissioner: string, reading: Reading<ReturnBody>): Promise<ReturnAnswer> => {
    const { template } = reading.given
    const isKnown = template === undefined || needs.definitions.templates.has(template)
    const faults = isKnown ? [] : [{ pointer: '/template', detail: 'is not a known template' }]
    return make({ commissioner, ...whole(reading, faults) })
  }
}
