import type { MeasureRow } from '../../outcomes/measure-figure.ts'
import type { Group } from '../released.ts'

/** One of the numbers of people that a series tells. */
export interface Told {
  series: string
  count: string
  /** Of this group, wherever the link is looked at; absent: of everybody or of each group, as it is asked for. */
  of?: Group
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
  /** The one part is the same people as the whole. */
  isSame?: true
}

/** Whether it holds between numbers of different groups, or of a group and of everybody. */
export const isAcrossGroups = ({ whole, parts }: Link): boolean =>
  [whole, ...parts].some(({ of }) => of !== undefined)

/** A pair of scores at the start and the end, as kept. */
export type Cell = Pick<MeasureRow, 'x' | 'y'>

export const isDisjoint = <T>(one: ReadonlySet<T>, other: ReadonlySet<T>): boolean =>
  [...one].every((member) => !other.has(member))
