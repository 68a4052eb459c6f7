import type { Respondent, Stage } from '../instrument.ts'
import type { LondonDate } from '../period.ts'

/** Made-up words for one kind of missing answer each; only `completed` carries answers. */
export const responses = ['completed', 'declined', 'not-asked', 'unable', 'no-reply'] as const
export type Response = (typeof responses)[number]

/** Who referred a person: these and no other, so that a return's rows by source add up; who has none is not stated. */
export const referralSources = ['police', 'self', 'other-agency', 'other'] as const

/** One person's episode of support under a contract. Null: not known. */
export interface SupportCase {
  caseRef: string
  client: string | null
  referredOn: LondonDate | null
  referralSource: string | null
  firstContactOn: LondonDate | null
  startedOn: LondonDate | null
  closedOn: LondonDate | null
  closure: string | null
  continues: boolean | null
  deliveredBy: string
  fundingStream: string | null
  area: string | null
  cohorts: readonly string[] | null
  crimeType: string | null
  reportedToPolice: boolean | null
  characteristics: Characteristics | null
  /** When the case system last changed it, as an instant in ISO 8601. */
  sourceUpdatedAt: string | null
}

export interface Characteristics {
  ageBand?: string | undefined
  sex?: string | undefined
  ethnicity?: string | undefined
  disability?: string | undefined
  /** What was asked instead of `disability`, which then follows from it. */
  longTermCondition?: string | undefined
  activitiesReduced?: string | undefined
  nationality?: string | undefined
}

/** An instrument answered at a stage. */
export interface Assessment {
  ref: string
  caseRef: string | null
  instrumentId: string
  instrumentVersion: number
  stage: Stage
  respondent: Respondent
  response: Response
  assessedOn: LondonDate
  answers: Readonly<Record<string, number | boolean | string>>
  /** Whole numbers (value × 10^places) in the order of the instrument version's scores; null: missing. */
  scores: readonly (number | null)[]
  sourceUpdatedAt: string | null
}

/** What of an assessment decides when its case was in support and on which day it counts. */
export type Dating = Pick<Assessment, 'ref' | 'stage' | 'response' | 'assessedOn'>

/**
 * The day a case counts on: the day it closed, else that of its latest completed end assessment of any instrument.
 * Null while it is open.
 */
export function countedOn(closedOn: LondonDate | null, assessments: readonly Dating[]): LondonDate | null {
  if (closedOn !== null) return closedOn
  const ends = assessments.filter((one) => one.stage === 'end' && one.response === 'completed')
  return ends.reduce<LondonDate | null>(
    (latest, { assessedOn }) => (latest === null || assessedOn > latest ? assessedOn : latest),
    null,
  )
}

/** The day support began: as the case system says, else that of the first completed assessment; null if neither is known. */
export function inSupportFrom(
  startedOn: LondonDate | null,
  assessments: readonly Dating[],
): LondonDate | null {
  if (startedOn !== null) return startedOn
  return assessments
    .filter((one) => one.response === 'completed')
    .reduce<LondonDate | null>(
      (first, { assessedOn }) => (first === null || assessedOn < first ? assessedOn : first),
      null,
    )
}

/** True if a write says it is older than what is stored, so that a late retry never undoes a correction. */
export function isOutdated(written: string | null, stored: string | null): boolean {
  return written !== null && stored !== null && Date.parse(written) < Date.parse(stored)
}
