import type { ContractMonth } from '../domain/counts.ts'

const DEBOUNCE_MILLISECONDS = 50

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

  const flush = async (): Promise<void> => {
    timer = undefined
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
      if (waiting.size > 0) timer ??= setTimeout(() => void flush(), DEBOUNCE_MILLISECONDS)
    },
    async close() {
      clearTimeout(timer)
      await flush()
    },
  }
}
