import type { Definitions, FeedbackGroup, PeopleGroup, PortfolioContract } from '../../definitions.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { LondonDate } from '../../domain/period.ts'
import { answersOf, sayTo, type Given } from './answers.ts'
import { makeAsking, makeEpisode, workingDayIn, type Episode, type Window } from './episodes.ts'
import { makeBackground, makeClient, type Background, type Client } from './made-up-facts.ts'
import { SeededRandom } from './seeded-random.ts'

/** One assessment of a person, or one that was given without a case. */
export interface Answer extends Given {
  assessedOn: LondonDate
}

/** One episode of support of a made-up person, as it was. */
export interface Person {
  case: string
  client: Client
  background: Background
  episode: Episode
  closure?: string
  deliveredBy: string
  answers: Answer[]
  /** Whether the case system first got some of it wrong. */
  slips: boolean
  group: PeopleGroup
}

type Draft = Omit<Person, 'case' | 'client' | 'slips'> & { returns: boolean; nationality: string | undefined }

/** One case in so many, since no case system is free of slips. */
const CASES_A_SLIP = 60

/**
 * Makes the people of a contract as its groups count them. Who they are, when each came and went, and who of them gave which
 * answer is drawn by lot from the seed: the same counts make the same people.
 *
 * @returns in the order in which they were referred
 */
export function makePeople(
  contract: PortfolioContract,
  instrumentOf: Definitions['instrument'],
  seed = 2018,
): Person[] {
  const random = new SeededRandom(seed)
  const drafts = contract.people
    .flatMap((group) => makeGroup(group, contract, instrumentOf, random))
    .toSorted(byReferral)
  const prefix = initialsOf(contract.title)
  // Those who come back are named last: by then it is known who was there before.
  const clients = new Map<Draft, Client>()
  for (const draft of drafts.filter(({ returns }) => !returns)) {
    const { group, nationality } = draft
    const pseudonym = `P-${fiveDigits(clients.size + 1)}`
    clients.set(draft, makeClient(pseudonym, { ages: group.ages, nationality }, random))
  }
  for (const draft of drafts.filter(({ returns }) => returns)) {
    clients.set(draft, formerClient(draft, clients, random))
  }
  return drafts.map((draft, index) => {
    const { returns: _, nationality: __, ...person } = draft
    const client = clients.get(draft)
    if (client === undefined) throw new Error('every case has a client')
    const number = index + 1
    return {
      case: `${prefix}-${draft.episode.referredOn.slice(0, 4)}-${fiveDigits(number)}`,
      client,
      ...person,
      slips: number % CASES_A_SLIP === 0,
    }
  })
}

const byReferral = (a: Draft, b: Draft): number => {
  const [one, other] = [a.episode.referredOn, b.episode.referredOn]
  return one < other ? -1 : one > other ? 1 : 0
}

const fiveDigits = (number: number): string => String(number).padStart(5, '0')

const initialsOf = (title: string): string =>
  title
    .split(/[^A-Za-z]+/)
    .map((word) => word.charAt(0).toUpperCase())
    .join('')
    .slice(0, 4)

function makeGroup(
  group: PeopleGroup,
  contract: PortfolioContract,
  instrumentOf: Definitions['instrument'],
  random: SeededRandom,
): Draft[] {
  const window: Window = contract.period
  const drafts = Array.from({ length: group.cases }, (_, at): Draft => {
    const closure = closureOf(group, random)
    return {
      background: makeBackground(group, random),
      episode: makeEpisode(group, window, random),
      ...(closure !== undefined && { closure }),
      deliveredBy: group.deliveredBy ?? contract.provider,
      answers: [],
      group,
      returns: at < group.returning,
      nationality: group.nationalities?.[at % group.nationalities.length],
    }
  })
  const askings = drafts.map(({ episode: { startedOn, closedOn } }) =>
    startedOn === undefined ? undefined : makeAsking({ startedOn, closedOn }, window, random),
  )
  for (const asked of group.asked) {
    const backgrounds = drafts.map(({ background }) => background)
    const given = answersOf(asked, backgrounds, known(instrumentOf, asked.instrument), random)
    for (const [at, draft] of drafts.entries()) {
      const asking = askings[at]
      if (asking === undefined) continue
      for (const one of given[at] ?? []) draft.answers.push({ ...one, assessedOn: asking[one.stage] })
    }
  }
  return drafts
}

/** @throws {RangeError} if no such instrument comes with the definitions, which were checked */
function known(instrumentOf: Definitions['instrument'], id: string): Instrument {
  const instrument = instrumentOf(id)
  if (instrument === undefined) throw new RangeError(`no instrument ${id}`)
  return instrument
}

function closureOf({ closure, closures }: PeopleGroup, random: SeededRandom): string | undefined {
  return closures === undefined ? closure : random.pick(closures)
}

/** Somebody of an earlier group who was here before, and has not come back yet. */
function formerClient(draft: Draft, clients: ReadonlyMap<Draft, Client>, random: SeededRandom): Client {
  const back = new Set([...clients].filter(([{ returns }]) => returns).map(([, { client }]) => client))
  const candidates = [...clients].filter(
    ([former, { client }]) => !former.returns && former.group !== draft.group && !back.has(client),
  )
  const before = candidates.filter(([{ episode }]) => (episode.closedOn ?? '9') < draft.episode.referredOn)
  const [found] = random.draw(before.length > 0 ? before : candidates, 1)
  if (found === undefined) throw new RangeError('there must be somebody to come back')
  return found[1]
}

/** Answers without a case, on working days of the contract's period. */
export function makeFeedback(
  { feedback, period }: Pick<PortfolioContract, 'feedback' | 'period'>,
  instrumentOf: Definitions['instrument'],
  seed = 2018,
): Answer[] {
  const random = new SeededRandom(seed)
  return feedback.flatMap(({ instrument, answers: howMany, said }: FeedbackGroup) => {
    const sheets = Array.from({ length: howMany }, () => ({}))
    sayTo(sheets, said, known(instrumentOf, instrument), random)
    return sheets.map((answers): Answer => ({
      instrument,
      stage: 'end',
      answers,
      assessedOn: workingDayIn(period, random),
    }))
  })
}
