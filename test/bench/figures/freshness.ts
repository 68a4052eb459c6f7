import { setTimeout as pause } from 'node:timers/promises'
import { answersOf, type Stand } from '../stand.ts'

const PER_SECOND = 200
/** Those that the writes go to. */
const CONTRACTS = Array.from({ length: 20 }, (_, n) => `fresh-${n}`)

/** From a 2xx to a figure that is not pending, while 200 writes a second come in over 20 contracts and 12 months. */
export async function benchFreshness(stand: Stand): Promise<void> {
  const { report, seconds, keys, send } = stand
  for (const contract of CONTRACTS) await stand.makeContract(contract)
  const waits: number[] = []
  const watches: Promise<void>[] = []
  const started = performance.now()
  for (let n = 0; n < PER_SECOND * seconds; n++) {
    const due = started + (n * 1000) / PER_SECOND
    if (due > performance.now()) await pause(due - performance.now())
    // The first third warms it up.
    watches.push(write(n, n > (PER_SECOND * seconds) / 3 && n % 11 === 0))
  }
  await Promise.all(watches)
  waits.sort((a, b) => a - b)
  const at = (share: number): number => waits[Math.floor(waits.length * share)] ?? NaN
  report.add({
    figure: 'from 2xx to not pending, p95',
    ...{ values: [at(0.95)], unit: 'ms' },
    reach: { atMost: 1000 },
    on: `200 writes a second to 20 contracts; p50 ${Math.round(at(0.5))} ms, longest ${Math.round(at(0.9999))} ms`,
  })

  async function write(n: number, isWatched: boolean): Promise<void> {
    const contract = CONTRACTS[n % CONTRACTS.length] ?? ''
    // Every contract gets to each of the months: 240 months of contracts in turn.
    const period = `2021-M${String(1 + (Math.floor(n / CONTRACTS.length) % 12)).padStart(2, '0')}`
    await send('PUT', `contracts/${contract}/assessments/fresh-${n}`, keys.provider, {
      body: {
        ...{ case: `fresh-${n}`, instrument: 'victim-needs', stage: 'end' },
        ...{ assessedOn: `${period.replace('-M', '-')}-10`, answers: answersOf(n) },
      },
    })
    if (!isWatched) return
    const accepted = performance.now()
    const reply = await send('GET', `contracts/${contract}/outcomes?period=${period}`, keys.provider, {
      wait: 30,
    })
    if (((await reply.json()) as { pending: boolean }).pending)
      throw new Error('still pending after 30 seconds')
    waits.push(performance.now() - accepted)
  }
}
