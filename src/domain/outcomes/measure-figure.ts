import { ANSWERED } from '../counting/judge-case.ts'
import { WAITING } from '../counting/count-month.ts'
import { isLifeMeasure, isRun } from '../counting/plan.ts'
import {
  assessedPrefix,
  lifeSubject,
  measureSubject,
  runSubject,
  type Count,
  type DatedCount,
} from '../counts.ts'
import type { InstrumentLibrary } from '../counting/instrument-library.ts'
import { isPairMeasure, type CountMeasure, type Measure, type PairMeasure } from '../measure.ts'
import { addMonths, type LondonDate, type Month, type Period } from '../period.ts'
import { beforeAfter } from '../statistics/before-after.ts'
import type { Interval } from '../statistics/interval.ts'
import { proportion } from '../statistics/proportion.ts'
import { median } from '../statistics/quantile.ts'

/** How a rate with its interval is told; nobody: all null but the counts. */
export interface RateFigure {
  numerator: number | null
  denominator: number | null
  rate: number | null
  interval: ({ method: 'wilson'; level: 0.95 } & Interval) | null
}

/** What a measure's counts say of a period, and what its kind adds. */
export interface MeasureFigure extends RateFigure {
  eligible?: number | null
  asked?: number | null
  answered?: number | null
  start?: RateFigure
  end?: RateFigure
  difference?: {
    value: number | null
    interval: ({ method: 'newcombe-paired'; level: 0.95 } & Interval) | null
    p: number | null
  }
  startTotal?: number | null
  endTotal?: number | null
  count?: number | null
  total?: number | null
  median?: number | null
  /** For disclosure control alone: how many have both dates, whose median it is. */
  timed?: number | null
  /** For disclosure control alone: those who changed, either way; the interval and p of a difference tell them. */
  changed?: { startOnly: number; endOnly: number } | null
}

/** What a count comes to: of a count item what its answers add up to. Null: hidden, or no count. */
export const countOf = ({ count, total }: Pick<MeasureFigure, 'count' | 'total'>): number | null =>
  total ?? count ?? null

/** A contract's counts of one group, as they are needed to work out figures. */
export interface CountsOfPeriod {
  /** The period's months added up, by subject. */
  merged: ReadonlyMap<string, readonly Count[]>
  /** By subject, those whose month matters, of all months up to the period's end. */
  dated: ReadonlyMap<string, readonly DatedCount[]>
}

export interface FigureSurroundings {
  period: Pick<Period, 'firstMonth' | 'lastMonth'>
  today: LondonDate
  library: InstrumentLibrary
}

/** What a measure counted in a period and nothing else: x and y being what its kind says. */
export type MeasureRow = Pick<Count, 'x' | 'y' | 'n'>

/** Any figure of a measure is a pure function of its counts. */
export const measureFigure = (
  measure: Measure,
  counts: CountsOfPeriod,
  around: FigureSurroundings,
): MeasureFigure => figureOfRows(measure, rowsOf(measure, counts, around), around)

/**
 * The counts of a period, free of all that would make them another figure tomorrow: those whose month matters are resolved
 * for this period, and what was not done in time is late or not due yet.
 */
export function rowsOf(
  measure: Measure,
  counts: CountsOfPeriod,
  { period, today }: Pick<FigureSurroundings, 'period' | 'today'>,
): readonly MeasureRow[] {
  const own = countsOf(measure, counts, period)
  switch (measure.kind) {
    case 'completed':
      return completedRows(measure, counts.dated, period)
    case 'within-days':
      return dueRows(own, today)
    case 'share':
      return isRun(measure.of) ? runRows(measure, measure.of, counts.dated, period) : own
    case 'count':
      if ('total' in measure) return own
      if ('distinct' in measure || measure.of === 'people') {
        return all(different(measure, counts.dated, period.firstMonth, period.lastMonth))
      }
      return isRun(measure.of) ? runRows(measure, measure.of, counts.dated, period) : own
    default:
      return own
  }
}

/** The figure of rows that `rowsOf` gave, or of several periods' rows that may be added. */
export function figureOfRows(
  measure: Measure,
  rows: readonly MeasureRow[],
  { library }: Pick<FigureSurroundings, 'library'>,
): MeasureFigure {
  switch (measure.kind) {
    case 'answered':
      return answeredFigure(rows)
    case 'within-days':
      return withinDaysFigure(rows)
    case 'count':
      return countFigure(measure, rows)
    case 'before-after':
      return beforeAfterFigure(rows)
    case 'reduction':
      return reductionFigure(measure, rows, library)
    default:
      return verdictFigure(rows)
  }
}

/** So many people, of whom so many achieved it. */
const verdicts = (met: number, counted: number): MeasureRow[] =>
  [
    { x: 0, y: 1, n: met },
    { x: 0, y: 0, n: counted - met },
  ].filter(({ n }) => n > 0)

const all = (counted: number): MeasureRow[] => verdicts(0, counted)

/** A measure counted by assessment takes each case by the last of them within the period. */
function countsOf(
  measure: Measure,
  { merged, dated }: CountsOfPeriod,
  { firstMonth, lastMonth }: FigureSurroundings['period'],
): readonly MeasureRow[] {
  if (!isPairMeasure(measure) || !isLifeMeasure(measure)) return merged.get(measureSubject(measure)) ?? []
  const prefix = assessedPrefix(measure)
  return [...dated].flatMap(([subject, rows]) => {
    if (!subject.startsWith(prefix)) return []
    const next = Number(subject.slice(prefix.length))
    if (next !== 0 && next <= lastMonth) return []
    return rows.filter(({ month }) => month >= firstMonth && month <= lastMonth)
  })
}

/** How many people rows are about. */
export const people = (rows: readonly Pick<Count, 'n'>[]): number => rows.reduce((sum, { n }) => sum + n, 0)
const sumOf = (counts: readonly MeasureRow[], value: (count: MeasureRow) => number): number =>
  counts.reduce((sum, count) => sum + value(count) * count.n, 0)

export function rateFigure(numerator: number, denominator: number): RateFigure {
  if (denominator === 0) return { numerator, denominator, rate: null, interval: null }
  const { rate, low, high } = proportion(numerator, denominator)
  return { numerator, denominator, rate, interval: { method: 'wilson', level: 0.95, low, high } }
}

const verdictFigure = (counts: readonly MeasureRow[]): MeasureFigure =>
  rateFigure(people(counts.filter(({ y }) => y === 1)), people(counts))

function answeredFigure(counts: readonly MeasureRow[]): MeasureFigure {
  const { notAsked, answered, anonymous } = ANSWERED
  const answers = counts.filter(({ x }) => x === answered || x === anonymous)
  const eligible = counts.filter(({ x }) => x !== anonymous)
  return {
    ...verdictFigure(answers),
    eligible: people(eligible),
    asked: people(eligible.filter(({ x }) => x !== notAsked)),
    answered: people(answers),
  }
}

function beforeAfterFigure(counts: readonly MeasureRow[]): MeasureFigure {
  const of = (x: number, y: number): number => people(counts.filter((one) => one.x === x && one.y === y))
  const twice = { both: of(1, 1), startOnly: of(1, 0), endOnly: of(0, 1), neither: of(0, 0) }
  const denominator = people(counts)
  const start = rateFigure(twice.both + twice.startOnly, denominator)
  const end = rateFigure(twice.both + twice.endOnly, denominator)
  if (denominator === 0) {
    return { ...end, start, end, difference: { value: null, interval: null, p: null }, changed: null }
  }
  const { value, interval, p } = beforeAfter(twice).difference
  return {
    ...end,
    start,
    end,
    difference: { value, interval: { method: 'newcombe-paired', level: 0.95, ...interval }, p },
    changed: { startOnly: twice.startOnly, endOnly: twice.endOnly },
  }
}

/** May be negative: more at the end than at the start. */
function reductionFigure(
  measure: PairMeasure,
  counts: readonly MeasureRow[],
  library: InstrumentLibrary,
): MeasureFigure {
  const unit = 10 ** library.placesOf(measure)
  const startTotal = sumOf(counts, ({ x }) => x)
  const endTotal = sumOf(counts, ({ y }) => y)
  return {
    numerator: null,
    denominator: people(counts),
    rate: startTotal === 0 ? null : 1 - endTotal / startTotal,
    interval: null,
    startTotal: startTotal / unit,
    endTotal: endTotal / unit,
  }
}

/**
 * Of somebody whose second date is not there though it was due. A second date a day before the first has as many days, but is
 * in time.
 */
const LATE = { x: -1, y: 0 } as const

const isLate = ({ x, y }: MeasureRow): boolean => x === LATE.x && y === LATE.y

/** Whose second date is not there yet is not met once the time is over, and not due before. */
function dueRows(counts: readonly MeasureRow[], today: LondonDate): MeasureRow[] {
  const now = Number(today.replaceAll('-', ''))
  return counts.flatMap(({ x, y, n }) => {
    if (y !== WAITING) return [{ x, y, n }]
    return x < now ? [{ ...LATE, n }] : []
  })
}

function withinDaysFigure(rows: readonly MeasureRow[]): MeasureFigure {
  const done = rows.filter((row) => !isLate(row))
  return {
    ...verdictFigure(rows),
    median: median(done.map(({ x, n }) => ({ value: x, n }))),
    timed: people(done),
  }
}

function completedRows(
  measure: Measure & { kind: 'completed' },
  dated: CountsOfPeriod['dated'],
  { firstMonth, lastMonth }: FigureSurroundings['period'],
): MeasureRow[] {
  const first = measure.window === 'rolling-year' ? addMonths(lastMonth, -11) : firstMonth
  const met = (dated.get(lifeSubject(measure, 'met')) ?? []).filter(
    ({ month, x }) => month >= first && month <= lastMonth && x < first,
  )
  return verdicts(people(met), different(measure, dated, first, lastMonth))
}

/** Different ones present in some month of first..last: see counting/count-life.ts. */
function different(measure: Measure, dated: CountsOfPeriod['dated'], first: Month, last: Month): number {
  const from = dated.get(lifeSubject(measure, 'from')) ?? []
  const until = dated.get(lifeSubject(measure, 'until')) ?? []
  return (
    people(from.filter(({ month }) => month <= first)) -
    people(until.filter(({ month }) => month < first)) +
    people(from.filter(({ month, x }) => month > first && month <= last && x < first))
  )
}

/**
 * The cases in support of a period. While only one of a case's two months is counted anew, the sums may not fit; the answer
 * is then pending.
 */
function runRows(
  measure: Measure,
  of: 'supported' | 'open-at-end' | 'held',
  dated: CountsOfPeriod['dated'],
  { firstMonth, lastMonth }: FigureSurroundings['period'],
): MeasureRow[] {
  const from = dated.get(runSubject(measure, 'from')) ?? []
  const until = dated.get(runSubject(measure, 'until')) ?? []
  const left = until.filter(({ month }) => (of === 'open-at-end' ? month <= lastMonth : month < firstMonth))
  const isNew = ({ month, x }: DatedCount): boolean => month >= firstMonth && x === 0
  const entered = from.filter((one) => one.month <= lastMonth && (of !== 'held' || !isNew(one)))
  const counts = [...entered, ...left.map((one) => ({ ...one, n: -one.n }))]
  const counted = Math.max(0, people(counts))
  const met = Math.max(0, people(counts.filter(({ y }) => y === 1)))
  return verdicts(Math.min(counted, met), counted)
}

function countFigure(measure: CountMeasure, rows: readonly MeasureRow[]): MeasureFigure {
  const figure = { numerator: null, denominator: null, rate: null, interval: null }
  if ('total' in measure) return { ...figure, count: people(rows), total: sumOf(rows, ({ x }) => x) }
  if (!('of' in measure)) return { ...figure, count: people(rows) }
  if (measure.of === 'hours') return { ...figure, count: sumOf(rows, ({ x }) => x) / 60 }
  if (measure.of === 'attendances') return { ...figure, count: sumOf(rows, ({ x }) => x) }
  return { ...figure, count: people(rows) }
}
