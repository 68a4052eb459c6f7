import fc from 'fast-check'
import t from 'tap'
import { round } from '../../../src/domain/statistics/rounding.ts'

const figures = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const places = fc.integer({ min: 0, max: 4 })

t.test('half up, and truncated', (t) => {
  for (const [value, to, halfUp, truncated] of [
    [2.5, 0, 3, 2],
    [3.5, 0, 4, 3],
    [2.4999, 0, 2, 2],
    [46.25, 1, 46.3, 46.2],
    [1.005, 2, 1.01, 1],
    [0.285 * 100, 0, 29, 28],
    [0.1 + 0.2, 1, 0.3, 0.3],
    [0.57 * 100, 0, 57, 57], // 56.99999999999999 in doubles
    [99.95, 1, 100, 99.9],
    [0.04, 1, 0, 0],
    [1e-9, 4, 0, 0],
    [1234567.891, 2, 1234567.89, 1234567.89],
    [1e20, 3, 1e20, 1e20],
  ] as const) {
    t.equal(round(value, to), halfUp, `${value} to ${to}`)
    t.equal(round(value, to, 'truncate'), truncated, `${value} truncated to ${to}`)
  }
  t.end()
})

t.test('a rate shown as a percentage is rounded as whole-number arithmetic would', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.nat(100_000),
      fc.integer({ min: 0, max: 2 }),
      (outOf, part, to) => {
        const count = part % (outOf + 1)
        const scale = 10n ** BigInt(to)
        const [x, n] = [BigInt(count) * 100n * scale, BigInt(outOf)]
        const rate = (count / outOf) * 100
        return (
          round(rate, to) === Number((2n * x + n) / (2n * n)) / Number(scale) &&
          round(rate, to, 'truncate') === Number(x / n) / Number(scale)
        )
      },
    ),
  )
  t.end()
})

t.test('rounding twice is rounding once, and never moves further than half a place', (t) => {
  fc.assert(
    fc.property(figures, places, (value, to) => {
      const shown = round(value, to)
      const cut = round(value, to, 'truncate')
      return (
        round(shown, to) === shown &&
        round(cut, to, 'truncate') === cut &&
        Math.abs(shown - value) <= 0.5000001 * 10 ** -to &&
        Math.abs(cut) <= Math.abs(shown)
      )
    }),
  )
  t.end()
})

t.test('turning the sign round turns the sign and nothing else', (t) => {
  fc.assert(
    fc.property(
      figures,
      places,
      fc.constantFrom('half-up' as const, 'truncate' as const),
      (value, to, mode) => round(-value, to, mode) === 0 - round(value, to, mode),
    ),
  )
  t.ok(Object.is(round(-0.04, 1), 0), 'no negative 0 is shown')
  t.end()
})

t.test('what cannot be rounded throws', (t) => {
  t.throws(() => round(Number.NaN, 1), RangeError)
  t.throws(() => round(Infinity, 1), RangeError)
  t.throws(() => round(1, -1), RangeError)
  t.throws(() => round(1, 1.5), RangeError)
  t.throws(() => round(1, 13), RangeError)
  t.end()
})
