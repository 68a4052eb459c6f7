import t from 'tap'
import { rest } from '../../src/process/rest.ts'

const HOUR = 3_600_000

t.test('it is over at the signal, or where that was given before', async (t) => {
  const stopping = new AbortController()
  const resting = rest(HOUR, stopping.signal)
  stopping.abort()
  await t.resolves(resting)
  await t.resolves(rest(HOUR, stopping.signal))
})

t.test('without a signal it is over in time', async (t) => {
  await t.resolves(rest(1))
  await t.resolves(rest(1, new AbortController().signal))
})
