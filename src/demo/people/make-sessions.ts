import type { Sessions } from '../../definitions.ts'
import { addDays, daysBetween, type LondonDate } from '../../domain/period.ts'
import type { Window } from './episodes.ts'
import type { Person } from './make-people.ts'
import { SeededRandom } from './seeded-random.ts'

/** One contact with a person, or one session of several. */
export interface Session {
  cases: string[]
  on: LondonDate
  kind: string
  minutes: number
  deliveredBy: string
}

/** The contacts of a contract's people, as its groups count them: each on a day of the window on which its cases are in support. */
export function makeSessions(people: readonly Person[], window: Window, seed = 2018): Session[] {
  const random = new SeededRandom(seed)
  const groups = [...new Set(people.map(({ group }) => group))]
  return groups.flatMap((group) => {
    const members = people.filter((person) => person.group === group)
    return group.contacts.flatMap(({ every, ...contacts }) =>
      every === undefined
        ? spreadSessions(members, contacts, window, random)
        : members.flatMap((person) => regularSessions(person, { ...contacts, every }, window)),
    )
  })
}

/** Session after session to the next few of the group, in turn. */
function spreadSessions(
  members: readonly Person[],
  { sessions = 0, together, kind, minutes }: Omit<Sessions, 'every'>,
  window: Window,
  random: SeededRandom,
): Session[] {
  const turns = members.toSorted((a, b) => (supportOf(a, window).from < supportOf(b, window).from ? -1 : 1))
  return Array.from({ length: sessions }, (_, session) => {
    const first = turns[(session * together) % turns.length]
    if (first === undefined) throw new RangeError('a session needs somebody to come')
    const { from, to } = supportOf(first, window)
    const on = addDays(from, random.between(0, daysBetween(from, to)))
    const others = turns
      .filter((person) => person !== first && isInSupport(person, on, window))
      .slice(0, together - 1)
    return {
      cases: [first, ...others].map((person) => person.case),
      on,
      kind,
      minutes,
      deliveredBy: first.deliveredBy,
    }
  })
}

/** From the first day of support, never more than so many days apart, to the last. */
function regularSessions(
  person: Person,
  { every, kind, minutes }: Omit<Sessions, 'every'> & { every: number },
  window: Window,
): Session[] {
  const { startedOn = '', closedOn = window.to } = person.episode
  const sessions: Session[] = []
  for (let on = startedOn; on < closedOn; on = addDays(on, every)) {
    sessions.push({ cases: [person.case], on, kind, minutes, deliveredBy: person.deliveredBy })
  }
  return sessions
}

const supportOf = ({ episode: { startedOn = '', closedOn } }: Person, { from, to }: Window): Window => ({
  from: startedOn > from ? startedOn : from,
  to: closedOn !== undefined && closedOn < to ? closedOn : to,
})

function isInSupport(person: Person, on: LondonDate, window: Window): boolean {
  const { from, to } = supportOf(person, window)
  return from <= on && on <= to
}
