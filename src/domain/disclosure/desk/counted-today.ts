import type { MeasureRow } from '../../outcomes/measure-figure.ts'
import type { Block } from '../blocks.ts'
import { ByGroup } from './by-group.ts'
import { isSame } from './moves.ts'
import { EVERYBODY, type CountsToRelease, type Group, type Released, type ReleaseRules } from '../released.ts'
import type { Series } from '../series.ts'
import { isSmallMove } from '../small.ts'

/** What is counted of one series today, whatever of it is shown. */
export class CountedToday {
  readonly #series: Series
  readonly #counts: CountsToRelease
  readonly #rules: Pick<ReleaseRules, 'release' | 'minimumCountIn'>
  readonly #rows = new ByGroup<readonly MeasureRow[]>()
  readonly #cells = new ByGroup<Released>()

  constructor(
    series: Series,
    counts: CountsToRelease,
    rules: Pick<ReleaseRules, 'release' | 'minimumCountIn'>,
  ) {
    this.#series = series
    this.#counts = counts
    this.#rules = rules
  }

  rowsIn(block: Block, group: Group = EVERYBODY): readonly MeasureRow[] {
    return this.#rows.get(block, group, () => {
      const { all, groups } = this.#counts
      const counts = group.by === '' ? all : groups.get(group.by)?.get(group.value)
      return counts ? this.#series.rowsIn(counts, block) : []
    })
  }

  countsIn(block: Block, group: Group = EVERYBODY): ReadonlyMap<string, number> {
    return this.#series.countsOf(this.rowsIn(block, group))
  }

  /** As it would be shown. */
  cellIn(block: Block, group: Group = EVERYBODY): Released {
    return this.#cells.get(block, group, () => {
      const rows = this.rowsIn(block, group)
      const parts = this.#series.smallParts(rows, this.#rules.minimumCountIn(block))
      const { by, value } = group
      const { release: since } = this.#rules
      return { ...block, series: this.#series.key, by, value, isHidden: false, parts, rows, since }
    })
  }

  /** The groups of a dimension. */
  valuesOf(by: string): string[] {
    return [...(this.#counts.groups.get(by)?.keys() ?? [])]
  }

  /** Whether what was shown is what is counted today. */
  isAsShown(cell: Released): boolean {
    return isSame(cell, { ...cell, rows: this.rowsIn(cell, cell) })
  }

  isNobody(block: Block): boolean {
    return [...this.countsIn(block).values()].every((count) => count === 0)
  }

  /** Whether no number of everybody is small by itself. */
  isLarge(block: Block): boolean {
    const minimumCount = this.#rules.minimumCountIn(block)
    return [...this.countsIn(block).values()].every((count) => !isSmallMove(count, minimumCount))
  }
}
