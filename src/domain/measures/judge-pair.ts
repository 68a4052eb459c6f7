import { hasNeed, toScaled, type Score } from '../instrument.ts'
import type { PairMeasure } from '../measure.ts'
import { reliableChangeThreshold } from '../statistics/reliable-change.ts'

/** A score at one end of a pair. */
export interface ScoredEnd {
  /** Value × 10^places; null: missing. */
  value: number | null
  /** Undefined where the score is missing or knows no need. */
  need: boolean | undefined
}

/** In the denominator and achieved, in the denominator only, or in neither, and why. */
export type Verdict = { verdict: 'met' | 'not-met' } | { verdict: 'excluded'; reason: string }

type PairRule = Pick<PairMeasure, 'kind' | 'of' | 'by'>

/** Comparisons of decimals (0.07 × 100 is not quite 7) allow for this much. */
const SLACK = 1e-9

/**
 * Judges one person's pair. A missing score is unpaired, never taken for 0; nobody without the need at the start is in the
 * denominator of `resolved` and `reliably-recovered`, nor of a measure `of: need-at-start`.
 *
 * @param scale.score says which way is better; the definition that made both ends
 * @param scale.best the best that it can be, as it is kept; null: it has no best, so that everybody could improve
 * @param pair undefined: the person has no start and end that go together
 * @example judgePair(healthResolved, { score: health, best: 0 }, { start: { value: 2, need: true }, end: { value: 0, need: false } }) // met
 */
export function judgePair(
  measure: PairRule,
  { score, best }: { score: Score; best: number | null },
  pair: { start: ScoredEnd; end: ScoredEnd } | undefined,
): Verdict {
  if (pair === undefined) return excluded('has no start and end assessment that go together')
  const { start, end } = pair
  if (start.value === null) return excluded('the score is missing at the start')
  if (end.value === null) return excluded('the score is missing at the end')
  if (asksForNeed(measure) && start.need !== true) return excluded('had no need at the start')
  if (measure.of === 'could-improve' && best !== null && gainOf(score, start.value, best) <= 0) {
    return excluded('was at the best score at the start')
  }
  return { verdict: isAchieved(measure, score, start, end) ? 'met' : 'not-met' }
}

export const excluded = (reason: string): Verdict & { verdict: 'excluded' } => ({
  verdict: 'excluded',
  reason,
})

export const scoredEnd = (score: Score, value: number | null): ScoredEnd => ({
  value,
  need: value === null ? undefined : hasNeed(score, value),
})

/** Whether only people with the need at the start are in the denominator; the score must then say what the need is. */
export const asksForNeed = (measure: Pick<PairMeasure, 'kind' | 'of'>): boolean =>
  measure.kind === 'resolved' || measure.kind === 'reliably-recovered' || measure.of === 'need-at-start'

/** How much better the later score is, in kept units. */
const gainOf = ({ better }: Pick<Score, 'better'>, earlier: number, later: number): number =>
  better === 'lower' ? earlier - later : later - earlier

/** The measure's own condition, also of somebody outside its denominator; false where a score is missing. */
export function isAchieved(measure: PairRule, score: Score, start: ScoredEnd, end: ScoredEnd): boolean {
  if (start.value === null || end.value === null) return false
  const gain = gainOf(score, start.value, end.value)
  switch (measure.kind) {
    case 'resolved':
      return end.need === false
    case 'improved':
      return measure.by === undefined ? gain > 0 : gain >= toScaled(score, measure.by)
    case 'improved-or-sustained':
      return gain >= 0
    case 'deteriorated':
      return gain < 0
    case 'reliably-improved':
      return isReliable(score, gain)
    case 'reliably-deteriorated':
      return isReliable(score, -gain)
    case 'reliably-recovered':
      return end.need === false && isReliable(score, gain)
    case 'before-after':
      return isThere(end)
    case 'reduction':
      return gain > 0
  }
}

/** Equality counts, as Jacobson & Truax have it. */
function isReliable(score: Score, gain: number): boolean {
  if (score.reliableChange === undefined) return false
  return gain / 10 ** score.places >= reliableChangeThreshold(score.reliableChange) - SLACK
}

/** What before-after counts at one end: the need where the score knows one, else a yes. */
export const isThere = ({ value, need }: ScoredEnd): boolean => need ?? (value !== null && value > 0)
