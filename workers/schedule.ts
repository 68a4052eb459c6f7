const SWEEP_MILLISECONDS = 2_000

/**
 * Sweeps every two seconds, one sweep after the other. A plain timer in each worker process, since a schedule kept in the
 * queue would be lost with the queue.
 */
export function startSweep(
  sweep: () => Promise<void>,
  onError: (error: unknown) => void,
): { stop: () => Promise<void> } {
  let stopped = false
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const next = (): void => {
    timer = setTimeout(() => {
      running = sweep()
        .catch(onError)
        .finally(() => {
          if (!stopped) next()
        })
    }, SWEEP_MILLISECONDS)
  }
  next()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
