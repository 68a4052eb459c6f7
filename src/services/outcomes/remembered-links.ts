import { planAsText, type CountingPlan } from '../../domain/counting/plan.ts'
import type { Link } from '../../domain/disclosure/links/link.ts'
import { linksBetween } from '../../domain/disclosure/links/links.ts'
import { movesIn, type MonthlyCounts, type Series } from '../../domain/disclosure/series.ts'

/** Some thousand links each. */
const MOST_PLANS = 32

/**
 * Links hang on what figures ask and on which moves there are on each score, not on how many people made them: the contracts
 * of one template mostly share theirs, and finding them takes longer than to read a contract's counts. Those that were longest
 * not asked for are forgotten first.
 */
export function rememberLinks(): (
  series: readonly Series[],
  plan: CountingPlan,
  counts: MonthlyCounts,
) => readonly Link[] {
  const known = new Map<string, readonly Link[]>()
  return (series, plan, counts) => {
    const moves = movesIn(counts, plan)
    const cells = [...moves].map(([score, rows]) => [score, ...rows.flatMap(({ x, y }) => [x, y])])
    const key = JSON.stringify([planAsText(plan), series.map((one) => one.key), cells])
    const links = known.get(key) ?? linksBetween(series, plan, moves)
    known.delete(key)
    known.set(key, links)
    for (const oldest of known.keys()) {
      if (known.size <= MOST_PLANS) break
      known.delete(oldest)
    }
    return links
  }
}
