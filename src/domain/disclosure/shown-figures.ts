import type { Contract } from '../contracts/contract.ts'
import { InstrumentLibrary } from '../counting/instrument-library.ts'
import type { AgreedMeasure, CountingPlan } from '../counting/plan.ts'
import { scoreSubject } from '../counts.ts'
import type { Instrument, Score } from '../instrument.ts'
import { figureOfRows, type MeasureFigure, type MeasureRow } from '../outcomes/measure-figure.ts'
import {
  changeFrom,
  completenessCounts,
  judged,
  shownInstruments,
  type ChangeOutcome,
  type Completeness,
  type Figures,
  type GroupFigures,
} from '../outcomes/outcome.ts'
import { periodLabel, type Period } from '../period.ts'
import { blocksOf, type Block } from './blocks.ts'
import { hiddenChange, hiddenMeasure, withoutCounts } from './hidden.ts'
import type { Released } from './released.ts'
import { directionsOf, merged } from './rows.ts'
import { isDatedMeasure, seriesKey, type CompletenessCount } from './series.ts'

/** What was released of a contract for a period, and around it for figures that cannot be answered. */
export interface ReleasedFigures {
  cells: readonly Released[]
  askFor: Readonly<Record<string, Block>>
}

interface Around {
  contract: Contract
  plan: CountingPlan
  period: Period
}

/** A series over the period: its rows and what of it is not shown. Undefined: it is not shown at all. */
type Shown = { rows: readonly MeasureRow[]; parts: ReadonlySet<string> } | undefined

/** What a commissioner reads of a contract and period. */
export function shownFigures(
  released: ReleasedFigures,
  { contract, plan, period }: Around,
  { by, value }: { by: string; value: string } = { by: '', value: '' },
): Figures {
  const bySeries = new Map<string, Released[]>()
  for (const cell of released.cells) {
    if (cell.by !== by || cell.value !== value) continue
    const cells = bySeries.get(cell.series)
    if (cells) cells.push(cell)
    else bySeries.set(cell.series, [cell])
  }
  const shown = (key: string, isDated = false): Shown => shownIn(period, bySeries.get(key) ?? [], isDated)
  const askFor = (key: string): { askFor: string[] } | undefined => {
    const block = by === '' ? released.askFor[key] : undefined
    return block && { askFor: [periodLabel(block.first, block.last)] }
  }
  const library = new InstrumentLibrary(plan.instruments)
  const isCounted = (subject: string): boolean => shown(subject)?.rows.length !== 0
  return {
    completeness: shownCompleteness(shown),
    measures: plan.measures.map((agreed) => {
      const { measure } = agreed
      const key = seriesKey.measure(agreed)
      const own = shown(key, isDatedMeasure(measure))
      const figure = figureOfRows(measure, own?.rows ?? [], { library })
      const outcome = judged(measure, withoutParts(figure, own?.parts), contract, period)
      return own ? outcome : { ...hiddenMeasure(outcome), ...askFor(key) }
    }),
    changes: shownInstruments(contract, plan, period, isCounted).flatMap((instrument) =>
      instrument.scores.map((score) => changeOf(instrument, score, shown, askFor)),
    ),
  }
}

/** An entry for each group that has anybody in the period, as far as is shown. */
export function shownGroups(released: ReleasedFigures, around: Around, by: string): GroupFigures[] {
  const { firstMonth: first, lastMonth: last } = around.period
  const isIn = (cell: Released): boolean => cell.by === by && first <= cell.first && cell.last <= last
  const isThere = ({ isHidden, rows }: Released): boolean => isHidden || rows.length > 0
  const present = released.cells.filter((cell) => isIn(cell) && isThere(cell))
  return [...new Set(present.map(({ value }) => value))].sort().map((value) => {
    const { measures, changes } = shownFigures(released, around, { by, value })
    return { by, value, measures, changes }
  })
}

/** @param isDated what single blocks have cannot be added */
function shownIn(
  { firstMonth: first, lastMonth: last }: Period,
  cells: readonly Released[],
  isDated: boolean,
): Shown {
  const single = cells.filter((cell) => cell.first === first && cell.last === last)
  const own = isDated ? single : blocksOf({ first, last }, cells)
  if (own === undefined || own.length === 0 || own.some(({ isHidden }) => isHidden)) return undefined
  return {
    rows: merged(own.flatMap(({ rows }) => rows)),
    parts: new Set(own.flatMap(({ parts }) => parts)),
  }
}

function shownCompleteness(shown: (key: string) => Shown): Completeness {
  const count = (name: CompletenessCount): number | null => {
    const own = shown(seriesKey.completeness(name))
    return own ? completenessCounts(own.rows)[name] : null
  }
  const counts = { closedCases: count('closedCases'), withStart: count('withStart'), paired: count('paired') }
  const { closedCases, paired } = counts
  const isWhole = Object.values(counts).every((one) => one !== null)
  return { ...counts, rate: isWhole && closedCases && paired !== null ? paired / closedCases : null }
}

/** For disclosure control alone: who has both dates, and who changed. */
function withoutParts(figure: MeasureFigure, parts: ReadonlySet<string> = new Set()): MeasureFigure {
  const { timed, changed, ...shown } = figure
  return {
    ...shown,
    ...(parts.has('asked') && { eligible: null, asked: null }),
    ...(parts.has('timed') && { median: null }),
    ...(parts.has('changed') &&
      figure.difference && { difference: { ...figure.difference, interval: null, p: null } }),
  }
}

function changeOf(
  instrument: Instrument,
  score: Score,
  shown: (key: string) => Shown,
  askFor: (key: string) => { askFor: string[] } | undefined,
): ChangeOutcome {
  const key = scoreSubject(instrument, score.id)
  const own = shown(key)
  const change = changeFrom(own?.rows ?? [], instrument, score)
  if (own === undefined) return { ...hiddenChange(change), ...askFor(key) }
  const directions = shown(seriesKey.directions(instrument, score.id))
  const counts = directions && directionsOf(directions.rows, score)
  const direction = (name: string): number | null => counts?.get(name) ?? null
  const reliable = shown(seriesKey.reliable(instrument, score.id))
  return {
    ...change,
    improved: direction('improved'),
    unchanged: direction('unchanged'),
    deteriorated: direction('deteriorated'),
    reliable:
      reliable === undefined
        ? change.reliable && withoutCounts(change.reliable)
        : changeFrom(reliable.rows, instrument, score).reliable,
  }
}

/** A measure's rows over the period; undefined where it is not shown. */
export const shownRows = (
  released: ReleasedFigures,
  period: Period,
  agreed: AgreedMeasure,
): readonly MeasureRow[] | undefined =>
  shownIn(
    period,
    released.cells.filter(({ by, series }) => by === '' && series === seriesKey.measure(agreed)),
    isDatedMeasure(agreed.measure),
  )?.rows

/** The moves on a score over the period; null where they are not shown. */
export const shownMoves = (
  released: ReleasedFigures,
  period: Period,
  key: string,
): readonly MeasureRow[] | null =>
  shownIn(
    period,
    released.cells.filter(({ by, series }) => by === '' && series === key),
    false,
  )?.rows ?? null
