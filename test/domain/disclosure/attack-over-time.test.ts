import fc from 'fast-check'
import t from 'tap'
import {
  caseOf,
  leakIn,
  Office,
  PERIODS,
  RUNS,
  SEED,
  someCase,
  withWhatFollows,
  type Made,
  type Shown,
} from './an-attack.ts'

/** Much happens at once: many cases of one month come late, answers are corrected, closing dates move to the next month. */
const upheaval = fc.record({
  late: fc
    .tuple(fc.nat({ max: 14 }), fc.array(someCase, { maxLength: 14 }))
    .map(([month, cases]) =>
      cases.map((one) => ({ ...one, closedAfter: 30 * month + (one.closedAfter % 28) })),
    ),
  erased: fc.nat({ max: 9 }),
  corrected: fc.nat({ max: 14 }),
  moved: fc.nat({ max: 12 }),
})

const NOTHING = { late: [], erased: 0, corrected: 0, moved: 0 }

t.test('from one answer to the next, a figure moves by nobody or by enough people', async (t) => {
  let shownNumbers = 0
  t.doesNotThrow(() => {
    fc.assert(
      fc.property(
        fc.array(someCase, { minLength: 40, maxLength: 240 }),
        fc.subarray(PERIODS, { minLength: 2, maxLength: 3 }),
        fc.array(upheaval, { minLength: 1, maxLength: 4 }),
        (first, periods, upheavals) => {
          const office = new Office()
          let made: readonly Made[] = first
          const shown: Shown[] = []
          for (const [epoch, { late, erased, corrected, moved }] of [NOTHING, ...upheavals].entries()) {
            made = [...made, ...late].slice(erased).map((one, at) => ({
              ...one,
              end: at < corrected ? (one.end === 4 ? 18 : 4) : one.end,
              closedAfter: at < moved ? one.closedAfter + 30 : one.closedAfter,
            }))
            for (const period of periods) {
              const { total } = office.ask(made.map(caseOf), period, undefined)
              shown.push({ epoch, period, value: '', numbers: withWhatFollows(total) })
            }
          }
          shownNumbers += shown.reduce((sum, { numbers }) => sum + numbers.size, 0)
          const leak = leakIn(shown)
          if (leak !== undefined) throw new Error(leak)
        },
      ),
      { numRuns: RUNS, seed: SEED, endOnFailure: true, includeErrorInReport: true },
    )
  })
  t.ok(shownNumbers > 3_000, `and much is shown: ${shownNumbers} numbers`)
})
