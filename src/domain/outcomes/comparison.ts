import { funnelFlag, funnelLimits, type FunnelFlag, type FunnelLimits } from '../statistics/funnel.ts'
import { rateFigure, type RateFigure } from './measure-figure.ts'
import type { Count } from '../counts.ts'

/** Under this share of closed cases with a pair, a contract's rate is not compared. */
export const LEAST_PAIRED_RATE = 0.6

/** One contract's figure as it may be shown, and what it is made of. */
export interface ComparedFigure extends RateFigure {
  contract: string
  pairedRate: number | null
  suppressed: boolean
  /** Of a reduction, which has no numerator. */
  startTotal?: number | null
  endTotal?: number | null
  /** Its people by their start (x) and verdict (y); null: not told, since few of them started so. */
  counts: readonly Pick<Count, 'x' | 'y' | 'n'>[] | null
}

type Strata = NonNullable<ComparedFigure['counts']>

export interface ComparedContract extends RateFigure {
  contract: string
  /** The rate that its people would have at the pooled rates for their start scores. */
  expected: number | null
  pairedRate: number | null
  limits: FunnelLimits | null
  flag: FunnelFlag | 'not-comparable'
  suppressed: boolean
}

export interface Comparison {
  pooled: PooledRate
  contracts: ComparedContract[]
}

/** Null is what the kind of measure has not. */
type PooledRate = Pick<RateFigure, 'numerator' | 'denominator' | 'rate'>

/**
 * Contracts beside each other on one measure: each within the funnel around the pooled rate of those that are shown
 * (statistics/funnel.ts), and beside the rate that its people would have if those of each start score did as well as all
 * of that start score do. A reduction is a rate of totals and not of people, so that it has no funnel.
 */
export function compare(figures: readonly ComparedFigure[]): Comparison {
  const shown = figures.filter(({ suppressed }) => !suppressed)
  const pooled = pooledRate(shown)
  const { rate: middle } = pooled
  const pooledByStart = ratesByStart(shown.flatMap(({ counts }) => counts ?? []))
  return {
    pooled,
    contracts: figures.map(({ counts, startTotal: _, endTotal: __, ...figure }) => {
      const { numerator, denominator } = figure
      const isJudged = middle !== null && numerator !== null && denominator !== null && denominator > 0
      const limits = isJudged ? funnelLimits(middle, denominator) : null
      return {
        ...figure,
        expected: isJudged && counts !== null ? expectedRate(counts, pooledByStart) : null,
        limits,
        flag: flagOf(figure, limits),
      }
    }),
  }
}

function pooledRate(shown: readonly ComparedFigure[]): PooledRate {
  const sum = (of: 'numerator' | 'denominator' | 'startTotal' | 'endTotal'): number | null => {
    const known = shown.flatMap((figure) => figure[of] ?? [])
    return known.length === 0 && shown.length > 0 ? null : known.reduce((all, one) => all + one, 0)
  }
  const [numerator, denominator] = [sum('numerator'), sum('denominator')]
  if (numerator !== null && denominator !== null) {
    const { rate } = rateFigure(numerator, denominator)
    return { numerator, denominator, rate }
  }
  const [start, end] = [sum('startTotal'), sum('endTotal')]
  return { numerator, denominator, rate: start && end !== null ? 1 - end / start : null }
}

function flagOf(
  { rate, pairedRate }: Pick<ComparedFigure, 'rate' | 'pairedRate'>,
  limits: FunnelLimits | null,
): ComparedContract['flag'] {
  if (rate === null || limits === null) return 'not-comparable'
  if (pairedRate === null || pairedRate < LEAST_PAIRED_RATE) return 'not-comparable'
  return funnelFlag(rate, limits)
}

function ratesByStart(counts: Strata): Map<number, number> {
  const tallies = new Map<number, { met: number; all: number }>()
  for (const { x, y, n } of counts) {
    const tally = tallies.get(x) ?? { met: 0, all: 0 }
    tallies.set(x, { met: tally.met + (y === 1 ? n : 0), all: tally.all + n })
  }
  return new Map([...tallies].map(([x, { met, all }]) => [x, met / all]))
}

function expectedRate(counts: Strata, byStart: ReadonlyMap<number, number>): number {
  const people = counts.reduce((sum, { n }) => sum + n, 0)
  return counts.reduce((sum, { x, n }) => sum + (n / people) * (byStart.get(x) ?? 0), 0)
}
