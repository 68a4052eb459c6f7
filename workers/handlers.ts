import type { RecountJob } from '../src/jobs.ts'
import type { Metrics } from '../src/process/metrics.ts'
import type { Needs } from '../src/services/needs.ts'
import { recountMonth } from '../src/services/outcomes/recount-month.ts'
import { refreshStatistics } from '../src/services/outcomes/refresh-statistics.ts'
import { ringForWaiting } from '../src/services/outcomes/ring-for-waiting.ts'

const REST_PER_WORK = 4
const LONGEST_REST_MILLISECONDS = 500

/** What each job does. */
export const makeHandlers = (needs: Needs, metrics: Pick<Metrics, 'recountDone' | 'recountFailed'>) => ({
  recount: async (job: RecountJob): Promise<void> => {
    const started = performance.now()
    try {
      await recountMonth(needs)(job)
      const milliseconds = performance.now() - started
      metrics.recountDone(milliseconds / 1000)
      // A month that keeps changing is not counted again at once: the queue holds its next job back until this one ends,
      // so that counting takes a fifth of the time at most, and writing has the rest.
      await needs.pause(Math.min(milliseconds * REST_PER_WORK, LONGEST_REST_MILLISECONDS))
    } catch (error) {
      metrics.recountFailed()
      throw error
    }
  },
  sweep: async (): Promise<void> => {
    await ringForWaiting(needs)()
    await refreshStatistics(needs)()
  },
})
