import t from 'tap'
import type { Needs } from '../../src/services/needs.ts'
import { makeHandlers } from '../../workers/handlers.ts'

const metrics = { recountDone: () => undefined, recountFailed: () => undefined }

t.test('whoever counts a month that goes on changing rests, and is woken to stop', async (t) => {
  for (const isMarkedAgain of [true, false]) {
    const rests: { milliseconds: number; signal: AbortSignal | undefined }[] = []
    const needs = {
      transact: async () => ({ isMarkedAgain }),
      clock: { today: () => '2026-11-27' },
      pause: async (milliseconds: number, signal?: AbortSignal) => {
        rests.push({ milliseconds, signal })
      },
    } as unknown as Needs
    const stopping = new AbortController()
    const handlers = makeHandlers(needs, metrics, stopping.signal, () => undefined)
    await handlers.recount({ contractId: 'vf', month: 201903, requests: [] })
    t.equal(rests.length, isMarkedAgain ? 1 : 0)
    for (const { milliseconds, signal } of rests) {
      t.ok(milliseconds > 0 && milliseconds <= 8_000)
      t.equal(signal, stopping.signal)
    }
  }
})
