import type { PeopleGroup } from '../../definitions.ts'
import { addDays, daysBetween, type LondonDate } from '../../domain/period.ts'
import type { SeededRandom } from './seeded-random.ts'

/** The first and the last day of a period. */
export interface Window {
  from: LondonDate
  to: LondonDate
}

/** When a case was referred, supported and closed. */
export interface Episode {
  referredOn: LondonDate
  firstContactOn?: LondonDate
  startedOn?: LondonDate
  closedOn?: LondonDate
}

/** From referral to support takes so many days at most, weekends aside. */
const LONGEST_LEAD = 12
/** A weekend may move a day back by two. */
const WEEKEND = 2
const LONGEST_HELD = 150
const AROUND_DAYS = 61

/** The story of one case of a group, on working days. */
export function makeEpisode(group: PeopleGroup, window: Window, random: SeededRandom): Episode {
  const { from, to } = window
  switch (group.story) {
    case 'not-supported':
      return unsupported(group, window, random)
    case 'open':
      return openEpisode(group, window, random)
    case 'closed-before':
      return closedEpisode(group, { from: addDays(from, -AROUND_DAYS), to: addDays(from, -1) }, random)
    case 'closed-after':
      return closedEpisode(group, { from: addDays(to, 1), to: addDays(to, AROUND_DAYS) }, random)
    case 'closed':
      return closedEpisode(group, window, random)
  }
}

/** Its start may lie months before the window, unless its person came in it. */
function closedEpisode(group: PeopleGroup, { from, to }: Window, random: SeededRandom): Episode {
  if (group.came === 'held') {
    return { ...intoSupport(heldSince(from, random), random), closedOn: workingDayIn({ from, to }, random) }
  }
  const days = supportDays(group, random)
  const earliest = group.came === 'new' ? addDays(from, days + LONGEST_LEAD + 2 * WEEKEND) : from
  const closedOn = workingDayIn({ from: earliest, to }, random)
  return { ...intoSupport(workingDayUpTo(addDays(closedOn, -days)), random), closedOn }
}

function openEpisode(group: PeopleGroup, { from, to }: Window, random: SeededRandom): Episode {
  if (group.came === 'held') return intoSupport(heldSince(from, random), random)
  const days = group.weeks === undefined ? random.between(10, 80) : supportDays(group, random)
  return intoSupport(workingDayUpTo(addDays(to, -days)), random)
}

/** A referral that was closed without support. */
function unsupported(group: PeopleGroup, { from, to }: Window, random: SeededRandom): Episode {
  const longest = 28
  const earliest = group.came === 'new' ? addDays(from, longest) : from
  const closedOn = workingDayIn({ from: earliest, to }, random)
  return { referredOn: addDays(closedOn, -random.between(5, longest)), closedOn }
}

function supportDays({ weeks }: PeopleGroup, random: SeededRandom): number {
  if (weeks === undefined) return random.between(21, random.between(60, 190))
  const [least, most] = weeks
  return random.between(7 * least, 7 * most - WEEKEND)
}

const heldSince = (from: LondonDate, random: SeededRandom): LondonDate =>
  workingDayUpTo(addDays(from, -random.between(1, LONGEST_HELD)))

/** The first contact is made within five days of the referral. */
function intoSupport(startedOn: LondonDate, random: SeededRandom): Episode {
  const days = random.between(1, LONGEST_LEAD)
  return {
    referredOn: addDays(startedOn, -days),
    firstContactOn: addDays(startedOn, -random.between(Math.max(0, days - 5), days)),
    startedOn,
  }
}

/** When people were asked about a case. */
export interface Asking {
  start: LondonDate
  review: LondonDate
  end: LondonDate
  'follow-up': LondonDate
}

const HALF_A_YEAR = 182

/**
 * The start within the first week of support, the end in its last days, the review after half a year of it (in the window
 * where that may be), the follow-up half a year after its close.
 */
export function makeAsking(
  { startedOn, closedOn }: { startedOn: LondonDate; closedOn: LondonDate | undefined },
  { from, to }: Window,
  random: SeededRandom,
): Asking {
  const last = closedOn ?? to
  const start = earlier(workingDayUpTo(later(startedOn, addDays(startedOn, random.between(0, 7)))), last)
  return {
    start: later(start, startedOn),
    review: earlier(later(addDays(startedOn, HALF_A_YEAR), from), last),
    end: later(workingDayUpTo(addDays(last, -random.between(0, 9))), start),
    'follow-up': addDays(last, HALF_A_YEAR + random.between(0, 14)),
  }
}

const earlier = (one: LondonDate, other: LondonDate): LondonDate => (one < other ? one : other)
const later = (one: LondonDate, other: LondonDate): LondonDate => (one > other ? one : other)

/** A working day of the window. */
export function workingDayIn({ from, to }: Window, random: SeededRandom): LondonDate {
  const days = daysBetween(from, to)
  for (;;) {
    const day = addDays(from, random.between(0, days))
    if (workingDayUpTo(day) === day) return day
  }
}

/** The day itself, or the Friday before a weekend. */
function workingDayUpTo(day: LondonDate): LondonDate {
  const weekday = new Date(day).getUTCDay()
  return addDays(day, weekday === 6 ? -1 : weekday === 0 ? -WEEKEND : 0)
}
