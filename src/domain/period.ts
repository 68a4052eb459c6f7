/**
 * Every date, month and period of the service is made here: civil dates in Europe/London, financial quarters
 * that begin on 1 April, and half-open ranges (from <= date < until), so that no last day can be dropped.
 */

/** A civil date in Europe/London, `YYYY-MM-DD`. Such strings sort as the dates do. */
export type LondonDate = string

/** year * 100 + month, for example 201908: readable in a table, and ordered. */
export type Month = number

/** Stands where a month does for what is counted over a contract's whole life, such as different people. */
export const WHOLE_LIFE: Month = 0

/** Whole months that follow each other, under the label that a client asked for them by. */
export interface Period {
  readonly label: string
  readonly from: LondonDate
  /** The last day of the period, for show; rules compare with `until`. */
  readonly to: LondonDate
  /** The first day after the period. */
  readonly until: LondonDate
  readonly firstMonth: Month
  readonly lastMonth: Month
}

/** Earlier dates are typing errors or a system's word for "unknown": no service counted here is so old. */
export const EARLIEST_DATE: LondonDate = '1990-01-01'

const MILLISECONDS_PER_DAY = 86_400_000
const MILLISECONDS_PER_HOUR = 3_600_000

const CIVIL_DATE = /^\d{4}-\d{2}-\d{2}$/
const TIMESTAMP =
  /^(?<date>\d{4}-\d{2}-\d{2})[Tt ](?<clock>(?:[01]\d|2[0-3]):[0-5]\d):(?<second>[0-5]\d|60)(?:\.\d+)?(?<offset>[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/

const londonCalendar = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  calendar: 'gregory',
  numberingSystem: 'latn',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})

/**
 * The London date of a civil date, or of an RFC 3339 timestamp with its offset. Undefined for anything else:
 * a day that does not exist, or a timestamp without offset, which would leave open on which day it falls.
 * A date before 1990 is returned as it is; whether it may be used is the caller's question (`describeDateFault`).
 *
 * @example parseLondonDate('2025-06-30T23:30:00Z') // '2025-07-01', for London keeps summer time
 */
export function parseLondonDate(text: string): LondonDate | undefined {
  if (CIVIL_DATE.test(text)) return exists(text) ? text : undefined
  const stamp = TIMESTAMP.exec(text)?.groups
  if (stamp === undefined) return undefined
  const { date = '', clock = '', second = '', offset } = stamp
  if (offset === undefined || !exists(date)) return undefined
  // A leap second belongs to the minute that it ends; JavaScript's clock has no :60.
  const instant = new Date(`${date}T${clock}:${second === '60' ? '59' : second}${offset.toUpperCase()}`)
  return isBeyondCalendar(instant) ? undefined : londonDateOf(instant)
}

/**
 * What is wrong with a date that a client sent, in words for that client; undefined when nothing is.
 * The value itself is never repeated: it may be about a person.
 */
export function describeDateFault(text: string): string | undefined {
  const date = parseLondonDate(text)
  if (date !== undefined) return date < EARLIEST_DATE ? `must not be before ${EARLIEST_DATE}` : undefined
  const stamp = TIMESTAMP.exec(text)?.groups
  if (stamp !== undefined && stamp.offset === undefined && exists(stamp.date ?? '')) {
    return 'must say its offset from UTC, such as Z or +01:00'
  }
  return 'must be a date that exists, as YYYY-MM-DD, or an RFC 3339 timestamp with an offset'
}

/**
 * The date that a calendar in London shows at an instant.
 *
 * @throws {RangeError} on an invalid Date, and outside the years 1 to 9999
 */
export function londonDateOf(instant: Date): LondonDate {
  if (isBeyondCalendar(instant)) throw new RangeError('an instant must lie in the years 1 to 9999')
  const parts = new Map(londonCalendar.formatToParts(instant).map(({ type, value }) => [type, value]))
  return `${(parts.get('year') ?? '').padStart(4, '0')}-${parts.get('month') ?? ''}-${parts.get('day') ?? ''}`
}

/**
 * The instant at which a day begins in London.
 *
 * @throws {RangeError} on what is no date, and before 1990
 * @example startOfDay('2025-07-01').toISOString() // '2025-06-30T23:00:00.000Z'
 */
export function startOfDay(date: LondonDate): Date {
  if (date < EARLIEST_DATE) throw new RangeError(`a date must not be before ${EARLIEST_DATE}`)
  // London is as far as UTC or an hour ahead, and its clocks change at one in the morning.
  const midnight = dayNumber(date) * MILLISECONDS_PER_DAY
  const ahead = new Date(midnight - MILLISECONDS_PER_HOUR)
  return londonDateOf(ahead) === date ? ahead : new Date(midnight)
}

/** The month that a date lies in. */
export function monthOf(date: LondonDate): Month {
  dayNumber(date)
  return Number(date.slice(0, 4)) * 100 + Number(date.slice(5, 7))
}

/**
 * The month so many months later, or earlier where `months` is negative.
 *
 * @throws {RangeError} on what is no month, on a broken number, and outside the years 0 to 9999
 * @example addMonths(201912, 1) // 202001
 */
export function addMonths(month: Month, months: number): Month {
  const count = monthNumber(month) + months
  if (!Number.isInteger(count) || count < 0 || count > 9999 * 12 + 11) {
    throw new RangeError('a month must lie in the years 0 to 9999')
  }
  return Math.floor(count / 12) * 100 + (count % 12) + 1
}

/**
 * The date so many days later, or earlier where `days` is negative.
 *
 * @throws {RangeError} on what is no date, on a broken number, and outside the years 0 to 9999
 */
export function addDays(date: LondonDate, days: number): LondonDate {
  const sum = dayNumber(date) + days
  if (!Number.isInteger(sum) || sum < dayNumber('0000-01-01') || sum > dayNumber('9999-12-31')) {
    throw new RangeError('a date must lie in the years 0 to 9999')
  }
  return new Date(sum * MILLISECONDS_PER_DAY).toISOString().slice(0, 10)
}

/**
 * How many days later `to` is than `from`: a difference of calendar dates, so that the 23 or 25 hours of a day
 * on which the clocks change are one day.
 *
 * @throws {RangeError} on what is no date
 */
export function daysBetween(from: LondonDate, to: LondonDate): number {
  return dayNumber(to) - dayNumber(from)
}

/**
 * The financial quarter that a date lies in: Q1 is April to June, Q4 is January to March.
 *
 * @throws {RangeError} on what is no date
 * @example quarterOf('2026-03-31').label // '2025-26-Q4'
 */
export function quarterOf(date: LondonDate): Period {
  const month = monthOf(date)
  const firstMonth = addMonths(month, -(((month % 100) - 1) % 3))
  // January to March close the financial year that began in the calendar year before.
  const sinceApril = addMonths(firstMonth, -3)
  const label = `${financialYearLabel(Math.floor(sinceApril / 100))}-Q${((sinceApril % 100) + 2) / 3}`
  return makePeriod(label, firstMonth, addMonths(firstMonth, 2))
}

/**
 * A period as a client writes it: a financial quarter `2025-26-Q1`, a financial year `2025-26`, a month `2019-M08`,
 * or an inclusive range of quarters or of months, `2018-19-Q3..2019-20-Q2`. Undefined for anything else:
 * an end before its start, mixed kinds, a range of years, a year label that does not add up, and before 1990.
 */
export function parsePeriod(text: string): Period | undefined {
  const [startText = '', endText, ...more] = text.split('..')
  if (more.length > 0) return undefined
  const start = parseSpan(startText)
  const end = endText === undefined ? start : parseSpan(endText)
  if (start === undefined || end === undefined) return undefined
  if (endText !== undefined && (start.kind === 'year' || start.kind !== end.kind)) return undefined
  if (end.firstMonth < start.firstMonth || start.firstMonth < monthOf(EARLIEST_DATE)) return undefined
  // The day after the period must have a name too.
  if (end.lastMonth >= 999912) return undefined
  return makePeriod(text, start.firstMonth, end.lastMonth)
}

/**
 * A month as a period, `2019-M08`.
 *
 * @throws {RangeError} on what is no month
 */
export function monthPeriod(month: Month): Period {
  monthNumber(month)
  const label = `${String(Math.floor(month / 100)).padStart(4, '0')}-M${String(month % 100).padStart(2, '0')}`
  return makePeriod(label, month, month)
}

/**
 * Whole months as a client would ask for them: a financial year or quarters where they make some, else months.
 *
 * @example periodLabel(202404, 202409) // '2024-25-Q1..2024-25-Q2'
 */
export function periodLabel(firstMonth: Month, lastMonth: Month): string {
  const [first, last] = [monthPeriod(firstMonth), monthPeriod(lastMonth)]
  const [start, end] = [quarterOf(first.from), quarterOf(last.from)]
  const isOfQuarters = start.firstMonth === firstMonth && end.lastMonth === lastMonth
  if (isOfQuarters && start.label.endsWith('Q1') && lastMonth === addMonths(firstMonth, 11)) {
    return start.label.slice(0, -'-Q1'.length)
  }
  const [from, to] = isOfQuarters ? [start.label, end.label] : [first.label, last.label]
  return from === to ? from : `${from}..${to}`
}

/**
 * Whole months as a period, under the label that `periodLabel` gives them.
 *
 * @throws {RangeError} on what is no month
 * @example periodOfMonths(202404, 202406).label // '2024-25-Q1'
 */
export const periodOfMonths = (firstMonth: Month, lastMonth: Month): Period =>
  makePeriod(periodLabel(firstMonth, lastMonth), firstMonth, lastMonth)

/**
 * How many months there are from the first to the last, both counted.
 *
 * @throws {RangeError} on what is no month
 */
export const monthsIn = (firstMonth: Month, lastMonth: Month): number =>
  monthNumber(lastMonth) - monthNumber(firstMonth) + 1

interface Span {
  readonly kind: 'month' | 'quarter' | 'year'
  readonly firstMonth: Month
  readonly lastMonth: Month
}

function parseSpan(text: string): Span | undefined {
  const month = /^(\d{4})-M(0[1-9]|1[0-2])$/.exec(text)
  if (month !== null) {
    const only = Number(month[1]) * 100 + Number(month[2])
    return { kind: 'month', firstMonth: only, lastMonth: only }
  }
  const [, yearLabel = '', quarter] = /^(\d{4}-\d{2})(?:-Q([1-4]))?$/.exec(text) ?? []
  const year = Number(yearLabel.slice(0, 4))
  if (yearLabel === '' || yearLabel !== financialYearLabel(year) || year === 9999) return undefined
  const april = year * 100 + 4
  if (quarter === undefined) return { kind: 'year', firstMonth: april, lastMonth: addMonths(april, 11) }
  const firstMonth = addMonths(april, (Number(quarter) - 1) * 3)
  return { kind: 'quarter', firstMonth, lastMonth: addMonths(firstMonth, 2) }
}

function makePeriod(label: string, firstMonth: Month, lastMonth: Month): Period {
  const until = firstDayOf(addMonths(lastMonth, 1))
  return { label, from: firstDayOf(firstMonth), to: addDays(until, -1), until, firstMonth, lastMonth }
}

function financialYearLabel(year: number): string {
  return `${String(year).padStart(4, '0')}-${String((year + 1) % 100).padStart(2, '0')}`
}

function firstDayOf(month: Month): LondonDate {
  return `${String(Math.floor(month / 100)).padStart(4, '0')}-${String(month % 100).padStart(2, '0')}-01`
}

function monthNumber(month: Month): number {
  const inYear = month % 100
  if (!Number.isInteger(month) || inYear < 1 || inYear > 12) throw new RangeError('a month must be YYYYMM')
  return Math.floor(month / 100) * 12 + inYear - 1
}

/** Days since 1970-01-01. Counting is done in UTC, because there every day has 24 hours. */
function dayNumber(date: LondonDate): number {
  if (!CIVIL_DATE.test(date) || !exists(date)) throw new RangeError('a date must exist and be YYYY-MM-DD')
  return Date.parse(date) / MILLISECONDS_PER_DAY
}

/** Whether the calendar has such a day. Date.parse alone would turn 30 February into 2 March. */
function exists(date: LondonDate): boolean {
  const milliseconds = Date.parse(date)
  return !Number.isNaN(milliseconds) && new Date(milliseconds).getUTCDate() === Number(date.slice(8, 10))
}

function isBeyondCalendar(instant: Date): boolean {
  const milliseconds = instant.getTime()
  // A day inside both ends, because no offset of London is longer than a day.
  return !(milliseconds >= Date.parse('0001-01-02') && milliseconds < Date.parse('9999-12-31'))
}
