import type { ChangeOutcome, Completeness, Figures, MeasureOutcome, ReliableOutcome } from './outcome.ts'

/** A group of 1 to `minimumCount` − 1 people: a figure about it could be about a person somebody knows. */
export const isSmall = (count: number | null, minimumCount: number): boolean =>
  count !== null && count >= 1 && count < minimumCount

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

/** Hidden whole where numerator, denominator or complement is small: rate and interval would tell the count. */
function disclosedMeasure(figure: MeasureOutcome, minimumCount: number): MeasureOutcome {
  const { numerator, denominator } = figure
  const complement = numerator === null || denominator === null ? null : denominator - numerator
  if (![numerator, denominator, complement].some((count) => isSmall(count, minimumCount))) return figure
  return {
    ...figure,
    numerator: null,
    denominator: null,
    rate: null,
    interval: null,
    rag: null,
    suppressed: true,
  }
}

const hiddenSpread = { mean: null, sd: null, median: null }

/** Hidden whole where few are paired; otherwise the three counts go together, since any two give the third. */
function disclosedChange(figure: ChangeOutcome, minimumCount: number): ChangeOutcome {
  if (isSmall(figure.pairs, minimumCount)) {
    return {
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
    }
  }
  const { improved, unchanged, deteriorated } = figure
  const isAnySmall = [improved, unchanged, deteriorated].some((count) => isSmall(count, minimumCount))
  return {
    ...figure,
    ...(isAnySmall && { improved: null, unchanged: null, deteriorated: null }),
    reliable: figure.reliable && disclosedReliable(figure.reliable, minimumCount),
  }
}

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
