import fc from 'fast-check'
import t from 'tap'
import { funnelFlag, funnelLimits } from '../../../src/domain/statistics/funnel.ts'
import { agree, readOracle, type Oracle } from './oracle.ts'

const oracle = readOracle('funnel') as Oracle<{
  id: string
  data: { n: number; baseline: number }
  expected: Record<'ohid_lower_95' | 'ohid_upper_95' | 'ohid_lower_998' | 'ohid_upper_998', number>
  tolerance: number
}>

const rates = fc.double({ min: 0, max: 1, noNaN: true })
const sizes = fc.integer({ min: 1, max: 1_000_000 })

t.test('agrees with the published public-health limits', (t) => {
  t.equal(oracle.cases.length, 5)
  for (const { id, data, expected, tolerance } of oracle.cases) {
    const limits = funnelLimits(data.baseline, data.n)
    t.ok(agree(limits.low95, expected.ohid_lower_95, tolerance), `${id} low 95`)
    t.ok(agree(limits.high95, expected.ohid_upper_95, tolerance), `${id} high 95`)
    t.ok(agree(limits.low998, expected.ohid_lower_998, tolerance), `${id} low 99.8`)
    t.ok(agree(limits.high998, expected.ohid_upper_998, tolerance), `${id} high 99.8`)
  }
  t.end()
})

t.test('the limits lie in each other, within 0..1, and close in on larger groups', (t) => {
  fc.assert(
    fc.property(rates, sizes, (pooled, outOf) => {
      const { low95, high95, low998, high998 } = funnelLimits(pooled, outOf)
      const larger = funnelLimits(pooled, outOf * 2)
      return (
        0 <= low998 &&
        low998 <= low95 &&
        low95 <= pooled &&
        pooled <= high95 &&
        high95 <= high998 &&
        high998 <= 1 &&
        low998 <= larger.low998 &&
        larger.high998 <= high998
      )
    }),
  )
  t.end()
})

t.test('a rate is flagged by the outermost limit that it has passed', (t) => {
  // At 0.8 and 100 people the standard error is 0.04: 0.7216, 0.8784 and 0.6764, 0.9236.
  const limits = Object.freeze(funnelLimits(0.8, 100))
  for (const [rate, flag] of [
    [0.67, 'below-998'],
    [0.68, 'below-95'],
    [0.72, 'below-95'],
    [0.73, 'within'],
    [0.8, 'within'],
    [0.87, 'within'],
    [0.88, 'above-95'],
    [0.92, 'above-95'],
    [0.93, 'above-998'],
  ] as const) {
    t.equal(funnelFlag(rate, limits), flag, String(rate))
  }
  t.equal(funnelFlag(limits.low95, limits), 'within', 'a limit belongs to what it encloses')
  t.equal(funnelFlag(limits.high998, limits), 'above-95')
  t.equal(funnelFlag(0, funnelLimits(0, 7)), 'within')
  t.equal(funnelFlag(1, funnelLimits(1, 7)), 'within')
  t.end()
})

t.test('counting those who did not meet it turns above into below', (t) => {
  fc.assert(
    fc.property(
      fc.nat(200),
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 200, max: 400 }),
      (met, pct, outOf) => {
        const flag = funnelFlag(met / outOf, funnelLimits(pct / 100, outOf))
        const turned = funnelFlag((outOf - met) / outOf, funnelLimits((100 - pct) / 100, outOf))
        return (
          turned ===
          (flag.startsWith('above') ? flag.replace('above', 'below') : flag.replace('below', 'above'))
        )
      },
    ),
  )
  t.end()
})

t.test('what has no funnel throws', (t) => {
  t.throws(() => funnelLimits(1.1, 10), RangeError)
  t.throws(() => funnelLimits(-0.1, 10), RangeError)
  t.throws(() => funnelLimits(Number.NaN, 10), RangeError)
  t.throws(() => funnelLimits(0.5, 0), RangeError)
  t.throws(() => funnelLimits(0.5, 1.5), RangeError)
  t.throws(() => funnelFlag(Number.NaN, funnelLimits(0.5, 10)), RangeError)
  t.throws(() => funnelFlag(1.2, funnelLimits(0.5, 10)), RangeError)
  t.end()
})
