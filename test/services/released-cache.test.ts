import t from 'tap'
import type { ReleasedFigures } from '../../src/domain/disclosure/shown-figures.ts'
import { makeReleasedCache } from '../../src/services/outcomes/released-cache.ts'

const figures = (cells: number): ReleasedFigures => ({
  cells: Array.from({ length: cells }, (_, at) => ({
    first: 201903,
    last: 201903,
    series: `s-${at}`,
    by: '',
    value: '',
    isHidden: false,
    parts: [],
    rows: [],
    since: 1,
  })),
  askFor: {},
})
const cellsOf = ({ cells }: ReleasedFigures): number => cells.length
const state = { stamp: 'a', changes: 1 }

t.test('the same object again while nothing has changed', (t) => {
  const cache = makeReleasedCache(cellsOf)
  const one = figures(1)
  t.equal(cache.find('k', state), undefined)
  cache.keep('k', state, one)
  t.equal(cache.find('k', state), one)
  t.equal(cache.find('other', state), undefined)
  t.equal(cache.find('k', { stamp: 'b', changes: 1 }), undefined, 'something was counted since')
  t.equal(cache.find('k', { stamp: 'a', changes: 2 }), undefined, 'something was shown since')
  const other = figures(2)
  cache.keep('k', { stamp: 'a', changes: 2 }, other)
  t.equal(cache.find('k', { stamp: 'a', changes: 2 }), other)
  t.equal(cache.find('k', state), undefined)
  t.end()
})

t.test('what was longest not asked for makes room', (t) => {
  const cache = makeReleasedCache(cellsOf, 10)
  for (const key of ['a', 'b', 'c']) cache.keep(key, state, figures(3))
  t.ok(cache.find('a', state))
  cache.keep('d', state, figures(3))
  t.equal(cache.find('b', state), undefined)
  for (const key of ['a', 'c', 'd']) t.ok(cache.find(key, state), key)
  // One kept again does not count twice.
  cache.keep('a', state, figures(4))
  for (const key of ['a', 'c', 'd']) t.ok(cache.find(key, state), key)
  cache.keep('e', state, figures(11))
  for (const key of ['a', 'c', 'd', 'e']) t.equal(cache.find(key, state), undefined, key)
  t.end()
})
