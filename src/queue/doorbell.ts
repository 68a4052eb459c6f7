import type { ContractMonth } from '../domain/counts.ts'
import type { RecountJob } from '../jobs.ts'

/** After quiet the bell is rung soon; while much comes in, the same month would only be counted more often. */
const QUIET_MILLISECONDS = 50
const BUSY_MILLISECONDS = 250

/** So many requests are named with a month; one that many requests change is not to be a large job. */
const MOST_REQUESTS = 20

export interface Doorbell {
  /** @param requests the ids of those for whom it is being rung */
  ring: (months: readonly ContractMonth[], requests?: readonly string[]) => void
  /** Rings for what has not been rung for yet. */
  close: () => Promise<void>
}

/**
 * Collects what is to be counted for some moments and then tells the queue once: ringing at each request would cost more
 * than the request. It never fails and never makes anybody wait; what a lost bell leaves behind, the sweep finds.
 */
export function makeDoorbell(
  add: (jobs: readonly RecountJob[]) => Promise<void>,
  onError: (error: unknown) => void,
): Doorbell {
  const waiting = new Map<string, ContractMonth & { requests: Set<string> }>()
  let timer: NodeJS.Timeout | undefined
  let rungAt = -BUSY_MILLISECONDS

  const flush = async (): Promise<void> => {
    timer = undefined
    rungAt = performance.now()
    const jobs = [...waiting.values()].map((one) => ({ ...one, requests: [...one.requests] }))
    waiting.clear()
    if (jobs.length === 0) return
    try {
      await add(jobs)
    } catch (error) {
      onError(error)
    }
  }

  return {
    ring(months, requests = []) {
      for (const { contractId, month } of months) {
        const key = `${contractId} ${month}`
        const known = waiting.get(key) ?? { contractId, month, requests: new Set() }
        waiting.set(key, known)
        for (const id of requests) if (known.requests.size < MOST_REQUESTS) known.requests.add(id)
      }
      if (waiting.size === 0 || timer !== undefined) return
      const isQuiet = performance.now() - rungAt > BUSY_MILLISECONDS
      timer = setTimeout(() => void flush(), isQuiet ? QUIET_MILLISECONDS : BUSY_MILLISECONDS)
    },
    async close() {
      clearTimeout(timer)
      await flush()
    },
  }
}
