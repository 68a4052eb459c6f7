import type { Score } from '../instrument.ts'
import { people, type MeasureRow } from '../outcomes/measure-figure.ts'

/** Rows that say the same, added up, in a fixed order. */
export function merged(rows: readonly MeasureRow[]): MeasureRow[] {
  const sums = new Map<string, MeasureRow>()
  for (const { x, y, n } of rows) {
    const key = `${x} ${y}`
    sums.set(key, { x, y, n: n + (sums.get(key)?.n ?? 0) })
  }
  return [...sums.values()].sort((a, b) => a.x - b.x || a.y - b.y)
}

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
