/** How often is looked for months that no bell was rung for, and for returns that fell due. */
export const SWEEP_MILLISECONDS = 2_000
export const DUE_RETURNS_MILLISECONDS = 20_000
/** How often is looked for figures that commissioners wait to be told of, and for messages that are due. */
export const RELEASE_MILLISECONDS = 5_000
export const DELIVERIES_MILLISECONDS = 1_000

/**
 * Does something again and again, each time so long after the last time ended. A plain timer in each worker process, since a
 * schedule kept in the queue would be lost with the queue.
 */
export function repeat(
  work: () => Promise<void>,
  milliseconds: number,
  onError: (error: unknown) => void,
): { stop: () => Promise<void> } {
  let stopped = false
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const next = (): void => {
    timer = setTimeout(() => {
      running = work()
        .catch(onError)
        .finally(() => {
          if (!stopped) next()
        })
    }, milliseconds)
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
