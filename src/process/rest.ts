import { setTimeout as pause } from 'node:timers/promises'

/** Waits so long; at the signal it is over early, and that is no error. */
export async function rest(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await pause(milliseconds, undefined, { signal })
  } catch (error) {
    if (signal?.aborted !== true) throw error
  }
}
