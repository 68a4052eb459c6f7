import type { Month } from '../period.ts'
import type { MeasureRow } from '../outcomes/measure-figure.ts'
import type { Block } from './blocks.ts'
import type { MonthlyCounts } from './series.ts'

/** What was shown of a series over a block, of everybody (`by` and `value` empty) or of one group. */
export interface Released extends Block {
  series: string
  by: string
  value: string
  isHidden: boolean
  /** Parts of the figure that are not shown. */
  parts: readonly string[]
  rows: readonly MeasureRow[]
  /** The release since which it is shown so. */
  since: number
}

/** What is not shown so any more. */
export interface PastReleased extends Released {
  /** The release in which something else took its place. */
  until: number
}

/** All that was ever shown of a contract. */
export interface ReleasedOverTime {
  present: readonly Released[]
  past: readonly PastReleased[]
}

/** A contract's counts of everybody and of the groups of some dimensions, by `by` and value. */
export interface CountsToRelease {
  all: MonthlyCounts
  groups: ReadonlyMap<string, ReadonlyMap<string, MonthlyCounts>>
}

export interface ReleaseRules {
  /** The number of this release: they count up. */
  release: number
  /** The first month of which anything is counted. */
  first: Month
  /** Under how many people a group is small in a block. */
  minimumCountIn: (block: Block) => number
  current: Month
  /** Whether the contract has ended, and the time of grace after it. */
  isOver: boolean
  /**
   * Months of which, or of those that they are cut from, something is accepted and not counted yet: they are neither shown
   * first nor shown anew.
   */
  isPending: (block: Block) => boolean
  /** Whether people may be in several groups of a dimension. */
  isOverlapping: (by: string) => boolean
}

/** A block of a series that is not shown any more: nobody was in it, and it was asked for alone. */
export type DroppedBlock = Block & Pick<Released, 'series'>

/** Marks what was shown for a period in which nobody is counted at all: it keeps nobody who comes later from being seen. */
export const NOBODY_ALONE = 'nobody'

export const isNobodyAlone = ({ parts }: Released): boolean => parts.includes(NOBODY_ALONE)

/** Everybody, or one group. */
export type Group = Pick<Released, 'by' | 'value'>

export const EVERYBODY: Group = { by: '', value: '' }

/** A number, for blocks are looked up more often than anything else: both of its months, six digits each. */
export const blockKey = ({ first, last }: Block): number => first * 1_000_000 + last

export const isCellOf = (one: Group, other: Group): boolean =>
  one.by === other.by && one.value === other.value
