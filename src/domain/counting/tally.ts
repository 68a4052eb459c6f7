import type { Count, Grouping } from '../counts.ts'

/** What a subject says of a person, as a number that stands for it in the tally. */
export type Cell = number

interface Group {
  grouping: Grouping
  /** How many by cell. */
  n: Int32Array
}

const FEW_CELLS = 512

/** Adds up people who say the same, for each group that they belong to; cells are numbers, since there are millions to add. */
export class Tally {
  readonly #cells: { subject: string; x: number; y: number }[] = []
  readonly #cellOf = new Map<string, Map<number, Cell>>()
  readonly #groups = new Map<string, Group>()

  cell(subject: string, x: number, y: number): Cell {
    let ofSubject = this.#cellOf.get(subject)
    if (ofSubject === undefined) this.#cellOf.set(subject, (ofSubject = new Map<number, Cell>()))
    // Both are far below 2^26, so that their product stays exact.
    const key = x * 67_108_864 + y
    let cell = ofSubject.get(key)
    if (cell === undefined) {
      cell = this.#cells.push({ subject, x, y }) - 1
      ofSubject.set(key, cell)
    }
    return cell
  }

  add(groups: readonly Grouping[], cells: readonly Cell[], n = 1): void {
    for (const grouping of groups) {
      const counts = this.#countsOf(grouping)
      for (const cell of cells) counts[cell] = (counts[cell] ?? 0) + n
    }
  }

  /**
   * By subject, group, x and y: the same people give the same bytes, whatever order they came in. Groups and cells are sorted
   * each by themselves, since there are far fewer of them than of counts.
   */
  counts(): Count[] {
    const groups = [...this.#groups.values()].sort((a, b) => inOrder(a.grouping, b.grouping))
    return [...this.#cellOf]
      .sort(([a], [b]) => compare(a, b))
      .flatMap(([, cells]) => {
        const sorted = [...cells.values()].sort((a, b) => this.#compareCells(a, b))
        return groups.flatMap((group) => this.#countsIn(group, sorted))
      })
  }

  #countsIn({ grouping: { by, value }, n }: Group, cells: readonly Cell[]): Count[] {
    const counts: Count[] = []
    for (const cell of cells) {
      const what = this.#cells[cell]
      const count = n[cell] ?? 0
      if (what !== undefined && count > 0)
        counts.push({ subject: what.subject, by, value, x: what.x, y: what.y, n: count })
    }
    return counts
  }

  #compareCells(a: Cell, b: Cell): number {
    const [one, other] = [this.#cells[a], this.#cells[b]]
    if (one === undefined || other === undefined) throw new Error('a tally knows all of its cells')
    return one.x - other.x || one.y - other.y
  }

  #countsOf(grouping: Grouping): Int32Array {
    const key = `${grouping.by} ${grouping.value}`
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = { grouping, n: new Int32Array(FEW_CELLS) }
      this.#groups.set(key, group)
    }
    if (group.n.length < this.#cells.length) {
      const wider = new Int32Array(2 * this.#cells.length)
      wider.set(group.n)
      group.n = wider
    }
    return group.n
  }
}

const inOrder = (a: Grouping, b: Grouping): number => compare(a.by, b.by) || compare(a.value, b.value)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
