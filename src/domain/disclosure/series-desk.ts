import type { MeasureRow } from '../outcomes/measure-figure.ts'
import {
  askFor,
  blocksOf,
  contains,
  cutBlocks,
  cutQuarters,
  firstOfYear,
  gapsIn,
  isYear,
  lastOfYear,
  overlap,
  type Block,
} from './blocks.ts'
import { hiddenGroups } from './hidden-groups.ts'
import type { Link } from './links/link.ts'
import { differencesAround, type CountedBlock } from './links/nested.ts'
import { isSame, movesBetween, movesTogether, nameOver, sumOfMoves } from './moves.ts'
import {
  blockKey,
  EVERYBODY,
  isCellOf,
  isNobodyAlone,
  NOBODY_ALONE,
  type CountsToRelease,
  type DroppedBlock,
  type Group,
  type Released,
  type ReleasedOverTime,
  type ReleaseRules,
} from './released.ts'
import { merged } from './rows.ts'
import type { Series } from './series.ts'
import { ShownBlocks } from './shown-blocks.ts'
import { isSmall, isSmallMove } from './small.ts'

/** What a desk asks of the others. */
export interface Office extends ReleaseRules {
  /** All months that are looked at. */
  range: Block
  linksOf: (series: string) => readonly Link[]
  rankOf: (series: string) => number
  /** Whether nothing at all is counted in these months, and nothing was shown of them. */
  isUntouched: (block: Block) => boolean
  deskOf: (series: string) => SeriesDesk | undefined
}

/** A number of people that follows: that of a whole, less those of its parts. */
interface LinkedDesks {
  others: readonly SeriesDesk[]
  terms: readonly Term[]
}

interface Term {
  desk: SeriesDesk
  count: string
  sign: number
  /** Where it is not shown, its people stay in what follows. */
  mayBeHidden: boolean
}

/** No number where one of them is not shown. */
const sumOf = (
  terms: LinkedDesks['terms'],
  toldBy: (desk: SeriesDesk, mayBeHidden: boolean) => ReadonlyMap<string, number> | undefined,
): number =>
  terms.reduce((sum, { desk, count, sign, mayBeHidden }) => {
    const told = toldBy(desk, mayBeHidden)
    if (told === undefined) return mayBeHidden ? sum : NaN
    return sum + sign * (told.get(count) ?? 0)
  }, 0)

const dimensionsOf = (cells: readonly Released[]): string[] => [...new Set(cells.map(({ by }) => by))]

const hiddenIn = (cells: readonly Released[]): number => cells.filter(({ isHidden }) => isHidden).length

/** Hides what others have hidden, too. */
const keepHidden = (cells: readonly Released[], others: readonly Released[]): Released[] =>
  cells.map((cell) =>
    others.some((other) => other.isHidden && isCellOf(cell, other))
      ? { ...cell, isHidden: true, rows: [] }
      : cell,
  )

const staysHidden = (former: readonly Released[], present: readonly Released[]): boolean =>
  former.every((one) => !one.isHidden || present.every((other) => !isCellOf(one, other) || other.isHidden))

/** A block as it would be shown; tried: otherwise than it was. */
interface TriedBlock {
  block: Block
  present: readonly Released[]
  isTried: boolean
}

/** The blocks of one series: what of it was shown, and what may be. */
export class SeriesDesk {
  readonly #series: Series
  readonly #counts: CountsToRelease
  readonly #rules: Office
  readonly #links: readonly Link[]
  #linkedDesks: readonly LinkedDesks[] | undefined
  /** Its place in the order in which series are shown. */
  readonly #rank: number
  /** What of it is shown, and was. */
  readonly shown: ShownBlocks
  readonly #rowsOf = new Map<string, readonly MeasureRow[]>()
  readonly #verdicts = new Map<string, boolean>()
  readonly #counted = new Map<string, ReadonlyMap<string, number>>()
  /** What was shown of the blocks that are taken as they would be shown today. */
  readonly #tried = new Map<string, readonly Released[]>()
  /** Those that were shown as they were, and the gaps between them as they are cut today. */
  #cut: Block[] | undefined
  readonly writes: Released[] = []
  readonly drops: DroppedBlock[] = []

  constructor(series: Series, counts: CountsToRelease, released: ReleasedOverTime, rules: Office) {
    this.#links = rules.linksOf(series.key)
    this.#rank = rules.rankOf(series.key)
    this.#series = series
    this.#counts = counts
    this.#rules = rules
    this.shown = new ShownBlocks(series, released, rules.release)
  }

  /**
   * Takes every block whose numbers changed as it would be shown today. Figures of the same people fit each other only when
   * they move on one day, so all series are taken so, and then is put back what must stay as it was.
   */
  tryAnew(): void {
    for (const block of this.shown.blocks) {
      const former = this.shown.cellsOf(block)
      if (former.every((cell) => cell.isHidden || this.#isAsCounted(cell))) continue
      if (former.some(isNobodyAlone) && !this.#isNobody(block)) {
        this.#drop(block)
        continue
      }
      const present = keepHidden(this.#cellsIn(block, dimensionsOf(former), { isAlone: true }), former)
      if (!this.#mayMoveAlone(block, former, present, movesBetween(former, present, this.#series))) continue
      this.#tried.set(blockKey(block), former)
      this.shown.place(block, present)
    }
  }

  /**
   * Puts back what may not move beside the others, and with it all of its series and of those that it is linked with: if only
   * one of two moved today, the other would follow it at the next look, by as few people as today.
   *
   * @returns whether anything was put back, or hidden, that others may hang on
   */
  putBack(): boolean {
    if (this.#tried.size === 0) return false
    const blocks = this.shown.blocks.map((block): TriedBlock => {
      const cells = this.shown.cellsOf(block)
      const former = this.#tried.get(blockKey(block))
      if (former === undefined) return { block, present: cells, isTried: false }
      return { block, present: keepHidden(this.#cellsIn(block, dimensionsOf(former)), cells), isTried: true }
    })
    const mayMove =
      blocks.every(({ block, present, isTried }) => !isTried || this.#mayMove(block, present)) &&
      this.#releasesBefore().every((release) => this.#isEnoughSince(release, blocks))
    if (!mayMove) {
      this.#putAllBack()
      for (const { others } of this.#linksNow()) for (const desk of others) desk.#putAllBack()
      return true
    }
    let isAny = false
    for (const { block, present } of blocks) {
      if (hiddenIn(present) === hiddenIn(this.shown.cellsOf(block))) continue
      this.shown.place(block, present)
      isAny = true
    }
    return isAny
  }

  /** The last releases before something else took the place of what was shown of this series, or of one linked with it. */
  #releasesBefore(): number[] {
    const desks = [this, ...this.#linksNow().flatMap(({ others }) => others)]
    const ends = [...new Set(desks)].flatMap((desk) => desk.shown.endsOfPast)
    return [...new Set([this.#rules.release - 1, ...ends])]
  }

  /**
   * Whether every number that a release showed moves by nothing or enough, that of neighbours together, too: they may be
   * asked for as one period.
   */
  #isEnoughSince(release: number, blocks: readonly TriedBlock[]): boolean {
    const isBesideMoves = this.#linksNow().some(({ others }) => others.some((desk) => desk.#tried.size > 0))
    const state = this.shown.stateIn(release)
    const before: { moves: ReadonlyMap<string, number>; isNew: boolean }[] = []
    for (const { block, present, isTried } of blocks) {
      const former = state.get(blockKey(block))
      if (former === undefined) continue
      const isNew = isTried || isBesideMoves
      let together = {
        moves: this.#movesIn(block, former, present, release) as ReadonlyMap<string, number>,
        isNew,
      }
      if (isTried && !this.#isEnough(block, together.moves)) return false
      if (this.#series.isDated || [...together.moves.values()].every((move) => move === 0)) continue
      before.push(together)
      for (const neighbour of before.slice(0, -1).reverse()) {
        together = {
          moves: sumOfMoves(together.moves, neighbour.moves),
          isNew: together.isNew || neighbour.isNew,
        }
        if (together.isNew && !this.#isEnough(block, together.moves)) return false
      }
    }
    return true
  }

  #putAllBack(): void {
    for (const block of this.shown.blocks) {
      const former = this.#tried.get(blockKey(block))
      if (former !== undefined) this.shown.place(block, former)
    }
    this.#tried.clear()
  }

  /** What was not put back is shown from now on. */
  keep(): void {
    for (const block of this.shown.blocks) {
      if (this.#tried.has(blockKey(block))) this.writes.push(...this.shown.cellsOf(block))
    }
    this.#tried.clear()
  }

  /**
   * Shows a period, if it is made of whole blocks, in every dimension that is asked for.
   *
   * @returns the narrowest period around it that could be shown; undefined: it is shown, or there is none
   */
  show(asked: Block): Block | undefined {
    const blocks = this.#series.isDated ? this.#datedBlocks(asked) : this.#blocks()
    const own = blocksOf(asked, blocks)
    const isShown = own !== undefined && (!this.#series.isDated || own.length === 1)
    if (!isShown) return this.#series.isDated ? this.#datedAround(asked, blocks) : askFor(asked, blocks)
    const isNobody = own.every((block) => this.#isNobody(block))
    for (const block of own) {
      // Blocks of nobody are cut without a look at others, and others were shown since the rest was cut.
      if (!this.shown.has(block) && !this.#isFit(block, this.#totalIn(block))) break
      this.#showBlock(block, isNobody)
    }
    return undefined
  }

  /** @param isNobody in the whole period that is asked for; who comes later then makes it another answer, shown or hidden */
  #showBlock(block: Block, isNobody: boolean): void {
    const cells = this.shown.cellsOf(block)
    if (!isNobody && cells.some(isNobodyAlone)) {
      this.#write(
        block,
        cells.map((cell) => ({
          ...cell,
          since: this.#rules.release,
          parts: cell.parts.filter((part) => part !== NOBODY_ALONE),
        })),
      )
    }
    const isPending = this.#rules.isPending(block)
    const missing = [...this.#counts.groups.keys()].filter((by) => cells.every((one) => one.by !== by))
    if (isPending || (cells.length > 0 && missing.length === 0)) return
    const present = this.#cellsIn(block, ['', ...missing])
    const total = cells.find(({ by }) => by === '')
    // Groups beside a total of another day would tell who has come since.
    const isFresh =
      total === undefined ||
      isSame(
        total,
        present.find(({ by }) => by === ''),
      )
    if (!isFresh) return
    const written = total === undefined ? present : present.filter(({ by }) => by !== '')
    const parts = isNobody && cells.every(isNobodyAlone) ? [NOBODY_ALONE] : []
    this.#write(
      block,
      written.map((cell) => ({ ...cell, parts: [...cell.parts, ...parts] })),
    )
  }

  #isNobody(block: Block): boolean {
    return [...this.#series.countsOf(this.#totalIn(block)).values()].every((count) => count === 0)
  }

  /** Whether what was shown is what is counted today. */
  #isAsCounted(cell: Released): boolean {
    return isSame(cell, { ...cell, rows: this.#rowsIn(cell, cell) })
  }

  #drop(block: Block): void {
    this.drops.push({ ...block, series: this.#series.key })
    this.shown.drop(block)
  }

  #write(block: Block, cells: readonly Released[]): void {
    const former = this.shown.cellsOf(block)
    const written = new Set(cells.map(({ by }) => by))
    this.shown.place(block, [...former.filter(({ by }) => !written.has(by)), ...cells])
    this.writes.push(...cells)
  }

  #blocks(): Block[] {
    const { current, isOver, range } = this.#rules
    const passes = (block: Block): boolean => this.#passes(block)
    const isNobody = (block: Block): boolean => this.#isNobody(block)
    const rules = { current, isOver, passes, isNobody }
    const cut = () => gapsIn(range, this.shown.blocks).flatMap((gap) => cutBlocks(gap, rules))
    return (this.#cut ??= [...this.shown.blocks, ...cut()].sort((a, b) => a.first - b.first))
  }

  /** Quarters, and the asked one itself if it is a financial year. */
  #datedBlocks(asked: Block): Block[] {
    const isFit = (block: Block): boolean => this.#passes(block) && this.#fitsShown(block)
    if (isYear(asked)) return this.shown.has(asked) || isFit(asked) ? [asked] : []
    return this.#quarters().filter((block) => this.shown.has(block) || this.#fitsShown(block))
  }

  #quarters(): Block[] {
    const quarters = this.shown.blocks.filter((block) => !isYear(block))
    const passes = (block: Block): boolean => this.#passes(block)
    const cut = () => gapsIn(this.#rules.range, quarters).flatMap((gap) => cutQuarters(gap, { passes }))
    return (this.#cut ??= [...quarters, ...cut()].sort((a, b) => a.first - b.first))
  }

  /**
   * What a year has more than one of its quarters must be enough people, too, of everybody and of each group, whichever of
   * them was shown first.
   */
  #fitsShown(block: Block, rows = this.#totalIn(block), { by, value } = EVERYBODY): boolean {
    if (!this.#series.isDated) return true
    const own = this.#series.countsOf(rows)
    const minimumCount = this.#rules.minimumCountIn(block)
    const others = this.shown.blocks.filter(
      (one) => blockKey(one) !== blockKey(block) && (contains(one, block) || contains(block, one)),
    )
    return others.every((other) => {
      const cell = this.shown.cellsOf(other).find((one) => one.by === by && one.value === value)
      if (cell === undefined || cell.isHidden) return true
      const counts = this.#series.countsOf(cell.rows)
      return [...own].every(([name, count]) => !isSmallMove(count - (counts.get(name) ?? 0), minimumCount))
    })
  }

  #datedAround(asked: Block, blocks: readonly Block[]): Block | undefined {
    const single = blocks.find((block) => contains(block, asked))
    if (single) return single
    const year = { first: firstOfYear(asked.first), last: lastOfYear(asked.first) }
    return contains(year, asked) && blockKey(year) !== blockKey(asked) && this.#passes(year)
      ? year
      : undefined
  }

  #totalIn(block: Block): readonly MeasureRow[] {
    const known = this.#rowsOf.get(blockKey(block))
    if (known) return known
    const rows = this.#series.rowsIn(this.#counts.all, block)
    this.#rowsOf.set(blockKey(block), rows)
    return rows
  }

  #passes(block: Block): boolean {
    const known = this.#verdicts.get(blockKey(block))
    if (known !== undefined) return known
    // Most of the years that are looked at have nobody in them.
    if (!this.#series.isDated && this.#rules.isUntouched(block)) return true
    const verdict = this.#isLarge(block) && this.#isFit(block, this.#totalIn(block))
    this.#verdicts.set(blockKey(block), verdict)
    return verdict
  }

  #isLarge(block: Block): boolean {
    const minimumCount = this.#rules.minimumCountIn(block)
    const counts = this.#series.countsOf(this.#totalIn(block))
    return [...counts.values()].every((count) => !isSmallMove(count, minimumCount))
  }

  /**
   * The numbers of people that follow from this series and others, where the others are as they are shown. Of those that are
   * not shown, the ones before it count as they would be shown; the ones after it will have to fit.
   */
  #linked(block: Block, rows: readonly MeasureRow[], group = EVERYBODY): number[] {
    return this.#follow(rows, (desk, mayBeHidden) =>
      desk.#rank < this.#rank && !mayBeHidden ? desk.toldIn(block, group) : desk.shown.now(block, group),
    )
  }

  /**
   * The same over the months around the block that make whole blocks of all of them, as they are shown: what follows from
   * neighbours together follows, too.
   */
  #linkedAround(block: Block, rows: readonly MeasureRow[], group = EVERYBODY): number[] {
    const counted = new Map<string, ReadonlyMap<string, number>>()
    const ranges = new Map<string, readonly Block[]>()
    return this.#linksNow().flatMap((link) => {
      // Many links are between the same series.
      const between = link.terms.map(({ desk, mayBeHidden }) => `${desk.#rank} ${mayBeHidden}`).join()
      const own = ranges.get(between) ?? this.#rangesOf(block, link)
      ranges.set(between, own)
      return own.map((range) => {
        const told =
          counted.get(blockKey(range)) ??
          this.#series.countsOf(merged([...rows, ...this.shown.beside(block, range, group)]))
        counted.set(blockKey(range), told)
        return sumOf(link.terms, (desk) => (desk === this ? told : desk.shown.now(range, group)))
      })
    })
  }

  /** The months around a block over which a link tells something; where parts may be hidden, those that fit each one shown. */
  #rangesOf(block: Block, { others, terms }: LinkedDesks): Block[] {
    // Of something that was never shown nothing follows.
    const needed = terms.filter(({ mayBeHidden }) => !mayBeHidden).map(({ desk }) => desk)
    if (needed.some((desk) => desk !== this && desk.shown.blocks.length === 0)) return []
    if (needed.length === terms.length) return [this.#wholeFor(block, [this, ...others])]
    const ranges = others.map((desk) => this.#wholeFor(block, [this, ...needed, desk]))
    return [...new Map(ranges.map((range) => [blockKey(range), range])).values()]
  }

  /**
   * What the narrowest months of a figure have more than months within them of another one, whose people are among its own:
   * the two may be cut differently.
   */
  #linkedNested(block: Block, rows: readonly MeasureRow[], group = EVERYBODY): number[] {
    if (this.#series.isDated) return []
    const ranges = new Map<SeriesDesk, Block>()
    return this.#linksNow().flatMap(({ terms }) => {
      const [whole, part, ...others] = terms
      if (whole === undefined || part === undefined || others.length > 0) return []
      const { desk: other } = whole.desk === this ? part : whole
      if (other === this || other.#series.isDated) return []
      const range = ranges.get(other) ?? this.#wholeFor(block, [this, other])
      ranges.set(other, range)
      // Cut alike: what follows over the same months is all that follows.
      if (blockKey(range) === blockKey(block)) return []
      const counted = ({ desk, count }: Term): CountedBlock[] =>
        desk === this
          ? [
              ...desk.shown.countedWithin(range, group, count, block),
              { ...block, count: desk.shown.count(rows, count) },
            ].sort((a, b) => a.first - b.first)
          : desk.shown.countedWithin(range, group, count)
      return differencesAround(counted(whole), counted(part))
    })
  }

  #wholeFor(block: Block, desks: readonly SeriesDesk[]): Block {
    let range = block
    if (desks.every((desk) => desk.shown.blocks.length === 0)) return range
    for (;;) {
      const touched = desks.flatMap((desk) => desk.shown.blocks.filter((one) => overlap(one, range)))
      const first = Math.min(range.first, ...touched.map((one) => one.first))
      const last = Math.max(range.last, ...touched.map((one) => one.last))
      if (first === range.first && last === range.last) return range
      range = { first, last }
    }
  }

  /** The same as it was in an earlier release. What was not shown then is no number. */
  #linkedIn(release: number, block: Block, rows: readonly MeasureRow[], group: Group): number[] {
    return this.#follow(rows, (desk) => desk.shown.told(block, group, desk.shown.stateIn(release)))
  }

  #follow(
    rows: readonly MeasureRow[],
    toldBy: (desk: SeriesDesk, mayBeHidden: boolean) => ReadonlyMap<string, number> | undefined,
  ): number[] {
    const own = this.#series.countsOf(rows)
    const told = {
      needed: new Map<SeriesDesk, ReadonlyMap<string, number> | undefined>(),
      beside: new Map<SeriesDesk, ReadonlyMap<string, number> | undefined>(),
    }
    const tellOnce = (desk: SeriesDesk, mayBeHidden: boolean): ReadonlyMap<string, number> | undefined => {
      if (desk === this) return own
      const known = mayBeHidden ? told.beside : told.needed
      if (!known.has(desk)) known.set(desk, toldBy(desk, mayBeHidden))
      return known.get(desk)
    }
    return this.#linksNow().map(({ terms }) => sumOf(terms, tellOnce))
  }

  /** The links with the desks that they are between: all of them stand by the time that the first is asked. */
  #linksNow(): readonly LinkedDesks[] {
    this.#linkedDesks ??= this.#links.flatMap(({ whole, parts, isRest = false }) => {
      const terms = [whole, ...parts].map(({ series, count }, at) => {
        const mayBeHidden = isRest && at > 0
        return { desk: this.#rules.deskOf(series), count, sign: at === 0 ? 1 : -1, mayBeHidden }
      })
      const known = terms.flatMap(({ desk, ...term }) => (desk ? [{ desk, ...term }] : []))
      if (known.length < terms.length) return []
      const others = [...new Set(known.map(({ desk }) => desk))].filter((desk) => desk !== this)
      return [{ others, terms: known }]
    })
    return this.#linkedDesks
  }

  /** Whether nothing that follows is small; parts that are more than their whole are of different days, and fit no more. */
  #isFit(block: Block, rows: readonly MeasureRow[], group = EVERYBODY): boolean {
    const minimumCount = this.#rules.minimumCountIn(block)
    const linked = [
      ...this.#linked(block, rows, group),
      ...this.#linkedAround(block, rows, group),
      ...this.#linkedNested(block, rows, group),
    ]
    return linked.every((count) => Number.isNaN(count) || (count >= 0 && !isSmall(count, minimumCount)))
  }

  /** What a block is shown as; where it is not, what it would be shown as today. Undefined: it never can be. */
  toldIn(block: Block, group: Group): ReadonlyMap<string, number> | undefined {
    const shown = this.shown.now(block, group)
    if (shown) return shown
    if (!this.#series.isDated && this.shown.isCutAcross(block)) return undefined
    const name = `${blockKey(block)} ${group.by} ${group.value}`
    const counted = this.#counted.get(name) ?? this.#series.countsOf(this.#rowsIn(block, group))
    this.#counted.set(name, counted)
    return counted
  }

  /** What is counted today. */
  #rowsIn(block: Block, { by, value }: Group): readonly MeasureRow[] {
    if (by === '') return this.#totalIn(block)
    const counts = this.#counts.groups.get(by)?.get(value)
    return counts ? this.#series.rowsIn(counts, block) : []
  }

  /**
   * By how much each number that a release showed would move, of everybody and of each group, and what follows from them.
   */
  #movesIn(
    block: Block,
    former: readonly Released[],
    present: readonly Released[],
    release: number,
  ): Map<string, number> {
    const dimensions = new Set(dimensionsOf(former))
    const compared = present.filter(({ by }) => dimensions.has(by))
    const moves = movesBetween(former, compared, this.#series)
    for (const cell of compared) {
      const before = former.find((other) => isCellOf(cell, other))
      if (cell.isHidden || before === undefined || before.isHidden) continue
      const linked = this.#linked(block, cell.rows, cell)
      // No number before or no number now: it does not follow.
      for (const [at, then] of this.#linkedIn(release, block, before.rows, cell).entries()) {
        const move = (linked[at] ?? NaN) - then
        if (!Number.isNaN(move)) moves.set(`${cell.by}/${cell.value}/link ${at}`, move)
      }
      for (const { at, range, move } of this.#movesAround(block, cell, release)) {
        moves.set(nameOver(`${cell.by}/${cell.value}/link ${at}`, range), move)
      }
    }
    return moves
  }

  /** By how much moves what follows over the months that make whole blocks of several series, where this one's do not. */
  #movesAround(block: Block, cell: Released, release: number): { at: number; range: Block; move: number }[] {
    return this.#linksNow().flatMap((link, at) =>
      this.#rangesOf(block, link).flatMap((range) => {
        if (blockKey(range) === blockKey(block)) return []
        const own = this.#series.countsOf(merged([...cell.rows, ...this.shown.beside(block, range, cell)]))
        const now = sumOf(link.terms, (desk) => (desk === this ? own : desk.shown.now(range, cell)))
        const move =
          now - sumOf(link.terms, (desk) => desk.shown.told(range, cell, desk.shown.stateIn(release)))
        return Number.isNaN(move) ? [] : [{ at, range, move }]
      }),
    )
  }

  /** Everybody, and the groups of some dimensions, as they are counted today. */
  #cellsIn(block: Block, wanted: readonly string[], { isAlone = false } = {}): Released[] {
    const total = this.#cell(block, '', '', this.#totalIn(block))
    return wanted.flatMap((by) => (by === '' ? [total] : this.#groupsIn(block, by, total, isAlone)))
  }

  /** @param isAlone whatever other series show */
  #groupsIn(block: Block, by: string, total: Released, isAlone: boolean): Released[] {
    const { countsOf, rowsIn } = this.#series
    const minimumCount = this.#rules.minimumCountIn(block)
    const names = [...countsOf(total.rows).keys()]
    const groups = [...(this.#counts.groups.get(by) ?? [])].map(([value, counts]) => {
      const rows = rowsIn(counts, block)
      const told = countsOf(rows)
      return {
        cell: this.#cell(block, by, value, rows),
        value,
        counts: names.map((name) => told.get(name) ?? 0),
        isHidden:
          (!isAlone && !this.#isFit(block, rows, { by, value })) ||
          !this.#fitsShown(block, rows, { by, value }),
      }
    })
    const hidden = hiddenGroups(groups, {
      total: [...countsOf(total.rows).values()],
      overlapping: this.#rules.isOverlapping(by) || this.#series.isOverlapping,
      minimumCount,
    })
    return groups.map(({ cell, value }) => (hidden.has(value) ? { ...cell, isHidden: true, rows: [] } : cell))
  }

  #cell(block: Block, by: string, value: string, rows: readonly MeasureRow[]): Released {
    const parts = this.#series.smallParts(rows, this.#rules.minimumCountIn(block))
    const { release: since } = this.#rules
    return { ...block, series: this.#series.key, by, value, isHidden: false, parts, rows, since }
  }

  #isEnough(block: Block, moves: ReadonlyMap<string, number>): boolean {
    const minimumCount = this.#rules.minimumCountIn(block)
    return movesTogether(moves).every((move) => !isSmallMove(move, minimumCount))
  }

  /** Whether a block may be shown anew as far as this series goes. */
  #mayMoveAlone(
    block: Block,
    former: readonly Released[],
    present: readonly Released[],
    moved: ReadonlyMap<string, number>,
  ): boolean {
    const isChanged = [...moved.values()].some((move) => move !== 0)
    const staysShown = former.every(
      (one) => one.isHidden || present.some((other) => isCellOf(one, other) && !other.isHidden),
    )
    if (!isChanged || this.#rules.isPending(block)) return false
    if (!staysShown || !staysHidden(former, present)) return false
    return this.#isLarge(block) && this.#isEnough(block, moved)
  }

  /** Whether it may be shown as it is counted today, as far as the other figures of the same day go. */
  #mayMove(block: Block, present: readonly Released[]): boolean {
    const former = this.#tried.get(blockKey(block)) ?? []
    const moves = movesBetween(former, present, this.#series)
    const shown = present.filter(({ isHidden }) => !isHidden)
    return (
      this.#mayMoveAlone(block, former, present, moves) &&
      shown.every((cell) => this.#isFit(block, cell.rows, cell) && this.#fitsShown(block, cell.rows, cell))
    )
  }
}
