import t from 'tap'
import { gather, type Manners } from '../../src/services/gather.ts'

/** Work that is held until it is let go, and notes what was put together. */
function heldWork() {
  const groups: string[][] = []
  const holds: (() => void)[] = []
  const work = async (_lane: string, items: readonly string[]): Promise<string[]> => {
    groups.push([...items])
    await new Promise<void>((resolve) => holds.push(resolve))
    return items.map((item) => `${item} done`)
  }
  const letGo = async () => {
    holds.shift()?.()
    // Some turns go by between two groups.
    for (let turn = 0; turn < 6; turn++) await nextTurn()
  }
  return { groups, work, letGo }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

/** No two of them are about the same. */
const byItself: Manners<string> = { keyOf: (item) => item, claimsOf: () => [] }

t.test('one that is alone waits for nobody', async (t) => {
  const { groups, work, letGo } = heldWork()
  const share = gather(work, byItself)
  const one = share('lane', 'a')
  await nextTurn()
  t.same(groups, [['a']])
  await letGo()
  t.equal(await one, 'a done')
})

t.test('those that arrive in one turn go together', async (t) => {
  const { groups, work, letGo } = heldWork()
  const share = gather(work, byItself)
  const all = ['a', 'b', 'c'].map((item) => share('lane', item))
  await nextTurn()
  t.same(groups, [['a', 'b', 'c']])
  await letGo()
  t.same(await Promise.all(all), ['a done', 'b done', 'c done'])
})

t.test('a second group starts when as many wait as are under way, and no third', async (t) => {
  const { groups, work, letGo } = heldWork()
  const share = gather(work, byItself)
  const all: Promise<string>[] = []
  for (const arrivals of [['a', 'a2'], ['b'], ['c'], ['d', 'e', 'f'], ['g']]) {
    all.push(...arrivals.map((item) => share('lane', item)))
    await nextTurn()
  }
  t.same(groups, [
    ['a', 'a2'],
    ['b', 'c'],
  ])
  await letGo()
  t.same(groups[2], ['d', 'e', 'f', 'g'], 'once one has ended, what has waited goes together')
  await letGo()
  await letGo()
  t.equal((await Promise.all(all)).length, 8)
})

t.test('a key occurs once among those under way; the next one of it waits', async (t) => {
  const { groups, work, letGo } = heldWork()
  const share = gather(work, { keyOf: (item: string) => item.charAt(0), claimsOf: () => [] })
  const all = ['a1', 'a2', 'b1', 'a3'].map((item) => share('lane', item))
  await nextTurn()
  t.same(groups, [['a1', 'b1']])
  await letGo()
  t.same(groups[1], ['a2'])
  await letGo()
  t.same(groups[2], ['a3'])
  await letGo()
  t.equal((await Promise.all(all)).length, 4)
})

t.test('what claims the same goes together or waits, and keeps nobody else from going', async (t) => {
  const { groups, work, letGo } = heldWork()
  const share = gather(work, {
    keyOf: (item: string) => item,
    claimsOf: (item) => [item.charAt(0)],
  })
  const all = ['a1', 'a2'].map((item) => share('lane', item))
  await nextTurn()
  all.push(...['a3', 'b1'].map((item) => share('lane', item)))
  await nextTurn()
  t.same(groups, [['a1', 'a2'], ['b1']])
  await letGo()
  t.same(groups[2], ['a3'])
  await letGo()
  await letGo()
  t.equal((await Promise.all(all)).length, 4)
})

t.test('lanes do not wait for each other', async (t) => {
  const { groups, work, letGo } = heldWork()
  const share = gather(work, byItself)
  const all = ['x', 'y', 'z'].map((lane) => share(lane, `item of ${lane}`))
  await nextTurn()
  t.equal(groups.length, 3)
  for (let n = 0; n < 3; n++) await letGo()
  t.equal((await Promise.all(all)).length, 3)
})

t.test('where a group fails as a whole, each of it is tried again alone', async (t) => {
  const groups: string[][] = []
  const share = gather(async (_lane: string, items: readonly string[]) => {
    await new Promise((resolve) => setImmediate(resolve))
    groups.push([...items])
    if (items.includes('bad')) throw new Error('bad')
    return items.map((item) => `${item} done`)
  }, byItself)
  const settled = await Promise.allSettled(['a', 'b', 'c', 'bad', 'd'].map((item) => share('lane', item)))
  t.same(
    settled.map((one) => (one.status === 'fulfilled' ? one.value : 'refused')),
    ['a done', 'b done', 'c done', 'refused', 'd done'],
  )
  t.ok(
    groups.some((group) => group.length === 5),
    'they were put together first',
  )
})
