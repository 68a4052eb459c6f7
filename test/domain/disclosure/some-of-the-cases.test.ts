import fc from 'fast-check'
import t from 'tap'
import { isSmall } from '../../../src/domain/disclosure/small.ts'
import type { Figures } from '../../../src/domain/outcomes/outcome.ts'
import type { Where } from '../../../src/domain/measures/where.ts'
import { aMeasure } from '../counting/a-case.ts'
import {
  caseOf,
  ENDED,
  LEAST,
  numbersIn,
  Office,
  onScore,
  PERIODS,
  RUNS,
  SEED,
  someCase,
  type Made,
} from './an-attack.ts'

/**
 * Measures of one score that ask for some of its cases only, beside the score itself and its groups: whoever is in a number is
 * known of each, so that every number can be held against every other one.
 */

const of = (id: string, kind: 'resolved' | 'improved', where: Where) =>
  aMeasure(id, { ...onScore, kind, ...(kind === 'improved' && { of: 'need-at-start' }), where })

const WHERES: Record<string, Where> = {
  planned: { closure: ['planned'] },
  'not planned': { closure: { not: ['planned'] } },
  burglary: { crimeType: ['burglary'] },
  fraud: { crimeType: ['fraud'] },
  'any crime': { crimeType: ['burglary', 'fraud'] },
}
const measures = Object.entries(WHERES).flatMap(([name, where]) => [
  of(`resolved ${name}`, 'resolved', where),
  of(`improved ${name}`, 'improved', where),
])

interface Person {
  start: number
  end: number
  closure: string
  crimeType: string | null
}
type IsIn = (person: Person) => boolean

const isOf: Record<string, IsIn> = {
  '': () => true,
  planned: ({ closure }) => closure === 'planned',
  'not planned': ({ closure }) => closure !== 'planned',
  burglary: ({ crimeType }) => crimeType === 'burglary',
  fraud: ({ crimeType }) => crimeType === 'fraud',
  'not-stated': ({ crimeType }) => crimeType === null,
  'any crime': ({ crimeType }) => crimeType !== null,
}
/** The score's need is ten or more; all starts but 6 have it. */
const hasNeed: IsIn = ({ start }) => start >= 10
const isMet: Record<string, IsIn> = {
  resolved: ({ end }) => end < 10,
  improved: ({ start, end }) => end < start,
}
const isIn: Record<string, IsIn> = {
  pairs: () => true,
  improved: ({ start, end }) => end < start,
  unchanged: ({ start, end }) => end === start,
  deteriorated: ({ start, end }) => end > start,
}

/** All kinds of people there are. */
const people: readonly Person[] = [6, 12, 15].flatMap((start) =>
  [4, 6, 12, 18].flatMap((end) =>
    ['planned', 'disengaged'].flatMap((closure) =>
      ['burglary', 'fraud', null].map((crimeType) => ({ start, end, closure, crimeType })),
    ),
  ),
)

/** Whom each number in an answer is about. */
function whoIsIn(name: string, group: string): IsIn | undefined {
  const inGroup = isOf[group]
  const measure = /^(resolved|improved) (.*) (numerator|denominator|complement)$/.exec(name)
  const change = /^total (pairs|improved|unchanged|deteriorated)$/.exec(name)
  const moved = isIn[change?.[1] ?? '']
  if (inGroup === undefined) throw new Error(group)
  if (moved) return (person) => moved(person) && inGroup(person)
  const [isOne, where, side] = [isMet[measure?.[1] ?? ''], isOf[measure?.[2] ?? ''], measure?.[3]]
  if (isOne === undefined || where === undefined) return undefined
  const isAsked: IsIn = (person) => hasNeed(person) && where(person) && inGroup(person)
  if (side === 'denominator') return isAsked
  return (person) => isAsked(person) && isOne(person) === (side === 'numerator')
}

interface Told {
  name: string
  count: number
  who: ReadonlySet<number>
}

function toldBy(figures: Figures, group: string): Told[] {
  return [...numbersIn(figures)].flatMap(([name, count]) => {
    const isIn = whoIsIn(name, group)
    if (isIn === undefined) return []
    const who = new Set(people.flatMap((person, at) => (isIn(person) ? [at] : [])))
    return [{ name: `${name} of ${group || 'all'}`, count, who }]
  })
}

const isSubset = (part: Told, whole: Told): boolean => [...part.who].every((one) => whole.who.has(one))
const isDisjoint = (one: Told, other: Told): boolean => ![...one.who].some((person) => other.who.has(person))

/** The first number of few people that one number without one or two others tells. */
function leakIn(told: readonly Told[]): string | undefined {
  for (const whole of told) {
    const parts = told.filter((one) => one !== whole && isSubset(one, whole))
    for (const [at, part] of parts.entries()) {
      const rest = whole.count - part.count
      if (isSmall(Math.abs(rest), LEAST)) return `${whole.name} without ${part.name}: ${rest}`
      for (const other of parts.slice(at + 1)) {
        if (!isDisjoint(part, other) || !isSmall(Math.abs(rest - other.count), LEAST)) continue
        return `${whole.name} without ${part.name} and ${other.name}: ${rest - other.count}`
      }
    }
  }
  return undefined
}

const quarter = PERIODS.find(({ label }) => label === '2018-19-Q4')

const closedThen = someCase.map((one): Made => ({
  ...one,
  closedAfter: 80 + (one.closedAfter % 70),
  paired: true,
  cohorts: [],
}))
const many = fc.array(closedThen, { minLength: 60, maxLength: 200 })
const more = fc.array(closedThen, { maxLength: 12 })

function testLeaks(title: string, by: readonly (undefined | 'crime-type')[]): void {
  t.test(title, async (t) => {
    let shownNumbers = 0
    t.doesNotThrow(() => {
      fc.assert(
        fc.property(many, more, more, (first, second, third) => {
          if (quarter === undefined) throw new Error('it is there')
          const office = new Office(ENDED, measures)
          let made: Made[] = []
          for (const [at, come] of [first, second, third].entries()) {
            made = [...made, ...come]
            const { total, groups } = office.ask(made.map(caseOf), quarter, by[at % by.length])
            const told = [
              ...toldBy(total, ''),
              ...groups.flatMap((group) => toldBy({ ...group, completeness: NOBODY }, group.value)),
            ]
            shownNumbers += told.filter(({ count }) => count > 0).length
            const leak = leakIn(told)
            if (leak !== undefined) throw new Error(leak)
          }
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      )
    })
    t.ok(shownNumbers > 10 * RUNS, `and much is shown: ${shownNumbers} numbers`)
  })
}
const NOBODY = { closedCases: null, withStart: null, paired: null, rate: null }

testLeaks('a measure of some cases tells nothing beside the others', [undefined])
testLeaks('nor beside the groups of the same cases', [undefined, 'crime-type'])

/** So many of a crime, of whom every other one's need is gone. */
const those = (howMany: number, crimeType: Made['crimeType']): Made[] =>
  Array.from({ length: howMany }, (_, at) => ({
    ...{
      closedAfter: 90,
      lasts: 30,
      start: 12,
      end: at % 2 === 0 ? 4 : 12,
      paired: true,
      closure: 'planned',
    },
    ...{ sex: 'female', crimeType, cohorts: [], referralSource: 'police', client: null },
  }))

function ask(office: Office, made: readonly Made[]): ReadonlyMap<string, number> {
  if (quarter === undefined) throw new Error('it is there')
  const { total, groups } = office.ask(made.map(caseOf), quarter, 'crime-type')
  const told = [
    ...toldBy(total, ''),
    ...groups.flatMap((group) => toldBy({ ...group, completeness: NOBODY }, group.value)),
  ]
  return new Map(told.map(({ name, count }) => [name, count]))
}

t.test('a group that a measure tells of hides no other one', async (t) => {
  const told = ask(new Office(ENDED, measures), [
    ...those(20, 'burglary'),
    ...those(3, 'fraud'),
    ...those(40, null),
  ])
  t.equal(told.get('total pairs of all'), 63)
  t.equal(told.get('resolved burglary denominator of all'), 20)
  t.equal(told.get('total pairs of burglary'), 20, 'to hide what is told would be of no use')
  t.notOk(told.has('total pairs of not-stated'), '63 without 20 and 40 would be the three')
})

t.test('a measure does not tell later of a group that hides another one', async (t) => {
  const office = new Office(ENDED, measures)
  const first = [...those(2, 'burglary'), ...those(3, 'fraud'), ...those(40, null)]
  const before = ask(office, first)
  t.equal(before.get('total pairs of not-stated'), 40)
  t.notOk(before.has('total pairs of burglary') || before.has('total pairs of fraud'))
  const after = ask(office, [...first, ...those(20, 'burglary')])
  t.equal(after.get('total pairs of all'), 65)
  t.equal(after.get('total pairs of not-stated'), 40)
  t.notOk(after.has('resolved burglary denominator of all'), '65 without 40 and 22 would be the three')
})

t.test('a measure of two groups is held against each with its own people', async (t) => {
  const made = [...those(11, 'burglary'), ...those(12, 'fraud'), ...those(40, null)]
  const told = ask(new Office(ENDED, measures), made)
  t.equal(told.get('resolved any crime denominator of all'), 23)
  t.equal(told.get('total pairs of burglary'), 11, '23 without 11 and 12 is nobody')
  t.equal(told.get('total pairs of fraud'), 12)
})
