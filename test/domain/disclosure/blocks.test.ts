import fc from 'fast-check'
import t from 'tap'
import {
  askFor,
  blocksOf,
  cutBlocks,
  cutQuarters,
  firstOfYear,
  gapsIn,
  lastOfQuarter,
  lastOfYear,
  type Block,
} from '../../../src/domain/disclosure/blocks.ts'
import { isSmall } from '../../../src/domain/disclosure/small.ts'
import { addMonths, periodLabel, type Month } from '../../../src/domain/period.ts'

const AFTER_ALL = 999_912

/** How the financial years from April 2023 on are cut where so many people are counted month by month. */
function cut(
  people: readonly number[],
  { current = AFTER_ALL, isOver = false }: { current?: Month; isOver?: boolean } = {},
): string[] {
  return blocksIn(people, { current, isOver }).map(({ first, last }) => periodLabel(first, last))
}

function blocksIn(
  people: readonly number[],
  { current, isOver }: { current: Month; isOver: boolean },
): Block[] {
  const first = 202304
  const countIn = (block: Block): number =>
    people.reduce((sum, n, at) => {
      const month = addMonths(first, at)
      return block.first <= month && month <= block.last ? sum + n : sum
    }, 0)
  return cutBlocks(
    { first, last: lastOfYear(addMonths(first, people.length - 1)) },
    {
      current,
      isOver,
      passes: (block) => !isSmall(countIn(block), 5),
      isNobody: (block) => countIn(block) === 0,
    },
  )
}

/** So many in a quarter: one in its last month, the others in its first. */
const quarters = (...counts: number[]): number[] =>
  counts.flatMap((count) => (count < 2 ? [count, 0, 0] : [count - 1, 0, 1]))

t.test('what passes by itself is shown month by month', async (t) => {
  t.same(cut([5, 6, 7, ...quarters(0, 0, 0)]), [
    ...['2023-M04', '2023-M05', '2023-M06', '2023-M07', '2023-M08', '2023-M09'],
    ...['2023-M10', '2023-M11', '2023-M12', '2024-M01', '2024-M02', '2024-M03'],
  ])
})

t.test('months that are small are joined within their quarter', async (t) => {
  const rest = ['2023-M07', '2023-M08', '2023-M09', '2023-M10', '2023-M11', '2023-M12']
  const last = ['2024-M01', '2024-M02', '2024-M03']
  t.same(cut([3, 7, 8]), ['2023-M04..2023-M05', '2023-M06', ...rest, ...last])
  t.same(cut([7, 8, 3]), ['2023-M04', '2023-M05..2023-M06', ...rest, ...last], 'a rest joins those before it')
  t.same(cut([7, 1, 1]), ['2023-Q1'.replace('2023', '2023-24'), ...rest, ...last])
  t.same(cut([1, 2, 3]), ['2023-24-Q1', ...rest, ...last])
})

t.test('quarters that are small are joined within their year', async (t) => {
  t.same(cut(quarters(3, 30, 30, 30)), ['2023-24-Q1..2023-24-Q2', '2023-24-Q3', '2023-24-Q4'])
  t.same(cut(quarters(30, 3, 30, 30)), ['2023-24-Q1', '2023-24-Q2..2023-24-Q3', '2023-24-Q4'])
  t.same(cut(quarters(30, 30, 30, 3)), ['2023-24-Q1', '2023-24-Q2', '2023-24-Q3..2023-24-Q4'])
  t.same(cut(quarters(2, 2, 2, 2)), ['2023-24'])
})

t.test('empty months at the ends of a block stand for themselves, but not those to come', async (t) => {
  // Three people in June, three in July: two quarters together, of which four months are empty.
  const people = [0, 0, 3, 3, 0, 0]
  const [april, may, both, august] = cut(people)
  t.same([april, may, both, august], ['2023-M04', '2023-M05', '2023-M06..2023-M07', '2023-M08'])
  const running = cut(people, { current: 202308 })
  t.same(running.slice(0, 3), ['2023-M04', '2023-M05', '2023-M06..2023-M09'], 'August is not over')
})

t.test('years that are small wait for the next one, unless it is empty', async (t) => {
  const small = [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  // Four of both years by June 2024 are not enough, so that September is waited for.
  const both = cut([...small, ...quarters(2, 30, 30, 30)])
  t.same(both.slice(0, 3), ['2023-M04', '2023-M05', '2023-M06..2024-M09'])
  const empty = Array.from({ length: 12 }, () => 0)
  const after = cut([...small, ...empty, ...quarters(30, 30, 30, 30)])
  t.equal(after[0], '2024-M04', 'the small year is in no block')
  t.equal(after.at(-1), '2025-26-Q4')
  t.same(cut(small), [], 'nothing passes')
})

t.test('what runs is not joined backwards, so that later months never change an earlier cut', async (t) => {
  // It is November: the year has not ended.
  const running = cut(quarters(30, 30, 2), { current: 202311 })
  t.same(running, ['2023-24-Q1', '2023-24-Q2'])
  t.same(cut(quarters(30, 30, 2, 9), { current: 202403 }), [...running, '2023-24-Q3..2023-24-Q4'])
  const over = cut(quarters(30, 30, 2), { current: 202311, isOver: true })
  t.same(over.slice(0, 2), ['2023-24-Q1', '2023-24-Q2..2023-24-Q3'], 'nothing more is expected')
})

t.test(
  'whatever the counts, blocks pass, follow each other, and are not changed by later months',
  async (t) => {
    const counts = fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 12 })), { minLength: 1, maxLength: 40 })
    t.doesNotThrow(() => {
      fc.assert(
        fc.property(counts, fc.boolean(), (people, isOver) => {
          const blocks = blocksIn(people, { current: AFTER_ALL, isOver })
          const sums = blocks.map(({ first, last }) =>
            people.reduce((sum, n, at) => {
              const month = addMonths(202304, at)
              return first <= month && month <= last ? sum + n : sum
            }, 0),
          )
          const isInOrder = blocks.every((block, at) => at === 0 || (blocks[at - 1]?.last ?? 0) < block.first)
          return isInOrder && sums.every((sum) => sum === 0 || sum >= 5)
        }),
      )
      fc.assert(
        fc.property(counts, fc.nat({ max: 39 }), (people, until) => {
          // As it was cut while the month ran, and as it is cut when all is known: whole years of before stay.
          const current = addMonths(202304, until)
          const before = blocksIn(people.slice(0, until + 1), { current, isOver: false })
          const after = blocksIn(people, { current: AFTER_ALL, isOver: false }).map(
            ({ first, last }) => `${first}-${last}`,
          )
          const ended = firstOfYear(current)
          return before
            .filter(({ last }) => last < ended)
            .every(({ first, last }) => after.includes(`${first}-${last}`))
        }),
      )
    })
  },
)

t.test('single quarters are joined forwards only, and never cut', async (t) => {
  const people = new Map([
    [202304, 3],
    [202307, 30],
    [202310, 30],
  ])
  const passes = ({ first, last }: Block): boolean =>
    !isSmall(
      [...people].reduce((sum, [month, n]) => (first <= month && month <= last ? sum + n : sum), 0),
      5,
    )
  t.same(
    cutQuarters({ first: 202304, last: 202403 }, { passes }, 202403).map(({ first, last }) =>
      periodLabel(first, last),
    ),
    ['2023-24-Q1..2023-24-Q2', '2023-24-Q3', '2023-24-Q4'],
  )
  t.same(
    cutQuarters({ first: 202304, last: 202403 }, { passes }, 202306),
    [{ first: 202304, last: 202309 }],
    'what begins later is not asked for',
  )
})

t.test('a period is whole, or something around it is', async (t) => {
  const blocks = [
    { first: 202304, last: 202309 },
    { first: 202310, last: 202310 },
    { first: 202401, last: 202403 },
  ]
  t.same(blocksOf({ first: 202304, last: 202310 }, blocks), blocks.slice(0, 2))
  t.equal(blocksOf({ first: 202304, last: 202306 }, blocks), undefined)
  t.equal(blocksOf({ first: 202310, last: 202401 }, blocks), undefined)
  t.equal(blocksOf({ first: 202310, last: 202403 }, blocks), undefined, 'there is a gap')
  t.same(askFor({ first: 202305, last: 202305 }, blocks), { first: 202304, last: 202309 })
  t.same(askFor({ first: 202309, last: 202310 }, blocks), { first: 202304, last: 202310 })
  t.equal(askFor({ first: 202309, last: 202311 }, blocks), undefined)
  t.equal(askFor({ first: 202310, last: 202401 }, blocks), undefined)
  t.same(gapsIn({ first: 202301, last: 202406 }, blocks), [
    { first: 202301, last: 202303 },
    { first: 202311, last: 202312 },
    { first: 202404, last: 202406 },
  ])
  t.same(gapsIn({ first: 202304, last: 202310 }, blocks), [])
})

t.test('quarters and years end where they do', async (t) => {
  t.same([202401, 202403, 202404, 202412].map(lastOfQuarter), [202403, 202403, 202406, 202412])
  t.same([202401, 202403, 202404, 202412].map(lastOfYear), [202403, 202403, 202503, 202503])
  t.same([202401, 202403, 202404, 202412].map(firstOfYear), [202304, 202304, 202404, 202404])
  t.same(periodLabel(202404, 202503), '2024-25')
  t.same(periodLabel(202404, 202406), '2024-25-Q1')
  t.same(periodLabel(202310, 202503), '2023-24-Q3..2024-25-Q4')
  t.same(periodLabel(202405, 202405), '2024-M05')
  t.same(periodLabel(202401, 202412), '2023-24-Q4..2024-25-Q3')
})
