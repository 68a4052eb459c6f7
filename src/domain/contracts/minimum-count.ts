import type { LondonDate, Period } from '../period.ts'

/** A contract's minimum count, in force from a day on until the next one of the history replaces it during its day. */
export interface DatedMinimumCount {
  readonly since: LondonDate
  readonly minimumCount: number
}

/** The history with the count that is in force from now on; the same history if that is the one in force already. */
export const withMinimumCount = (
  history: readonly DatedMinimumCount[],
  minimumCount: number,
  today: LondonDate,
): readonly DatedMinimumCount[] =>
  history.at(-1)?.minimumCount === minimumCount ? history : [...history, { since: today, minimumCount }]

/**
 * Under how many people a group is small in a period: the largest of the current count and of all that were in force on
 * any day from the period's first one on. So a raised count holds at once for every period, and a lowered one only for
 * periods that begin after the day of the lowering: it never shows again what was hidden.
 *
 * A replaced count was still in force on the day of its replacement. Hence counts of one day stay side by side in the
 * history: the largest of them holds for what went before, the last of them for what begins later.
 *
 * @example minimumCountFor([{ since: '2019-01-01', minimumCount: 5 }, { since: '2020-05-01', minimumCount: 3 }], 3, may) // 5
 */
export function minimumCountFor(
  history: readonly DatedMinimumCount[],
  current: number,
  period: Pick<Period, 'from'>,
): number {
  const inForce = history.filter((_, index) => {
    const replacedOn = history[index + 1]?.since
    return replacedOn === undefined || replacedOn >= period.from
  })
  return Math.max(current, ...inForce.map(({ minimumCount }) => minimumCount))
}
