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

/** Any figure of a measure is a pure function of its counts. */
export function measureFigure(
  measure: Measure,
  counts: CountsOfPeriod,
  around: FigureSurroundings,
): MeasureFigure {
  const own = countsOf(measure, counts, around.period)
  switch (measure.kind) {
    case 'answered':
      return answeredFigure(own)
    case 'completed':
      return completedFigure(measure, counts.dated, around.period)
    case 'within-days':
      return withinDaysFigure(own, around.today)
    case 'share':
      return isRun(measure.of)
        ? runFigure(runCounts(measure, measure.of, counts.dated, around.period))
        : verdictFigure(own)
    case 'count':
      return countFigure(measure, own, counts.dated, around.period)
    case 'before-after':
      return beforeAfterFigure(own)
    case 'reduction':
      return reductionFigure(measure, own, around.library)
    default:
      return verdictFigure(own)
  }
}

type CountOnly = Pick<Count, 'x' | 'y' | 'n'>

/** A measure counted by assessment takes each case by the last of them within the period. */
function countsOf(
  measure: Measure,
  { merged, dated }: CountsOfPeriod,
  { firstMonth, lastMonth }: FigureSurroundings['period'],
): readonly CountOnly[] {
  if (!isPairMeasure(measure) || !isLifeMeasure(measure)) return merged.get(measureSubject(measure)) ?? []
  const prefix = assessedPrefix(measure)
  return [...dated].flatMap(([subject, rows]) => {
    if (!subject.startsWith(prefix)) return []
    const next = Number(subject.slice(prefix.length))
    if (next !== 0 && next <= lastMonth) return []
    return rows.filter(({ month }) => month >= firstMonth && month <= lastMonth)
  })
}

const people = (counts: readonly CountOnly[]): number => counts.reduce((sum, { n }) => sum + n, 0)
const sumOf = (counts: readonly CountOnly[], value: (count: CountOnly) => number): number =>
  counts.reduce((sum, count) => sum + value(count) * count.n, 0)

export function rateFigure(numerator: number, denominator: number): RateFigure {
  if (denominator === 0) return { numerator, denominator, rate: null, interval: null }
  const { rate, low, high } = proportion(numerator, denominator)
  return { numerator, denominator, rate, interval: { method: 'wilson', level: 0.95, low, high } }
}

const verdictFigure = (counts: readonly CountOnly[]): MeasureFigure =>
  rateFigure(people(counts.filter(({ y }) => y === 1)), people(counts))

function answeredFigure(counts: readonly CountOnly[]): MeasureFigure {
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

function beforeAfterFigure(counts: readonly CountOnly[]): MeasureFigure {
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
  counts: readonly CountOnly[],
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

/** Whose second date is not there yet is not met once the time is over, and not due before. */
function withinDaysFigure(counts: readonly CountOnly[], today: LondonDate): MeasureFigure {
  const now = Number(today.replaceAll('-', ''))
  const done = counts.filter(({ y }) => y !== WAITING)
  const overdue = counts.filter(({ x, y }) => y === WAITING && x < now)
  return {
    ...rateFigure(people(done.filter(({ y }) => y === 1)), people(done) + people(overdue)),
    median: median(done.map(({ x, n }) => ({ value: x, n }))),
    timed: people(done),
  }
}

function completedFigure(
  measure: Measure & { kind: 'completed' },
  dated: CountsOfPeriod['dated'],
  { firstMonth, lastMonth }: FigureSurroundings['period'],
): MeasureFigure {
  const first = measure.window === 'rolling-year' ? addMonths(lastMonth, -11) : firstMonth
  const met = (dated.get(lifeSubject(measure, 'met')) ?? []).filter(
    ({ month, x }) => month >= first && month <= lastMonth && x < first,
  )
  return rateFigure(people(met), different(measure, dated, first, lastMonth))
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

/** While only one of a case's two months is counted anew, the sums may not fit; the answer is then pending. */
function runFigure(counts: readonly CountOnly[]): MeasureFigure {
  const all = Math.max(0, people(counts))
  return rateFigure(Math.min(all, Math.max(0, people(counts.filter(({ y }) => y === 1)))), all)
}

/** The cases in support of a period, as counts by whether they continue (x) and achieved (y). */
function runCounts(
  measure: Measure,
  of: 'supported' | 'open-at-end' | 'held',
  dated: CountsOfPeriod['dated'],
  { firstMonth, lastMonth }: FigureSurroundings['period'],
): CountOnly[] {
  const from = dated.get(runSubject(measure, 'from')) ?? []
  const until = dated.get(runSubject(measure, 'until')) ?? []
  const left = until.filter(({ month }) => (of === 'open-at-end' ? month <= lastMonth : month < firstMonth))
  const isNew = ({ month, x }: DatedCount): boolean => month >= firstMonth && x === 0
  const entered = from.filter((one) => one.month <= lastMonth && (of !== 'held' || !isNew(one)))
  return [...entered, ...left.map((one) => ({ ...one, n: -one.n }))]
}

function countFigure(
  measure: CountMeasure,
  own: readonly CountOnly[],
  dated: CountsOfPeriod['dated'],
  period: FigureSurroundings['period'],
): MeasureFigure {
  const figure = { numerator: null, denominator: null, rate: null, interval: null }
  if ('total' in measure) return { ...figure, count: people(own), total: sumOf(own, ({ x }) => x) }
  if ('distinct' in measure || measure.of === 'people') {
    return { ...figure, count: different(measure, dated, period.firstMonth, period.lastMonth) }
  }
  if (measure.of === 'hours') return { ...figure, count: sumOf(own, ({ x }) => x) / 60 }
  if (measure.of === 'attendances') return { ...figure, count: sumOf(own, ({ x }) => x) }
  const counts = isRun(measure.of) ? runCounts(measure, measure.of, dated, period) : own
  return { ...figure, count: Math.max(0, people(counts)) }
}
