import { addMonths, type Period } from '../period.ts'
import { firstOfYear, lastOfYear, overlap, type Block } from './blocks.ts'
import { ByGroup } from './desk/by-group.ts'
import { bundlesOf } from './links/bundles.ts'
import type { Link } from './links/link.ts'
import { toldBundles } from './links/what-follows.ts'
import {
  blockKey,
  EVERYBODY,
  type CountsToRelease,
  type DroppedBlock,
  type Released,
  type ReleasedOverTime,
  type ReleaseRules,
} from './released.ts'
import type { Series } from './series.ts'
import { SeriesDesk, type Office } from './desk/series-desk.ts'

/** What is decided about some periods. */
export interface Release {
  drops: DroppedBlock[]
  /** What is shown from now on, in the place of what was. */
  writes: Released[]
  /** Whether anything that was shown is shown otherwise now. */
  isAnew: boolean
  /**
   * For each period in its place, by series: the narrowest period around it that can be answered. Absent: it can be answered
   * itself, or none can.
   */
  askFor: Record<string, Block>[]
}

/**
 * What a commissioner may see of a period: nothing that, beside all that was shown before, tells of fewer than the minimum
 * count of people. Each series is cut into blocks; a period is answered if it is made of whole ones. Once shown, a block
 * stays as it is until every number shown from it, and from it together with its neighbours, differs by nothing or enough from
 * each that was shown before.
 *
 * @param released the past may be left out where nothing is shown anew: it is looked at for nothing else
 */
export function decideRelease(
  periods: readonly Period[],
  { series, links }: { series: readonly Series[]; links: readonly Link[] },
  counts: CountsToRelease,
  { present, past }: ReleasedOverTime,
  rules: ReleaseRules,
): Release {
  const asked = periods.map(({ firstMonth: first, lastMonth: last }) => ({ first, last }))
  const range = {
    first: firstOfYear(Math.min(rules.first, ...asked.map(({ first }) => first))),
    last: lastOfYear(Math.max(rules.current, ...asked.map(({ last }) => last))),
  }
  const months = [...new Set([...counts.all.values()].flatMap((all) => all.map(({ month }) => month)))]
  const shown = [...new Map(present.map((one) => [blockKey(one), one])).values()]
  // The first year after all that is cut by itself, and so is each one after it: none of them changes how another one is cut.
  const lastTouched = Math.max(...months, ...[...shown, ...asked].map(({ last }) => last))
  const rangeToCut = { ...range, last: Math.min(range.last, addMonths(lastOfYear(lastTouched), 12)) }
  const isUntouched = (block: Block): boolean =>
    !months.some((month) => block.first <= month && month <= block.last) &&
    !shown.some((one) => overlap(one, block))
  const untouched = new ByGroup<boolean>()
  const presentOf = groupBySeries(present)
  const pastOf = groupBySeries(past)
  const ranks = new Map(series.map(({ key }, rank) => [key, rank]))
  const desks: SeriesDesk[] = []
  const byKey = new Map<string, SeriesDesk>()
  const office: Office = {
    ...rules,
    range,
    rangeToCut,
    lastAsked: Math.max(...asked.map(({ last }) => last)),
    bundlesOf: toldBundles(bundlesOf(links), (key) => byKey.get(key)),
    isUntouched: (block) => untouched.get(block, EVERYBODY, () => isUntouched(block)),
    rankOf: (key) => ranks.get(key) ?? -1,
  }
  for (const one of series) {
    const released = { present: presentOf.get(one.key) ?? [], past: pastOf.get(one.key) ?? [] }
    const desk = new SeriesDesk(one, counts, released, office)
    desks.push(desk)
    byKey.set(one.key, desk)
  }
  for (const desk of desks) desk.tryAnew()
  while (desks.map((desk) => desk.putBack()).some((isAny) => isAny));
  for (const desk of desks) desk.keep()
  const isAnew = desks.some(({ writes }) => writes.length > 0)
  const askFor = asked.map((): Record<string, Block> => ({}))
  for (const [index, desk] of desks.entries()) {
    for (const [at, block] of asked.entries()) {
      const around = desk.show(block)
      const key = series[index]?.key
      if (around && key !== undefined) Object.assign(askFor[at] ?? {}, { [key]: around })
    }
  }
  return {
    writes: desks.flatMap(({ writes }) => writes),
    isAnew,
    drops: desks.flatMap(({ drops }) => drops),
    askFor,
  }
}

function groupBySeries<R extends Released>(released: readonly R[]): Map<string, R[]> {
  const groups = new Map<string, R[]>()
  for (const one of released) {
    const group = groups.get(one.series)
    if (group) group.push(one)
    else groups.set(one.series, [one])
  }
  return groups
}
