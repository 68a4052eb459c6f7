import type { Contract } from '../contracts/contract.ts'
import { InstrumentLibrary } from '../counting/instrument-library.ts'
import { isLifeMeasure, isRun, type AgreedMeasure, type CountingPlan } from '../counting/plan.ts'
import { COMPLETENESS, measureSubject, scoreSubject, type DatedCount } from '../counts.ts'
import type { Instrument, Score } from '../instrument.ts'
import { sessionSelections, type Measure } from '../measure.ts'
import {
  figureOfRows,
  people,
  rowsOf,
  type MeasureFigure,
  type MeasureRow,
  type RateFigure,
} from '../outcomes/measure-figure.ts'
import { completenessCounts, listedInstruments } from '../outcomes/outcome.ts'
import { monthOf, type LondonDate } from '../period.ts'
import { reliableChange, type ReliableChange } from '../statistics/reliable-change.ts'
import type { Block } from './blocks.ts'
import { directionsOf, merged } from './rows.ts'
import { isSmall } from './small.ts'

/** A contract's counts of one group by subject, each with its month. */
export type MonthlyCounts = ReadonlyMap<string, readonly DatedCount[]>

/** What of one figure is shown or hidden together, over whole months. */
export interface Series {
  key: string
  /** Different people, say: what two periods have cannot be added, so that it is shown for single blocks only. */
  isDated: boolean
  /** Whether one of what it counts may be in several groups of a dimension that parts cases: people with several cases, say. */
  isOverlapping: boolean
  /** Of the figure in a block, everything that it is made of. */
  rowsIn: (counts: MonthlyCounts, block: Block) => readonly MeasureRow[]
  /** Every number of people (or hours, or values) that the figure tells, by name: each adds up over blocks. */
  countsOf: (rows: readonly MeasureRow[]) => ReadonlyMap<string, number>
  /** Which parts of the figure are about few people though the figure itself is not. */
  smallParts: (rows: readonly MeasureRow[], minimumCount: number) => string[]
  /** What it is about. */
  measure?: Measure
  instrument?: Instrument
  score?: Score
}

/** Names of series, which the released ones are found by. */
export const seriesKey = {
  /** By what it asks: the same question under another name tells of the same people. */
  measure: ({ measure: { question }, from }: AgreedMeasure) =>
    `measure/${question}${from === null ? '' : ` from ${from}`}`,
  score: scoreSubject,
  /** How many improved, stayed as they were, and got worse. */
  directions: (instrument: Instrument, score: string) => `directions/${scoreSubject(instrument, score)}`,
  reliable: (instrument: Instrument, score: string) => `reliable/${scoreSubject(instrument, score)}`,
  moves: (instrument: Instrument, score: string) => `moves/${scoreSubject(instrument, score)}`,
  completeness: (count: CompletenessCount) => `${COMPLETENESS}/${count}`,
}

const countsOfCompleteness = ['closedCases', 'withStart', 'paired'] as const
export type CompletenessCount = (typeof countsOfCompleteness)[number]

export const reliableCounts = [
  'improved',
  'unchanged',
  'deteriorated',
  'recovered',
  'reliablyRecovered',
  'atCaseness',
] as const satisfies readonly Exclude<keyof ReliableChange, 'threshold'>[]

/**
 * Every series of a contract's figures. Those before others are shown rather than those after them where both together
 * would tell too much: measures in the contract's order, then how scores moved. All cases in support come before the rest:
 * if they were the ones that are hidden, they would follow from those who came and those held, and from them who is still there.
 */
export const seriesOf = (
  contract: Pick<Contract, 'instruments'>,
  plan: CountingPlan,
  today: LondonDate,
): Series[] =>
  inOrderOfShowing(contract, plan, today).map((one) => ({ ...one, countsOf: once(one.countsOf) }))

/** Rows never change, and the same ones are asked about again for each figure that is linked with theirs. */
function once(countsOf: Series['countsOf']): Series['countsOf'] {
  const known = new WeakMap<readonly MeasureRow[], ReadonlyMap<string, number>>()
  return (rows) => {
    const counted = known.get(rows) ?? countsOf(rows)
    known.set(rows, counted)
    return counted
  }
}

function inOrderOfShowing(
  contract: Pick<Contract, 'instruments'>,
  plan: CountingPlan,
  today: LondonDate,
): Series[] {
  const library = new InstrumentLibrary(plan.instruments)
  const questions = new Map(plan.measures.map((agreed) => [seriesKey.measure(agreed), agreed]))
  const measures = [...questions.values()].map((agreed) => measureSeries(agreed, library, today))
  const scores = listedInstruments(contract, plan).flatMap((instrument) =>
    instrument.scores.flatMap((score) => scoreSeries(instrument, score)),
  )
  const [first, others] = [measures.filter(isAllInSupport), measures.filter((one) => !isAllInSupport(one))]
  return [...first, ...countsOfCompleteness.map(completenessSeries), ...others, ...scores]
}

const isAllInSupport = ({ measure }: Series): boolean =>
  measure?.kind === 'count' && 'of' in measure && measure.of === 'supported' && measure.where === undefined

const isWithin = ({ month }: DatedCount, { first, last }: Block): boolean => month >= first && month <= last

const ofSubject =
  (subject: string): Series['rowsIn'] =>
  (counts, block) =>
    merged((counts.get(subject) ?? []).filter((count) => isWithin(count, block)))

const nothing = (): string[] => []

function measureSeries(agreed: AgreedMeasure, library: InstrumentLibrary, today: LondonDate): Series {
  const { measure, from } = agreed
  const subject = measureSubject(measure)
  const since = from === null ? 0 : monthOf(from)
  const isDated = isDatedMeasure(measure)
  return {
    key: seriesKey.measure(agreed),
    measure,
    isDated,
    isOverlapping: isLifeMeasure(measure) || isOfSessions(measure),
    rowsIn(counts, block) {
      const { first, last } = { first: Math.max(block.first, since), last: block.last }
      if (first > last) return []
      const own = (counts.get(subject) ?? []).filter((count) => isWithin(count, { first, last }))
      const period = { firstMonth: first, lastMonth: last }
      const ofPeriod = { merged: new Map([[subject, own]]), dated: isDated ? counts : NONE }
      return merged(rowsOf(measure, ofPeriod, { period, today }))
    },
    countsOf: (rows) => tellingCounts(figureOfRows(measure, rows, { library })),
    smallParts: (rows, minimumCount) => smallPartsOf(figureOfRows(measure, rows, { library }), minimumCount),
  }
}

/** Of which what two periods have cannot be added: different people, or cases in support. */
export const isDatedMeasure = (measure: Measure): boolean =>
  isLifeMeasure(measure) || ('of' in measure && isRun(String(measure.of)))

/** One session is with people of several cases. */
const isOfSessions = (measure: Measure): boolean =>
  'of' in measure && (sessionSelections as readonly unknown[]).includes(measure.of)

const NONE: MonthlyCounts = new Map()

/**
 * Numerator, denominator and complement, wherever a figure has them, and what is counted. A small total counts, too: there
 * are no more people behind it.
 */
export function tellingCounts(figure: MeasureFigure): Map<string, number> {
  const counts = new Map<string, number>()
  addRate(counts, '', figure)
  if (figure.start) addRate(counts, 'start', figure.start)
  if (figure.end) addRate(counts, 'end', figure.end)
  for (const name of totals) {
    const count = figure[name]
    if (typeof count === 'number') counts.set(name, count)
  }
  return counts
}

const totals = ['startTotal', 'endTotal', 'count', 'total'] as const

function addRate(counts: Map<string, number>, side: string, { numerator, denominator }: RateFigure): void {
  if (denominator === null) return
  counts.set(`${side}denominator`, denominator)
  if (numerator === null) return
  counts.set(`${side}numerator`, numerator)
  counts.set(`${side}complement`, denominator - numerator)
}

/**
 * Those who were not asked or did not answer; those whose time is known; and those who changed, whom the interval and p of
 * a difference tell.
 */
function smallPartsOf(
  { eligible = null, asked = null, answered = null, timed = null, changed }: MeasureFigure,
  minimumCount: number,
): string[] {
  const isAnySmall = (...counts: (number | null)[]): boolean =>
    counts.some((count) => isSmall(count, minimumCount))
  const rest = (whole: number | null, part: number | null): number | null =>
    whole === null || part === null ? null : Math.abs(whole - part)
  return [
    ...(isAnySmall(eligible, asked, rest(eligible, asked), rest(asked, answered)) ? ['asked'] : []),
    ...(isAnySmall(timed) ? ['timed'] : []),
    ...(isAnySmall(changed?.startOnly ?? null, changed?.endOnly ?? null) ? ['changed'] : []),
  ]
}

function scoreSeries(instrument: Instrument, score: Score): Series[] {
  const subject = scoreSubject(instrument, score.id)
  const rowsIn = ofSubject(subject)
  const common = { isDated: false, isOverlapping: false, rowsIn, instrument, score, smallParts: nothing }
  return [
    {
      ...common,
      key: seriesKey.score(instrument, score.id),
      countsOf: (rows) => new Map([['pairs', people(rows)]]),
    },
    {
      ...common,
      key: seriesKey.directions(instrument, score.id),
      countsOf: (rows) => directionsOf(rows, score),
    },
    ...(score.reliableChange === undefined
      ? []
      : [
          {
            ...common,
            key: seriesKey.reliable(instrument, score.id),
            countsOf: (rows: readonly MeasureRow[]) => reliableOf(rows, score),
          },
        ]),
    {
      ...common,
      key: seriesKey.moves(instrument, score.id),
      // And what its cells make together, as the other figures of the score tell it.
      countsOf: (rows) =>
        new Map([
          ...rows.map(({ x, y, n }) => [`${x} ${y}`, n] as const),
          ['pairs', people(rows)],
          ...directionsOf(rows, score),
        ]),
    },
  ]
}

function reliableOf(rows: readonly MeasureRow[], score: Score): Map<string, number> {
  const { better, places, need, reliableChange: rule } = score
  if (rule === undefined || rows.length === 0) return new Map()
  const transitions = rows.map(({ x, y, n }) => ({ start: x, end: y, n }))
  const counts = reliableChange(transitions, { better, places, rule, ...(need && { need }) })
  return new Map(reliableCounts.map((name) => [name, counts[name] ?? 0]))
}

/** Each of the three counts by itself: a small one hides no other. */
function completenessSeries(count: CompletenessCount): Series {
  return {
    key: seriesKey.completeness(count),
    isDated: false,
    isOverlapping: false,
    rowsIn: ofSubject(COMPLETENESS),
    countsOf: (rows) => new Map([[count, completenessCounts(rows)[count]]]),
    smallParts: nothing,
  }
}

/** Every move on each score that anybody made, by instrument and score: what links are told from. */
export function movesIn(counts: MonthlyCounts, { instruments }: CountingPlan): Map<string, MeasureRow[]> {
  const moves = new Map<string, MeasureRow[]>()
  for (const instrument of instruments) {
    for (const { id } of instrument.scores) {
      const rows = merged(counts.get(scoreSubject(instrument, id)) ?? [])
      if (rows.length > 0) moves.set(`${instrument.id}@${instrument.version} ${id}`, rows)
    }
  }
  return moves
}
