import fc from 'fast-check'
import t from 'tap'
import { squareAndAdd } from '../../../src/domain/statistics/square-and-add.ts'
import { twoProportions } from '../../../src/domain/statistics/two-proportions.ts'
import { agree, readOracle, type Oracle } from './oracle.ts'

const oracle = readOracle('two-proportions') as Oracle<{
  id: string
  data: { x1: number; n1: number; x2: number; n2: number }
  expected: { p1: number; p2: number; difference: number; newcombe10_lower: number; newcombe10_upper: number }
}>

const groups = fc
  .tuple(fc.nat(500), fc.nat(500))
  .filter(([met, notMet]) => met + notMet > 0)
  .map(([met, notMet]) => ({ count: met, outOf: met + notMet }))

t.test('agrees with R and with Newcombe', (t) => {
  t.equal(oracle.cases.length, 8)
  for (const { id, data, expected } of oracle.cases) {
    const { first, second, difference } = twoProportions(
      Object.freeze({ count: data.x1, outOf: data.n1 }),
      Object.freeze({ count: data.x2, outOf: data.n2 }),
    )
    t.ok(agree(first.rate, expected.p1, oracle.tolerance), `${id} first`)
    t.ok(agree(second.rate, expected.p2, oracle.tolerance), `${id} second`)
    t.ok(agree(difference.value, expected.difference, oracle.tolerance), `${id} difference`)
    t.ok(agree(difference.interval.low, expected.newcombe10_lower, oracle.tolerance), `${id} low`)
    t.ok(agree(difference.interval.high, expected.newcombe10_upper, oracle.tolerance), `${id} high`)
  }
  t.end()
})

t.test('exchanging the groups turns the difference and nothing else', (t) => {
  fc.assert(
    fc.property(groups, groups, (a, b) => {
      const forth = twoProportions(a, b)
      const back = twoProportions(b, a)
      return (
        back.difference.value === 0 - forth.difference.value &&
        agree(back.difference.interval.low, -forth.difference.interval.high, 1e-12) &&
        agree(back.difference.interval.high, -forth.difference.interval.low, 1e-12)
      )
    }),
  )
  t.end()
})

t.test('the interval holds the difference and stays within -1..1', (t) => {
  fc.assert(
    fc.property(groups, groups, (a, b) => {
      const { value, interval } = twoProportions(a, b).difference
      return -1 <= interval.low && interval.low <= value && value <= interval.high && interval.high <= 1
    }),
  )
  t.end()
})

t.test('what is no group throws', (t) => {
  t.throws(() => twoProportions({ count: 1, outOf: 2 }, { count: 0, outOf: 0 }), RangeError)
  t.throws(() => twoProportions({ count: 3, outOf: 2 }, { count: 1, outOf: 2 }), RangeError)
  const { first, second } = twoProportions({ count: 1, outOf: 2 }, { count: 1, outOf: 2 })
  t.throws(() => squareAndAdd(first, second, 1.5), RangeError)
  t.throws(() => squareAndAdd(first, second, Number.NaN), RangeError)
  t.end()
})
