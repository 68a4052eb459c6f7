import {
  countedOn,
  inSupportFrom,
  type Dating,
  type SupportCase,
} from '../../domain/casework/support-case.ts'
import type { CountMarks } from '../../domain/counting/plan.ts'
import { monthOf, WHOLE_LIFE, type LondonDate, type Month } from '../../domain/period.ts'

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

/** The days of a case by which it is counted. */
export type CountedDays = CaseDates & Pick<SupportCase, 'referredOn'>

/**
 * The months whose counts a change of a case touches: those in which it counted, and those in which it counts now; by
 * referral and by coming into support only where the contract has something that is counted so.
 */
export const touchedMonths = (
  { hasEntryCounts, hasReferralCounts }: Pick<CountMarks, 'hasEntryCounts' | 'hasReferralCounts'>,
  before: CountedDays | undefined,
  after: CountedDays,
): Month[] =>
  monthsOf(
    [before, after].flatMap((one) => [
      one?.countedOn,
      hasEntryCounts ? one?.inSupportFrom : null,
      hasReferralCounts ? one?.referredOn : null,
    ]),
  )

/** The months that some days lie in, each once. */
export const monthsOf = (days: readonly (LondonDate | null | undefined)[]): Month[] => [
  ...new Set(days.filter((day) => typeof day === 'string').map(monthOf)),
]

/** What a write of a contract marks: the months that it touches, and the whole life where anything is counted over that. */
export const monthsToMark = (
  { hasLifeCounts }: Pick<CountMarks, 'hasLifeCounts'>,
  touched: readonly Month[],
): Month[] => (hasLifeCounts ? [...touched, WHOLE_LIFE] : [...touched])
