import fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { changeOf, type Change } from '../../../src/domain/statistics/change.ts'
import type { Transition } from '../../../src/domain/statistics/transition.ts'
import { agree, frozen, readOracle, turned, type Oracle } from './oracle.ts'

const pairedChange = readOracle('paired-change') as Oracle<{
  id: string
  data: { start: (number | null)[]; end: (number | null)[] }
  parameters: { better: 'lower' | 'higher' }
  expected: Record<
    | 'mean_start'
    | 'sd_start'
    | 'mean_end'
    | 'sd_end'
    | 'mean_change'
    | 'sd_change'
    | 'ci95_lower'
    | 'ci95_upper',
    number | null
  > & {
    n_paired: number
    smc_change_over_sd_start: number | null
    pct_change_of_means: number | null
    n_improved: number
    n_same: number
    n_worse: number
  }
}>

const scores = fc.integer({ min: -20, max: 20 })
const tables = fc.array(fc.record({ start: scores, end: scores, n: fc.nat(6) }), { maxLength: 12 })
const scales = fc.record({
  better: fc.constantFrom('lower' as const, 'higher' as const),
  places: fc.integer({ min: 0, max: 4 }),
})
const bestOf = (better: 'lower' | 'higher') => (better === 'lower' ? -20 : 20)

/** One row a person, in the other order. */
const peopleOf = (table: readonly Transition[]) =>
  table.flatMap(({ start, end, n }) => Array.from({ length: n }, () => ({ start, end, n: 1 }))).reverse()

t.test('agrees with R, turned so that positive is better', (t) => {
  t.equal(pairedChange.cases.length, 13)
  for (const { id, data, parameters, expected } of pairedChange.cases) {
    // No score there has more than one decimal place.
    const table = data.start.flatMap((start, i) => {
      const end = data.end[i] ?? null
      if (start === null || end === null) return []
      return [{ start: Math.round(start * 10), end: Math.round(end * 10), n: 1 }]
    })
    const lower = parameters.better === 'lower'
    const actual = changeOf(frozen(table), { better: parameters.better, best: lower ? 0 : null, places: 1 })
    const turn = lower ? turned : (value: number | null) => value
    const figures: [string, number | null, number | null][] = [
      ['mean_start', actual.start.mean, expected.mean_start],
      ['sd_start', actual.start.sd, expected.sd_start],
      ['mean_end', actual.end.mean, expected.mean_end],
      ['sd_end', actual.end.sd, expected.sd_end],
      ['mean_change', actual.change.mean, turn(expected.mean_change)],
      ['sd_change', actual.change.sd, expected.sd_change],
      ['low', actual.change.interval?.low ?? null, turn(lower ? expected.ci95_upper : expected.ci95_lower)],
      ['high', actual.change.interval?.high ?? null, turn(lower ? expected.ci95_lower : expected.ci95_upper)],
      ['standardised', actual.standardisedChange, turn(expected.smc_change_over_sd_start)],
      // With 0 the best score, the distance available is the start score itself.
      ['percentage', actual.percentageImprovement, lower ? turn(expected.pct_change_of_means) : null],
    ]
    for (const [name, figure, reference] of figures) {
      t.ok(agree(figure, reference, pairedChange.tolerance), `${id} ${name}: ${figure ?? 'null'}`)
    }
    t.equal(actual.pairs, expected.n_paired, `${id} pairs`)
    t.same(
      [actual.improved, actual.unchanged, actual.deteriorated],
      [expected.n_improved, expected.n_same, expected.n_worse],
      id,
    )
  }
  t.end()
})

t.test('a small table, worked by hand', (t) => {
  // Starts 3, 3, 1, 0; ends 0, 0, 1, 2; changes 3, 3, 0, -2; distance available 3 + 3 + 1 + 0.
  const table = frozen([
    { start: 3, end: 0, n: 2 },
    { start: 1, end: 1, n: 1 },
    { start: 0, end: 2, n: 1 },
  ])
  const actual = changeOf(table, { better: 'lower', best: 0, places: 0 })
  t.match(actual, {
    pairs: 4,
    start: { mean: 1.75, sd: 1.5, median: 2 },
    end: { mean: 0.75, median: 0.5 },
    change: { mean: 1, median: 1.5, sd: Math.sqrt(6) },
    standardisedChange: 1 / 1.5,
    improved: 2,
    unchanged: 1,
    deteriorated: 1,
  })
  t.ok(agree(actual.percentageImprovement, 400 / 7, 1e-12))
  t.end()
})

t.test('decimal places are those of the score', (t) => {
  const actual = changeOf([{ start: 2135, end: 2345, n: 3 }], { better: 'higher', best: 3500, places: 2 })
  t.match(actual, {
    start: { mean: 21.35, sd: 0, median: 21.35 },
    end: { mean: 23.45, sd: 0, median: 23.45 },
    change: { mean: 2.1, sd: 0, median: 2.1, interval: { low: 2.1, high: 2.1 } },
    standardisedChange: null,
  })
  t.ok(agree(actual.percentageImprovement, (100 * 2.1) / 13.65, 1e-12))
  t.end()
})

t.test('what is not defined is null, and nobody is no figure', (t) => {
  const nobody = { mean: null, sd: null, median: null }
  const empty: Change = {
    pairs: 0,
    start: nobody,
    end: nobody,
    change: { ...nobody, interval: null },
    standardisedChange: null,
    percentageImprovement: null,
    improved: 0,
    unchanged: 0,
    deteriorated: 0,
  }
  t.same(changeOf([], { better: 'lower', best: 0, places: 0 }), empty)
  t.same(changeOf([{ start: 1, end: 0, n: 0 }], { better: 'lower', best: 0, places: 0 }), empty)
  t.match(changeOf([{ start: 12, end: 7, n: 1 }], { better: 'lower', best: 0, places: 0 }), {
    pairs: 1,
    change: { mean: 5, sd: null, median: 5, interval: null },
    standardisedChange: null,
  })
  const atBest = changeOf([{ start: 0, end: 1, n: 4 }], { better: 'lower', best: 0, places: 0 })
  t.equal(atBest.percentageImprovement, null, 'nobody could improve')
  t.equal(atBest.deteriorated, 4)
  const open = changeOf(
    [
      { start: 28, end: 30, n: 1 },
      { start: 40, end: 36, n: 1 },
    ],
    { better: 'higher', best: null, places: 0 },
  )
  t.match(open, { percentageImprovement: null, change: { mean: -1 }, improved: 1, deteriorated: 1 })
  t.end()
})

t.test('neither the order nor the grouping of the moves shows in a single byte', (t) => {
  fc.assert(
    fc.property(tables, scales, (table, scale) => {
      const read = { ...scale, best: bestOf(scale.better) }
      return (
        JSON.stringify(changeOf(frozen(table), read)) ===
        JSON.stringify(changeOf(frozen(peopleOf(table)), read))
      )
    }),
  )
  t.end()
})

t.test('turning the scale round turns the signs of the scores and nothing else', (t) => {
  fc.assert(
    fc.property(tables, scales, (table, { better, places }) => {
      const best = bestOf(better)
      const actual = changeOf(table, { better, best, places })
      const mirrored = changeOf(
        table.map(({ start, end, n }) => ({ start: 0 - start, end: 0 - end, n })),
        { better: better === 'lower' ? 'higher' : 'lower', best: 0 - best, places },
      )
      const mirror = ({ mean, sd, median }: Change['start']) => ({
        mean: turned(mean),
        sd,
        median: turned(median),
      })
      return isDeepStrictEqual(mirrored, { ...actual, start: mirror(actual.start), end: mirror(actual.end) })
    }),
  )
  t.end()
})

t.test('calling the other direction good turns the signs of the change and nothing else', (t) => {
  fc.assert(
    fc.property(tables, fc.integer({ min: 0, max: 4 }), (table, places) => {
      const lower = changeOf(table, { better: 'lower', best: null, places })
      const higher = changeOf(table, { better: 'higher', best: null, places })
      const { mean, sd, median, interval } = lower.change
      return isDeepStrictEqual(higher, {
        ...lower,
        change: {
          mean: turned(mean),
          sd,
          median: turned(median),
          interval: interval === null ? null : { low: 0 - interval.high, high: 0 - interval.low },
        },
        standardisedChange: turned(lower.standardisedChange),
        improved: lower.deteriorated,
        deteriorated: lower.improved,
      })
    }),
  )
  t.end()
})

t.test('the parts add up, and the mean change is the difference of the means', (t) => {
  fc.assert(
    fc.property(tables, scales, (table, scale) => {
      const { pairs, start, end, change, ...of } = changeOf(table, { ...scale, best: null })
      const parts = of.improved + of.unchanged + of.deteriorated
      if (parts !== pairs) return false
      if (start.mean === null || end.mean === null || change.mean === null) return pairs === 0
      const difference = scale.better === 'lower' ? start.mean - end.mean : end.mean - start.mean
      const { low, high } = change.interval ?? { low: change.mean, high: change.mean }
      return agree(change.mean, difference, 1e-12) && low <= change.mean && change.mean <= high
    }),
  )
  t.end()
})

t.test('what is no table of moves throws', (t) => {
  const read = { better: 'lower' as const, best: 0, places: 0 }
  for (const move of [
    { start: Number.NaN, end: 0, n: 1 },
    { start: 1, end: 0.5, n: 1 },
    { start: 1, end: Infinity, n: 1 },
    { start: 1, end: 0, n: -1 },
    { start: 1, end: 0, n: 1.5 },
    { start: 1, end: 0, n: Number.NaN },
  ]) {
    t.throws(() => changeOf([move], read), RangeError)
  }
  t.throws(() => changeOf([{ start: -1, end: 0, n: 1 }], read), RangeError, 'better than the best')
  t.throws(() => changeOf([], { ...read, best: 0.5 }), RangeError)
  t.throws(() => changeOf([], { ...read, places: -1 }), RangeError)
  t.throws(() => changeOf([], { ...read, places: 0.5 }), RangeError)
  t.end()
})
