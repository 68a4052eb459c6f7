import { needWeight, type CrimeType } from './made-up-facts.ts'
import type { SeededRandom } from './seeded-random.ts'

/** Need by need, 0 (none) to 3 (high); what was not asked is not there. */
export type Answers = Record<string, number>

/** Of the people asked twice: how many had the need at the start, and how many of these no longer at the end. */
export interface NeedCount {
  need: string
  atStart: number
  resolved: number
}

/** What a person answered at the start and at the end. */
export interface Pair {
  start: Answers
  end: Answers
}

const HIGHEST = 3

/** Answers for all at once: the lot decides who has a need and whose is resolved, the counts how many. */
export function answerTwice(
  people: readonly { crimeType: CrimeType }[],
  needs: readonly NeedCount[],
  random: SeededRandom,
): Pair[] {
  const pairs = people.map(({ crimeType }): Pair & { crimeType: CrimeType } => ({
    crimeType,
    start: {},
    end: {},
  }))
  for (const { need, atStart, resolved } of needs) {
    const inNeed = random.draw(pairs, atStart, ({ crimeType }) => needWeight(crimeType, need))
    const hasNeed = new Set(inNeed)
    const isResolved = new Set(random.draw(inNeed, resolved))
    for (const pair of pairs) {
      const { start, end } = pair
      start[need] = hasNeed.has(pair) ? random.between(1, HIGHEST) : 0
      if (isResolved.has(pair)) end[need] = 0
      else if (hasNeed.has(pair)) end[need] = levelLeft(start[need], random)
      // A need that was not there may come up, or may not be asked about again: no resolved need is counted then.
      else if (!random.chance(0.02)) end[need] = random.chance(0.03) ? 1 : 0
    }
  }
  return pairs.map(({ start, end }) => ({ start, end }))
}

/** What is left of a need that is not resolved: mostly less than before, sometimes more. */
const levelLeft = (level: number, random: SeededRandom): number =>
  random.chance(0.06) ? Math.min(level + 1, HIGHEST) : random.between(1, level)

/** Answers of a person who is in no count. */
export function answerOnce(
  { crimeType }: { crimeType: CrimeType },
  needs: readonly NeedCount[],
  random: SeededRandom,
): Answers {
  return Object.fromEntries(
    needs.map(({ need }) => [
      need,
      random.chance(0.2 * needWeight(crimeType, need)) ? random.between(1, HIGHEST) : 0,
    ]),
  )
}
