import type { Instrument } from './instrument.ts'
import type { Measure } from './measure.ts'
import type { Month } from './period.ts'

/** What is counted at a time. */
export interface ContractMonth {
  contractId: string
  month: Month
}

/** Everybody, or one group: those of whom a case attribute has a value. */
export interface Grouping {
  by: string
  value: string
}

export const everybody: Grouping = { by: '', value: '' }

/**
 * The one shape that carries everything: `n` people of a group, of whom a subject says `x` and `y`.
 * Months, contracts and regions merge by adding `n`, exactly and in any order.
 */
export interface Count extends Grouping {
  subject: string
  x: number
  y: number
  n: number
}

/** A count of a month where the month itself matters, so that it cannot be merged before it is read. */
export type DatedCount = Count & { month: Month }

/** A score's transitions: x = start, y = end, as whole numbers (value × 10^places). */
export const scoreSubject = (instrument: Pick<Instrument, 'id' | 'version'>, score: string): string =>
  `score/${instrument.id}@${instrument.version}/${score}`

type Versioned = Pick<Measure, 'version'>

/** What a measure counts in a month, x and y being what its kind says (counting/judge-case.ts). */
export const measureSubject = ({ version }: Versioned): string => `measure/${version}`

/**
 * Cases by the month in which they came into support, and by that in which they left it: x = 1 if the case continues one
 * of an earlier contract, y = 1 where achieved. In support at any time in a..b = from up to b − until before a.
 */
export const runSubject = ({ version }: Versioned, edge: 'from' | 'until'): string =>
  `dated/run/${version}/${edge}`

/**
 * Different people (or values) over the contract's whole life. `from` and `until`: the months in which somebody's unbroken
 * presence began and ended, x being the month in which their presence before that ended (0: none); `met`: the months in
 * which they achieved it, x being the month before that in which they did.
 */
export const lifeSubject = ({ version }: Versioned, what: 'from' | 'until' | 'met'): string =>
  `dated/life/${version}/${what}`

/** Counted by when people were assessed: a case's latest such assessment of a month, and when its next one was (0: never). */
export const assessedSubject = (measure: Versioned, next: Month): string =>
  `${assessedPrefix(measure)}${next}`

export const assessedPrefix = ({ version }: Versioned): string => `dated/life/${version}/next-`

/** Cases in support that closed: x = 1 with a start on at least one instrument, y = 1 with a pair on at least one. */
export const COMPLETENESS = 'completeness'
