import { agreedMeasures, type Contract } from './contracts/contract.ts'
import { hasNeed, type Instrument, type Score } from './instrument.ts'
import { judgePair, matchesWhere, type CaseFacts, type Measure, type ScoredEnd } from './measure.ts'
import { findPair, type Answered, type InstrumentOf, type PairQuestion } from './casework/pair.ts'
import type { LondonDate, Month } from './period.ts'

/** What is counted at a time. */
export interface ContractMonth {
  contractId: string
  month: Month
}

/** Everybody, or one group: those of whom a case attribute has a value. */
export interface Grouping {
  by: string
  value: string
}

export const everybody: Grouping = { by: '', value: '' }

/**
 * The one shape that carries everything: `n` people of a group, of whom a subject says `x` and `y`.
 * Months, contracts and regions merge by adding `n`, exactly and in any order.
 */
export interface Count extends Grouping {
  subject: string
  x: number
  y: number
  n: number
}

/** A score's transitions: x = start, y = end, as whole numbers (value × 10^places). */
export const scoreSubject = (instrument: Pick<Instrument, 'id' | 'version'>, score: string): string =>
  `score/${instrument.id}@${instrument.version}/${score}`

/** A measure's verdicts: x = 1 for each one counted, y = 1 where achieved. */
export const measureSubject = ({ version }: Pick<Measure, 'version'>): string => `measure/${version}`

/** Cases in support that closed: x = 1 with a start on at least one instrument, y = 1 with a pair on at least one. */
export const COMPLETENESS = 'completeness'

/** A case that counts in the month, with all its valid assessments. */
export interface CaseToCount {
  facts: CaseFacts
  countedOn: LondonDate
  inSupportFrom: LondonDate | null
  assessments: readonly Answered[]
}

/** What of the definitions a contract's counts are made with. */
export interface CountingPlan {
  measures: readonly { measure: Measure; from: LondonDate | null }[]
  instruments: readonly Instrument[]
  /** A partner reads the figures of the cases that it delivers itself. */
  byDeliverer: boolean
}

/** Measures that the definitions no longer have are left out: nothing can count them. */
export function planFor(
  contract: Pick<Contract, 'measures' | 'partners'>,
  definitions: { instruments: readonly Instrument[]; measures: ReadonlyMap<string, Measure> },
): CountingPlan {
  return {
    measures: agreedMeasures(contract).flatMap(({ measure: id, from }) => {
      const measure = definitions.measures.get(id)
      return measure === undefined ? [] : [{ measure, from }]
    }),
    instruments: definitions.instruments,
    byDeliverer: contract.partners.length > 0,
  }
}

/** Every version that the counts depend on, in one line: where it differs from the stored one, all is counted anew. */
export function planAsText({ measures, instruments, byDeliverer }: CountingPlan): string {
  return JSON.stringify({
    measures: measures.map(({ measure, from }) => [measure.id, measure.version, from]),
    instruments: instruments.map(({ id, version }) => `${id}@${version}`).sort(),
    byDeliverer,
  })
}

/** A contract's month as counts, in a fixed order: the same cases give the same bytes, whatever order they came in. */
export function countMonth(cases: readonly CaseToCount[], plan: CountingPlan): Count[] {
  const tally = new Tally()
  const library = new InstrumentLibrary(plan.instruments)
  const questions = questionsOf(plan, library)
  for (const one of cases) {
    const groupings = [everybody]
    if (plan.byDeliverer && typeof one.facts.deliveredBy === 'string') {
      groupings.push({ by: 'delivered-by', value: one.facts.deliveredBy })
    }
    const rows = groupings.map((grouping) => tally.of(grouping))
    const add = (subject: string, x: number, y: number): void => {
      for (const row of rows) addOne(row, subject, x, y)
    }
    countScores(one, library, add)
    for (const question of questions) countMeasures(one, question, library, add)
  }
  return tally.counts()
}

type Add = (subject: string, x: number, y: number) => void

/** Transitions of every score, by the instrument's own respondent, and the case's completeness. */
function countScores(one: CaseToCount, library: InstrumentLibrary, add: Add): void {
  let hasStart = false
  let hasPair = false
  for (const id of new Set(one.assessments.map(({ instrumentId }) => instrumentId))) {
    const respondent = library.respondentOf(id)
    if (respondent === undefined) continue
    hasStart ||= one.assessments.some(
      (a) =>
        a.instrumentId === id &&
        a.stage === 'start' &&
        a.respondent === respondent &&
        a.response === 'completed',
    )
    const { start, end } = findPair(one.assessments, { instrument: id, respondent, end: 'end' }, library.find)
    if (!start || !end) continue
    hasPair = true
    for (const { subject, startIndex, endIndex } of library.sharedScores(start, end)) {
      const from = start.scores[startIndex] ?? null
      const to = end.scores[endIndex] ?? null
      // A score missing at either end is unpaired, never replaced by an earlier one.
      if (from !== null && to !== null) add(subject, from, to)
    }
  }
  if (one.inSupportFrom !== null) add(COMPLETENESS, Number(hasStart), Number(hasPair))
}

/** Measures that ask for the same pair of a case, so that it is looked for once. */
interface QuestionWithMeasures {
  question: PairQuestion
  measures: { measure: Measure; from: LondonDate | null; subject: string }[]
}

function questionsOf(plan: CountingPlan, library: InstrumentLibrary): QuestionWithMeasures[] {
  const questions = new Map<string, QuestionWithMeasures>()
  for (const { measure, from } of plan.measures) {
    const { id: instrument, version } = measure.instrument
    const respondent = measure.respondent ?? library.respondentOf(instrument) ?? 'self'
    const key = `${instrument}@${version ?? ''} ${respondent} ${measure.end}`
    const known = questions.get(key) ?? {
      question: { instrument, version, respondent, end: measure.end },
      measures: [],
    }
    known.measures.push({ measure, from, subject: measureSubject(measure) })
    questions.set(key, known)
  }
  return [...questions.values()]
}

function countMeasures(
  one: CaseToCount,
  { question, measures }: QuestionWithMeasures,
  library: InstrumentLibrary,
  add: Add,
): void {
  const { start, end } = findPair(one.assessments, question, library.find)
  if (!start || !end) return
  const scores = library.sharedScoresById(start, end)
  for (const { measure, from, subject } of measures) {
    if (from !== null && one.countedOn < from) continue
    if (!matchesWhere(measure.where, one.facts)) continue
    const shared = scores.get(measure.score)
    if (shared === undefined) continue
    const ends = {
      start: scoredEnd(shared.startScore, start.scores[shared.startIndex] ?? null),
      end: scoredEnd(shared.endScore, end.scores[shared.endIndex] ?? null),
    }
    const { verdict } = judgePair(measure, shared.endScore, ends)
    if (verdict !== 'excluded') add(subject, 1, verdict === 'met' ? 1 : 0)
  }
}

const scoredEnd = (score: Score, value: number | null): ScoredEnd => ({
  value,
  need: value === null ? undefined : hasNeed(score, value),
})

/** A score that both versions of a pair have, and where each keeps it. */
interface SharedScore {
  id: string
  subject: string
  startScore: Score
  startIndex: number
  endScore: Score
  endIndex: number
}

/** Instruments by id and version, by whom each is answered, and which scores two versions share. */
class InstrumentLibrary {
  readonly #versions = new Map<string, Map<number, Instrument>>()
  readonly #respondents = new Map<string, Instrument['respondent']>()
  readonly #shared = new Map<string, readonly SharedScore[]>()
  readonly #sharedById = new Map<string, ReadonlyMap<string, SharedScore>>()

  constructor(instruments: readonly Instrument[]) {
    for (const instrument of [...instruments].sort((a, b) => a.version - b.version)) {
      const versions = this.#versions.get(instrument.id) ?? new Map<number, Instrument>()
      this.#versions.set(instrument.id, versions.set(instrument.version, instrument))
      // The instrument's own respondent is the one that its newest version has.
      this.#respondents.set(instrument.id, instrument.respondent)
    }
  }

  find: InstrumentOf = (id, version) => this.#versions.get(id)?.get(version)

  respondentOf(id: string): Instrument['respondent'] | undefined {
    return this.#respondents.get(id)
  }

  sharedScores(start: Answered, end: Answered): readonly SharedScore[] {
    const key = `${end.instrumentId} ${start.instrumentVersion} ${end.instrumentVersion}`
    const known = this.#shared.get(key)
    if (known) return known
    const startScores = this.find(start.instrumentId, start.instrumentVersion)?.scores ?? []
    const instrument = this.find(end.instrumentId, end.instrumentVersion)
    const shared = (instrument?.scores ?? []).flatMap((endScore, endIndex) => {
      const startIndex = startScores.findIndex(({ id }) => id === endScore.id)
      const startScore = startScores[startIndex]
      if (instrument === undefined || startScore === undefined) return []
      const subject = scoreSubject(instrument, endScore.id)
      return [{ id: endScore.id, subject, startScore, startIndex, endScore, endIndex }]
    })
    this.#shared.set(key, shared)
    return shared
  }

  sharedScoresById(start: Answered, end: Answered): ReadonlyMap<string, SharedScore> {
    const key = `${end.instrumentId} ${start.instrumentVersion} ${end.instrumentVersion}`
    const known = this.#sharedById.get(key)
    if (known) return known
    const byId = new Map(this.sharedScores(start, end).map((shared) => [shared.id, shared]))
    this.#sharedById.set(key, byId)
    return byId
  }
}

/** n by y by x by subject: numbers as keys, since this is added to some hundred times a case. */
type Rows = Map<string, Map<number, Map<number, number>>>

function addOne(rows: Rows, subject: string, x: number, y: number): void {
  let byX = rows.get(subject)
  if (byX === undefined) rows.set(subject, (byX = new Map<number, Map<number, number>>()))
  let byY = byX.get(x)
  if (byY === undefined) byX.set(x, (byY = new Map<number, number>()))
  byY.set(y, (byY.get(y) ?? 0) + 1)
}

/** Adds up people who say the same. */
class Tally {
  readonly #groups = new Map<string, { grouping: Grouping; rows: Rows }>()

  of(grouping: Grouping): Rows {
    const key = `${grouping.by} ${grouping.value}`
    const group = this.#groups.get(key) ?? {
      grouping,
      rows: new Map<string, Map<number, Map<number, number>>>(),
    }
    this.#groups.set(key, group)
    return group.rows
  }

  counts(): Count[] {
    const counts: Count[] = []
    for (const { grouping, rows } of this.#groups.values()) {
      for (const [subject, byX] of rows) {
        for (const [x, byY] of byX) for (const [y, n] of byY) counts.push({ subject, ...grouping, x, y, n })
      }
    }
    return counts.sort(
      (a, b) =>
        compare(a.subject, b.subject) ||
        compare(a.by, b.by) ||
        compare(a.value, b.value) ||
        a.x - b.x ||
        a.y - b.y,
    )
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
