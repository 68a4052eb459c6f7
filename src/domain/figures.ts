import type { FigureName } from './figure-name.ts'
import { monthPeriod, quarterOf, type Period } from './period.ts'
import type { Fault } from './problem.ts'

/** What no case holds, of one period: numbers, or text not about a person, by the names that the definitions give. */
export type FigureValues = Readonly<Record<string, number | string>>

const LARGEST = 1e12
const LONGEST_TEXT = 10_000

/** Every name that the definitions do not know, and every value that is not what its name takes. */
export function checkFigures(
  given: Readonly<Record<string, unknown>>,
  names: ReadonlyMap<string, Pick<FigureName, 'type'>>,
): Fault[] {
  return Object.entries(given).flatMap(([name, value]) => {
    const type = names.get(name)?.type
    const detail = type === undefined ? 'is not a figure that the definitions name' : faultIn(value, type)
    if (detail === undefined) return []
    return [{ pointer: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, detail }]
  })
}

function faultIn(value: unknown, type: FigureName['type']): string | undefined {
  if (type === 'number') {
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number'
    if (value < 0) return 'must be at least 0'
    return value > LARGEST ? `must be at most ${LARGEST}` : undefined
  }
  if (typeof value !== 'string') return 'must be text'
  if (value.trim() === '') return 'must not be blank'
  if (value.length > LONGEST_TEXT) return `must be at most ${LONGEST_TEXT} characters long`
  // Half of a surrogate pair is nothing that UTF-8 can carry.
  return /[^\P{Cc}\n]|\p{Cs}/u.test(value)
    ? 'must be text without control characters other than newlines'
    : undefined
}

/**
 * One text for one stretch of time, however it was asked for, so that nothing is said twice of the same time:
 * a year or a quarter where it is one, else a range of quarters, else a month or a range of months.
 *
 * @example canonicalLabel(parsePeriod('2025-M04..2025-M06')) // '2025-26-Q1'
 */
export function canonicalLabel({ from, to, firstMonth, lastMonth }: Period): string {
  const [first, last] = [quarterOf(from), quarterOf(to)]
  if (first.firstMonth !== firstMonth || last.lastMonth !== lastMonth) {
    return rangeOf(monthPeriod(firstMonth).label, monthPeriod(lastMonth).label)
  }
  const year = first.label.slice(0, -'-Q1'.length)
  const isYear = first.label === `${year}-Q1` && last.label === `${year}-Q4`
  return isYear ? year : rangeOf(first.label, last.label)
}

const rangeOf = (first: string, last: string): string => (first === last ? first : `${first}..${last}`)
