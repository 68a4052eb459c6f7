const SECOND = 1_000
const HOUR = 3_600 * SECOND
const DAY = 24 * HOUR

/** After the first try that failed; each wait is four times as long as the one before. */
const FIRST_WAIT = 5 * SECOND
const LONGEST_WAIT = 4 * HOUR

/**
 * When a message that could not be delivered is tried again: the last time a day after its event.
 *
 * @param createdAt when it happened, in milliseconds
 * @param now in milliseconds
 * @param tries so many have failed
 * @returns in milliseconds; undefined: it is given up
 */
export function nextTryAt(createdAt: number, now: number, tries: number): number | undefined {
  const end = createdAt + DAY
  if (now >= end) return undefined
  return Math.min(end, now + Math.min(LONGEST_WAIT, FIRST_WAIT * 4 ** (tries - 1)))
}
