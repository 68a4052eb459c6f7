import type { MeasureRow } from '../../outcomes/measure-figure.ts'
import { overlap, type Block } from '../blocks.ts'
import type { Moves } from '../desk/moves.ts'
import { blockKey, EVERYBODY, isCellOf, type Group, type Released } from '../released.ts'
import { merged } from '../rows.ts'
import type { ShownBlocks, ToldNumbers } from '../desk/shown-blocks.ts'
import { isSmall } from '../small.ts'
import type { Bundle, BundledLink, BundlesBySeries } from './bundles.ts'
import { areAllLeft, isEnoughLeft, type GroupsTold } from './left-hidden.ts'
import { differencesAround, type CountedBlock } from './nested.ts'

/** What is asked of a series that others are linked with. */
export interface Teller {
  /** Its place in the order in which series are shown. */
  readonly rank: number
  readonly isDated: boolean
  readonly shown: ShownBlocks
  countsOf: (rows: readonly MeasureRow[]) => ToldNumbers
  /** What a block is shown as; where it is not, what it would be shown as today. Undefined: it never can be. */
  toldIn: (block: Block, group: Group) => ToldNumbers | undefined
}

/** A bundle with those who tell its numbers. */
export interface ToldBundle<T extends Teller = Teller> {
  terms: readonly Term<T>[]
  /** Each once. */
  tellers: readonly T[]
  /** Those without which no number follows. */
  needed: readonly T[]
  links: readonly BundledLink[]
  isAcrossGroups: boolean
}

interface Term<T extends Teller = Teller> {
  teller: T
  /** The group that it is about, if the bundle is across groups. */
  of: Group
  /** Where it is not shown, its people stay in what follows. */
  mayBeHidden: boolean
}

/** The numbers of people that follow from one series and those that it is linked with: that of a whole, less those of its parts. */
export class WhatFollows<T extends Teller> {
  readonly #own: T
  readonly #bundles: readonly ToldBundle<T>[]
  /** Blocks that no other block of these series goes beyond, and how often these had changed by then. */
  readonly #cutAlike = new Map<number, { changes: number; isCutAlike: boolean }>()
  /** Whether any bundle is: in few contracts, and each number is asked for its bundles. */
  readonly #isAcrossGroups: boolean
  readonly #forGroups: [Group, readonly ToldBundle<T>[]][] = []
  /** The other series, each once. */
  readonly others: readonly T[]

  constructor(own: T, bundles: readonly ToldBundle<T>[]) {
    this.#own = own
    this.#bundles = bundles
    this.#isAcrossGroups = bundles.some(({ isAcrossGroups }) => isAcrossGroups)
    const tellers = new Set(bundles.flatMap((bundle) => bundle.tellers))
    tellers.delete(own)
    this.others = [...tellers]
  }

  /** Whether nothing that follows is small; parts that are more than their whole are of different days, and fit no more. */
  isFit(block: Block, rows: readonly MeasureRow[], group: Group, minimumCount: number): boolean {
    const isFit = (count: number): boolean =>
      Number.isNaN(count) || (count >= 0 && !isSmall(count, minimumCount))
    const isAllSaid = this.#isCutAlike(block) && !this.#isHiddenWithin(block, group)
    return this.#bundlesFor(group).every((bundle) => {
      const told = this.#toldToday(bundle, block, rows, group)
      if (told && !bundle.links.every((link) => isFit(numberOf(link, told)))) return false
      if (bundle.isAcrossGroups && !this.#leavesHidden(bundle, block, rows, isFit)) return false
      if (!isAllSaid && !this.#hiddenOfTheSame(bundle, block, group).every(isFit)) return false
      return (
        isAllSaid ||
        (this.#around(bundle, block, rows, group).every(({ told: around }) =>
          bundle.links.every((link) => isFit(numberOf(link, around))),
        ) &&
          this.#nested(bundle, block, rows, group).every(isFit))
      )
    })
  }

  /** Whether another figure that is shown tells of just the people of this group. */
  isToldElsewhere(block: Block, group: Group): boolean {
    return this.#bundlesFor(group).some(
      ({ isAcrossGroups, terms, links }) =>
        isAcrossGroups &&
        links.some(({ isSame }) => isSame) &&
        terms.every(({ teller, of }) => teller === this.#own || teller.shown.now(block, of) !== undefined),
    )
  }

  /**
   * Whether what another figure leaves hidden beside its groups stays so when this one tells of everybody in a group that is
   * hidden there.
   */
  #leavesHidden(
    { terms, links }: ToldBundle<T>,
    block: Block,
    rows: readonly MeasureRow[],
    isFit: (count: number) => boolean,
  ): boolean {
    const same = links.filter(({ isSame }) => isSame)
    const at = terms.findIndex(({ teller }) => teller !== this.#own)
    const { teller, of } = terms[at] ?? {}
    if (same.length === 0 || teller === undefined || of === undefined || of.by === '') return true
    const total = teller.shown.now(block, EVERYBODY)
    const groups = teller.shown.groupsWithin(block, of.by)
    const isHidden = groups.some((group) => isCellOf(group, of)) && !teller.shown.now(block, of)
    if (total === undefined || !isHidden) return true
    const own = this.#own.countsOf(rows)
    const shown = groups.flatMap((group) => teller.shown.now(block, group) ?? [])
    return same.every(({ counts }) => {
      const [theirs = '', ours = ''] = [counts[at], counts[1 - at]]
      const left = shown.reduce((rest, one) => rest - (one.get(theirs) ?? 0), total.get(theirs) ?? 0)
      return isFit(left - (own.get(ours) ?? 0))
    })
  }

  /** Whether a linked figure, whose total is shown, hides this group. */
  isHiddenBeside(block: Block, group: Group): boolean {
    return this.others.some(
      ({ shown }) =>
        shown.now(block, EVERYBODY) !== undefined &&
        shown.now(block, group) === undefined &&
        shown.groupsWithin(block, group.by).some((one) => isCellOf(one, group)),
    )
  }

  /** Whether enough people stay hidden beside what linked figures tell of the groups of one kind. */
  leavesEnough(
    block: Block,
    by: string,
    own: GroupsTold,
    values: readonly string[],
    minimumCount: number,
  ): boolean {
    const isFit = (count: number): boolean => !isSmall(count, minimumCount)
    return this.#bundles.every(({ terms, links, isAcrossGroups }) => {
      const [whole, part] = terms
      if (isAcrossGroups || terms.length !== 2 || whole === undefined || part === undefined) return true
      const other = whole.teller === this.#own ? part.teller : whole.teller
      if (other.shown.groupsWithin(block, by).length === 0) return true
      const told = ({ teller }: Term<T>): GroupsTold =>
        teller === this.#own ? own : groupsToldBy(teller, block, by)
      if (!isEnoughLeft(links, { whole: told(whole), part: told(part), values }, isFit)) return false
      if (!links.some(({ isSame }) => isSame)) return true
      // What the other hides in one block only, this one tells together with its other blocks.
      return other.shown.blocksWithin(block).every((one) => {
        const isTold = (value: string): boolean => {
          const hiding = other.shown.blocksHiding(block, { by, value })
          return own.shown(value) !== undefined && hiding.length === 1 && hiding[0] === one
        }
        return areAllLeft(groupsToldBy(other, one, by), { values, isTold }, isFit)
      })
    })
  }

  /**
   * What a figure of the same people hides of a group within a block: it follows from this one and from what the other shows
   * there, and with it all that the other has to tell.
   */
  #hiddenOfTheSame({ tellers, links, isAcrossGroups }: ToldBundle<T>, block: Block, group: Group): number[] {
    const other = tellers.find((teller) => teller !== this.#own)
    if (isAcrossGroups || other === undefined || !links.some(({ isSame }) => isSame)) return []
    if (!other.shown.isHiddenWithin(block, group)) return []
    const together = new Map<string, number>()
    for (const hidden of other.shown.blocksHiding(block, group)) {
      for (const [name, count] of other.toldIn(hidden, group) ?? [])
        together.set(name, (together.get(name) ?? 0) + count)
    }
    return [...together.values()]
  }

  /** Those that a number of this group is in. */
  #bundlesFor(group: Group): readonly ToldBundle<T>[] {
    if (!this.#isAcrossGroups) return this.#bundles
    const known = this.#forGroups.find(([one]) => isCellOf(one, group))
    if (known) return known[1]
    const isIn = ({ isAcrossGroups, terms }: ToldBundle<T>): boolean =>
      !isAcrossGroups || terms.some(({ teller, of }) => teller === this.#own && isCellOf(of, group))
    const bundles = this.#bundles.filter(isIn)
    this.#forGroups.push([group, bundles])
    return bundles
  }

  /** Whether the months around a block that make whole blocks of any of the series are the block itself. */
  #isCutAlike(block: Block): boolean {
    const changes = this.others.reduce(
      (sum, { shown }) => sum + shown.versionOfBlocks,
      this.#own.shown.versionOfBlocks,
    )
    const known = this.#cutAlike.get(blockKey(block))
    if (known?.changes === changes) return known.isCutAlike
    const isCutAlike = ![this.#own, ...this.others].some(({ shown }) => shown.isCutAcross(block))
    this.#cutAlike.set(blockKey(block), { changes, isCutAlike })
    return isCutAlike
  }

  /** Whether any of the others shows the group in some of its blocks there, and hides it in some. */
  #isHiddenWithin(block: Block, group: Group): boolean {
    return group.by !== '' && this.others.some(({ shown }) => shown.isHiddenWithin(block, group))
  }

  /** By how much moves what follows, of everybody or a group, since a release: over a block, and over the months around it. */
  addMoves(
    moves: Moves,
    block: Block,
    { now, before }: { now: Released; before: Released },
    release: number,
  ): void {
    const own = this.#own
    const isCutAlike = this.#isCutAlike(block)
    for (const bundle of this.#bundlesFor(now)) {
      const today = this.#toldToday(bundle, block, now.rows, now)
      const then = today && this.#toldIn(release, bundle, block, own.countsOf(before.rows), now)
      // No number before or no number now: it does not follow.
      if (today && then) {
        for (const link of bundle.links) {
          const move = numberOf(link, today) - numberOf(link, then)
          moves.set(now, `link ${link.at}`, move)
        }
      }
      if (isCutAlike) continue
      for (const { range, told } of this.#around(bundle, block, now.rows, now)) {
        const former = this.#toldIn(release, bundle, range, own.shown.before(release, range, now), now)
        if (former === undefined) continue
        for (const link of bundle.links) {
          const move = numberOf(link, told) - numberOf(link, former)
          moves.setOver(now, `link ${link.at}`, range, move)
        }
      }
    }
  }

  /** Whether a term is the number that is looked at: in a bundle across groups, a series may tell of several. */
  #isOwn(bundle: ToldBundle, term: Term, group: Group): boolean {
    return term.teller === this.#own && isCellOf(groupOf(bundle, term, group), group)
  }

  /**
   * What the series tell of a block, where the others are as they are shown. Of those that are not shown, the ones before it
   * count as they would be shown; the ones after it will have to fit.
   */
  #toldToday(bundle: ToldBundle, block: Block, rows: readonly MeasureRow[], group: Group): Told | undefined {
    const own = this.#own
    const isNever = ({ rank, shown }: Teller): boolean => rank > own.rank && shown.blocks.length === 0
    if (bundle.needed.some(isNever)) return undefined
    return toldBy(bundle, (term) => {
      const { teller, mayBeHidden } = term
      if (this.#isOwn(bundle, term, group)) return own.countsOf(rows)
      // Groups that were never asked for are told by nobody.
      return teller.rank < own.rank && !mayBeHidden && !bundle.isAcrossGroups
        ? teller.toldIn(block, group)
        : teller.shown.now(block, groupOf(bundle, term, group))
    })
  }

  /** The same as it was in an earlier release. What was not shown then is no number. */
  #toldIn(
    release: number,
    bundle: ToldBundle,
    block: Block,
    own: ToldNumbers | undefined,
    group: Group,
  ): Told | undefined {
    return toldBy(bundle, (term) =>
      this.#isOwn(bundle, term, group)
        ? own
        : term.teller.shown.before(release, block, groupOf(bundle, term, group)),
    )
  }

  /**
   * What the series tell of the months around the block that make whole blocks of all of them, as they are shown: what follows
   * from neighbours together follows, too. Where the block itself is such months, nothing more follows.
   */
  #around(
    bundle: ToldBundle,
    block: Block,
    rows: readonly MeasureRow[],
    group: Group,
  ): { range: Block; told: Told }[] {
    const own = this.#own
    const ranges = this.#rangesOf(bundle, block).filter((range) => blockKey(range) !== blockKey(block))
    return ranges.flatMap((range) => {
      const told = toldBy(bundle, (term) =>
        this.#isOwn(bundle, term, group)
          ? own.countsOf(merged([...rows, ...own.shown.beside(block, range, group)]))
          : term.teller.shown.now(range, groupOf(bundle, term, group)),
      )
      return told ? [{ range, told }] : []
    })
  }

  /** The months around a block over which a link tells something; where parts may be hidden, those that fit each one shown. */
  #rangesOf({ terms, tellers, needed }: ToldBundle, block: Block): Block[] {
    const own = this.#own
    // Of something that was never shown nothing follows.
    if (needed.some((teller) => teller !== own && teller.shown.blocks.length === 0)) return []
    if (needed.length === terms.length) return [wholeFor(block, tellers)]
    const others = tellers.filter((teller) => teller !== own)
    const ranges = others.map((teller) => wholeFor(block, [own, ...needed, teller]))
    return [...new Map(ranges.map((range) => [blockKey(range), range])).values()]
  }

  /**
   * What the narrowest months of a figure have more than months within them of another one, whose people are among its own:
   * the two may be cut differently.
   */
  #nested(bundle: ToldBundle, block: Block, rows: readonly MeasureRow[], group: Group): number[] {
    const own = this.#own
    const { terms, links } = bundle
    const [whole, part] = terms
    if (own.isDated || whole === undefined || part === undefined || terms.length > 2) return []
    const { teller: other } = whole.teller === own ? part : whole
    if (other === own || other.isDated) return []
    const range = wholeFor(block, [own, other])
    // Cut alike, and nothing hidden in between: what follows over the same months is all that follows.
    if (blockKey(range) === blockKey(block) && !other.shown.isHiddenWithin(range, group)) return []
    const counted = (term: Term, count: string): CountedBlock[] => {
      const { shown } = term.teller
      const its = groupOf(bundle, term, group)
      if (shown !== own.shown) return shown.countedWithin(range, its, count)
      const tried = { ...block, count: shown.count(rows, count) }
      return [...shown.countedWithin(range, its, count, block), tried].sort((a, b) => a.first - b.first)
    }
    return links.flatMap(({ counts: [all = '', some = ''] }) =>
      differencesAround(counted(whole, all), counted(part, some)),
    )
  }
}

/** Whom a term is about, where a bundle is looked at for a group. */
const groupOf = ({ isAcrossGroups }: ToldBundle, { of }: Term, asked: Group): Group =>
  isAcrossGroups ? of : asked

function groupsToldBy(teller: Teller, block: Block, by: string): GroupsTold {
  return {
    all: teller.shown.now(block, EVERYBODY),
    shown: (value) => teller.shown.now(block, { by, value }),
    counted: (value) => teller.toldIn(block, { by, value }),
  }
}

/** What each of a bundle's series tells, in its place; undefined: what is left in the rest. */
type Told = readonly (ToldNumbers | undefined)[]

/** Undefined: without one of them nothing follows. */
function toldBy({ terms }: ToldBundle, tell: (term: Term) => ToldNumbers | undefined): Told | undefined {
  const told: (ToldNumbers | undefined)[] = []
  for (const term of terms) {
    const own = tell(term)
    if (own === undefined && !term.mayBeHidden) return undefined
    told.push(own)
  }
  return told
}

function numberOf({ counts }: BundledLink, told: Told): number {
  let number = 0
  // By place and not by an iterator: nothing is done more often.
  for (let at = 0; at < counts.length; at++) {
    const count = told[at]?.get(counts[at] ?? '') ?? 0
    number += at === 0 ? count : -count
  }
  return number
}

/** Finds who tells the numbers of each bundle, once for all that it is between. */
export function toldBundles<T extends Teller>(
  bundles: BundlesBySeries,
  tellerOf: (series: string) => T | undefined,
): (series: string) => readonly ToldBundle<T>[] {
  const known = new Map<Bundle, ToldBundle<T> | undefined>()
  const told = (bundle: Bundle): ToldBundle<T>[] => {
    if (!known.has(bundle)) known.set(bundle, toldBundle(bundle, tellerOf))
    const found = known.get(bundle)
    return found ? [found] : []
  }
  return (series) => (bundles.get(series) ?? []).flatMap(told)
}

/** Undefined: one of its series is not there. */
function toldBundle<T extends Teller>(
  { terms: bundled, links, isAcrossGroups }: Bundle,
  tellerOf: (series: string) => T | undefined,
): ToldBundle<T> | undefined {
  const terms: Term<T>[] = []
  for (const { series, of, mayBeHidden } of bundled) {
    const teller = tellerOf(series)
    if (teller === undefined) return undefined
    terms.push({ teller, of, mayBeHidden })
  }
  const tellers = [...new Set(terms.map(({ teller }) => teller))]
  const needed = terms.filter(({ mayBeHidden }) => !mayBeHidden).map(({ teller }) => teller)
  return { terms, tellers, needed, links, isAcrossGroups }
}

/** The narrowest months around a block that cut through none of their blocks. */
function wholeFor(block: Block, tellers: readonly Teller[]): Block {
  let { first, last } = block
  for (let isWider = true; isWider;) {
    isWider = false
    for (const { shown } of tellers) {
      for (const one of shown.blocks) {
        if (!overlap(one, { first, last }) || (one.first >= first && one.last <= last)) continue
        first = Math.min(first, one.first)
        last = Math.max(last, one.last)
        isWider = true
      }
    }
  }
  return first === block.first && last === block.last ? block : { first, last }
}
