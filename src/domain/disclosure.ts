import type { Move } from './outcomes/transition-table.ts'
import type {
  ChangeOutcome,
  Completeness,
  Figures,
  GroupFigures,
  MeasureOutcome,
  ReliableOutcome,
} from './outcomes/outcome.ts'
import type { MeasureFigure } from './outcomes/measure-figure.ts'

/**
 * A group of 1 to `minimumCount` − 1 people: a figure about it could be about a person somebody knows. Half an hour is
 * small, too.
 */
export const isSmall = (count: number | null, minimumCount: number): boolean =>
  count !== null && count > 0 && count < minimumCount

/**
 * What a commissioner may see of exact figures: the same figures without those of small groups.
 * A hidden figure is null, whatever it was; a true 0 stays 0.
 */
export const disclosed = (figures: Figures, minimumCount: number): Figures => ({
  completeness: disclosedCompleteness(figures.completeness, minimumCount),
  measures: figures.measures.map((measure) => disclosedMeasure(measure, minimumCount)),
  changes: figures.changes.map((change) => disclosedChange(change, minimumCount)),
})

/** Each small count goes, and the rate with it: it would give the count away. */
function disclosedCompleteness(figures: Completeness, minimumCount: number): Completeness {
  const shown = (count: number | null): number | null => (isSmall(count, minimumCount) ? null : count)
  const counts = {
    closedCases: shown(figures.closedCases),
    withStart: shown(figures.withStart),
    paired: shown(figures.paired),
  }
  return { ...counts, rate: Object.values(counts).includes(null) ? null : figures.rate }
}

function disclosedMeasure(figure: MeasureOutcome, minimumCount: number): MeasureOutcome {
  const shown = disclosedFigure(figure, minimumCount)
  return shown.suppressed ? hiddenMeasure(figure) : shown
}

/** Hidden whole where any of the counts that tell its rates is small: rate and interval would tell the count. */
export function disclosedFigure<F extends MeasureFigure & { suppressed: boolean }>(
  figure: F,
  minimumCount: number,
): F {
  if (tellingCounts(figure).some((count) => isSmall(count, minimumCount))) return hiddenFigure(figure)
  const small = smallParts(figure, minimumCount)
  return {
    ...figure,
    ...(small.asked && { eligible: null, asked: null }),
    ...(small.timed && { median: null }),
    ...(small.changed &&
      figure.difference && { difference: { ...figure.difference, interval: null, p: null } }),
    ...(figure.timed !== undefined && { timed: null }),
    ...(figure.changed !== undefined && { changed: null }),
  }
}

/**
 * What a figure says beside its rate is about fewer people: those who were not asked or did not answer, those whose time is
 * known, and those who changed, whom the interval and p of a difference tell.
 */
function smallParts(
  { eligible = null, asked = null, answered = null, timed = null, changed }: MeasureFigure,
  minimumCount: number,
): { asked: boolean; timed: boolean; changed: boolean } {
  const isAnySmall = (...counts: (number | null)[]): boolean =>
    counts.some((count) => isSmall(count, minimumCount))
  return {
    asked: isAnySmall(eligible, asked, difference(eligible, asked), difference(asked, answered)),
    timed: isAnySmall(timed),
    changed: isAnySmall(changed?.startOnly ?? null, changed?.endOnly ?? null),
  }
}

/**
 * Numerator, denominator and complement, wherever a figure has them, and what is counted. A small total counts, too: there
 * are no more people behind it.
 */
function tellingCounts(figure: MeasureFigure): (number | null)[] {
  const rates = [figure, figure.start, figure.end].flatMap((rate) =>
    rate === undefined
      ? []
      : [rate.numerator, rate.denominator, difference(rate.denominator, rate.numerator)],
  )
  const { startTotal = null, endTotal = null, count = null, total = null } = figure
  return [...rates, startTotal, endTotal, count, total]
}

const difference = (whole: number | null, part: number | null): number | null =>
  whole === null || part === null ? null : whole - part

const hiddenRate = { numerator: null, denominator: null, rate: null, interval: null }

const hiddenMeasure = (figure: MeasureOutcome): MeasureOutcome => ({ ...hiddenFigure(figure), rag: null })

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

/**
 * Groups beside their total: where one group's figure is small, all groups of that figure are hidden, so that none follows
 * from the total and the rest.
 */
export function disclosedGroups(groups: readonly GroupFigures[], minimumCount: number): GroupFigures[] {
  const hidden = new Set(
    groups.flatMap(({ measures, changes }) => [
      ...measures.filter((one) => hasSmallFigure(one, minimumCount)).map(({ measure }) => measure),
      ...changes.filter((one) => hasSmall(one, minimumCount)).map(scoreOf),
    ]),
  )
  return groups.map((group) => ({
    ...group,
    measures: group.measures.map((one) =>
      hidden.has(one.measure) ? hiddenMeasure(one) : disclosedMeasure(one, minimumCount),
    ),
    changes: group.changes.map((one) => (hidden.has(scoreOf(one)) ? hiddenChange(one) : one)),
  }))
}

/** No measure has a slash in its name. */
const scoreOf = ({ instrument, score }: ChangeOutcome): string => `${instrument}/${score}`

const hasSmallFigure = (measure: MeasureOutcome, minimumCount: number): boolean =>
  disclosedFigure(measure, minimumCount).suppressed ||
  Object.values(smallParts(measure, minimumCount)).includes(true)

const hasSmall = (
  { pairs, improved, unchanged, deteriorated, reliable }: ChangeOutcome,
  minimumCount: number,
): boolean => {
  const { threshold: _, ...reliableCounts } = reliable ?? { threshold: 0 }
  const counts = [pairs, improved, unchanged, deteriorated, ...Object.values(reliableCounts)]
  return counts.some((count) => isSmall(count, minimumCount))
}

const hiddenSpread = { mean: null, sd: null, median: null }

/** Hidden whole where few are paired; otherwise the three counts go together, since any two give the third. */
function disclosedChange(figure: ChangeOutcome, minimumCount: number): ChangeOutcome {
  if (isSmall(figure.pairs, minimumCount)) return hiddenChange(figure)
  const { improved, unchanged, deteriorated } = figure
  const isAnySmall = [improved, unchanged, deteriorated].some((count) => isSmall(count, minimumCount))
  return {
    ...figure,
    ...(isAnySmall && { improved: null, unchanged: null, deteriorated: null }),
    reliable: figure.reliable && disclosedReliable(figure.reliable, minimumCount),
  }
}

/**
 * What a commissioner may see of the moves on the versions of a score: all of them, or where any cell of any version is
 * small, none (null). One version can be asked for alone, so what it hides must not follow from their sum.
 */
export const disclosedMoves = (
  versions: readonly (readonly Move[])[],
  minimumCount: number,
): readonly (readonly Move[])[] | null =>
  versions.flat().some(({ n }) => isSmall(n, minimumCount)) ? null : versions

const hiddenChange = (figure: ChangeOutcome): ChangeOutcome => ({
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
  reliable: figure.reliable && disclosedReliable(figure.reliable, Infinity),
  suppressed: true,
})

/** The threshold is the instrument's, and says nothing about people. */
function disclosedReliable(figure: ReliableOutcome, minimumCount: number): ReliableOutcome {
  const { threshold, ...counts } = figure
  const isHidden =
    minimumCount === Infinity || Object.values(counts).some((count) => isSmall(count, minimumCount))
  if (!isHidden) return figure
  return {
    threshold,
    improved: null,
    unchanged: null,
    deteriorated: null,
    recovered: null,
    reliablyRecovered: null,
    atCaseness: null,
  }
}
