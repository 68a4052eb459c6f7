import type { Instrument, Respondent } from '../instrument.ts'
import { monthOf, type Month } from '../period.ts'
import type { Assessment } from './support-case.ts'

/** What pairing needs of an assessment: no answers. */
export type Answered = Pick<
  Assessment,
  'ref' | 'instrumentId' | 'instrumentVersion' | 'stage' | 'respondent' | 'response' | 'assessedOn' | 'scores'
>

/** Start and end of the same case, instrument and respondent. */
export interface Pair {
  start: Answered
  end: Answered
}

/** Which assessments of a case are looked at. */
export interface PairQuestion {
  instrument: string
  /** Absent: any version. */
  version?: number | undefined
  respondent: Respondent
  /** Which later assessment is meant. */
  end: 'end' | 'review' | 'follow-up'
}

/** Finds the instrument's version that made a stored score. */
export type InstrumentOf = (id: string, version: number) => Instrument | undefined

/** In order of date, and on one day in the order of `ref` by bytes (references are ASCII, so this is `<`). */
function isBefore(a: Pick<Answered, 'assessedOn' | 'ref'>, b: Pick<Answered, 'assessedOn' | 'ref'>): boolean {
  return a.assessedOn < b.assessedOn || (a.assessedOn === b.assessedOn && a.ref < b.ref)
}

function areComparable(a: Instrument | undefined, b: Instrument | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return (
    a.version === b.version || a.comparableWith.includes(b.version) || b.comparableWith.includes(a.version)
  )
}

/** The completed assessments that the question is about. */
function eligible(
  assessments: readonly Answered[],
  { instrument, version, respondent }: PairQuestion,
): Answered[] {
  return assessments.filter(
    (one) =>
      one.instrumentId === instrument &&
      (version === undefined || one.instrumentVersion === version) &&
      one.respondent === respondent &&
      one.response === 'completed',
  )
}

/**
 * The latest end of an instrument and the earliest start comparable with it, by the same respondent, wherever it lies in
 * time: a start may be years older than the period, or even later than its end.
 *
 * @returns what there is: an end without a start pairs with nothing, nor does a start without an end
 */
export function findPair(
  assessments: readonly Answered[],
  question: PairQuestion,
  instrumentOf: InstrumentOf,
): Partial<Pair> {
  const candidates = eligible(assessments, question)
  const end = latest(candidates.filter(({ stage }) => stage === question.end))
  const start = findStart(candidates, end, instrumentOf)
  return { ...(start && { start }), ...(end && { end }) }
}

/**
 * Every month in which the case has such an end, with the latest one in it and the start that goes with that, in order of
 * time; for measures that count by when people were assessed.
 */
export function findPairsByMonth(
  assessments: readonly Answered[],
  question: PairQuestion,
  instrumentOf: InstrumentOf,
): { month: Month; pair: Partial<Pair> }[] {
  const candidates = eligible(assessments, question)
  const ends = candidates.filter(({ stage }) => stage === question.end)
  const months = [...new Set(ends.map(({ assessedOn }) => monthOf(assessedOn)))].sort((a, b) => a - b)
  return months.map((month) => {
    const end = latest(ends.filter(({ assessedOn }) => monthOf(assessedOn) === month))
    const start = findStart(candidates, end, instrumentOf)
    return { month, pair: { ...(start && { start }), ...(end && { end }) } }
  })
}

/** The last of some assessments, by date and on one day by `ref`. */
export function latest<A extends Pick<Answered, 'assessedOn' | 'ref'>>(
  assessments: readonly A[],
): A | undefined {
  let last: A | undefined
  for (const one of assessments) if (last === undefined || isBefore(last, one)) last = one
  return last
}

function findStart(
  candidates: readonly Answered[],
  end: Answered | undefined,
  instrumentOf: InstrumentOf,
): Answered | undefined {
  const endInstrument = end && instrumentOf(end.instrumentId, end.instrumentVersion)
  let start: Answered | undefined
  for (const one of candidates) {
    if (one.stage !== 'start') continue
    if (end && !areComparable(instrumentOf(one.instrumentId, one.instrumentVersion), endInstrument)) continue
    if (start === undefined || isBefore(one, start)) start = one
  }
  return start
}
