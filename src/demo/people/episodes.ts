import { addDays, type LondonDate } from '../../domain/period.ts'
import type { SeededRandom } from './seeded-random.ts'

/** The first and the last day of a period. */
export interface Window {
  from: LondonDate
  to: LondonDate
}

/** When a case was referred, supported and closed, and when its person was asked. */
export interface Episode {
  referredOn: LondonDate
  firstContactOn?: LondonDate
  startedOn?: LondonDate
  startAssessedOn?: LondonDate
  endAssessedOn?: LondonDate
  closedOn?: LondonDate
}

/** A case that was in support and closed on a working day of the window; its start may lie months before. */
export function closedEpisode(closing: Window, random: SeededRandom): Episode & { closedOn: LondonDate } {
  const closedOn = workingDayIn(closing, random)
  const startedOn = workingDayUpTo(addDays(closedOn, -random.between(21, random.between(60, 190))))
  return {
    ...intoSupport(startedOn, random),
    endAssessedOn: workingDayUpTo(addDays(closedOn, -random.between(0, 9))),
    closedOn,
  }
}

/** A case that came into support shortly before a day and is open since. */
export const openEpisode = (day: LondonDate, random: SeededRandom): Episode =>
  intoSupport(workingDayUpTo(addDays(day, -random.between(10, 80))), random)

/** A referral that was closed without support. */
export function unsupportedEpisode(
  closing: Window,
  random: SeededRandom,
): Episode & { closedOn: LondonDate } {
  const closedOn = workingDayIn(closing, random)
  return { referredOn: addDays(closedOn, -random.between(5, 28)), closedOn }
}

/** The start is asked within the first week, well before the 21 days that the shortest support lasts. */
function intoSupport(startedOn: LondonDate, random: SeededRandom): Episode {
  const days = random.between(1, 12)
  return {
    referredOn: addDays(startedOn, -days),
    firstContactOn: addDays(startedOn, -random.between(0, days)),
    startedOn,
    startAssessedOn: workingDayUpTo(addDays(startedOn, random.between(0, 7))),
  }
}

function workingDayIn({ from, to }: Window, random: SeededRandom): LondonDate {
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000
  for (;;) {
    const day = addDays(from, random.between(0, days))
    if (workingDayUpTo(day) === day) return day
  }
}

/** The day itself, or the Friday before a weekend. */
function workingDayUpTo(day: LondonDate): LondonDate {
  const weekday = new Date(day).getUTCDay()
  return addDays(day, weekday === 6 ? -1 : weekday === 0 ? -2 : 0)
}
