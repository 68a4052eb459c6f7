import fc from 'fast-check'
import t from 'tap'
import { median, quantile } from '../../../src/domain/statistics/quantile.ts'
import { agree, frozen, readOracle, type Oracle } from './oracle.ts'

const quantiles = readOracle('quantiles') as Oracle<{
  id: string
  data: { values: (number | null)[] }
  expected: Record<'min' | 'q1' | 'median' | 'q3' | 'p90' | 'max', number | null>
}>

const tallies = fc.array(fc.record({ value: fc.integer({ min: -50, max: 50 }), n: fc.nat(9) }), {
  maxLength: 12,
})
const shares = fc.double({ min: 0, max: 1, noNaN: true })

t.test('agrees with R', (t) => {
  t.equal(quantiles.cases.length, 12)
  for (const { id, data, expected } of quantiles.cases) {
    const tally = frozen(data.values.filter((value) => value !== null).map((value) => ({ value, n: 1 })))
    for (const [name, share] of [
      ['min', 0],
      ['q1', 0.25],
      ['median', 0.5],
      ['q3', 0.75],
      ['p90', 0.9],
      ['max', 1],
    ] as const) {
      t.ok(agree(quantile(tally, share), expected[name], quantiles.tolerance), `${id} ${name}`)
    }
    t.ok(agree(median(tally), expected.median, quantiles.tolerance), `${id} median`)
  }
  t.end()
})

t.test('neither the order nor the grouping of a tally shows', (t) => {
  fc.assert(
    fc.property(tallies, shares, (tally, share) => {
      const people = tally.flatMap(({ value, n }) => Array.from({ length: n }, () => ({ value, n: 1 })))
      return quantile(frozen(tally), share) === quantile(frozen(people.reverse()), share)
    }),
  )
  t.end()
})

t.test('lies between the least and the greatest, and rises with the share', (t) => {
  fc.assert(
    fc.property(tallies, shares, shares, (tally, a, b) => {
      const [least, lower, upper, greatest] = [0, Math.min(a, b), Math.max(a, b), 1].map((share) =>
        quantile(tally, share),
      )
      if (tally.every(({ n }) => n === 0)) return least === null && lower === null && upper === null
      return (
        Number(least) <= Number(lower) && Number(lower) <= Number(upper) && Number(upper) <= Number(greatest)
      )
    }),
  )
  t.end()
})

t.test('nobody has no median', (t) => {
  t.equal(median([]), null)
  t.equal(median([{ value: 5, n: 0 }]), null)
  t.end()
})

t.test('what is no tally or share throws', (t) => {
  t.throws(() => quantile([{ value: 1, n: 1 }], 1.1), RangeError)
  t.throws(() => quantile([{ value: 1, n: 1 }], -0.1), RangeError)
  t.throws(() => quantile([{ value: 1, n: 1 }], Number.NaN), RangeError)
  t.throws(() => median([{ value: Number.NaN, n: 1 }]), RangeError)
  t.throws(() => median([{ value: 1, n: -1 }]), RangeError)
  t.throws(() => median([{ value: 1, n: 0.5 }]), RangeError)
  t.end()
})
