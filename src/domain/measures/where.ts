import { progressOf } from '../casework/progress.ts'
import type { Characteristics } from '../casework/support-case.ts'
import type { LondonDate } from '../period.ts'

/** Any of the listed values, or none of them. */
export type Choice = readonly string[] | { not: readonly string[] }

/** What a case must be to count; every field given must hold. */
export type Where = Partial<Record<WhereField, Choice | undefined>>

/** What is known of a case for `where`; a stored case is one. Absent, null and an empty list: not stated. */
export interface CaseFacts {
  closure?: string | null | undefined
  cohorts?: readonly string[] | null | undefined
  crimeType?: string | null | undefined
  referralSource?: string | null | undefined
  reportedToPolice?: boolean | null | undefined
  characteristics?: Characteristics | null | undefined
  fundingStream?: string | null | undefined
  deliveredBy?: string | null | undefined
  area?: string | null | undefined
  /** The days on which it came into support and on which it closed, as far as they are known. */
  inSupportFrom?: LondonDate | null | undefined
  countedOn?: LondonDate | null | undefined
}

/** The value that a case has where nothing is known: groups are named so, and `where` may ask for it. */
export const NOT_STATED = 'not-stated'

const factOf = {
  closure: (facts: CaseFacts) => facts.closure,
  cohort: (facts: CaseFacts) => facts.cohorts,
  crimeType: (facts: CaseFacts) => facts.crimeType,
  referralSource: (facts: CaseFacts) => facts.referralSource,
  reportedToPolice: (facts: CaseFacts) => facts.reportedToPolice,
  ageBand: (facts: CaseFacts) => facts.characteristics?.ageBand,
  sex: (facts: CaseFacts) => facts.characteristics?.sex,
  ethnicity: (facts: CaseFacts) => facts.characteristics?.ethnicity,
  disability: (facts: CaseFacts) => facts.characteristics?.disability,
  nationality: (facts: CaseFacts) => facts.characteristics?.nationality,
  fundingStream: (facts: CaseFacts) => facts.fundingStream,
  deliveredBy: (facts: CaseFacts) => facts.deliveredBy,
  area: (facts: CaseFacts) => facts.area,
  progress: (facts: CaseFacts) => progressOf(facts),
} as const

export type WhereField = keyof typeof factOf

/** In the order in which a basis names them. */
export const whereFields = Object.keys(factOf) as readonly WhereField[]

/** The values that a case has in a field: several for cohorts, `not-stated` where there is none. */
export function valuesOf(field: WhereField, facts: CaseFacts): readonly string[] {
  const fact = factOf[field](facts)
  const values = typeof fact === 'object' ? (fact ?? []) : fact === undefined ? [] : [String(fact)]
  return values.length === 0 ? [NOT_STATED] : values
}

/**
 * Whether a case is one that `where` leaves. A case without a value has the value `not-stated`: no list takes it unless it
 * names `not-stated`, and `{ not: [...] }` keeps it unless it names `not-stated`. A case in several cohorts is in a list if
 * any of them is, and out by `not` if any of them is.
 */
export function matchesWhere(where: Where | undefined, facts: CaseFacts): boolean {
  if (where === undefined) return true
  return whereFields.every((field) => {
    const choice = where[field]
    if (choice === undefined) return true
    const values = valuesOf(field, facts)
    return 'not' in choice
      ? !values.some((value) => choice.not.includes(value))
      : values.some((value) => choice.includes(value))
  })
}
