import { addDays } from '../../domain/period.ts'
import { answerOnce, answerTwice, type Answers, type NeedCount } from './answers.ts'
import { closedEpisode, openEpisode, unsupportedEpisode, type Episode, type Window } from './episodes.ts'
import { makeBackground, makeClient, type Background, type Client } from './made-up-facts.ts'
import { SeededRandom } from './seeded-random.ts'

/** How many people there are, and of what kind. No percentage is known here. */
export interface PeopleCounts {
  /** In support, and closed in the window. */
  closedCases: number
  /** Of these, with a start assessment. */
  withStart: number
  /** Of these, with an end assessment, too. */
  paired: number
  /** Closed in the two months before the window. */
  closedBefore: number
  /** Closed in the two months after it. */
  closedAfter: number
  /** In support at its end. */
  stillOpen: number
  /** Closed in it without ever being in support. */
  neverInSupport: number
  needs: readonly NeedCount[]
}

/** One episode of support of a made-up person, as it was. */
export interface Person {
  case: string
  client: Client
  background: Background
  episode: Episode
  closure?: string
  start?: Answers
  end?: Answers
  /** Whether the case system first got some of it wrong. */
  slips: boolean
}

type Draft = Omit<Person, 'case' | 'client' | 'slips'>

/** One case in so many, since no case system is free of slips. */
const CASES_A_SLIP = 60

/**
 * Makes people of whom exactly so many had each need at the start of support, and so many of these no longer at its end.
 * Who they are, and when each came and went, is drawn by lot from the seed: the same counts make the same people.
 *
 * @returns in the order in which they were referred
 * @throws {RangeError} if fewer people are in a whole than in a part of it
 */
export function makePeople(counts: PeopleCounts, window: Window, seed = 2018): Person[] {
  checkCounts(counts)
  const random = new SeededRandom(seed)
  const drafts = [
    ...makePaired(counts, window, random),
    ...makeUnpaired(counts, window, random),
    ...makeUncounted(counts, window, random),
  ].toSorted(byReferral)
  const people: Person[] = []
  for (const draft of drafts) {
    const number = people.length + 1
    people.push({
      case: `VF-${draft.episode.referredOn.slice(0, 4)}-${fiveDigits(number)}`,
      client: clientOf(draft, people, random),
      ...draft,
      slips: number % CASES_A_SLIP === 0,
    })
  }
  return people
}

function checkCounts({ closedCases, withStart, paired, needs }: PeopleCounts): void {
  const atMost = (part: number, whole: number, words: string): void => {
    if (part > whole) throw new RangeError(words)
  }
  atMost(withStart, closedCases, 'withStart must be at most closedCases')
  atMost(paired, withStart, 'paired must be at most withStart')
  for (const { need, atStart, resolved } of needs) {
    atMost(atStart, paired, `${need}: atStart must be at most paired`)
    atMost(resolved, atStart, `${need}: resolved must be at most atStart`)
  }
}

const byReferral = (a: Draft, b: Draft): number => {
  const [one, other] = [a.episode.referredOn, b.episode.referredOn]
  return one < other ? -1 : one > other ? 1 : 0
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

const fiveDigits = (number: number): string => String(number).padStart(5, '0')

/** Those who were asked at the start and at the end: the people that the figures are about. */
function makePaired({ paired, needs }: PeopleCounts, window: Window, random: SeededRandom): Draft[] {
  const backgrounds = times(paired, () => makeBackground(random))
  const pairs = answerTwice(backgrounds, needs, random)
  return backgrounds.map((background, index) => ({
    background,
    episode: closedEpisode(window, random),
    closure: random.pick({ planned: 93, disengaged: 4, transferred: 2, other: 1 }),
    ...pairs[index],
  }))
}

/** Those who were in support and left without being asked at the end, or at all. */
function makeUnpaired(counts: PeopleCounts, window: Window, random: SeededRandom): Draft[] {
  const { closedCases, withStart, paired, needs } = counts
  const make = (): Draft => ({
    background: makeBackground(random),
    episode: closedEpisode(window, random),
    closure: random.pick({ disengaged: 6, transferred: 2, other: 1 }),
  })
  return [
    ...times(closedCases - withStart, make),
    ...times(withStart - paired, make).map((draft) => ({
      ...draft,
      start: answerOnce(draft.background, needs, random),
    })),
  ]
}

/** Those whom no figure of the window may count. All their needs stay as they were, so that counting them would show. */
function makeUncounted(counts: PeopleCounts, window: Window, random: SeededRandom): Draft[] {
  const { from, to } = window
  const supported = (episode: Episode): Draft & { start: Answers } => {
    const background = makeBackground(random)
    return { background, episode, start: answerOnce(background, counts.needs, random) }
  }
  const closedIn = (closing: Window) => (): Draft => {
    const draft = supported(closedEpisode(closing, random))
    return { ...draft, end: { ...draft.start }, closure: 'planned' }
  }
  return [
    ...times(counts.closedBefore, closedIn({ from: addDays(from, -61), to: addDays(from, -1) })),
    ...times(counts.closedAfter, closedIn({ from: addDays(to, 1), to: addDays(to, 61) })),
    ...times(counts.stillOpen, () => supported(openEpisode(to, random))),
    ...times(counts.neverInSupport, () => ({
      background: makeBackground(random),
      episode: unsupportedEpisode(window, random),
      closure: random.pick({ 'not-contactable': 6, declined: 4 }),
    })),
  ]
}

/** One pseudonym a person; about one case in 25 is that of somebody who has been here before. */
function clientOf({ episode }: Draft, earlier: readonly Person[], random: SeededRandom): Client {
  const [back] = random.chance(0.04)
    ? random.draw(
        earlier.filter(
          ({ episode: { closedOn } }) => closedOn !== undefined && closedOn < episode.referredOn,
        ),
        1,
      )
    : []
  return back?.client ?? makeClient(`P-${fiveDigits(earlier.length + 1)}`, random)
}
