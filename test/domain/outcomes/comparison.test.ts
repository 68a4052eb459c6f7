import t from 'tap'
import { compare, type ComparedFigure } from '../../../src/domain/outcomes/comparison.ts'
import { rateFigure } from '../../../src/domain/outcomes/measure-figure.ts'

/** A contract's people: how many of each start score, and how many of them achieved it. */
const figure = (
  contract: string,
  strata: readonly [start: number, met: number, all: number][],
  more: Partial<ComparedFigure> = {},
): ComparedFigure => {
  const sum = (at: 1 | 2) => strata.reduce((total, stratum) => total + stratum[at], 0)
  return {
    contract,
    ...rateFigure(sum(1), sum(2)),
    pairedRate: 0.9,
    suppressed: false,
    counts: strata.flatMap(([x, met, all]) => [
      { x, y: 1, n: met },
      { x, y: 0, n: all - met },
    ]),
    ...more,
  }
}

t.test('the expected rate is that of the same start scores in all contracts', async (t) => {
  // Of start 1, 60 of 80 achieve it in all (0.75), of start 3, 30 of 120 (0.25).
  const { pooled, contracts } = compare([
    figure('light', [
      [1, 45, 60],
      [3, 10, 20],
    ]),
    figure('heavy', [
      [1, 15, 20],
      [3, 20, 100],
    ]),
  ])
  t.same(pooled, { numerator: 90, denominator: 200, rate: 0.45 })
  t.equal(contracts[0]?.expected, (60 * 0.75 + 20 * 0.25) / 80)
  t.equal(contracts[1]?.expected, (20 * 0.75 + 100 * 0.25) / 120)
  // p ± 1.96 √(0.45 × 0.55 / 80) is 0.341 to 0.559: 55 of 80 is far above.
  t.equal(contracts[0]?.flag, 'above-998')
})

t.test('a hidden contract is in no pool, and tells nothing', async (t) => {
  const hidden = figure('hidden', [[1, 1, 3]], {
    ...{ numerator: null, denominator: null, rate: null, interval: null, suppressed: true },
  })
  const { pooled, contracts } = compare([figure('shown', [[1, 10, 20]]), hidden])
  t.same(pooled, { numerator: 10, denominator: 20, rate: 0.5 })
  t.match(contracts[1], { expected: null, limits: null, flag: 'not-comparable', suppressed: true })
})

t.test('a reduction has a pooled rate of its totals, and no funnel', async (t) => {
  const reduction = (contract: string, startTotal: number, endTotal: number): ComparedFigure =>
    figure(contract, [], {
      ...{ numerator: null, denominator: 20, startTotal, endTotal },
      rate: startTotal === 0 ? null : 1 - endTotal / startTotal,
    })
  const { pooled, contracts } = compare([
    reduction('less', 100, 30),
    reduction('more', 60, 90),
    reduction('none', 0, 0),
    { ...reduction('hidden', 1000, 0), denominator: null, rate: null, suppressed: true },
  ])
  t.same(pooled, { numerator: null, denominator: 60, rate: 1 - 120 / 160 })
  t.same(
    contracts.map(({ rate }) => rate),
    [0.7, -0.5, null, null],
  )
  for (const one of contracts) t.match(one, { expected: null, limits: null, flag: 'not-comparable' })
  t.same(compare([reduction('none', 0, 0)]).pooled, { numerator: null, denominator: 20, rate: null })
})

t.test('a count is no rate', async (t) => {
  const counted = figure('a', [], { numerator: null, denominator: null, rate: null, counts: null })
  const { pooled, contracts } = compare([counted])
  t.same(pooled, { numerator: null, denominator: null, rate: null })
  t.match(contracts, [{ expected: null, limits: null, flag: 'not-comparable' }])
})

t.test('an expected rate that would tell of few people is not told', async (t) => {
  const { contracts } = compare([figure('a', [[1, 10, 20]]), figure('b', [[1, 5, 20]], { counts: null })])
  t.equal(contracts[1]?.expected, null)
  t.equal(contracts[1]?.rate, 0.25)
})

t.test('under 60% paired a contract is not compared, from 60% on it is', async (t) => {
  const flags = [0.59, 0.6, null].map(
    (pairedRate) => compare([figure('a', [[1, 10, 20]], { pairedRate })]).contracts[0]?.flag,
  )
  t.same(flags, ['not-comparable', 'within', 'not-comparable'])
})

t.test('nobody anywhere is no rate, and no contract no comparison', async (t) => {
  t.same(compare([]), { pooled: { numerator: 0, denominator: 0, rate: null }, contracts: [] })
  t.match(compare([figure('a', [])]).contracts[0], { rate: null, expected: null, flag: 'not-comparable' })
})
