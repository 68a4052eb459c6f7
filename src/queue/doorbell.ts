import type { ContractMonth } from '../domain/counts.ts'

/** After quiet the bell is rung soon; while much comes in, the same month would only be counted more often. */
const QUIET_MILLISECONDS = 50
const BUSY_MILLISECONDS = 250

export interface Doorbell {
  ring: (months: readonly ContractMonth[]) => void
  /** Rings for what has not been rung for yet. */
  close: () => Promise<void>
}

/**
 * Collects what is to be counted for some moments and then tells the queue once: ringing at each request would cost more
 * than the request. It never fails and never makes anybody wait; what a lost bell leaves behind, the sweep finds.
 */
export function makeDoorbell(
  add: (months: readonly ContractMonth[]) => Promise<void>,
  onError: (error: unknown) => void,
): Doorbell {
  const waiting = new Map<string, ContractMonth>()
  let timer: NodeJS.Timeout | undefined
  let rungAt = -BUSY_MILLISECONDS

  const flush = async (): Promise<void> => {
    timer = undefined
    rungAt = performance.now()
    const months = [...waiting.values()]
    waiting.clear()
    if (months.length === 0) return
    try {
      await add(months)
    } catch (error) {
      onError(error)
    }
  }

  return {
    ring(months) {
      for (const one of months) waiting.set(`${one.contractId} ${one.month}`, one)
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
