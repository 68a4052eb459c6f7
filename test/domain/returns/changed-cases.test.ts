import fc from 'fast-check'
import t from 'tap'
import { shownChanges, withNext, type ShownChanges } from '../../../src/domain/returns/changed-cases.ts'

const shownOver = (late: readonly number[]): (number | null)[] => {
  let shown: readonly ShownChanges[] = []
  return late.map((count) => {
    const next = shownChanges(shown, { late: count, corrected: 0 }, 5)
    shown = withNext(shown, next)
    return next.late
  })
}

t.test('a number stays as it was shown until it differs enough from all that were shown', (t) => {
  t.same(shownOver([20, 20]), [20, 20])
  t.same(shownOver([20, 24, 25]), [20, 20, 25])
  t.same(shownOver([20, 26, 21]), [20, 26, 26], '21 would be one more than the first')
  t.same(shownOver([0, 1, 4, 5]), [0, 0, 0, 5])
  t.same(shownOver([3, 4, 5, 8]), [null, null, 5, 5])
  t.same(shownOver([20, 3, 22, 30]), [20, null, null, 30])
  t.end()
})

t.test('the two numbers move by themselves', (t) => {
  const first = shownChanges([], { late: 3, corrected: 12 }, 5)
  t.same(first, { late: null, corrected: 12 })
  t.same(shownChanges([first], { late: 9, corrected: 13 }, 5), { late: 9, corrected: 12 })
  t.end()
})

t.test('without a minimum they are exact', (t) => {
  t.same(shownChanges([{ late: 1, corrected: 1 }], { late: 2, corrected: 2 }, undefined), {
    late: 2,
    corrected: 2,
  })
  t.end()
})

t.test('what is shown again is kept once', (t) => {
  const shown = [{ late: 9, corrected: null }]
  t.equal(withNext(shown, { late: 9, corrected: null }), shown)
  t.same(withNext(shown, { late: 9, corrected: 5 }), [...shown, { late: 9, corrected: 5 }])
  t.end()
})

t.test('no two numbers that were ever shown differ by a few', (t) => {
  t.doesNotThrow(() => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 40 }), { maxLength: 30 }),
        fc.integer({ min: 3, max: 10 }),
        (all, least) => {
          let shown: readonly ShownChanges[] = []
          for (const late of all) shown = withNext(shown, shownChanges(shown, { late, corrected: 0 }, least))
          const numbers = shown.flatMap((one) => one.late ?? [])
          return numbers.every((one) =>
            [0, ...numbers].every((other) => one === other || Math.abs(one - other) >= least),
          )
        },
      ),
    )
  })
  t.end()
})
