import t from 'tap'
import { makeStateCache } from '../../src/services/outcomes/state-cache.ts'

const numbers = (many: number): number[] => Array.from({ length: many }, (_, at) => at)
const aCache = (room = 100) => makeStateCache<number[]>(room, ({ length }) => length)

t.test('the same object again while nothing has changed', (t) => {
  const cache = aCache()
  const one = numbers(1)
  t.equal(cache.find('k', 'a'), undefined)
  cache.keep('k', 'a', one)
  t.equal(cache.find('k', 'a'), one)
  t.equal(cache.find('other', 'a'), undefined)
  t.equal(cache.find('k', 'b'), undefined, 'something has changed since')
  const other = numbers(2)
  cache.keep('k', 'b', other)
  t.equal(cache.find('k', 'b'), other)
  t.equal(cache.find('k', 'a'), undefined)
  t.end()
})

t.test('what was longest not asked for makes room', (t) => {
  const cache = aCache(10)
  for (const key of ['a', 'b', 'c']) cache.keep(key, 'state', numbers(3))
  t.ok(cache.find('a', 'state'))
  cache.keep('d', 'state', numbers(3))
  t.equal(cache.find('b', 'state'), undefined)
  for (const key of ['a', 'c', 'd']) t.ok(cache.find(key, 'state'), key)
  // One kept again does not count twice.
  cache.keep('a', 'state', numbers(4))
  for (const key of ['a', 'c', 'd']) t.ok(cache.find(key, 'state'), key)
  cache.keep('e', 'state', numbers(11))
  for (const key of ['a', 'c', 'd', 'e']) t.equal(cache.find(key, 'state'), undefined, key)
  t.end()
})
