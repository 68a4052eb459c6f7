import { addDays, daysBetween, type LondonDate } from './period.ts'

export { daysBetween }

/** The Monday that weeks are counted from; any would do. */
const MONDAY: LondonDate = '1990-01-01'

/** Whether a date is a Saturday or a Sunday. */
export const isWeekend = (date: LondonDate): boolean => dayOfWeek(daysBetween(MONDAY, date)) >= 5

/** Whether a date is neither at the weekend nor a holiday. */
export const isWorkingDay = (date: LondonDate, holidays: ReadonlySet<LondonDate>): boolean =>
  !isWeekend(date) && !holidays.has(date)

/**
 * The working days after the first date up to and including the second; negative where the second is earlier. It adds
 * up: from a to b and from b to c are as many as from a to c.
 *
 * @param holidays working days that are none, such as England's bank holidays; those at a weekend change nothing
 * @throws {RangeError} on what is no date
 * @example workingDaysBetween('2020-04-09', '2020-04-14', new Set(['2020-04-10', '2020-04-13'])) // 1: over Easter
 */
export function workingDaysBetween(
  first: LondonDate,
  second: LondonDate,
  holidays: ReadonlySet<LondonDate>,
): number {
  if (second < first) return -workingDaysBetween(second, first, holidays)
  const weekdays = weekdaysUntil(second) - weekdaysUntil(first)
  const off = [...holidays].filter((date) => date > first && date <= second && !isWeekend(date))
  return weekdays - off.length
}

/**
 * The last date on which something is still in time that is due within so many days of the first date. In working days
 * that may be a Sunday or a holiday: on it no further working day has passed.
 *
 * @param holidays if given, `days` are working days; otherwise every day counts
 * @throws {RangeError} on what is no date, and unless `days` is a whole number of 0 or more
 * @example lastDayWithin('2020-04-09', 1) // '2020-04-10'
 * @example lastDayWithin('2020-04-08', 2, new Set(['2020-04-10', '2020-04-13'])) // '2020-04-14'
 */
export function lastDayWithin(
  first: LondonDate,
  days: number,
  holidays?: ReadonlySet<LondonDate>,
): LondonDate {
  if (!Number.isInteger(days) || days < 0) throw new RangeError('days must be a whole number of 0 or more')
  let last = addDays(first, days)
  if (holidays === undefined) return last
  // No more working days than days pass, so it is never stepped over.
  for (let left = days; left > 0;) {
    left = days - workingDaysBetween(first, last, holidays)
    last = addDays(last, left)
  }
  for (let next = addDays(last, 1); !isWorkingDay(next, holidays); next = addDays(next, 1)) last = next
  return last
}

/** How many weekdays there are from the Monday that weeks are counted from up to and including a date. */
function weekdaysUntil(date: LondonDate): number {
  const days = daysBetween(MONDAY, date) + 1
  return Math.floor(days / 7) * 5 + Math.min(dayOfWeek(days), 5)
}

/** From 0 for a Monday to 6 for a Sunday. */
const dayOfWeek = (sinceMonday: number): number => ((sinceMonday % 7) + 7) % 7
