import t from 'tap'
import { criticalT, criticalZ } from '../../../src/domain/statistics/critical-value.ts'

t.test('t agrees with the incomplete beta function, solved at 30 digits', (t) => {
  for (const [level, degreesOfFreedom, expected] of [
    [0.95, 1, 12.706204736174705],
    [0.95, 2, 4.302652729749464],
    [0.95, 3, 3.1824463052837095],
    [0.95, 4, 2.7764451051977943],
    [0.95, 5, 2.5705818356363155],
    [0.95, 10, 2.228138851986275],
    [0.95, 28, 2.0484071417952454],
    [0.95, 29, 2.0452296421327043],
    [0.95, 99, 1.9842169515864174],
    [0.95, 100, 1.9839715185235522],
    [0.95, 1000, 1.9623390808264085],
    [0.95, 25000, 1.9600588799054275],
    [0.99, 1, 63.65674116287158],
    [0.99, 2, 9.924843200918293],
    [0.99, 29, 2.7563859036706053],
    [0.99, 1000, 2.580754698065951],
  ] as const) {
    const actual = criticalT(level, degreesOfFreedom)
    t.ok(Math.abs(actual - expected) < 1e-12 * expected, `${level} with ${degreesOfFreedom}: ${actual}`)
  }
  t.end()
})

t.test('t falls towards z as the degrees of freedom grow', (t) => {
  let former = Infinity
  for (const degreesOfFreedom of [1, 2, 3, 4, 7, 12, 33, 100, 101, 1000, 10_000, 1_000_000]) {
    const now = criticalT(0.95, degreesOfFreedom)
    t.ok(now < former && now > criticalZ(0.95), String(degreesOfFreedom))
    former = now
  }
  t.ok(former - criticalZ(0.95) < 3e-6)
  t.end()
})

t.test('z agrees with R', (t) => {
  for (const [level, expected] of [
    [0.8, 1.2815515655446004],
    [0.9, 1.6448536269514722],
    [0.95, 1.959963984540054],
    [0.99, 2.5758293035489004],
    [0.998, 3.090232306167813],
  ] as const) {
    t.ok(Math.abs(criticalZ(level) - expected) < 1e-12, String(level))
  }
  t.end()
})

t.test('what has no critical value throws', (t) => {
  for (const level of [0, 1, -0.5, 95, Number.NaN]) {
    t.throws(() => criticalZ(level), RangeError)
    t.throws(() => criticalT(level, 5), RangeError)
  }
  for (const degreesOfFreedom of [0, -1, 1.5, Number.NaN, Infinity]) {
    t.throws(() => criticalT(0.95, degreesOfFreedom), RangeError)
  }
  t.end()
})
