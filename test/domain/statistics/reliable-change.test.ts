import fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import {
  hasNeed,
  reliableChange,
  reliableChangeThreshold,
} from '../../../src/domain/statistics/reliable-change.ts'
import { agree, frozen, readOracle, type Oracle } from './oracle.ts'

interface WorkedExample {
  id: 'jacobson_truax_1991_worked_example'
  data: { start: number; end: number }
  parameters: { sd: number; reliability: number; better: 'higher' }
  expected: { s_diff: number; reliably_improved: boolean }
}

interface Ties {
  id: 'edge_tie_at_threshold'
  data: { start: number[]; end: number[] }
  parameters: { threshold_points: number; better: 'lower' }
  expected: { inclusive: { improved: number; deteriorated: number } }
}

const oracle = readOracle('reliable-change') as Oracle<WorkedExample | Ties>

const scores = fc.integer({ min: 0, max: 27 })
const tables = fc.array(fc.record({ start: scores, end: scores, n: fc.nat(9) }), { maxLength: 12 })
const phq9 = { better: 'lower', places: 0, rule: { atLeast: 6 }, need: { atLeast: 10 } } as const

t.test('agrees with Jacobson & Truax, and counts a tie as reliable', (t) => {
  t.equal(oracle.cases.length, 2)
  for (const example of oracle.cases) {
    if (example.id === 'edge_tie_at_threshold') {
      const { data, parameters, expected } = example
      const actual = reliableChange(
        frozen(data.start.map((start, i) => ({ start, end: data.end[i] ?? NaN, n: 1 }))),
        {
          better: parameters.better,
          places: 0,
          rule: { atLeast: parameters.threshold_points },
        },
      )
      t.match(actual, { ...expected.inclusive, unchanged: 2, threshold: 6 })
    } else {
      const { data, parameters, expected } = example
      const { sd, reliability, better } = parameters
      const rule = { sd, reliability, level: 0.95 }
      t.ok(agree(reliableChangeThreshold(rule), 1.959963984540054 * expected.s_diff, oracle.tolerance))
      const table = [{ start: data.start * 10, end: data.end * 10, n: 1 }]
      t.equal(reliableChange(table, { better, places: 1, rule }).improved === 1, expected.reliably_improved)
    }
  }
  t.end()
})

t.test('people at caseness, worked by hand', (t) => {
  const table = frozen([
    { start: 20, end: 9, n: 5 }, // reliably recovered
    { start: 11, end: 9, n: 3 }, // recovered, not reliably
    { start: 20, end: 14, n: 2 }, // improved by exactly 6, still at caseness
    { start: 10, end: 16, n: 1 }, // deteriorated by exactly 6
    { start: 9, end: 0, n: 7 }, // improved, but never at caseness
    { start: 9, end: 10, n: 4 }, // came to caseness: not in the denominator of recovery
  ])
  t.same(reliableChange(table, phq9), {
    threshold: 6,
    improved: 14,
    unchanged: 7,
    deteriorated: 1,
    recovered: 8,
    reliablyRecovered: 5,
    atCaseness: 11,
  })
  t.end()
})

t.test('an instrument without a stated need has no recovery', (t) => {
  t.match(
    reliableChange([{ start: 20, end: 9, n: 5 }], { better: 'lower', places: 0, rule: { atLeast: 6 } }),
    {
      improved: 5,
      recovered: null,
      reliablyRecovered: null,
      atCaseness: null,
    },
  )
  t.end()
})

t.test('a need is judged in the score own units, its edge included', (t) => {
  t.equal(hasNeed(10, { atLeast: 10 }, 0), true)
  t.equal(hasNeed(9, { atLeast: 10 }, 0), false)
  t.equal(hasNeed(435, { atLeast: 4.35 }, 2), true)
  t.equal(hasNeed(434, { atLeast: 4.35 }, 2), false)
  t.equal(hasNeed(1967, { atMost: 19.67 }, 2), true)
  t.equal(hasNeed(1968, { atMost: 19.67 }, 2), false)
  t.end()
})

t.test('a decimal threshold is not missed by its last digit', (t) => {
  const rule = { atLeast: 0.3 }
  // 1.3 - 1.0 is 0.30000000000000004 in a double, 0.7 - 0.4 is 0.29999999999999993.
  const table = [
    { start: 10, end: 13, n: 2 },
    { start: 4, end: 7, n: 3 },
    { start: 7, end: 4, n: 1 },
    { start: 4, end: 6, n: 1 },
  ]
  t.match(reliableChange(table, { better: 'higher', places: 1, rule }), {
    improved: 5,
    unchanged: 1,
    deteriorated: 1,
  })
  t.end()
})

t.test('the parts add up, and two tables merge by adding', (t) => {
  fc.assert(
    fc.property(tables, tables, (a, b) => {
      const [first, second, both] = [a, b, [...b, ...a]].map((table) => reliableChange(frozen(table), phq9))
      if (first === undefined || second === undefined || both === undefined) return false
      const keys = [
        'improved',
        'unchanged',
        'deteriorated',
        'recovered',
        'reliablyRecovered',
        'atCaseness',
      ] as const
      return (
        keys.every((key) => both[key] === Number(first[key]) + Number(second[key])) &&
        a.reduce((sum, { n }) => sum + n, 0) === first.improved + first.unchanged + first.deteriorated &&
        Number(first.recovered) <= Number(first.atCaseness) &&
        Number(first.reliablyRecovered) <= Math.min(Number(first.recovered), first.improved)
      )
    }),
  )
  t.end()
})

t.test('turning the scale round changes no count', (t) => {
  fc.assert(
    fc.property(tables, (table) => {
      const mirrored = table.map(({ start, end, n }) => ({ start: 0 - start, end: 0 - end, n }))
      const turned = { better: 'higher', places: 0, rule: { atLeast: 6 }, need: { atMost: -10 } } as const
      return isDeepStrictEqual(reliableChange(table, phq9), reliableChange(mirrored, turned))
    }),
  )
  t.end()
})

t.test('a larger threshold never makes a change reliable', (t) => {
  fc.assert(
    fc.property(tables, fc.integer({ min: 1, max: 20 }), (table, atLeast) => {
      const [less, more] = [atLeast, atLeast + 1].map((points) =>
        reliableChange(table, { better: 'lower', places: 0, rule: { atLeast: points } }),
      )
      return (
        Number(less?.improved) >= Number(more?.improved) && Number(less?.unchanged) <= Number(more?.unchanged)
      )
    }),
  )
  t.end()
})

t.test('constants that cannot be published ones throw', (t) => {
  for (const rule of [
    { atLeast: 0 },
    { atLeast: -6 },
    { atLeast: Number.NaN },
    { atLeast: Infinity },
    { sd: 0, reliability: 0.8, level: 0.95 },
    { sd: Number.NaN, reliability: 0.8, level: 0.95 },
    { sd: 7.5, reliability: 1, level: 0.95 },
    { sd: 7.5, reliability: -0.1, level: 0.95 },
    { sd: 7.5, reliability: 0.8, level: 1 },
  ]) {
    t.throws(() => reliableChangeThreshold(rule), RangeError)
  }
  t.throws(() => reliableChange([{ start: 1.5, end: 0, n: 1 }], phq9), RangeError)
  t.end()
})
