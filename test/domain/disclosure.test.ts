import fc from 'fast-check'
import t from 'tap'
import type { Contract } from '../../src/domain/contracts/contract.ts'
import { countMonth, planFor, type CaseToCount, type Count } from '../../src/domain/counts.ts'
import { disclosed, isSmall } from '../../src/domain/disclosure.ts'
import { figuresFrom, isProvisional } from '../../src/domain/outcome.ts'
import { monthPeriod } from '../../src/domain/period.ts'
import { answered, definitions } from '../support/instruments.ts'

const contract: Contract = {
  contractId: 'c',
  title: 'c',
  provider: 'p',
  partners: [],
  commissioners: ['o'],
  startsOn: '2018-10-01',
  endsOn: '2021-09-30',
  follows: null,
  instruments: ['victim-needs'],
  measures: ['personal-safety-resolved'],
  targets: {},
  funding: [],
  returns: [],
  minimumCount: 5,
  retention: null,
}
const plan = planFor(contract, definitions)
const period = monthPeriod(201903)

const people = (n: number, start: number, end: number): CaseToCount[] =>
  Array.from({ length: n }, () => ({
    facts: {},
    countedOn: '2019-03-31',
    inSupportFrom: '2019-01-08',
    assessments: [
      answered({ ref: 's', stage: 'start' }, start),
      answered({ ref: 'e', stage: 'end', assessedOn: '2019-03-31' }, end),
    ],
  }))

const exactly = (...groups: CaseToCount[][]) =>
  figuresFrom(countMonth(groups.flat(), plan), { contract, plan, period })
const shown = (...groups: CaseToCount[][]) => disclosed(exactly(...groups), contract.minimumCount)

t.test('small is 1 to the minimum less 1; nobody is not small', async (t) => {
  t.same(
    [0, 1, 4, 5].map((count) => isSmall(count, 5)),
    [false, true, true, false],
  )
})

t.test('a measure is hidden whole where numerator, denominator or complement is small', async (t) => {
  const met = (n: number) => people(n, 2, 0)
  const notMet = (n: number) => people(n, 2, 2)
  const isHidden = (a: number, b: number) => shown(met(a), notMet(b)).measures[0]?.suppressed
  t.equal(isHidden(5, 5), false)
  t.equal(isHidden(4, 6), true, 'numerator')
  t.equal(isHidden(6, 4), true, 'complement')
  t.equal(isHidden(4, 0), true, 'denominator')
  t.equal(isHidden(5, 0), false, 'nobody on the other side is not small')
  t.equal(isHidden(0, 5), false, 'a true 0 stays')
  t.equal(shown(notMet(5)).measures[0]?.numerator, 0)
  t.equal(isHidden(0, 0), false)
})

t.test('whatever the hidden number is, the bytes are the same', async (t) => {
  const bytes = (n: number) => JSON.stringify(shown(people(n, 2, 0)))
  t.equal(new Set([1, 2, 3, 4].map(bytes)).size, 1)
  t.not(bytes(5), bytes(4))
})

t.test('a change with few pairs is hidden whole, else its three counts go together', async (t) => {
  t.match(shown(people(4, 2, 0)).changes[0], {
    pairs: null,
    improved: null,
    suppressed: true,
    end: { mean: null },
  })
  t.match(shown(people(6, 2, 0), people(1, 2, 2)).changes[0], {
    pairs: 7,
    improved: null,
    unchanged: null,
    deteriorated: null,
    suppressed: false,
  })
  t.match(shown(people(6, 2, 0), people(5, 2, 2)).changes[0], {
    pairs: 11,
    improved: 6,
    unchanged: 5,
    deteriorated: 0,
  })
})

t.test('in completeness a small count goes, and the rate with it', async (t) => {
  t.same(shown(people(6, 2, 0)).completeness, { closedCases: 6, withStart: 6, paired: 6, rate: 1 })
  const unpaired = people(4, 2, 0).map((one) => ({ ...one, assessments: one.assessments.slice(0, 1) }))
  t.same(shown(people(4, 2, 0), unpaired).completeness, {
    closedCases: 8,
    withStart: 8,
    paired: null,
    rate: null,
  })
})

t.test('no shown measure has a small side, and nothing shown differs from the exact figure', async () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 12 }),
      fc.nat({ max: 12 }),
      fc.integer({ min: 3, max: 9 }),
      (met, not, minimum) => {
        const exact = exactly(people(met, 2, 0), people(not, 2, 2))
        const [figure] = disclosed(exact, minimum).measures
        const small = [met, not, met + not].some((count) => count > 0 && count < minimum)
        t.equal(figure?.suppressed, small)
        t.same(figure?.denominator, small ? null : met + not)
        t.same(figure?.rate ?? null, small ? null : (exact.measures[0]?.rate ?? null))
      },
    ),
    { numRuns: 100 },
  )
})

t.test('the figures do not depend on how the months are grouped', async (t) => {
  const counts: Count[] = countMonth([...people(7, 3, 1), ...people(6, 1, 2)], plan)
  const halves = counts
    .flatMap((count) => [
      { ...count, n: count.n - 1 },
      { ...count, n: 1 },
    ])
    .filter(({ n }) => n > 0)
  t.same(
    figuresFrom(halves.reverse(), { contract, plan, period }),
    figuresFrom(counts, { contract, plan, period }),
  )
})

t.test('provisional until the days of grace are over', async (t) => {
  t.equal(isProvisional({ to: '2025-06-30' }, 10, '2025-06-30'), true)
  t.equal(isProvisional({ to: '2025-06-30' }, 10, '2025-07-10'), true)
  t.equal(isProvisional({ to: '2025-06-30' }, 10, '2025-07-11'), false)
  t.equal(isProvisional({ to: '2025-06-30' }, 0, '2025-07-01'), false)
})
