import {
  countedOn,
  inSupportFrom,
  type Dating,
  type SupportCase,
} from '../../domain/casework/support-case.ts'
import { monthOf, type LondonDate, type Month } from '../../domain/period.ts'

export interface CaseDates {
  countedOn: LondonDate | null
  inSupportFrom: LondonDate | null
}

/** The day a case counts on and since when it was in support, by its present assessments. */
export const datesOf = (
  { closedOn, startedOn }: Pick<SupportCase, 'closedOn' | 'startedOn'>,
  assessments: readonly Dating[],
): CaseDates => ({
  countedOn: countedOn(closedOn, assessments),
  inSupportFrom: inSupportFrom(startedOn, assessments),
})

/** The months whose counts a change touches: the one in which the case counted, and the one in which it counts now. */
export function touchedMonths(before: CaseDates | undefined, after: CaseDates | undefined): Month[] {
  const days = [before?.countedOn, after?.countedOn].filter((day) => typeof day === 'string')
  return [...new Set(days.map(monthOf))]
}
