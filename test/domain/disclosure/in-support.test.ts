import fc from 'fast-check'
import t from 'tap'
import type { CaseToCount } from '../../../src/domain/counting/case-reading.ts'
import { isSmall } from '../../../src/domain/disclosure/small.ts'
import type { Where } from '../../../src/domain/measures/where.ts'
import { inSupport, aMeasure } from '../counting/a-case.ts'
import { caseOf, ENDED, LEAST, numbersIn, Office, PERIODS, RUNS, SEED, someCase } from './an-attack.ts'

/** What a return asks of cases in support: how they came and how they left, each by a kind. */

type Way = 'supported' | 'new' | 'held' | 'closed' | 'open-at-end'
const count = (id: string, of: Way, where: Where = {}) =>
  aMeasure(id, {
    ...{ kind: 'count', of },
    ...(of === 'closed' && { where: { ...where, progress: ['accepted'] } }),
    ...(of !== 'closed' && Object.keys(where).length > 0 && { where }),
  })

const CRIMES = ['burglary', 'fraud', 'not-stated']
const REASONS = ['planned', 'disengaged', 'not-stated']
const measures = [
  count('supported', 'supported'),
  count('new', 'new'),
  count('held', 'held'),
  ...CRIMES.flatMap((crime) => [
    count(`new ${crime}`, 'new', { crimeType: [crime] }),
    count(`held ${crime}`, 'held', { crimeType: [crime] }),
  ]),
  count('new idva', 'new', { cohort: ['idva'] }),
  count('held idva', 'held', { cohort: ['idva'] }),
  count('closed', 'closed'),
  ...REASONS.map((reason) => count(`closed ${reason}`, 'closed', { closure: [reason] })),
  count('open-at-end', 'open-at-end'),
]

const each = (way: Way, values: readonly string[]) => values.map((value) => `${way} ${value}`)

/** What is the sum of what: some of the parts are told by nobody. */
const sums: [whole: string, ...parts: string[]][] = [
  ['supported', 'new', 'held'],
  ['supported', 'closed', 'open-at-end'],
  ['new', ...each('new', CRIMES)],
  ['held', ...each('held', CRIMES)],
  ['new', 'new idva', 'new, of no idva'],
  ['held', 'held idva', 'held, of no idva'],
  ['closed', ...each('closed', REASONS)],
  ['closedCases', 'closed'],
]

/** Everything that can be worked out of some numbers by adding and subtracting, sum by sum. */
function workedOut(told: ReadonlyMap<string, number>): Map<string, number> {
  const known = new Map(told)
  for (let before = -1; before < known.size;) {
    before = known.size
    for (const [whole, ...parts] of sums) {
      const missing = [whole, ...parts].filter((name) => !known.has(name))
      const sum = parts.reduce((all, name) => all + (known.get(name) ?? 0), 0)
      const [only] = missing
      if (missing.length !== 1 || only === undefined) continue
      known.set(only, only === whole ? sum : (known.get(whole) ?? 0) - sum)
    }
  }
  return known
}

/** The first number of few people that can be worked out, or is left of a whole beside its parts. */
function leakIn(told: ReadonlyMap<string, number>): string | undefined {
  const known = workedOut(told)
  for (const [name, people] of known) if (isSmall(people, LEAST)) return `${name}: ${people}`
  for (const [whole, ...parts] of sums) {
    const rest = parts.reduce((left, name) => left - (known.get(name) ?? 0), known.get(whole) ?? NaN)
    if (isSmall(rest, LEAST)) return `${whole} without its parts: ${rest}`
  }
  return undefined
}

const quarter = PERIODS.find(({ label }) => label === '2018-19-Q4')

function shownOf(cases: readonly CaseToCount[], period = quarter): Map<string, number> {
  if (period === undefined) throw new Error('it is there')
  const { total } = new Office(ENDED, measures).ask(cases, period, undefined)
  return new Map([...numbersIn(total)].map(([name, people]) => [name.replace(/ count$/, ''), people]))
}

/** So many people who came, and who left (null: are there still), with a crime each. */
const people = (howMany: number, from: string, until: string | null, more: Partial<CaseToCount> = {}) =>
  Array.from({ length: howMany }, (_, at) =>
    inSupport(`${from} ${until} ${more.crimeType} ${at}`, from, until, { closure: 'planned', ...more }),
  )

t.test('few who came are not told by those held of every kind', async (t) => {
  const cases = [
    ...people(2, '2019-02-01', '2019-03-01', { crimeType: 'fraud' }),
    ...people(20, '2018-12-01', '2019-03-01', { crimeType: 'fraud' }),
    ...people(30, '2018-12-01', '2019-03-01', { crimeType: 'burglary' }),
  ]
  const shown = shownOf(cases)
  // 52 in support, of whom 2 came: 20 and 30 held would tell of them.
  t.equal(shown.get('supported'), 52)
  t.notOk(shown.has('new') || shown.has('held'))
  t.equal(leakIn(shown), undefined)
  t.equal([...each('held', CRIMES)].filter((name) => shown.get(name)).length, 1, 'one of the two is shown')
})

t.test('few who are still there are not told by those who left', async (t) => {
  const cases = [
    ...people(50, '2019-02-01', '2019-03-01', { crimeType: 'fraud' }),
    ...people(2, '2019-02-01', null, { crimeType: 'fraud', closure: null }),
  ]
  const shown = shownOf(cases)
  t.equal(shown.get('supported'), 52)
  t.notOk(shown.has('open-at-end') || shown.has('closed') || shown.has('closedCases'))
  t.equal(leakIn(shown), undefined)
})

t.test('nothing that can be worked out is about few people', async (t) => {
  let shownNumbers = 0
  t.doesNotThrow(() => {
    fc.assert(
      fc.property(
        fc.array(someCase, { minLength: 30, maxLength: 240 }),
        fc.constantFrom(...PERIODS.filter(({ label }) => /^\d{4}-\d\d(-Q\d)?$/.test(label))),
        fc.nat({ max: 30 }),
        (made, period, open) => {
          // Within five months, so that a quarter has many of them.
          const cases = made
            .map((one, at) => caseOf({ ...one, closedAfter: one.closedAfter % 150 }, at))
            .map((one, at) => (at < open ? { ...one, closedOn: null, countedOn: null } : one))
          const shown = shownOf(cases, period)
          shownNumbers += [...shown.values()].filter((number) => number > 0).length
          const leak = leakIn(shown)
          if (leak !== undefined) throw new Error(leak)
        },
      ),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    )
  })
  t.ok(shownNumbers > 4 * RUNS, `and much is shown: ${shownNumbers} numbers`)
})
