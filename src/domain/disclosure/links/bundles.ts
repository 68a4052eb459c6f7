import { EVERYBODY, type Group } from '../released.ts'
import { isAcrossGroups, type Link } from './link.ts'

/** All links between the same series, in one order: there are many, and what the series tell is asked for once. */
export interface Bundle {
  /** The whole, then the parts. */
  terms: readonly BundledTerm[]
  links: BundledLink[]
  /** Between numbers of different groups, where a term without a group is about everybody. */
  isAcrossGroups: boolean
}

export interface BundledTerm {
  series: string
  of: Group
  /** Where it is not shown, its people stay in what follows. */
  mayBeHidden: boolean
}

/** Of which number of each series it is. */
export interface BundledLink {
  /** Its place among all links. */
  at: number
  counts: readonly string[]
  /** Whether whole and part are the same people. */
  isSame: boolean
}

/** Each bundle under every series that it is between. */
export type BundlesBySeries = ReadonlyMap<string, readonly Bundle[]>

const known = new WeakMap<readonly Link[], BundlesBySeries>()

/** The same links are looked at for each release of each contract of one plan. */
export function bundlesOf(links: readonly Link[]): BundlesBySeries {
  const bundles = known.get(links) ?? bundle(links)
  known.set(links, bundles)
  return bundles
}

function bundle(links: readonly Link[]): BundlesBySeries {
  const bundles = new Map<string, Bundle>()
  for (const [at, link] of links.entries()) {
    const { whole, parts, isRest = false, isSame = false } = link
    const told = [whole, ...parts]
    const between = JSON.stringify([isRest, ...told.map(({ series, of }) => [series, of?.by, of?.value])])
    const own = bundles.get(between) ?? {
      terms: told.map(({ series, of = EVERYBODY }, place) => ({
        ...{ series, of },
        mayBeHidden: isRest && place > 0,
      })),
      links: [],
      isAcrossGroups: isAcrossGroups(link),
    }
    own.links.push({ at, counts: told.map(({ count }) => count), isSame })
    bundles.set(between, own)
  }
  const bySeries = new Map<string, Bundle[]>()
  for (const one of bundles.values()) {
    for (const key of new Set(one.terms.map(({ series }) => series))) {
      const own = bySeries.get(key)
      if (own) own.push(one)
      else bySeries.set(key, [one])
    }
  }
  return bySeries
}
