import fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { controlChart, type Signal } from '../../../src/domain/statistics/control-chart.ts'
import { agree, readOracle, type Oracle } from './oracle.ts'

const oracle = readOracle('control-chart') as Oracle<{
  id: string
  data: { values: number[] }
  expected: {
    n: number
    mean: number
    lower: number
    upper: number
    outside_unscreened: number[]
    in_run_of_7_one_side: number[]
    in_trend_of_7_points: number[]
  }
}>

// Sixteenths: their sums are exact, so that mirroring a series cannot move a point over a line by rounding.
const series = fc.array(
  fc.integer({ min: 0, max: 16 }).map((sixteenths) => sixteenths / 16),
  { maxLength: 24 },
)

/** The places, counted from 1, of the points that show one of these signals. */
const placesOf = (values: readonly (number | null)[], ...wanted: Signal[]) =>
  controlChart(values).signals.flatMap((signals, i) =>
    signals.some((s) => wanted.includes(s)) ? [i + 1] : [],
  )

t.test('agrees with R and the published charts', (t) => {
  t.equal(oracle.cases.length, 5)
  for (const { id, data, expected } of oracle.cases) {
    const { chart } = controlChart(Object.freeze(data.values))
    if (expected.n < 5) {
      t.equal(chart, null, id)
      continue
    }
    t.ok(agree(chart?.mean ?? null, expected.mean, oracle.tolerance), `${id} mean`)
    t.ok(agree(chart?.lower ?? null, expected.lower, oracle.tolerance), `${id} lower`)
    t.ok(agree(chart?.upper ?? null, expected.upper, oracle.tolerance), `${id} upper`)
    t.equal(chart?.points, expected.n, `${id} points`)
    t.same(placesOf(data.values, 'above-limit', 'below-limit'), expected.outside_unscreened, `${id} outside`)
    t.same(placesOf(data.values, 'high-side', 'low-side'), expected.in_run_of_7_one_side, `${id} side`)
    t.same(placesOf(data.values, 'rising', 'falling'), expected.in_trend_of_7_points, `${id} trend`)
  }
  t.end()
})

t.test('fewer than 5 points are no chart, fewer than 12 a trial', (t) => {
  const of = (points: number) => controlChart(Array.from({ length: points }, (_, i) => (i % 2) / 2))
  t.same(of(4), { chart: null, signals: [[], [], [], []] })
  t.same(controlChart([]), { chart: null, signals: [] })
  t.match(of(5).chart, { points: 5, trial: true })
  t.match(of(11).chart, { points: 11, trial: true })
  t.match(of(12).chart, { points: 12, trial: false })
  t.end()
})

t.test('six in a row are no trend and no shift, seven are', (t) => {
  const up = [5, 1, 2, 3, 4, 5, 6]
  t.same(placesOf([...up, 1], 'rising'), [])
  t.same(placesOf([...up, 7, 1], 'rising'), [2, 3, 4, 5, 6, 7, 8])
  t.same(placesOf([1, 7, 6, 5, 4, 3, 2, 1, 7], 'falling'), [2, 3, 4, 5, 6, 7, 8])
  t.same(placesOf([1, 2, 3, 4, 4, 5, 6, 7, 8], 'rising'), [], 'standing still ends a trend')
  // Six (seven) times 4 and as many times 0: the mean is 2.
  const shift = (length: number) => [...Array<number>(length).fill(4), ...Array<number>(length).fill(0)]
  t.same(placesOf(shift(6), 'high-side', 'low-side'), [])
  t.same(placesOf(shift(7), 'high-side'), [1, 2, 3, 4, 5, 6, 7])
  t.same(placesOf(shift(7), 'low-side'), [8, 9, 10, 11, 12, 13, 14])
  t.end()
})

t.test('two of three near one limit are a signal, one alone or one at either limit is none', (t) => {
  // Twenty points, 0 but for two of 10: mean 1, four ranges of 10 among 19, so 2.66 * 40 / 19 = 5.6 to a limit.
  const two = Array<number>(20).fill(0).with(8, 10).with(10, 10)
  t.same(placesOf(two, 'near-limit'), [9, 11])
  const apart = Array<number>(20).fill(0).with(8, 10).with(11, 10)
  t.same(placesOf(apart, 'near-limit'), [])
  const either = Array<number>(20).fill(0).with(8, 10).with(10, -10)
  t.same(placesOf(either, 'near-limit'), [])
  t.same(placesOf(either, 'above-limit'), [9])
  t.same(placesOf(either, 'below-limit'), [11])
  t.end()
})

t.test('a series that never moves has lines and no signals, whatever its decimals', (t) => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 5, max: 40 }),
      (value, length) => {
        const { chart, signals } = controlChart(Array<number>(length).fill(value))
        return agree(chart?.mean ?? null, value, 1e-12) && signals.every((list) => list.length === 0)
      },
    ),
  )
  t.end()
})

t.test('an empty quarter is left out and leaves everything else as it is', (t) => {
  t.same(controlChart([1, null, 2, 1, null, 2]), { chart: null, signals: [[], [], [], [], [], []] })
  fc.assert(
    fc.property(series, fc.nat(24), (values, at) => {
      const gapped: (number | null)[] = [...values]
      gapped.splice(at, 0, null, null)
      const whole = controlChart(values)
      const around = controlChart(Object.freeze(gapped))
      return (
        isDeepStrictEqual(around.chart, whole.chart) &&
        isDeepStrictEqual(
          around.signals.filter((_, i) => gapped[i] !== null),
          whole.signals,
        ) &&
        around.signals.every((signals, i) => gapped[i] !== null || signals.length === 0)
      )
    }),
  )
  t.end()
})

t.test('turning the chart over exchanges above and below, rising and falling, high and low', (t) => {
  const turn: Record<Signal, Signal> = {
    'above-limit': 'below-limit',
    'below-limit': 'above-limit',
    rising: 'falling',
    falling: 'rising',
    'high-side': 'low-side',
    'low-side': 'high-side',
    'near-limit': 'near-limit',
  }
  fc.assert(
    fc.property(series, (values) => {
      const whole = controlChart(values)
      const over = controlChart(values.map((value) => 1 - value))
      return (
        agree(over.chart?.mean ?? null, whole.chart === null ? null : 1 - whole.chart.mean, 1e-12) &&
        agree(over.chart?.lower ?? null, whole.chart === null ? null : 1 - whole.chart.upper, 1e-12) &&
        isDeepStrictEqual(
          over.signals.map((signals) => new Set(signals)),
          whole.signals.map((signals) => new Set(signals.map((signal) => turn[signal]))),
        )
      )
    }),
  )
  t.end()
})

t.test('a value that is no number throws', (t) => {
  t.throws(() => controlChart([1, 2, Number.NaN, 4, 5]), RangeError)
  t.throws(() => controlChart([1, Infinity]), RangeError)
  t.end()
})
