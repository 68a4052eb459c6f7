import fc from 'fast-check'
import t from 'tap'
import { isSmall } from '../../../src/domain/disclosure/small.ts'
import type { Figures } from '../../../src/domain/outcomes/outcome.ts'
import {
  aliases,
  caseOf,
  DIMENSIONS,
  LEAST,
  leakIn,
  numbersIn,
  Office,
  peopleBehind,
  PERIODS,
  RUNS,
  SEED,
  someCase,
  withWhatFollows,
  type Made,
  type Shown,
} from './an-attack.ts'

t.test('a rate and its interval tell how many people are behind them', async (t) => {
  // Wilson's interval of 81 in 263, as Newcombe 1998 prints it to four places; of one in two by hand.
  t.ok(Math.abs(peopleBehind(81 / 263, { low: 0.2553, high: 0.3662 }) - 263) <= 1)
  t.equal(peopleBehind(0.5, { low: 0.5 - 0.4054735, high: 0.5 + 0.4054735 }), 2)
})

const question = fc.record({
  period: fc.constantFrom(...PERIODS),
  by: fc.constantFrom(...DIMENSIONS),
  /** What happens before it: late cases, cases erased, answers corrected. */
  late: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(someCase, { maxLength: 9 }) },
  ),
  erased: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 4 }) }),
  corrected: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 4 }) }),
})

t.test('no subtraction among answers tells of fewer than the least number of people', async (t) => {
  let shownNumbers = 0
  t.doesNotThrow(() => {
    fc.assert(
      fc.property(
        fc.array(someCase, { minLength: 40, maxLength: 240 }),
        fc.array(question, { minLength: 3, maxLength: 10 }),
        (first, questions) => {
          const office = new Office()
          let made = [...first]
          let epoch = 0
          const shown: Shown[] = []
          for (const { period, by, late, erased, corrected } of questions) {
            if (late.length + erased + corrected > 0) epoch++
            made = [...made, ...late].slice(erased)
            made = made.map((one, at) => (at < corrected ? { ...one, end: one.end === 4 ? 18 : 4 } : one))
            const { total, groups } = office.ask(made.map(caseOf), period, by)
            shown.push({ epoch, period, value: '', numbers: withWhatFollows(total) })
            for (const numbers of aliases(numbersIn(total))) shown.push({ epoch, period, value: '', numbers })
            for (const group of groups) {
              const figures = {
                ...group,
                completeness: { closedCases: null, withStart: null, paired: null, rate: null },
              }
              shown.push({
                epoch,
                period,
                value: `${group.by}=${group.value}`,
                numbers: withWhatFollows(figures),
              })
            }
            const leak = restsIn(total, groups)
            if (leak) throw new Error(leak)
          }
          shownNumbers += shown.reduce((sum, { numbers }) => sum + numbers.size, 0)
          const leak = leakIn(shown)
          if (leak !== undefined) throw new Error(leak)
        },
      ),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    )
  })
  t.ok(shownNumbers > 15 * RUNS, `and much is shown: ${shownNumbers} numbers`)
})

/** What the total leaves beside the groups that are shown with it, and beside each of them. */
function restsIn(total: Figures, groups: ReturnType<Office['ask']>['groups']): string | undefined {
  const [first] = groups
  const all = numbersIn(total)
  const empty = { closedCases: null, withStart: null, paired: null, rate: null }
  const each = groups.map((group) => numbersIn({ ...group, completeness: empty }))
  for (const [name, count] of all) {
    const shown = each.flatMap((numbers) => numbers.get(name) ?? [])
    const isOverlapping = name.startsWith('people')
    const rest = count - shown.reduce((sum, part) => sum + part, 0)
    const isAdditive = first?.by !== 'cohort' && !isOverlapping && shown.length > 0
    if (isAdditive && isSmall(Math.abs(rest), LEAST)) return `${name}: all without the groups shown: ${rest}`
    for (const part of shown) {
      if (isSmall(count - part, LEAST)) return `${name}: ${count} without a group of ${part}`
    }
  }
  return undefined
}

t.test('what is hidden is the same whatever its number', async (t) => {
  const period = PERIODS.find(({ label }) => label === '2018-19-Q3')
  if (period === undefined) throw new Error('it is there')
  const base = {
    closedAfter: 20,
    lasts: 30,
    start: 12,
    end: 4,
    paired: true,
    closure: 'planned',
    client: null,
  }
  const made = {
    ...base,
    sex: 'female',
    crimeType: 'burglary',
    cohorts: [],
    referralSource: 'police',
  } as Made
  const answers = [1, 2, 3, 4].map((howMany) => {
    const cases = Array.from({ length: howMany }, (_, at) => caseOf(made, at))
    return JSON.stringify(new Office().ask(cases, period, 'sex'))
  })
  t.equal(new Set(answers).size, 1)
  t.notMatch(answers[0]?.replaceAll('"threshold":6', ''), /:[1-9]/)
})
