import type { MeasureRow } from '../../outcomes/measure-figure.ts'

/** One of the numbers of people that a series tells. */
export interface Told {
  series: string
  count: string
}

/**
 * A number of people that follows from numbers that are told: those of the whole without those of its parts. It must not be
 * small where all of them are shown.
 */
export interface Link {
  whole: Told
  parts: readonly Told[]
  /** Those parts that are shown are taken away, and the others stay in what follows. */
  isRest?: true
}

/** A pair of scores at the start and the end, as kept. */
export type Cell = Pick<MeasureRow, 'x' | 'y'>

export const isDisjoint = <T>(one: ReadonlySet<T>, other: ReadonlySet<T>): boolean =>
  [...one].every((member) => !other.has(member))
