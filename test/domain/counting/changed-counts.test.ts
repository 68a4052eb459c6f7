import fc from 'fast-check'
import t from 'tap'
import { changedCounts } from '../../../src/domain/counting/changed-counts.ts'
import type { DatedCount } from '../../../src/domain/counts.ts'

const count = (over: Partial<DatedCount>): DatedCount => ({
  month: 201903,
  subject: 's',
  by: '',
  value: '',
  x: 0,
  y: 0,
  n: 1,
  ...over,
})

t.test('what is new, has another number, or is gone', (t) => {
  const former = [count({}), count({ x: 1, n: 2 }), count({ y: 1, n: 3 })]
  const present = [count({}), count({ x: 1, n: 4 }), count({ by: 'sex', value: 'female' })]
  t.same(changedCounts(former, present), {
    written: [count({ x: 1, n: 4 }), count({ by: 'sex', value: 'female' })],
    gone: [count({ y: 1, n: 3 })],
  })
  t.same(changedCounts(former, former), { written: [], gone: [] })
  t.same(changedCounts([], former), { written: former, gone: [] })
  t.same(changedCounts(former, []), { written: [], gone: former })
  t.end()
})

t.test('counts that differ in one part only are not the same', (t) => {
  const parts = [{ month: 201904 }, { subject: 't' }, { by: 'sex' }, { value: 'a' }, { x: 1 }, { y: 1 }]
  for (const part of parts) {
    t.same(changedCounts([count({})], [count(part)]), { written: [count(part)], gone: [count({})] })
  }
  t.end()
})

t.test('the former counts with the changes made are the present ones', (t) => {
  const cell = fc.record({
    month: fc.constantFrom(0, 201903, 201904),
    subject: fc.constantFrom('s', 't'),
    by: fc.constantFrom('', 'sex'),
    value: fc.constantFrom('', 'a', 'b'),
    x: fc.nat(2),
    y: fc.nat(1),
    n: fc.integer({ min: 1, max: 3 }),
  })
  const keyOf = ({ n: _n, ...key }: DatedCount): string => JSON.stringify(Object.entries(key))
  const month = fc.uniqueArray(cell, { selector: keyOf, maxLength: 40 })
  fc.assert(
    fc.property(month, month, (former, present) => {
      const { written, gone } = changedCounts(former, present)
      const stored = new Map(former.map((one) => [keyOf(one), one.n]))
      for (const one of gone) t.ok(stored.delete(keyOf(one)))
      for (const one of written) stored.set(keyOf(one), one.n)
      t.strictSame([...stored].sort(), present.map((one): [string, number] => [keyOf(one), one.n]).sort())
    }),
  )
  t.end()
})
