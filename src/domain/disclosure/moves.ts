import type { MeasureRow } from '../outcomes/measure-figure.ts'
import type { Block } from './blocks.ts'
import { isCellOf, type Released } from './released.ts'
import { merged } from './rows.ts'
import type { Series } from './series.ts'

/** By how much each number that was shown would move, of everybody and of each group. */
export function movesBetween(
  former: readonly Released[],
  present: readonly Released[],
  { countsOf }: Series,
): Map<string, number> {
  const moves = new Map<string, number>()
  for (const one of present) {
    const before = former.find((other) => isCellOf(one, other))
    if (one.isHidden || before?.isHidden === true) continue
    const counts = { now: countsOf(one.rows), before: countsOf(before?.rows ?? []) }
    for (const name of new Set([...counts.now.keys(), ...counts.before.keys()])) {
      const move = (counts.now.get(name) ?? 0) - (counts.before.get(name) ?? 0)
      moves.set(`${one.by}/${one.value}/${name}`, move)
    }
    // Means and medians tell of whoever changed places, though no number of people has changed.
    moves.set(`${one.by}/${one.value}${CHANGED_PLACES}`, changedPlaces(one.rows, before?.rows ?? []))
  }
  return moves
}

const CHANGED_PLACES = '/places'

/** How many people at least are counted elsewhere than before. */
function changedPlaces(rows: readonly MeasureRow[], before: readonly MeasureRow[]): number {
  const moved = merged([...rows, ...before.map((row) => ({ ...row, n: -row.n }))])
  const sum = (sign: number): number => moved.reduce((all, { n }) => all + Math.max(0, sign * n), 0)
  return Math.max(sum(1), sum(-1))
}

/** Of two blocks together; who changed places in one of them cannot be told from the numbers of the other. */
export const sumOfMoves = (
  one: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
): Map<string, number> =>
  new Map(
    [...new Set([...one.keys(), ...other.keys()])]
      .filter((name) => !name.endsWith(CHANGED_PLACES))
      .map((name) => {
        // Blocks of one range share its move.
        if (name.includes(OVER)) return [name, one.get(name) ?? other.get(name) ?? 0]
        return [name, (one.get(name) ?? 0) + (other.get(name) ?? 0)]
      }),
  )

const OVER = ' over '

/** The name of the move of something that can be told over a range of several blocks only. */
export const nameOver = (name: string, { first, last }: Block): string => `${name}${OVER}${first}-${last}`

/** Each move, and those of one thing over blocks and ranges together. */
export function movesTogether(moves: ReadonlyMap<string, number>): number[] {
  const over = new Map<string, number>()
  for (const [name, move] of moves) {
    const [what, range] = name.split(OVER)
    if (what !== undefined && range !== undefined)
      over.set(what, (over.get(what) ?? moves.get(what) ?? 0) + move)
  }
  return [...moves.values(), ...over.values()]
}

export const isSame = (one: Released, other: Released | undefined): boolean =>
  other !== undefined && changedPlaces(one.rows, other.rows) === 0
