import t from 'tap'
import { oneAhead } from '../../src/services/intake/one-ahead.ts'

/** Notes what is asked for and whether it was let go. */
function numbers(many: number, failsAt = Infinity) {
  const asked: number[] = []
  let isEnded = false
  async function* all(): AsyncGenerator<number> {
    try {
      for (let n = 0; n < many; n++) {
        asked.push(n)
        if (n === failsAt) throw new Error('failed')
        yield n
      }
    } finally {
      isEnded = true
    }
  }
  return { asked, all, isEnded: () => isEnded }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

t.test('all of them in their order, each with the next one asked for, and no more', async (t) => {
  const { asked, all } = numbers(4)
  const seen: [number, number[]][] = []
  for await (const n of oneAhead(all())) {
    await turn()
    seen.push([n, [...asked]])
  }
  t.same(seen, [
    [0, [0, 1]],
    [1, [0, 1, 2]],
    [2, [0, 1, 2, 3]],
    [3, [0, 1, 2, 3]],
  ])
  for await (const n of oneAhead(numbers(0).all())) t.fail(`${n} is not there`)
})

t.test('one that fails fails in its turn, and those before it are worked on', async (t) => {
  const seen: number[] = []
  const reading = (async () => {
    for await (const n of oneAhead(numbers(5, 2).all())) {
      seen.push(n)
      await turn()
      await turn()
    }
  })()
  await t.rejects(reading, { message: 'failed' })
  t.same(seen, [0, 1])
})

t.test('where the work ends early, the rest is let go', async (t) => {
  const { asked, all, isEnded } = numbers(5)
  const reading = (async () => {
    for await (const n of oneAhead(all())) {
      await turn()
      if (n === 1) throw new Error('full')
    }
  })()
  await t.rejects(reading, { message: 'full' })
  await turn()
  t.same(asked, [0, 1, 2])
  t.equal(isEnded(), true)
})

t.test('an end before the last one, whose sender has stopped, is waited for by nobody', async (t) => {
  async function* stopping(): AsyncGenerator<number> {
    yield 0
    await new Promise(() => undefined)
  }
  for await (const n of oneAhead(stopping())) {
    t.equal(n, 0)
    break
  }
  t.pass('it is over')
})
