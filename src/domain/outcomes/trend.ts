import { InstrumentLibrary } from '../counting/instrument-library.ts'
import type { AgreedMeasure } from '../counting/plan.ts'
import { measureSubject, type DatedCount } from '../counts.ts'
import type { Instrument } from '../instrument.ts'
import type { Measure } from '../measure.ts'
import { addDays, quarterOf, type LondonDate, type Period } from '../period.ts'
import { controlChart, type ControlChart, type Signal } from '../statistics/control-chart.ts'
import { countOf, type MeasureFigure } from './measure-figure.ts'
import { agreedFigure, groupBySubject } from './outcome.ts'

/** A measure's figure of one quarter; hidden or nobody: null. */
export interface TrendQuarter extends MeasureFigure {
  period: string
  suppressed: boolean
}

export interface Trend {
  measure: string
  /** Oldest first. */
  quarters: (TrendQuarter & { signals: readonly Signal[] })[]
  chart: ControlChart | null
}

/** The last quarters that have ended, oldest first. */
export function endedQuarters(today: LondonDate, last: number): Period[] {
  const quarters: Period[] = []
  let next = quarterOf(today)
  for (let n = 0; n < last; n++) {
    next = quarterOf(addDays(next.from, -1))
    quarters.unshift(next)
  }
  return quarters
}

/** The exact figure of each quarter, from counts by month of one contract, or of those that follow each other. */
export function quarterlyFigures(
  agreed: AgreedMeasure,
  { months, dated }: { months: readonly DatedCount[]; dated: readonly DatedCount[] },
  {
    quarters,
    today,
    instruments,
  }: { quarters: readonly Period[]; today: LondonDate; instruments: readonly Instrument[] },
): (MeasureFigure & { period: string })[] {
  const library = new InstrumentLibrary(instruments)
  const bySubject = groupBySubject(dated)
  return quarters.map((period) => {
    const own = months.filter(({ month }) => month >= period.firstMonth && month <= period.lastMonth)
    const counts = { merged: new Map([[measureSubject(agreed.measure), own]]), dated: bySubject }
    return { period: period.label, ...agreedFigure(agreed, counts, { period, today, library }) }
  })
}

/** Quarters with what is unusual about them. A hidden quarter is no point of the chart. */
export function trendOf(measure: Pick<Measure, 'id'>, quarters: readonly TrendQuarter[]): Trend {
  const { chart, signals } = controlChart(quarters.map((quarter) => quarter.rate ?? countOf(quarter)))
  return {
    measure: measure.id,
    quarters: quarters.map((quarter, index) => ({ ...quarter, signals: signals[index] ?? [] })),
    chart,
  }
}
