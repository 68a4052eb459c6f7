import fc from 'fast-check'
import t from 'tap'
import { beforeAfter } from '../../../src/domain/statistics/before-after.ts'
import { proportion } from '../../../src/domain/statistics/proportion.ts'
import { agree, readOracle, type Oracle } from './oracle.ts'

const oracle = readOracle('before-after') as Oracle<{
  id: string
  data: { both_yes: number; start_yes_end_no: number; start_no_end_yes: number; both_no: number }
  expected: {
    n: number
    start_yes: number
    end_yes: number
    difference_end_minus_start: number
    p_exact_binomial: number
    newcombe_paired_ci95_lower: number
    newcombe_paired_ci95_upper: number
  }
}>

const people = fc.nat(400)
const answers = fc
  .record({ both: people, startOnly: people, endOnly: people, neither: people })
  .filter(({ both, startOnly, endOnly, neither }) => both + startOnly + endOnly + neither > 0)

t.test('agrees with R', (t) => {
  t.equal(oracle.cases.length, 9)
  for (const { id, data, expected } of oracle.cases) {
    const { start, end, difference } = beforeAfter({
      both: data.both_yes,
      startOnly: data.start_yes_end_no,
      endOnly: data.start_no_end_yes,
      neither: data.both_no,
    })
    t.same(start, proportion(expected.start_yes, expected.n), id)
    t.same(end, proportion(expected.end_yes, expected.n), id)
    t.ok(agree(difference.value, expected.difference_end_minus_start, oracle.tolerance), `${id} difference`)
    t.ok(agree(difference.interval.low, expected.newcombe_paired_ci95_lower, oracle.tolerance), `${id} low`)
    t.ok(agree(difference.interval.high, expected.newcombe_paired_ci95_upper, oracle.tolerance), `${id} high`)
    t.ok(agree(difference.p / expected.p_exact_binomial, 1, oracle.tolerance), `${id} p: ${difference.p}`)
  }
  t.end()
})

t.test('p is exact for more people than a power of two can count', (t) => {
  // Twice the binomial tail, summed in whole fractions.
  for (const [startOnly, endOnly, expected] of [
    [4900, 5100, 0.04658552770494739],
    [700, 800, 0.010559255466711544],
    [900, 1100, 8.457089535503927e-6],
    [3, 17, 0.0025768280029296875],
  ] as const) {
    const { p } = beforeAfter({ both: 1, startOnly, endOnly, neither: 1 }).difference
    t.ok(agree(p / expected, 1, 1e-9), `${startOnly} against ${endOnly}: ${p}`)
  }
  t.end()
})

t.test('telling the story backwards turns the difference and nothing else', (t) => {
  fc.assert(
    fc.property(answers, ({ both, startOnly, endOnly, neither }) => {
      const forth = beforeAfter({ both, startOnly, endOnly, neither })
      const back = beforeAfter({ both, startOnly: endOnly, endOnly: startOnly, neither })
      return (
        back.start.rate === forth.end.rate &&
        back.difference.value === 0 - forth.difference.value &&
        agree(back.difference.interval.low, -forth.difference.interval.high, 1e-12) &&
        agree(back.difference.interval.high, -forth.difference.interval.low, 1e-12) &&
        back.difference.p === forth.difference.p
      )
    }),
  )
  t.end()
})

t.test('asking for no instead of yes turns the difference too', (t) => {
  fc.assert(
    fc.property(answers, ({ both, startOnly, endOnly, neither }) => {
      const yes = beforeAfter({ both, startOnly, endOnly, neither }).difference
      const no = beforeAfter({
        both: neither,
        startOnly: endOnly,
        endOnly: startOnly,
        neither: both,
      }).difference
      return agree(no.interval.low, -yes.interval.high, 1e-12) && no.p === yes.p
    }),
  )
  t.end()
})

t.test('the interval holds the difference and stays within -1..1', (t) => {
  fc.assert(
    fc.property(answers, (counts) => {
      const { value, interval, p } = beforeAfter(Object.freeze(counts)).difference
      return (
        -1 <= interval.low &&
        interval.low <= value &&
        value <= interval.high &&
        interval.high <= 1 &&
        p > 0 &&
        p <= 1
      )
    }),
  )
  t.end()
})

t.test('what are no answers throws', (t) => {
  t.throws(() => beforeAfter({ both: 0, startOnly: 0, endOnly: 0, neither: 0 }), RangeError)
  t.throws(() => beforeAfter({ both: -1, startOnly: 1, endOnly: 1, neither: 1 }), RangeError)
  t.throws(() => beforeAfter({ both: 1, startOnly: 0.5, endOnly: 1, neither: 1 }), RangeError)
  t.throws(() => beforeAfter({ both: 1, startOnly: 1, endOnly: Number.NaN, neither: 1 }), RangeError)
  t.end()
})
