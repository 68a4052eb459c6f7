import type { Link } from './link.ts'

/** All links between the same series, in one order: there are many, and what the series tell is asked for once. */
export interface Bundle {
  /** The whole, then the parts. */
  terms: readonly BundledTerm[]
  links: BundledLink[]
}

export interface BundledTerm {
  series: string
  /** Where it is not shown, its people stay in what follows. */
  mayBeHidden: boolean
}

/** Of which number of each series it is. */
export interface BundledLink {
  /** Its place among all links. */
  at: number
  counts: readonly string[]
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
  for (const [at, { whole, parts, isRest = false }] of links.entries()) {
    const told = [whole, ...parts]
    const between = JSON.stringify([isRest, ...told.map(({ series }) => series)])
    const own = bundles.get(between) ?? {
      terms: told.map(({ series }, place) => ({ series, mayBeHidden: isRest && place > 0 })),
      links: [],
    }
    own.links.push({ at, counts: told.map(({ count }) => count) })
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
