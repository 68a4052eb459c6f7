import type { MeasureRow } from '../../outcomes/measure-figure.ts'
import { blocksOf, contains, overlap, type Block } from '../blocks.ts'
import { ByGroup } from './by-group.ts'
import type { CountedBlock } from '../links/nested.ts'
import { blockKey, type Group, type PastReleased, type Released, type ReleasedOverTime } from '../released.ts'
import { merged } from '../rows.ts'
import type { Series } from '../series.ts'

/** What is shown of a series, or was, by block. */
export type State = ReadonlyMap<number, readonly Released[]>

/** Numbers of people by name. */
export type ToldNumbers = ReadonlyMap<string, number>

/** The blocks of one series that are shown, and what was shown of them in earlier releases. */
export class ShownBlocks {
  readonly #series: Pick<Series, 'countsOf' | 'isDated'>
  readonly #cells: Map<number, Released[]>
  readonly #past: readonly PastReleased[]
  readonly #latest: State
  readonly #states = new Map<number, State>()
  /** What periods tell, or told in a state: worked out once, as long as that stays so. */
  readonly #told = new Map<State, ByGroup<ToldNumbers | undefined>>()
  #blocks: Block[]
  #version = 0
  #versionOfBlocks = 0

  /** @param release the number of the one that is being decided */
  constructor(
    series: Pick<Series, 'countsOf' | 'isDated'>,
    { present, past }: ReleasedOverTime,
    release: number,
  ) {
    this.#series = series
    this.#past = past
    this.#cells = byBlock(present)
    this.#latest = new Map(this.#cells)
    this.#states.set(release - 1, this.#latest)
    this.#blocks = [...this.#cells.values()]
      .flatMap(([one]) => (one ? [{ first: one.first, last: one.last }] : []))
      .sort(inTime)
  }

  /** In the order of time; of a dated series also financial years. */
  get blocks(): readonly Block[] {
    return this.#blocks
  }

  /** Grows with each change of what is shown. */
  get version(): number {
    return this.#version
  }

  /** Grows with each change of which blocks are shown. */
  get versionOfBlocks(): number {
    return this.#versionOfBlocks
  }

  /** The last releases before something else took the place of what was shown. */
  get endsOfPast(): number[] {
    return this.#past.map(({ until }) => until - 1)
  }

  has(block: Block): boolean {
    return this.#cells.has(blockKey(block))
  }

  cellsOf(block: Block): readonly Released[] {
    return this.#cells.get(blockKey(block)) ?? []
  }

  place(block: Block, cells: readonly Released[]): void {
    const isNew = !this.has(block)
    this.#cells.set(blockKey(block), [...cells])
    if (isNew) this.#setBlocks([...this.#blocks, block].sort(inTime))
    else this.#changed()
  }

  drop(block: Block): void {
    this.#cells.delete(blockKey(block))
    this.#setBlocks(this.#blocks.filter((one) => blockKey(one) !== blockKey(block)))
  }

  #changed(): void {
    this.#version++
    this.#told.delete(this.#cells)
  }

  #setBlocks(blocks: Block[]): void {
    this.#blocks = blocks
    this.#versionOfBlocks++
    this.#changed()
    // What was told before is asked for by the blocks of today.
    this.#told.clear()
  }

  /** What was shown in an earlier release. */
  stateIn(release: number): State {
    const known = this.#states.get(release)
    if (known) return known
    const wasShown = ({ since }: Released): boolean => since <= release
    const state = byBlock([
      ...this.#past.filter((one) => wasShown(one) && release < one.until),
      ...[...this.#latest.values()].flat().filter(wasShown),
    ])
    this.#states.set(release, state)
    return state
  }

  /** Whether months of a period are shown only together with months outside it. */
  isCutAcross(period: Block): boolean {
    return this.#blocks.some((block) => overlap(block, period) && !contains(period, block))
  }

  /** Whether a group is shown in some blocks of a period, and not in others. */
  isHiddenWithin(period: Block, group: Group): boolean {
    const hiding = this.blocksHiding(period, group)
    return hiding.length > 0 && hiding.length < this.blocksWithin(period).length
  }

  blocksWithin(period: Block): Block[] {
    return this.#blocks.filter((block) => contains(period, block))
  }

  /** The blocks of a period in which a group is not shown. */
  blocksHiding(period: Block, group: Group): Block[] {
    return this.blocksWithin(period).filter((block) => cellIn(this.#cells, block, group) === undefined)
  }

  /** What a period tells by now; undefined: it is not shown. */
  now(period: Block, group: Group): ToldNumbers | undefined {
    return this.#toldIn(this.#cells, period, group)
  }

  /** What a period told in an earlier release, by the blocks of now. */
  before(release: number, period: Block, group: Group): ToldNumbers | undefined {
    return this.#toldIn(this.stateIn(release), period, group)
  }

  #toldIn(state: State, period: Block, group: Group): ToldNumbers | undefined {
    if (this.#blocks.length === 0) return undefined
    const known = this.#told.get(state) ?? new ByGroup<ToldNumbers | undefined>()
    this.#told.set(state, known)
    return known.get(period, group, () => this.#tell(state, period, group))
  }

  /** What whole blocks tell together. */
  #tell(state: State, period: Block, group: Group): ToldNumbers | undefined {
    const own = this.#series.isDated
      ? this.#blocks.filter((one) => blockKey(one) === blockKey(period))
      : blocksOf(period, this.#blocks)
    const cells = (own ?? []).flatMap((block) => cellIn(state, block, group) ?? [])
    if (own === undefined || own.length === 0 || cells.length < own.length) return undefined
    const [only] = cells
    const rows = cells.length === 1 && only ? only.rows : merged(cells.flatMap((cell) => cell.rows))
    return this.#series.countsOf(rows)
  }

  /** What is shown in a range beside one of its blocks. */
  beside(block: Block, range: Block, group: Group): MeasureRow[] {
    return this.#blocks
      .filter((one) => contains(range, one) && !overlap(one, block))
      .flatMap((one) => cellIn(this.#cells, one, group)?.rows ?? [])
  }

  /** The groups of one kind in a period, each once, shown or hidden. */
  groupsWithin(period: Block, by: string): Group[] {
    const cells = this.blocksWithin(period).flatMap((block) =>
      this.cellsOf(block).filter((cell) => cell.by === by),
    )
    return [...new Set(cells.map(({ value }) => value))].map((value) => ({ by, value }))
  }

  /** One number of every block within a range that is shown, but of those in the way of another block. */
  countedWithin(range: Block, group: Group, count: string, inTheWay?: Block): CountedBlock[] {
    return this.#blocks
      .filter((block) => contains(range, block) && !(inTheWay && overlap(block, inTheWay)))
      .flatMap((block) => {
        const cell = cellIn(this.#cells, block, group)
        return cell ? [{ ...block, count: this.count(cell.rows, count) }] : []
      })
  }

  count(rows: readonly MeasureRow[], name: string): number {
    return this.#series.countsOf(rows).get(name) ?? 0
  }
}

const inTime = (a: Block, b: Block): number => a.first - b.first || a.last - b.last

function byBlock(released: readonly Released[]): Map<number, Released[]> {
  const blocks = new Map<number, Released[]>()
  for (const one of released) {
    const cells = blocks.get(blockKey(one))
    if (cells) cells.push(one)
    else blocks.set(blockKey(one), [one])
  }
  return blocks
}

/** What is shown of everybody or one group. */
const cellIn = (state: State, block: Block, { by, value }: Group): Released | undefined =>
  state.get(blockKey(block))?.find((cell) => cell.by === by && cell.value === value && !cell.isHidden)
