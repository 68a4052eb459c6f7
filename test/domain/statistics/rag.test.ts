import fc from 'fast-check'
import t from 'tap'
import { countRag, rag } from '../../../src/domain/statistics/rag.ts'

const template = Object.freeze({ green: 90, amber: 70 })
const counted = fc
  .tuple(fc.nat(1000), fc.nat(1000))
  .filter(([met, notMet]) => met + notMet > 0)
  .map(([met, notMet]) => [met, met + notMet] as const)

t.test("Leicestershire's template, with both ends of amber in", (t) => {
  for (const [numerator, denominator, colour] of [
    [10, 10, 'green'],
    [901, 1000, 'green'],
    [9001, 10_000, 'green'], // 90.01 is shown as 90, but is above it
    [9, 10, 'amber'],
    [8999, 10_000, 'amber'],
    [7, 10, 'amber'],
    [699_999, 1_000_000, 'red'], // shown as 70.0
    [0, 10, 'red'],
  ] as const) {
    t.equal(rag(numerator, denominator, template), colour, `${numerator} of ${denominator}`)
  }
  t.end()
})

t.test('where lower is better, the bands are turned round', (t) => {
  const bands = { green: 10, amber: 30 }
  for (const [numerator, colour] of [
    [0, 'green'],
    [99, 'green'],
    [100, 'amber'],
    [300, 'amber'],
    [301, 'red'],
    [1000, 'red'],
  ] as const) {
    t.equal(rag(numerator, 1000, bands, 'lower'), colour, String(numerator))
  }
  t.end()
})

t.test('a band with decimals is met exactly', (t) => {
  // 66.7 * 1000 is 66700.00000000001 in doubles at some sizes; 667 of 1000 is exactly 66.7%.
  const bands = { green: 66.7, amber: 33.3 }
  for (const times of [1, 3, 7, 999, 123_457]) {
    t.equal(rag(667 * times, 1000 * times, bands), 'amber', `${times} green edge`)
    t.equal(rag(667 * times + 1, 1000 * times, bands), 'green', `${times} above`)
    t.equal(rag(333 * times, 1000 * times, bands), 'amber', `${times} amber edge`)
    t.equal(rag(333 * times - 1, 1000 * times, bands), 'red', `${times} below`)
  }
  t.end()
})

t.test('a reduction below nothing is red, one above everything green', (t) => {
  t.equal(rag(-5, 10, template), 'red')
  t.equal(rag(12, 10, template), 'green')
  t.end()
})

t.test('the colour depends on the rate alone, and never worsens with it', (t) => {
  const order = ['red', 'amber', 'green']
  fc.assert(
    fc.property(counted, fc.integer({ min: 1, max: 1000 }), ([numerator, denominator], times) => {
      const colour = rag(numerator, denominator, template)
      const more = rag(numerator + 1, denominator, template)
      return (
        colour === rag(numerator * times, denominator * times, template) &&
        order.indexOf(more) >= order.indexOf(colour)
      )
    }),
  )
  t.end()
})

t.test('turning the scale round changes no colour', (t) => {
  fc.assert(
    fc.property(
      counted,
      ([numerator, denominator]) =>
        rag(numerator, denominator, template) ===
        rag(denominator - numerator, denominator, { green: 10, amber: 30 }, 'lower'),
    ),
  )
  t.end()
})

t.test('a count meets its target or does not', (t) => {
  t.equal(countRag(25, { atLeast: 25 }), 'green')
  t.equal(countRag(24, { atLeast: 25 }), 'red')
  t.equal(countRag(3, { atMost: 3 }), 'green')
  t.equal(countRag(4, { atMost: 3 }), 'red')
  t.equal(countRag(0, { atMost: 0 }), 'green')
  t.equal(countRag(50 / 60, { atLeast: 0.5 }), 'green')
  t.equal(countRag(50 / 60, { atLeast: 25 }), 'red')
  t.end()
})

t.test('what has no colour throws', (t) => {
  t.throws(() => rag(0, 0, template), RangeError)
  t.throws(() => rag(0.5, 1, template), RangeError)
  t.throws(() => rag(1, -1, template), RangeError)
  t.throws(() => rag(1, Number.NaN, template), RangeError)
  t.throws(() => rag(1, 2, { green: Number.NaN, amber: 70 }), RangeError)
  t.throws(() => rag(1, 2, { green: 70, amber: 90 }), RangeError, 'bands the wrong way round')
  t.throws(() => rag(1, 2, template, 'lower'), RangeError)
  t.throws(() => countRag(-1, { atLeast: 25 }), RangeError)
  t.throws(() => countRag(1, { atMost: Number.NaN }), RangeError)
  t.end()
})
