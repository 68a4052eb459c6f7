import type { MeasureRow } from '../../outcomes/measure-figure.ts'
import type { Block } from '../blocks.ts'
import { blockKey, isCellOf, type Group, type Released } from '../released.ts'
import { merged } from '../rows.ts'
import type { Series } from '../series.ts'
import { isSmallMove } from '../small.ts'

/** By how much numbers that were shown would move, of everybody and of each group; those that stay are not kept. */
export class Moves {
  readonly #counts = new Map<string, number>()
  /** Means and medians tell of whoever changed places, though no number of people has changed. */
  readonly #places: number[] = []
  /** Of what can be told over a range of several blocks only. */
  readonly #over = new Map<string, { name: string; move: number }>()

  set({ by, value }: Group, name: string, move: number): void {
    if (move !== 0) this.#counts.set(`${by}/${value}/${name}`, move)
  }

  setOver({ by, value }: Group, name: string, range: Block, move: number): void {
    const what = `${by}/${value}/${name}`
    this.#over.set(`${what} over ${blockKey(range)}`, { name: what, move })
  }

  changePlaces(people: number): void {
    if (people !== 0) this.#places.push(people)
  }

  get isNone(): boolean {
    const isOverNone = [...this.#over.values()].every(({ move }) => move === 0)
    return this.#counts.size === 0 && this.#places.length === 0 && isOverNone
  }

  /** Whether each moves by nothing or enough, and what is one thing over blocks and ranges together, too. */
  isEnough(minimumCount: number): boolean {
    const isFew = (move: number): boolean => isSmallMove(move, minimumCount)
    for (const move of this.#counts.values()) if (isFew(move)) return false
    if (this.#places.some(isFew)) return false
    const together = new Map<string, number>()
    for (const { name, move } of this.#over.values()) {
      if (isFew(move)) return false
      together.set(name, (together.get(name) ?? this.#counts.get(name) ?? 0) + move)
    }
    return ![...together.values()].some(isFew)
  }

  /** Those of numbers alone, to add others to: who changed places in one block cannot be told from the numbers of several. */
  alone(): Moves {
    return new Moves().add(this)
  }

  /** Those of one more block. */
  add(other: Moves): this {
    for (const [name, move] of other.#counts) this.#counts.set(name, (this.#counts.get(name) ?? 0) + move)
    // Blocks of one range share its move.
    for (const [name, move] of other.#over) if (!this.#over.has(name)) this.#over.set(name, move)
    return this
  }
}

/** By how much each number that was shown would move, of everybody and of each group. */
export function movesBetween(
  former: readonly Released[],
  present: readonly Released[],
  { countsOf }: Series,
): Moves {
  const moves = new Moves()
  for (const one of present) {
    const before = former.find((other) => isCellOf(one, other))
    if (one.isHidden || before?.isHidden === true) continue
    const counts = { now: countsOf(one.rows), before: countsOf(before?.rows ?? []) }
    for (const name of new Set([...counts.now.keys(), ...counts.before.keys()])) {
      moves.set(one, name, (counts.now.get(name) ?? 0) - (counts.before.get(name) ?? 0))
    }
    moves.changePlaces(changedPlaces(one.rows, before?.rows ?? []))
  }
  return moves
}

/** How many people at least are counted elsewhere than before. */
function changedPlaces(rows: readonly MeasureRow[], before: readonly MeasureRow[]): number {
  const moved = merged([...rows, ...before.map((row) => ({ ...row, n: -row.n }))])
  const sum = (sign: number): number => moved.reduce((all, { n }) => all + Math.max(0, sign * n), 0)
  return Math.max(sum(1), sum(-1))
}

export const isSame = (one: Released, other: Released | undefined): boolean =>
  other !== undefined && changedPlaces(one.rows, other.rows) === 0
