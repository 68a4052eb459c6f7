import { type Respondent, type Score, toScaled } from './instrument.ts'
import type { Characteristics } from './casework/support-case.ts'

/** The kinds that judge a person by the pair of a start and an end. */
export const pairKinds = ['resolved', 'improved', 'improved-or-sustained', 'deteriorated'] as const
export type PairKind = (typeof pairKinds)[number]

/** The stages that a start can be paired with. */
export const endStages = ['end', 'review', 'follow-up'] as const
export type EndStage = (typeof endStages)[number]

/** Any of the listed values, or none of them. */
export type Choice = readonly string[] | { not: readonly string[] }

/** What a case must be to count; every field given must hold. */
export type Where = Partial<Record<WhereField, Choice | undefined>>

/** What a measure is judged against, in percent: above `green` is green, from `amber` to `green` amber; `lower` turns it round. */
export interface Target {
  green: number
  amber: number
  better?: 'lower' | undefined
}

/** A question put to every closed case, with one answer. Its version is a hash of its content: a changed measure is a new one. */
export interface Measure {
  id: string
  title: string
  version: string
  kind: PairKind
  /** Without a version: any. */
  instrument: { id: string; version?: number | undefined }
  score: string
  end: EndStage
  /** Absent: the instrument's own. */
  respondent?: Respondent | undefined
  /** Narrows who is in the denominator of `improved`. */
  of?: 'need-at-start' | 'could-improve' | undefined
  /** The least step that counts as improved, in the score's own units; absent: any. */
  by?: number | undefined
  where?: Where | undefined
  target?: Target | undefined
  /** Who is in the denominator, in words. */
  basis: string
}

/** A score at one end of a pair. */
export interface ScoredEnd {
  /** Value × 10^places; null: missing. */
  value: number | null
  /** Undefined where the score is missing or knows no need. */
  need: boolean | undefined
}

/** In the denominator and achieved, in the denominator only, or in neither, and why. */
export type Verdict = { verdict: 'met' | 'not-met' } | { verdict: 'excluded'; reason: string }

/**
 * Judges one person's pair. A missing score is unpaired, never taken for 0; nobody without the need at the start is in the
 * denominator of `resolved`, nor of a measure `of: need-at-start`.
 *
 * @param score says which way is better; the definition that made both ends
 * @param pair undefined: the person has no start and end that go together
 * @example judgePair(healthResolved, health, { start: { value: 2, need: true }, end: { value: 0, need: false } }) // met
 */
export function judgePair(
  measure: Pick<Measure, 'kind' | 'of' | 'by'>,
  score: Score,
  pair: { start: ScoredEnd; end: ScoredEnd } | undefined,
): Verdict {
  if (pair === undefined) return excluded('has no start and end assessment that go together')
  const { start, end } = pair
  if (start.value === null) return excluded('the score is missing at the start')
  if (end.value === null) return excluded('the score is missing at the end')
  if (asksForNeed(measure) && start.need !== true) return excluded('had no need at the start')
  if (measure.of === 'could-improve' && roomToImprove(score, start.value) <= 0) {
    return excluded('was at the best score at the start')
  }
  const gain = score.better === 'lower' ? start.value - end.value : end.value - start.value
  return { verdict: isMet(measure, score, gain, end) ? 'met' : 'not-met' }
}

const excluded = (reason: string): Verdict => ({ verdict: 'excluded', reason })

/** Whether only people with the need at the start are in the denominator; the score must then say what the need is. */
export const asksForNeed = (measure: Pick<Measure, 'kind' | 'of'>): boolean =>
  measure.kind === 'resolved' || measure.of === 'need-at-start'

/** How far a score is from the best one, in kept units. */
function roomToImprove(score: Score, scaled: number): number {
  const [low, high] = score.range
  return score.better === 'lower' ? scaled - toScaled(score, low) : toScaled(score, high) - scaled
}

/** @param gain the change, turned so that positive is better, in kept units */
function isMet(measure: Pick<Measure, 'kind' | 'by'>, score: Score, gain: number, end: ScoredEnd): boolean {
  switch (measure.kind) {
    case 'resolved':
      return end.need === false
    case 'improved':
      return measure.by === undefined ? gain > 0 : gain >= toScaled(score, measure.by)
    case 'improved-or-sustained':
      return gain >= 0
    case 'deteriorated':
      return gain < 0
  }
}

/**
 * Who is in the denominator, in words, for every result to carry.
 *
 * @example basisInWords({ kind: 'resolved', end: 'end' }) // 'had the need at the start, and an end assessment'
 */
export function basisInWords(measure: Pick<Measure, 'kind' | 'of' | 'end' | 'respondent' | 'where'>): string {
  const end = `${measure.end === 'end' ? 'an' : 'a'} ${measure.end} assessment`
  const conditions = whereFields.flatMap((field) => {
    const choice = measure.where?.[field]
    return choice === undefined ? [] : [`${fieldInWords[field]} is ${choiceInWords(choice)}`]
  })
  const respondent = measure.respondent === undefined ? [] : [respondentInWords[measure.respondent]]
  return [startInWords(measure, end), ...respondent, ...conditions].join('; ')
}

function startInWords(measure: Pick<Measure, 'kind' | 'of'>, end: string): string {
  if (asksForNeed(measure)) return `had the need at the start, and ${end}`
  if (measure.of === 'could-improve') return `had room to improve at the start, and ${end}`
  return `had a start and ${end}`
}

const respondentInWords: Readonly<Record<Respondent, string>> = {
  self: 'answered by the person',
  parent: 'answered by a parent',
  worker: 'answered by a worker',
}

const choiceInWords = (choice: Choice): string =>
  'not' in choice ? `not ${choice.not.join(' or ')}` : choice.join(' or ')

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
} as const

export type WhereField = keyof typeof factOf

/** In the order in which a basis names them. */
export const whereFields = Object.keys(factOf) as readonly WhereField[]

const fieldInWords: Readonly<Record<WhereField, string>> = {
  closure: 'closure',
  cohort: 'cohort',
  crimeType: 'crime type',
  referralSource: 'referral source',
  reportedToPolice: 'reported to the police',
  ageBand: 'age band',
  sex: 'sex',
  ethnicity: 'ethnicity',
  disability: 'disability',
  nationality: 'nationality',
  fundingStream: 'funding stream',
  deliveredBy: 'delivered by',
  area: 'area',
}

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
