import { findPair, latest, type Answered, type Pair } from '../casework/pair.ts'
import type { Answers } from '../instrument.ts'
import type { ItemQuestion } from '../measure.ts'
import type { CaseFacts } from '../measures/where.ts'
import type { LondonDate } from '../period.ts'
import type { AskedPair, InstrumentLibrary } from './instrument-library.ts'

/** An assessment as it is counted; answers only where the count needs them. */
export type AssessmentToCount = Answered & { answers?: Answers | undefined }

/** A case with all its valid assessments. */
export interface CaseToCount extends CaseFacts {
  caseRef: string
  client: string | null
  referredOn: LondonDate | null
  firstContactOn: LondonDate | null
  startedOn: LondonDate | null
  closedOn: LondonDate | null
  continues: boolean | null
  countedOn: LondonDate | null
  inSupportFrom: LondonDate | null
  assessments: readonly AssessmentToCount[]
  /** The days of contacts that reached the person. */
  contacts: readonly LondonDate[]
}

/** What came of asking somebody an item: the answer, or how far it came. */
export type ItemOutcome = { answer: string | number | boolean } | { asked: boolean }

/** A case while it is counted: what several measures ask of it is looked up once. */
export class CaseReading {
  readonly facts: CaseToCount
  readonly #library: InstrumentLibrary
  readonly #pairs = new Map<string, Pair | undefined>()

  constructor(facts: CaseToCount, library: InstrumentLibrary) {
    this.facts = facts
    this.#library = library
  }

  /** The pair that a measure, or the changes of an instrument, ask for; undefined if the case has none. */
  pair(asked: AskedPair): Pair | undefined {
    const { key, question } = this.#library.questionOf(asked)
    if (this.#pairs.has(key)) return this.#pairs.get(key)
    const { start, end: last } = findPair(this.facts.assessments, question, this.#library.find)
    const pair = start && last && { start, end: last }
    this.#pairs.set(key, pair)
    return pair
  }

  /** The answer to an item in the latest completed assessment at that stage; never one from an earlier assessment. */
  item(question: ItemQuestion): ItemOutcome {
    const { instrument, stage, item } = question
    const respondent = question.respondent ?? this.#library.respondentOf(instrument.id) ?? 'self'
    const meant = this.facts.assessments.filter(
      (one) =>
        one.instrumentId === instrument.id &&
        (instrument.version === undefined || one.instrumentVersion === instrument.version) &&
        one.stage === stage &&
        one.respondent === respondent,
    )
    const last = latest(meant.filter(({ response }) => response === 'completed'))
    const answers = last?.answers ?? {}
    const answer = Object.hasOwn(answers, item) ? answers[item] : undefined
    if (answer !== undefined) return { answer }
    return { asked: meant.some(({ response }) => response !== 'not-asked') }
  }
}
