import { agreedMeasures, type Contract } from './contracts/contract.ts'
import type { Instrument } from './instrument.ts'
import { judgePair, matchesWhere, type CaseFacts, type Measure } from './measure.ts'
import { findPair, scoreAt, type Answered, type InstrumentOf, type Pair } from './casework/pair.ts'
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
  for (const one of cases) {
    const groupings = [everybody]
    if (plan.byDeliverer && typeof one.facts.deliveredBy === 'string') {
      groupings.push({ by: 'delivered-by', value: one.facts.deliveredBy })
    }
    const add = (subject: string, x: number, y: number): void => {
      for (const grouping of groupings) tally.add(subject, grouping, x, y)
    }
    countScores(one, library, add)
    countMeasures(one, plan, library, add)
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
    const instrument = library.find(end.instrumentId, end.instrumentVersion)
    for (const { id: score } of instrument?.scores ?? []) {
      const from = scoreAt(start, score, library.find)?.value ?? null
      const to = scoreAt(end, score, library.find)?.value ?? null
      // A score missing at either end is unpaired, never replaced by an earlier one.
      if (instrument && from !== null && to !== null) add(scoreSubject(instrument, score), from, to)
    }
  }
  if (one.inSupportFrom !== null) add(COMPLETENESS, Number(hasStart), Number(hasPair))
}

function countMeasures(one: CaseToCount, plan: CountingPlan, library: InstrumentLibrary, add: Add): void {
  const pairs = new Map<string, Partial<Pair>>()
  const pairFor = (measure: Measure): Partial<Pair> => {
    const respondent = measure.respondent ?? library.respondentOf(measure.instrument.id) ?? 'self'
    const question = {
      instrument: measure.instrument.id,
      version: measure.instrument.version,
      respondent,
      end: measure.end,
    }
    const key = `${question.instrument}@${question.version ?? ''} ${respondent} ${measure.end}`
    const found = pairs.get(key) ?? findPair(one.assessments, question, library.find)
    pairs.set(key, found)
    return found
  }
  for (const { measure, from } of plan.measures) {
    if (from !== null && one.countedOn < from) continue
    if (!matchesWhere(measure.where, one.facts)) continue
    const { start, end } = pairFor(measure)
    if (!start || !end) continue
    const startScore = scoreAt(start, measure.score, library.find)
    const endScore = scoreAt(end, measure.score, library.find)
    if (!startScore || !endScore) continue
    const { verdict } = judgePair(measure, endScore.score, { start: startScore, end: endScore })
    if (verdict !== 'excluded') add(measureSubject(measure), 1, verdict === 'met' ? 1 : 0)
  }
}

/** Instruments by id and version, and by whom each is answered. */
class InstrumentLibrary {
  readonly #versions = new Map<string, Map<number, Instrument>>()

  constructor(instruments: readonly Instrument[]) {
    for (const instrument of instruments) {
      const versions = this.#versions.get(instrument.id) ?? new Map<number, Instrument>()
      this.#versions.set(instrument.id, versions.set(instrument.version, instrument))
    }
  }

  find: InstrumentOf = (id, version) => this.#versions.get(id)?.get(version)

  /** The instrument's own respondent, as its newest version has it. */
  respondentOf(id: string): Instrument['respondent'] | undefined {
    const versions = [...(this.#versions.get(id)?.values() ?? [])]
    return versions.reduce<Instrument | undefined>(
      (newest, one) => (newest === undefined || one.version > newest.version ? one : newest),
      undefined,
    )?.respondent
  }
}

/** Adds up people who say the same. */
class Tally {
  readonly #counts = new Map<string, Count>()

  add(subject: string, { by, value }: Grouping, x: number, y: number): void {
    const key = `${subject} ${by} ${value} ${x} ${y}`
    const known = this.#counts.get(key)
    if (known) known.n++
    else this.#counts.set(key, { subject, by, value, x, y, n: 1 })
  }

  counts(): Count[] {
    return [...this.#counts.values()].sort(
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
