import fc from 'fast-check'
import t from 'tap'
import { hiddenGroups, type GroupCounts } from '../../../src/domain/disclosure/hidden-groups.ts'
import { isSmall } from '../../../src/domain/disclosure/small.ts'
import { readOracle, type Oracle } from '../statistics/oracle.ts'

const LEAST = 5

/** Numerators and denominators of groups, as their counts: numerator, denominator, complement. */
const groupsOf = (...counts: [numerator: number, denominator: number][]): GroupCounts[] =>
  counts.map(([met, all], at) => ({ value: 'abcdefgh'.charAt(at), counts: [met, all, all - met] }))

const totalOf = (groups: readonly GroupCounts[]): number[] =>
  [0, 1, 2].map((at) => groups.reduce((sum, { counts }) => sum + (counts[at] ?? 0), 0))

const hidden = (groups: readonly GroupCounts[], overlapping = false): string =>
  [...hiddenGroups(groups, { total: totalOf(groups), overlapping, minimumCount: LEAST })].sort().join('')

t.test('a small group takes the smallest of the others with it', async (t) => {
  t.equal(hidden(groupsOf([20, 40], [30, 60], [10, 20])), '', 'nothing is small')
  t.equal(hidden(groupsOf([20, 40], [30, 60], [1, 10])), 'ac')
  t.equal(hidden(groupsOf([20, 40], [30, 60], [9, 10])), 'ac', 'a small complement')
  t.equal(hidden(groupsOf([20, 40], [0, 3])), 'ab', 'of two, one would follow from the other')
  t.equal(
    hidden(groupsOf([20, 40], [30, 60], [2, 4], [2, 4])),
    'acd',
    'a denominator of 8, but a numerator of 4',
  )
  t.equal(
    hidden(groupsOf([20, 40], [30, 60], [3, 6], [3, 6])),
    'cd',
    'two small ones are enough for each other',
  )
  t.equal(
    hidden(groupsOf([20, 40], [30, 60], [0, 3], [0, 9])),
    'acd',
    'that nobody achieved it would be known',
  )
  t.equal(hidden(groupsOf([0, 40], [0, 60], [0, 3], [0, 9])), 'cd', 'it is known of all')
  t.equal(hidden(groupsOf([0, 0], [5, 10])), '')
})

t.test('a group that overlaps others is hidden if the rest beside it is small', async (t) => {
  const total = [20, 40, 20]
  const groups = groupsOf([18, 30], [10, 20], [5, 12])
  const found = hiddenGroups(groups, { total, overlapping: true, minimumCount: LEAST })
  t.same([...found], ['a'], 'two of twenty are not in a')
})

t.test('those that linked figures hide go first, and as many as it takes', async (t) => {
  const groups = groupsOf([20, 40], [30, 60], [1, 10], [10, 20])
  const found = (beside: string, leavesEnough?: (hidden: ReadonlySet<string>) => boolean): string => {
    const all = groups.map((one) => ({ ...one, isHiddenBeside: one.value === beside }))
    const rules = { total: totalOf(groups), overlapping: false, minimumCount: LEAST }
    return [...hiddenGroups(all, { ...rules, ...(leavesEnough && { leavesEnough }) })].sort().join('')
  }
  t.equal(found(''), 'cd')
  t.equal(found('b'), 'bc', 'the largest, since it is hidden elsewhere')
  t.equal(
    found('', (hidden) => hidden.has('a')),
    'acd',
  )
  t.equal(
    found('', () => false),
    'abcd',
    'at last all of them',
  )
  const large = groupsOf([20, 40], [30, 60])
  const rules = { total: totalOf(large), overlapping: false, minimumCount: LEAST }
  const none = hiddenGroups(large, { ...rules, leavesEnough: (hidden) => hidden.size > 1 })
  t.equal(none.size, 2, 'also where nothing would be hidden for its own sake')
})

t.test('a group that is told elsewhere hides no other one', async (t) => {
  const told = (value: string, ...counts: [number, number][]): string => {
    const groups = groupsOf(...counts).map((one) => ({ ...one, isTold: one.value === value }))
    const found = hiddenGroups(groups, { total: totalOf(groups), overlapping: false, minimumCount: LEAST })
    return [...found].sort().join('')
  }
  t.equal(told('', [20, 40], [30, 60], [1, 10], [10, 20]), 'cd', 'the smallest of the others')
  t.equal(told('d', [20, 40], [30, 60], [1, 10], [10, 20]), 'ac', 'but not one that is told')
  t.equal(told('d', [20, 40], [30, 60], [3, 6], [3, 6]), 'acd', 'nor is a small one that is told enough')
  t.equal(told('c', [20, 40], [30, 60], [1, 10]), 'c', 'and for its own sake no other one is hidden')
})

/** What somebody can know who sees the total and the shown groups: each hidden count's least and most, by brute force. */
function boundsOf(total: number, shown: readonly number[], howMany: number): [least: number, most: number] {
  const rest = total - shown.reduce((sum, count) => sum + count, 0)
  return howMany === 1 ? [rest, rest] : [0, rest]
}

t.test('nobody can work out a hidden count, whatever the groups', async (t) => {
  const group = fc
    .tuple(fc.nat({ max: 12 }), fc.nat({ max: 12 }))
    .map(([met, notMet]): [number, number] => [met, met + notMet])
  t.doesNotThrow(() => {
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 8 }), (counts) => {
        const groups = groupsOf(...counts)
        const total = totalOf(groups)
        const found = hiddenGroups(groups, { total, overlapping: false, minimumCount: LEAST })
        const shown = groups.filter(({ value }) => !found.has(value))
        if (shown.some((one) => one.counts.some((count) => isSmall(count, LEAST)))) return false
        if (found.size === 0 || shown.length === 0) return true
        return [0, 1, 2].every((at) => {
          const [least, most] = boundsOf(
            total[at] ?? 0,
            shown.map((one) => one.counts[at] ?? 0),
            found.size,
          )
          // Exact recovery, or a range narrower than 2 below the threshold; of nobody at all the total tells everything.
          return total[at] === 0 || most - least >= 2
        })
      }),
      { numRuns: 2000 },
    )
  })
})

interface Table {
  id: string
  data: { published: (number | null)[][]; row_totals: (number | null)[]; column_totals: (number | null)[] }
  expected: { suppressed_cells: { row: number; col: number }[]; unsafe: boolean }
}

t.test('rows of published tables are hidden so that they would be safe by themselves', async (t) => {
  const { cases } = readOracle('disclosure') as Oracle<Table>
  const tables = cases.filter(({ data }) => Array.isArray(data.published))
  t.ok(tables.length >= 4)
  for (const { id, data, expected } of tables) {
    for (const [at, row] of data.published.entries()) {
      const total = data.row_totals[at]
      if (typeof total !== 'number' || row.filter((cell) => cell === null).length !== 1) continue
      const rest = total - row.reduce<number>((sum, cell) => sum + (cell ?? 0), 0)
      t.ok(expected.unsafe, `${id}: one hidden cell beside its total is unsafe`)
      const groups = row.map((cell, index) => ({ value: String(index), counts: [cell ?? rest] }))
      const found = hiddenGroups(groups, { total: [total], overlapping: false, minimumCount: LEAST })
      t.ok(!isSmall(rest, LEAST) || found.size > 1, `${id}: we hide another one`)
    }
  }
})
