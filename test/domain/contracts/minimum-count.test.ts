import fc from 'fast-check'
import t from 'tap'
import {
  minimumCountFor,
  withMinimumCount,
  type DatedMinimumCount,
} from '../../../src/domain/contracts/minimum-count.ts'

/** The history of a contract whose minimum count was set to these, on these days. */
const historyOf = (...set: [since: string, minimumCount: number][]) =>
  set.reduce<readonly DatedMinimumCount[]>(
    (history, [since, minimumCount]) => withMinimumCount(history, minimumCount, since),
    [],
  )

const least = (set: [since: string, minimumCount: number][], from: string) =>
  minimumCountFor(historyOf(...set), set.at(-1)?.[1] ?? NaN, { from })

t.test('the history begins with the first count and grows by changes alone', async (t) => {
  t.same(historyOf(['2020-01-15', 5]), [{ since: '2020-01-15', minimumCount: 5 }])
  t.same(historyOf(['2020-01-15', 5], ['2020-02-01', 5], ['2020-03-01', 3], ['2020-04-01', 3]), [
    { since: '2020-01-15', minimumCount: 5 },
    { since: '2020-03-01', minimumCount: 3 },
  ])
})

const cases: [what: string, set: [string, number][], from: string, expected: number][] = [
  ['the only count holds for every period', [['2020-01-15', 5]], '2018-10-01', 5],
  ['also for a later one', [['2020-01-15', 5]], '2030-01-01', 5],
  [
    'a lowered one does not hold for what went before',
    [
      ['2020-01-15', 5],
      ['2020-05-10', 3],
    ],
    '2018-10-01',
    5,
  ],
  [
    'nor for a period that the lowering falls into',
    [
      ['2020-01-15', 5],
      ['2020-05-10', 3],
    ],
    '2020-05-01',
    5,
  ],
  [
    'nor for one that begins with its day',
    [
      ['2020-01-15', 5],
      ['2020-05-01', 3],
    ],
    '2020-05-01',
    5,
  ],
  [
    'but for one that begins after it',
    [
      ['2020-01-15', 5],
      ['2020-05-10', 3],
    ],
    '2020-06-01',
    3,
  ],
  [
    'and on the very next day',
    [
      ['2020-01-15', 5],
      ['2020-05-31', 3],
    ],
    '2020-06-01',
    3,
  ],
  [
    'a raised one holds at once for what went before',
    [
      ['2020-01-15', 5],
      ['2020-05-10', 8],
    ],
    '2018-10-01',
    8,
  ],
  [
    'and for what is to come',
    [
      ['2020-01-15', 5],
      ['2020-05-10', 8],
    ],
    '2020-06-01',
    8,
  ],
  [
    'lowered twice',
    [
      ['2020-01-15', 9],
      ['2020-05-10', 5],
      ['2020-07-10', 3],
    ],
    '2020-06-01',
    5,
  ],
  [
    'the highest of all since',
    [
      ['2020-01-15', 5],
      ['2020-05-10', 9],
      ['2020-07-10', 3],
    ],
    '2020-02-01',
    9,
  ],
  [
    'lowered and raised again',
    [
      ['2020-01-15', 5],
      ['2020-05-10', 3],
      ['2020-07-10', 4],
    ],
    '2020-06-01',
    4,
  ],
  [
    'up and down within a day, before',
    [
      ['2020-01-15', 5],
      ['2020-05-10', 9],
      ['2020-05-10', 3],
    ],
    '2020-05-01',
    9,
  ],
  [
    'up and down within a day, after',
    [
      ['2020-01-15', 5],
      ['2020-05-10', 9],
      ['2020-05-10', 3],
    ],
    '2020-06-01',
    3,
  ],
  [
    'down and up within a day',
    [
      ['2020-01-15', 5],
      ['2020-05-10', 3],
      ['2020-05-10', 4],
    ],
    '2020-05-01',
    5,
  ],
  [
    'lowered on the day it was made',
    [
      ['2020-01-15', 5],
      ['2020-01-15', 3],
    ],
    '2020-01-01',
    5,
  ],
]
for (const [what, set, from, expected] of cases) {
  t.test(what, async (t) => {
    t.equal(least(set, from), expected)
  })
}

t.test('whatever is set later, what was hidden once stays hidden', async () => {
  const day = fc.integer({ min: 1, max: 28 }).map((of) => `2020-05-${String(of).padStart(2, '0')}`)
  const set = fc
    .array(fc.tuple(day, fc.integer({ min: 3, max: 20 })), { minLength: 2, maxLength: 8 })
    .map((all) => [...all].sort(([a], [b]) => (a < b ? -1 : Number(a > b))))
  fc.assert(
    fc.property(set, day, (changes, from) => {
      const begun = changes.filter(([since]) => since >= from)
      const before = changes.length - begun.length
      // Read on any day of the period's time, the answer never becomes laxer than it was that day.
      const readings = begun.map((_, index) => least(changes.slice(0, before + index + 1), from))
      return readings.every((reading, index) => index === 0 || reading >= (readings[index - 1] ?? 0))
    }),
  )
})
