import type { MeasureRow } from '../../outcomes/measure-figure.ts'
import type { Month } from '../../period.ts'
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
  type Block,
} from '../blocks.ts'
import { ByGroup } from './by-group.ts'
import { CountedToday } from './counted-today.ts'
import { hiddenGroups } from '../hidden-groups.ts'
import { WhatFollows, type Teller, type ToldBundle } from '../links/what-follows.ts'
import { isSame, movesBetween, type Moves } from './moves.ts'
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
} from '../released.ts'
import type { Series } from '../series.ts'
import { ShownBlocks, type ToldNumbers } from './shown-blocks.ts'
import { isSmallMove } from '../small.ts'

/** What a desk asks of the others. */
export interface Office extends ReleaseRules {
  /** All months that are looked at. */
  range: Block
  /** Those of them that have to be cut, of what adds up over blocks. */
  rangeToCut: Block
  /** The last month of all periods that are asked for. */
  lastAsked: Month
  bundlesOf: (series: string) => readonly ToldBundle<SeriesDesk>[]
  rankOf: (series: string) => number
  /** Whether nothing at all is counted in these months, and nothing was shown of them. */
  isUntouched: (block: Block) => boolean
}

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
export class SeriesDesk implements Teller {
  readonly #series: Series
  readonly #today: CountedToday
  /** The dimensions that are asked for. */
  readonly #dimensions: readonly string[]
  readonly #rules: Office
  #following: WhatFollows<SeriesDesk> | undefined
  readonly rank: number
  readonly isDated: boolean
  readonly countsOf: Series['countsOf']
  /** What of it is shown, and was. */
  readonly shown: ShownBlocks
  /** What others are told of it, and how often what is shown had changed by then. */
  readonly #told = new ByGroup<ToldNumbers | undefined>()
  #toldAt = 0
  readonly #verdicts = new Map<number, boolean>()
  /** What was shown of the blocks that are taken as they would be shown today. */
  readonly #tried = new Map<number, readonly Released[]>()
  /** How often anything that they hang on had changed when they were last looked at. */
  #lookedAt = -1
  /** Those that were shown as they were, and the gaps between them as they are cut today. */
  #cut: Block[] | undefined
  readonly writes: Released[] = []
  readonly drops: DroppedBlock[] = []

  constructor(series: Series, counts: CountsToRelease, released: ReleasedOverTime, rules: Office) {
    this.rank = rules.rankOf(series.key)
    this.isDated = series.isDated
    this.countsOf = series.countsOf
    this.#series = series
    this.#today = new CountedToday(series, counts, rules)
    this.#dimensions = [...counts.groups.keys()]
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
      if (former.every((cell) => cell.isHidden || this.#today.isAsShown(cell))) continue
      if (former.some(isNobodyAlone) && !this.#today.isNobody(block)) {
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
    if (this.#tried.size === 0 || this.#lookedAt === this.#changes()) return false
    this.#lookedAt = this.#changes()
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
      for (const desk of this.#linked) desk.#putAllBack()
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
    const ends = [this, ...this.#linked].flatMap((desk) => desk.shown.endsOfPast)
    return [...new Set([this.#rules.release - 1, ...ends])]
  }

  /**
   * Whether every number that a release showed moves by nothing or enough, that of neighbours together, too: they may be
   * asked for as one period.
   */
  #isEnoughSince(release: number, blocks: readonly TriedBlock[]): boolean {
    const isBesideMoves = this.#linked.some((desk) => desk.#tried.size > 0)
    const { minimumCountIn } = this.#rules
    const state = this.shown.stateIn(release)
    const before: { moves: Moves; isNew: boolean }[] = []
    for (const { block, present, isTried } of blocks) {
      const former = state.get(blockKey(block))
      if (former === undefined) continue
      let isNew = isTried || isBesideMoves
      const moves = this.#movesIn(block, former, present, release)
      if (isTried && !moves.isEnough(minimumCountIn(block))) return false
      if (this.isDated || moves.isNone) continue
      const together = moves.alone()
      for (const neighbour of before.toReversed()) {
        together.add(neighbour.moves)
        isNew ||= neighbour.isNew
        if (isNew && !together.isEnough(minimumCountIn(block))) return false
      }
      before.push({ moves, isNew: isTried || isBesideMoves })
    }
    return true
  }

  /** Of all that it hangs on what may move: what is shown of it, and of those that it is linked with. */
  #changes(): number {
    return this.#linked.reduce((sum, { shown }) => sum + shown.version, this.shown.version)
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
    const blocks = this.isDated ? this.#datedBlocks(asked) : this.#blocks()
    const own = blocksOf(asked, blocks)
    const isShown = own !== undefined && (!this.isDated || own.length === 1)
    if (!isShown) return this.isDated ? this.#datedAround(asked, blocks) : askFor(asked, blocks)
    const isNobody = own.every((block) => this.#today.isNobody(block))
    for (const block of own) {
      // Blocks of nobody are cut without a look at others, and others were shown since the rest was cut.
      if (!this.shown.has(block) && !this.#isFit(block, this.#today.rowsIn(block))) break
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
    const missing = this.#dimensions.filter((by) => cells.every((one) => one.by !== by))
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

  /** What follows from it and others: all desks stand by the time that it is asked first. */
  get #follows(): WhatFollows<SeriesDesk> {
    return (this.#following ??= new WhatFollows<SeriesDesk>(this, this.#rules.bundlesOf(this.#series.key)))
  }

  get #linked(): readonly SeriesDesk[] {
    return this.#follows.others
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
    const { current, isOver, rangeToCut } = this.#rules
    const passes = (block: Block): boolean => this.#passes(block)
    const isNobody = (block: Block): boolean => this.#today.isNobody(block)
    const rules = { current, isOver, passes, isNobody }
    const cut = () => gapsIn(rangeToCut, this.shown.blocks).flatMap((gap) => cutBlocks(gap, rules))
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
    const { range, lastAsked } = this.#rules
    const cut = () => gapsIn(range, quarters).flatMap((gap) => cutQuarters(gap, { passes }, lastAsked))
    return (this.#cut ??= [...quarters, ...cut()].sort((a, b) => a.first - b.first))
  }

  /**
   * What a year has more than one of its quarters must be enough people, too, of everybody and of each group, whichever of
   * them was shown first.
   */
  #fitsShown(block: Block, rows = this.#today.rowsIn(block), { by, value } = EVERYBODY): boolean {
    if (!this.isDated) return true
    const own = this.countsOf(rows)
    const minimumCount = this.#rules.minimumCountIn(block)
    const others = this.shown.blocks.filter(
      (one) => blockKey(one) !== blockKey(block) && (contains(one, block) || contains(block, one)),
    )
    return others.every((other) => {
      const cell = this.shown.cellsOf(other).find((one) => one.by === by && one.value === value)
      if (cell === undefined || cell.isHidden) return true
      const counts = this.countsOf(cell.rows)
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

  #passes(block: Block): boolean {
    const known = this.#verdicts.get(blockKey(block))
    if (known !== undefined) return known
    // Most of the years that are looked at have nobody in them.
    if (!this.isDated && this.#rules.isUntouched(block)) return true
    const verdict = this.#today.isLarge(block) && this.#isFit(block, this.#today.rowsIn(block))
    this.#verdicts.set(blockKey(block), verdict)
    return verdict
  }

  #isFit(block: Block, rows: readonly MeasureRow[], group = EVERYBODY): boolean {
    return this.#follows.isFit(block, rows, group, this.#rules.minimumCountIn(block))
  }

  toldIn(block: Block, group: Group): ToldNumbers | undefined {
    if (this.#toldAt !== this.shown.version) this.#told.clear()
    this.#toldAt = this.shown.version
    return this.#told.get(block, group, () => {
      const shown = this.shown.now(block, group)
      if (shown) return shown
      if (!this.isDated && this.shown.isCutAcross(block)) return undefined
      return this.#today.countsIn(block, group)
    })
  }

  /** By how much each number that a release showed would move, of everybody and of each group, and what follows from them. */
  #movesIn(block: Block, former: readonly Released[], present: readonly Released[], release: number): Moves {
    const dimensions = new Set(dimensionsOf(former))
    const compared = present.filter(({ by }) => dimensions.has(by))
    const moves = movesBetween(former, compared, this.#series)
    for (const now of compared) {
      const before = former.find((other) => isCellOf(now, other))
      if (now.isHidden || before === undefined || before.isHidden) continue
      this.#follows.addMoves(moves, block, { now, before }, release)
    }
    return moves
  }

  /** Everybody, and the groups of some dimensions, as they are counted today. */
  #cellsIn(block: Block, wanted: readonly string[], { isAlone = false } = {}): Released[] {
    const total = this.#today.cellIn(block)
    return wanted.flatMap((by) => (by === '' ? [total] : this.#groupsIn(block, by, total, isAlone)))
  }

  /** @param isAlone whatever follows beside other series */
  #groupsIn(block: Block, by: string, total: Released, isAlone: boolean): Released[] {
    const { countsOf } = this
    const minimumCount = this.#rules.minimumCountIn(block)
    const all = countsOf(total.rows)
    const names = [...all.keys()]
    const values = this.#today.valuesOf(by)
    const groups = values.map((value) => {
      const rows = this.#today.rowsIn(block, { by, value })
      const told = countsOf(rows)
      return {
        cell: this.#today.cellIn(block, { by, value }),
        value,
        told,
        counts: names.map((name) => told.get(name) ?? 0),
        isHidden:
          (!isAlone && !this.#isFit(block, rows, { by, value })) ||
          !this.#fitsShown(block, rows, { by, value }),
        isTold: this.#follows.isToldElsewhere(block, { by, value }),
        isHiddenBeside: !isAlone && this.#follows.isHiddenBeside(block, { by, value }),
      }
    })
    const toldOf = new Map(groups.map(({ value, told }) => [value, told]))
    const hidden = hiddenGroups(groups, {
      total: [...all.values()],
      overlapping: this.#rules.isOverlapping(by) || this.#series.isOverlapping,
      minimumCount,
      leavesEnough: (hidden) => {
        const own = { all, shown: (value: string) => (hidden.has(value) ? undefined : toldOf.get(value)) }
        const counted = (value: string) => toldOf.get(value)
        return isAlone || this.#follows.leavesEnough(block, by, { ...own, counted }, values, minimumCount)
      },
    })
    return groups.map(({ cell, value }) => (hidden.has(value) ? { ...cell, isHidden: true, rows: [] } : cell))
  }

  /** Whether a block may be shown anew as far as this series goes. */
  #mayMoveAlone(
    block: Block,
    former: readonly Released[],
    present: readonly Released[],
    moves: Moves,
  ): boolean {
    const staysShown = former.every(
      (one) => one.isHidden || present.some((other) => isCellOf(one, other) && !other.isHidden),
    )
    if (moves.isNone || this.#rules.isPending(block)) return false
    if (!staysShown || !staysHidden(former, present)) return false
    return this.#today.isLarge(block) && moves.isEnough(this.#rules.minimumCountIn(block))
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
