import t from 'tap'
import { sharedLook } from '../../src/services/shared-look.ts'

/** Looks at something that changes meanwhile; each goes on until it is let go, and sees what was there when it began. */
function held() {
  let now = 'first'
  const looks: { at: string; end: (error?: Error) => void }[] = []
  const look = sharedLook(
    (question: string) =>
      new Promise<string>((resolve, reject) => {
        const seen = `${question}: ${now}`
        looks.push({
          at: question,
          end(error) {
            if (error) reject(error)
            else resolve(seen)
          },
        })
      }),
    (question) => question,
  )
  const turns = async () => {
    for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  return { look, looks, turns, change: (to: string) => (now = to) }
}

t.test('those who ask the same together share one look', async (t) => {
  const { look, looks, turns } = held()
  const asked = [look('a'), look('a'), look('b')]
  await turns()
  t.same(
    looks.map(({ at }) => at),
    ['a', 'b'],
  )
  for (const { end } of looks) end()
  t.same(await Promise.all(asked), ['a: first', 'a: first', 'b: first'])
})

t.test('whoever comes later is not told of what was there before', async (t) => {
  const { look, looks, turns, change } = held()
  const early = [look('a'), look('a')]
  await turns()
  change('second')
  const late = [look('a'), look('a')]
  await turns()
  change('third')
  // Others begin as these end.
  for (const { end } of looks) {
    end()
    await turns()
  }
  t.same(await Promise.all(early), ['a: first', 'a: first'])
  for (const seen of await Promise.all(late)) t.not(seen, 'a: first')
  t.ok(looks.length <= 3)
})

t.test('a look that fails is each one’s own', async (t) => {
  const { look, looks, turns } = held()
  const asked = Promise.allSettled([look('a'), look('a')])
  await turns()
  looks[0]?.end(new Error('the connection was lost'))
  await turns()
  t.equal(looks.length, 3, 'each looks again by itself')
  looks[1]?.end()
  looks[2]?.end(new Error('again'))
  t.match(await asked, [{ value: 'a: first' }, { reason: { message: 'again' } }])
})
