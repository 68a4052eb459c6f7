import type { MeasureFigure } from '../outcomes/measure-figure.ts'
import type { ChangeOutcome, MeasureOutcome, ReliableOutcome } from '../outcomes/outcome.ts'

const hiddenRate = { numerator: null, denominator: null, rate: null, interval: null }

/** A hidden entry is the same bytes whatever its numbers are: each of them is null. */
export const hiddenMeasure = (figure: MeasureOutcome): MeasureOutcome => ({
  ...hiddenFigure(figure),
  rag: null,
})

/** Every number of it is null, whatever it was. */
export function hiddenFigure<F extends MeasureFigure & { suppressed: boolean }>(figure: F): F {
  const numbers = [
    'eligible',
    'asked',
    'answered',
    'startTotal',
    'endTotal',
    'count',
    'total',
    'median',
    'timed',
    'changed',
  ] as const
  return {
    ...figure,
    ...hiddenRate,
    ...Object.fromEntries(numbers.filter((name) => figure[name] !== undefined).map((name) => [name, null])),
    ...(figure.start && { start: hiddenRate }),
    ...(figure.end && { end: hiddenRate }),
    ...(figure.difference && { difference: { value: null, interval: null, p: null } }),
    suppressed: true,
  }
}

const hiddenSpread = { mean: null, sd: null, median: null }

/** The threshold is the instrument's, and says nothing about people. */
export const hiddenChange = (figure: ChangeOutcome): ChangeOutcome => ({
  ...figure,
  pairs: null,
  start: hiddenSpread,
  end: hiddenSpread,
  change: { ...hiddenSpread, interval: null },
  standardisedChange: null,
  percentageImprovement: null,
  improved: null,
  unchanged: null,
  deteriorated: null,
  reliable: figure.reliable && withoutCounts(figure.reliable),
  suppressed: true,
})

/** Any of these counts would give another one away. */
export const withoutCounts = ({ threshold }: ReliableOutcome): ReliableOutcome => ({
  threshold,
  improved: null,
  unchanged: null,
  deteriorated: null,
  recovered: null,
  reliablyRecovered: null,
  atCaseness: null,
})
