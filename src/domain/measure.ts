import type { Respondent, Stage } from './instrument.ts'
import type { Where, WhereField } from './measures/where.ts'

/** The kinds that give a verdict on a person by the pair of a start and an end. */
export const verdictKinds = [
  'resolved',
  'improved',
  'improved-or-sustained',
  'deteriorated',
  'reliably-improved',
  'reliably-deteriorated',
  'reliably-recovered',
] as const

/** All kinds that look at the pair of a start and an end. */
export const pairKinds = [...verdictKinds, 'before-after', 'reduction'] as const
export type PairKind = (typeof pairKinds)[number]

export const measureKinds = [
  ...pairKinds,
  'answered',
  'all-of',
  'any-of',
  'share',
  'completed',
  'within-days',
  'contact-every',
  'count',
] as const
export type MeasureKind = (typeof measureKinds)[number]

/** The stages that a start can be paired with. */
export const endStages = ['end', 'review', 'follow-up'] as const
export type EndStage = (typeof endStages)[number]

/** Which cases are counted: by an event in the period, or by having been in support in it. */
export const caseSelections = [
  'referred',
  'started',
  'closed',
  'supported',
  'open-at-end',
  'new',
  'held',
] as const
export type CaseSelection = (typeof caseSelections)[number]

/** Contacts and group sessions, each once; their hours; and who attended. */
export const sessionSelections = ['contacts', 'hours', 'attendances'] as const
export type SessionSelection = (typeof sessionSelections)[number]

/** The dates of a case that a time may run between. */
export const caseDates = ['referredOn', 'firstContactOn', 'startedOn', 'closedOn'] as const
export type CaseDate = (typeof caseDates)[number]

/** In percent: above `green` is green, from `amber` to `green` amber; `lower` turns it round. Or the limit of a count. */
export interface Target {
  green?: number | undefined
  amber?: number | undefined
  better?: 'lower' | undefined
  atLeast?: number | undefined
  atMost?: number | undefined
}

interface MeasureOfAnyKind {
  id: string
  title: string
  /** A hash of its content: a changed measure is a new one. */
  version: string
  /** A hash of what it asks (measures/question.ts): the same under another name, title or target. */
  question: string
  where?: Where | undefined
  target?: Target | undefined
  /** Who is in the denominator, in words. */
  basis: string
}

/** An instrument by its id; without a version: any. */
export interface InstrumentName {
  id: string
  version?: number | undefined
}

export interface PairMeasure extends MeasureOfAnyKind {
  kind: PairKind
  instrument: InstrumentName
  score: string
  end: EndStage
  /** Closed: in the month the case counts in. Assessed: open cases too, by their latest such assessment in the period. */
  countedBy: 'closed' | 'assessed'
  /** Absent: the instrument's own. */
  respondent?: Respondent | undefined
  /** Narrows who is in the denominator of `improved`. */
  of?: 'need-at-start' | 'could-improve' | undefined
  /** The least step that counts as improved, in the score's own units; absent: any. */
  by?: number | undefined
}

/** The latest answer to one item. */
export interface ItemQuestion {
  instrument: InstrumentName
  item: string
  stage: Stage
  respondent?: Respondent | undefined
}

export interface AnsweredMeasure extends MeasureOfAnyKind, ItemQuestion {
  kind: 'answered'
  in: readonly (string | number | boolean)[]
}

/** Judged person by person, never from the rates of its parts. */
export interface CombinedMeasure extends MeasureOfAnyKind {
  kind: 'all-of' | 'any-of'
  /** The names of its parts. */
  measures: readonly string[]
  parts: readonly PartMeasure[]
  /** Whose denominator a person must be in. */
  counted: 'all' | 'any'
  achieved: 'all' | 'any' | 'none'
}

/** What a combined measure may be made of: kinds that give a verdict on a closed case. */
export type PartMeasure = PairMeasure | AnsweredMeasure

export interface ShareMeasure extends MeasureOfAnyKind {
  kind: 'share'
  of: CaseSelection
  achieved: Where
}

export interface CompletedMeasure extends MeasureOfAnyKind {
  kind: 'completed'
  closure: readonly string[]
  window: 'rolling-year' | 'period'
}

export interface WithinDaysMeasure extends MeasureOfAnyKind {
  kind: 'within-days'
  from: CaseDate
  to: CaseDate
  days: number
  /** Leaves out weekends and England's bank holidays. */
  working: boolean
}

export interface ContactEveryMeasure extends MeasureOfAnyKind {
  kind: 'contact-every'
  days: number
}

/** What is counted: cases, people or sessions, different values of them, or the answers to a count item. */
export type CountMeasure = MeasureOfAnyKind & { kind: 'count' } & (
    { of: CaseSelection | SessionSelection | 'people' } | { distinct: WhereField } | { total: ItemQuestion }
  )

export type Measure =
  | PairMeasure
  | AnsweredMeasure
  | CombinedMeasure
  | ShareMeasure
  | CompletedMeasure
  | WithinDaysMeasure
  | ContactEveryMeasure
  | CountMeasure

export const isPairMeasure = (measure: Measure): measure is PairMeasure =>
  (pairKinds as readonly string[]).includes(measure.kind)

/** Whether it gives a verdict by a pair, and keeps the start beside it. */
export const isVerdictMeasure = (measure: Measure): measure is PairMeasure =>
  (verdictKinds as readonly string[]).includes(measure.kind)
