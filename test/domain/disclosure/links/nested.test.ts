import t from 'tap'
import { differencesAround } from '../../../../src/domain/disclosure/links/nested.ts'

const block = (first: number, last: number, count: number) => ({ first, last, count })

t.test('two figures that are cut differently tell of the months between', (t) => {
  const need = [block(202404, 202404, 20), block(202405, 202406, 22)]
  const reduced = [block(202404, 202405, 22), block(202406, 202406, 20)]
  // April alone, all three months, May and June: each within the narrowest months of the other figure around it.
  t.same(differencesAround(reduced, need), [22 - 20, 42 - 42, 42 - 22])
  t.same(differencesAround(need, reduced), [42 - 22, 42 - 42, 22 - 20])
  t.end()
})

t.test('where they are cut alike, each block and each run has one answer', (t) => {
  const whole = [block(202404, 202406, 30), block(202407, 202409, 12)]
  const part = [block(202404, 202406, 21), block(202407, 202409, 5)]
  t.same(differencesAround(whole, part), [9, 16, 7])
  t.end()
})

t.test('nothing follows across a gap, nor where nothing is shown around', (t) => {
  const part = [block(202404, 202404, 5), block(202406, 202406, 6)]
  t.same(differencesAround([block(202404, 202404, 9), block(202406, 202406, 9)], part), [4, 3])
  t.same(differencesAround([block(202405, 202406, 9)], part), [3], 'April is in no block of it')
  t.same(differencesAround([], part), [])
  t.same(differencesAround(part, []), [])
  t.end()
})
