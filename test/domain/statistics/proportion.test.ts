import fc from 'fast-check'
import t from 'tap'
import { proportion } from '../../../src/domain/statistics/proportion.ts'
import { agree, readOracle, type Oracle } from './oracle.ts'

const wilson = readOracle('wilson') as Oracle<{
  id: string
  data: { x: number; n: number }
  parameters: { confidence: number }
  expected: { estimate: number; lower: number; upper: number }
}>

/** R: qnorm((1 + confidence) / 2). */
const z = new Map([
  [0.9, 1.6448536269514722],
  [0.95, 1.959963984540054],
  [0.99, 2.5758293035489004],
])

const counted = fc
  .tuple(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 100_000 }))
  .map(([met, notMet]) => ({ count: met, outOf: met + notMet }))
  .filter(({ outOf }) => outOf > 0)

t.test('agrees with R and the published intervals', (t) => {
  t.equal(wilson.cases.length, 88)
  for (const { id, data, parameters, expected } of wilson.cases) {
    const { rate, low, high } = proportion(data.x, data.n, z.get(parameters.confidence))
    t.ok(agree(rate, expected.estimate, wilson.tolerance), `${id} rate`)
    t.ok(agree(low, expected.lower, wilson.tolerance), `${id} low`)
    t.ok(agree(high, expected.upper, wilson.tolerance), `${id} high`)
  }
  t.end()
})

t.test('95% is what is meant when nothing is said', (t) => {
  t.same(proportion(81, 263), proportion(81, 263, 1.959963984540054))
  t.end()
})

t.test('the ends are exact where nobody or everybody is counted', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), (outOf) => {
      const none = proportion(0, outOf)
      const all = proportion(outOf, outOf)
      return (
        none.low === 0 && none.rate === 0 && none.high < 1 && all.high === 1 && all.rate === 1 && all.low > 0
      )
    }),
  )
  t.end()
})

t.test('the interval holds its rate and stays within 0..1', (t) => {
  fc.assert(
    fc.property(counted, ({ count, outOf }) => {
      const { rate, low, high } = proportion(count, outOf)
      return 0 <= low && low <= rate && rate <= high && high <= 1 && low < high
    }),
  )
  t.end()
})

t.test('counting those who did not meet it turns the interval round', (t) => {
  fc.assert(
    fc.property(counted, ({ count, outOf }) => {
      const met = proportion(count, outOf)
      const notMet = proportion(outOf - count, outOf)
      return agree(met.low, 1 - notMet.high, 1e-12) && agree(met.high, 1 - notMet.low, 1e-12)
    }),
  )
  t.end()
})

t.test('one person more raises both ends', (t) => {
  fc.assert(
    fc.property(counted, ({ count, outOf }) => {
      const one = proportion(count, outOf + 1)
      const more = proportion(count + 1, outOf + 1)
      return more.low > one.low && more.high > one.high
    }),
  )
  t.end()
})

t.test('twice the people at the same rate bring the ends nearer', (t) => {
  fc.assert(
    fc.property(counted, ({ count, outOf }) => {
      const once = proportion(count, outOf)
      const twice = proportion(2 * count, 2 * outOf)
      return twice.low >= once.low && twice.high <= once.high && twice.high - twice.low < once.high - once.low
    }),
  )
  t.end()
})

t.test('what is no proportion throws', (t) => {
  for (const [count, outOf] of [
    [0, 0],
    [1, 0],
    [2, 1],
    [-1, 1],
    [0.5, 1],
    [0, 1.5],
    [Number.NaN, 1],
    [0, Number.NaN],
    [0, Infinity],
    [1, -1],
  ] as const) {
    t.throws(() => proportion(count, outOf), RangeError, `${count} of ${outOf}`)
  }
  t.throws(() => proportion(1, 2, 0), RangeError)
  t.throws(() => proportion(1, 2, Number.NaN), RangeError)
  t.end()
})
