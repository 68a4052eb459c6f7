import { criticalZ } from './critical-value.ts'
import { assertTransitions, improvement, type ScoreScale, type Transition } from './transition.ts'

/** An instrument's published threshold, or the published constants that it follows from. In score units. */
export type ReliableChangeRule =
  { readonly atLeast: number } | { readonly sd: number; readonly reliability: number; readonly level: number }

/** From which score on a person has the need (a clinical score: its caseness). In score units. */
export type NeedRule = { readonly atLeast: number } | { readonly atMost: number }

/** People whose change is more than the instrument's own error, and people who left the need behind. */
export interface ReliableChange {
  readonly threshold: number
  readonly improved: number
  readonly unchanged: number
  readonly deteriorated: number
  /** Had the need at the start and not at the end; null where the instrument states no need, as the next two. */
  readonly recovered: number | null
  /** Recovered, by a change that is reliable too. */
  readonly reliablyRecovered: number | null
  /** Had the need at the start: the denominator of both. */
  readonly atCaseness: number | null
}

/** What a score's definition says about reliable change. */
export interface ReliableChangeScale extends ScoreScale {
  readonly rule: ReliableChangeRule
  readonly need?: NeedRule
}

/** A threshold is a product of decimals: a change of exactly so much must not miss it by their last digit. */
const SLACK = 1e-9

/**
 * The smallest change that an instrument's own error does not explain: z · SD · √2 · √(1 − r), Jacobson & Truax 1991,
 * or the threshold that its authors published. SD and reliability are published constants, never estimated from the
 * data at hand: one person's verdict must not depend on who else is in the quarter.
 *
 * @throws {RangeError} unless atLeast > 0, or sd > 0, 0 <= reliability < 1 and 0 < level < 1
 * @example reliableChangeThreshold({ sd: 7.5, reliability: 0.8, level: 0.95 }) // 9.297
 */
export function reliableChangeThreshold(rule: ReliableChangeRule): number {
  if ('atLeast' in rule) {
    if (!(rule.atLeast > 0 && rule.atLeast < Infinity)) throw new RangeError('atLeast must be above 0')
    return rule.atLeast
  }
  const { sd, reliability, level } = rule
  if (!(sd > 0 && sd < Infinity)) throw new RangeError('sd must be above 0')
  if (!(reliability >= 0 && reliability < 1))
    throw new RangeError('reliability must be 0 or more and below 1')
  return criticalZ(level) * sd * Math.SQRT2 * Math.sqrt(1 - reliability)
}

/**
 * Whether a score means that the person has the need. The score is a whole number, times 10^places.
 *
 * @example hasNeed(10, { atLeast: 10 }, 0) // true
 */
export function hasNeed(score: number, need: NeedRule, places: number): boolean {
  const value = score / 10 ** places
  return 'atLeast' in need ? value >= need.atLeast - SLACK : value <= need.atMost + SLACK
}

/**
 * Counts people by reliable change. A change of exactly the threshold is reliable (6 points on PHQ-9 are), as NHS
 * Talking Therapies count it. Who had no need at the start is in no denominator of recovery.
 *
 * @throws {RangeError} on a broken score or count, and on constants that `reliableChangeThreshold` refuses
 * @example reliableChange([{ start: 20, end: 14, n: 3 }], { better: 'lower', places: 0, rule: { atLeast: 6 } }).improved // 3
 */
export function reliableChange(
  transitions: readonly Transition[],
  { better, places, rule, need }: ReliableChangeScale,
): ReliableChange {
  assertTransitions(transitions, places)
  const threshold = reliableChangeThreshold(rule)
  const distance = (move: Transition) => improvement(move, better) / 10 ** places
  const hasImproved = (move: Transition) => distance(move) >= threshold - SLACK
  const hasDeteriorated = (move: Transition) => distance(move) <= SLACK - threshold
  const verdicts = {
    threshold,
    improved: count(transitions, hasImproved),
    unchanged: count(transitions, (move) => !hasImproved(move) && !hasDeteriorated(move)),
    deteriorated: count(transitions, hasDeteriorated),
  }
  if (need === undefined) return { ...verdicts, recovered: null, reliablyRecovered: null, atCaseness: null }
  const atCaseness = transitions.filter(({ start }) => hasNeed(start, need, places))
  const recovered = atCaseness.filter(({ end }) => !hasNeed(end, need, places))
  return {
    ...verdicts,
    recovered: count(recovered, () => true),
    reliablyRecovered: count(recovered, hasImproved),
    atCaseness: count(atCaseness, () => true),
  }
}

function count(transitions: readonly Transition[], belongs: (move: Transition) => boolean): number {
  return transitions.reduce((sum, move) => (belongs(move) ? sum + move.n : sum), 0)
}
