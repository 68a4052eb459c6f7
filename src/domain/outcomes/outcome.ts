import { listsInstrument, type Contract } from '../contracts/contract.ts'
import { targetFor, type Target } from '../contracts/target.ts'
import { InstrumentLibrary } from '../counting/instrument-library.ts'
import type { AgreedMeasure, CountingPlan } from '../counting/plan.ts'
import { COMPLETENESS, scoreSubject, type Count, type DatedCount } from '../counts.ts'
import { bestScore, type Instrument, type Score } from '../instrument.ts'
import type { Measure } from '../measure.ts'
import { addDays, monthOf, type LondonDate, type Period } from '../period.ts'
import { changeOf, type Spread } from '../statistics/change.ts'
import type { Interval } from '../statistics/interval.ts'
import { countRag, rag, type Rag } from '../statistics/rag.ts'
import { reliableChange, type ReliableChange } from '../statistics/reliable-change.ts'
import type { Transition } from '../statistics/transition.ts'
import {
  countOf,
  measureFigure,
  people,
  type CountsOfPeriod,
  type FigureSurroundings,
  type MeasureFigure,
  type MeasureRow,
} from './measure-figure.ts'

/** Null: nobody counted, or hidden (`suppressed`). */
export interface MeasureOutcome extends MeasureFigure {
  measure: string
  version: string
  title: string
  kind: Measure['kind']
  basis: string
  target: Target | null
  rag: Rag | null
  ragReason?: 'target-changed' | undefined
  suppressed: boolean
  /** Hidden: the narrowest period around it that can be answered. */
  askFor?: string[]
}

/** How a score moved; turned so that positive is better, in the score's own units. */
export interface ChangeOutcome {
  instrument: string
  score: string
  title: string
  better: Score['better']
  pairs: number | null
  start: Spread
  end: Spread
  change: Spread & { interval: ({ method: 't'; level: 0.95 } & Interval) | null }
  standardisedChange: number | null
  percentageImprovement: number | null
  improved: number | null
  unchanged: number | null
  deteriorated: number | null
  reliable: ReliableOutcome | null
  suppressed: boolean
  /** Hidden: the narrowest period around it that can be answered. */
  askFor?: string[]
}

export type ReliableOutcome = { threshold: number } & Record<
  Exclude<keyof ReliableChange, 'threshold'>,
  number | null
>

export interface Completeness {
  closedCases: number | null
  withStart: number | null
  paired: number | null
  rate: number | null
}

export interface Figures {
  completeness: Completeness
  measures: MeasureOutcome[]
  changes: ChangeOutcome[]
}

/** The figures of one group. */
export interface GroupFigures {
  by: string
  value: string
  measures: MeasureOutcome[]
  changes: ChangeOutcome[]
}

/** Whether more may still come in: the period, or the days of grace after it, have not ended. */
export const isProvisional = (period: Pick<Period, 'to'>, graceDays: number, today: LondonDate): boolean =>
  today <= addDays(period.to, graceDays)

/** What figures are worked out for, beside the counts themselves. */
export interface OutcomeSurroundings {
  contract: Contract
  plan: CountingPlan
  period: Period
  today: LondonDate
}

/**
 * All figures of a contract and period, exact, from its counts of one group.
 *
 * @param merged the period's months added up
 * @param dated those of runs and lives (see counts.ts), of all months up to the period's end
 */
export function figuresFrom(
  { merged, dated }: { merged: readonly Count[]; dated: readonly DatedCount[] },
  { contract, plan, period, today }: OutcomeSurroundings,
): Figures {
  const counts = { merged: groupBySubject(merged), dated: groupBySubject(dated) }
  const around = { period, today, library: new InstrumentLibrary(plan.instruments) }
  return {
    completeness: completenessFrom(counts.merged.get(COMPLETENESS) ?? []),
    measures: plan.measures.map((agreed) =>
      judged(agreed.measure, agreedFigure(agreed, counts, around), contract, period),
    ),
    changes: shownInstruments(contract, plan, period, (subject) => counts.merged.has(subject)).flatMap(
      (instrument) =>
        instrument.scores.map((score) =>
          changeFrom(counts.merged.get(scoreSubject(instrument, score.id)) ?? [], instrument, score),
        ),
    ),
  }
}

/** A measure says nothing of months before the one in which it was agreed on, whoever was in support in them. */
export function agreedFigure(
  { measure, from }: AgreedMeasure,
  counts: CountsOfPeriod,
  around: FigureSurroundings,
): MeasureFigure {
  const { firstMonth, lastMonth } = around.period
  const agreedIn = from === null ? firstMonth : monthOf(from)
  if (agreedIn > lastMonth) return measureFigure(measure, NOTHING, around)
  const period = { firstMonth: Math.max(firstMonth, agreedIn), lastMonth }
  return measureFigure(measure, counts, { ...around, period })
}

const NOTHING: CountsOfPeriod = { merged: new Map(), dated: new Map() }

export function groupBySubject<C extends Count>(counts: readonly C[]): Map<string, C[]> {
  const groups = new Map<string, C[]>()
  for (const count of counts) {
    const group = groups.get(count.subject)
    if (group) group.push(count)
    else groups.set(count.subject, [count])
  }
  return groups
}

function completenessFrom(counts: readonly Count[]): Completeness {
  const whole = completenessCounts(counts)
  const { closedCases, paired } = whole
  return { ...whole, rate: closedCases === 0 ? null : paired / closedCases }
}

/** Cases that closed, with a start, and with a pair. */
export const completenessCounts = (
  counts: readonly MeasureRow[],
): { closedCases: number; withStart: number; paired: number } => ({
  closedCases: people(counts),
  withStart: people(counts.filter(({ x }) => x === 1)),
  paired: people(counts.filter(({ y }) => y === 1)),
})

/** A figure beside its target. */
export function judged(
  measure: Measure,
  figure: MeasureFigure,
  contract: Contract,
  period: Period,
): MeasureOutcome {
  const { target, reason } = targetFor(contract, measure, period)
  return {
    measure: measure.id,
    version: measure.version,
    title: measure.title,
    kind: measure.kind,
    basis: measure.basis,
    ...figure,
    target,
    rag: colourOf(figure, target),
    ...(reason && { ragReason: reason }),
    suppressed: false,
  }
}

/** Made from the exact counts, never from a rounded rate. */
function colourOf(figure: MeasureFigure, target: Target | null): Rag | null {
  if (target === null) return null
  const { numerator, denominator, rate, startTotal, endTotal } = figure
  const { green, amber, better, atLeast, atMost } = target
  const count = countOf(figure)
  if (count !== null) {
    if (atLeast !== undefined) return countRag(count, { atLeast })
    return atMost === undefined ? null : countRag(count, { atMost })
  }
  if (green === undefined || amber === undefined || rate === null) return null
  const bands = { green, amber }
  if (typeof startTotal === 'number' && typeof endTotal === 'number') {
    const [start, end] = [startTotal, endTotal].map((total) => Math.round(total * 10 ** MOST_PLACES))
    return start === undefined || end === undefined ? null : rag(start - end, start, bands, better)
  }
  return numerator === null || denominator === null ? null : rag(numerator, denominator, bands, better)
}

/** No score is kept with more decimal places, so that totals are whole in these units. */
const MOST_PLACES = 4

/** Every version of the instruments that a contract lists. */
export const listedInstruments = (
  contract: Pick<Contract, 'instruments'>,
  { instruments }: Pick<CountingPlan, 'instruments'>,
): Instrument[] => instruments.filter(({ id, version }) => listsInstrument(contract, id, version))

/** Versions of the contract's instruments that were counted in the period; where none was, the newest one. */
export function shownInstruments(
  contract: Pick<Contract, 'instruments'>,
  plan: CountingPlan,
  period: Period,
  isCounted: (scoreSubject: string) => boolean,
): Instrument[] {
  const listed = listedInstruments(contract, plan)
  return [...new Set(listed.map(({ id }) => id))].flatMap((id) => {
    const versions = listed.filter((one) => one.id === id).sort((a, b) => a.version - b.version)
    const counted = versions.filter((one) =>
      one.scores.some(({ id: score }) => isCounted(scoreSubject(one, score))),
    )
    if (counted.length > 0) return counted
    const inForce = versions.filter(({ inForce: { from } }) => from === undefined || from < period.until)
    return (inForce.length > 0 ? inForce : versions).slice(-1)
  })
}

export function changeFrom(
  counts: readonly MeasureRow[],
  instrument: Instrument,
  score: Score,
): ChangeOutcome {
  const transitions: Transition[] = counts.map(({ x, y, n }) => ({ start: x, end: y, n }))
  const { better, places } = score
  const change = changeOf(transitions, { better, places, best: bestScore(score, instrument) })
  const { interval } = change.change
  return {
    instrument: `${instrument.id}@${instrument.version}`,
    score: score.id,
    title: score.title,
    better,
    ...change,
    change: { ...change.change, interval: interval && { method: 't', level: 0.95, ...interval } },
    reliable: reliableFrom(transitions, score),
    suppressed: false,
  }
}

function reliableFrom(transitions: readonly Transition[], score: Score): ReliableOutcome | null {
  const { better, places, need, reliableChange: rule } = score
  if (rule === undefined) return null
  return reliableChange(transitions, { better, places, rule, ...(need && { need }) })
}
