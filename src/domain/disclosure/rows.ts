import type { Score } from '../instrument.ts'
import { people, type MeasureRow } from '../outcomes/measure-figure.ts'

/** Rows that say the same, added up, in a fixed order. */
export function merged(rows: readonly MeasureRow[]): MeasureRow[] {
  const sums: MeasureRow[] = []
  for (const { x, y, n } of rows.toSorted(inOrder)) {
    const last = sums.at(-1)
    if (last?.x === x && last.y === y) last.n += n
    else sums.push({ x, y, n })
  }
  return sums
}

const inOrder = (a: MeasureRow, b: MeasureRow): number => a.x - b.x || a.y - b.y

/** How many improved, stayed as they were, and got worse, on rows of a score's transitions. */
export function directionsOf(
  rows: readonly MeasureRow[],
  { better }: Pick<Score, 'better'>,
): Map<string, number> {
  const sign = better === 'lower' ? -1 : 1
  const of = (isCounted: (gain: number) => boolean): number =>
    people(rows.filter(({ x, y }) => isCounted(sign * (y - x))))
  return new Map([
    ['improved', of((gain) => gain > 0)],
    ['unchanged', of((gain) => gain === 0)],
    ['deteriorated', of((gain) => gain < 0)],
  ])
}
