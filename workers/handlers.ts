import type { RecountJob } from '../src/jobs.ts'
import type { Metrics } from '../src/process/metrics.ts'
import type { Needs } from '../src/services/needs.ts'
import { recountMonth } from '../src/services/outcomes/recount-month.ts'
import { refreshStatistics } from '../src/services/outcomes/refresh-statistics.ts'
import { ringForWaiting } from '../src/services/outcomes/ring-for-waiting.ts'

const SMALL_MILLISECONDS = 25
const REST_PER_WORK = 3
const LONGEST_REST_MILLISECONDS = 2_000

/** What each job does. */
export const makeHandlers = (needs: Needs, metrics: Pick<Metrics, 'recountDone' | 'recountFailed'>) => ({
  recount: async (job: RecountJob): Promise<void> => {
    const started = performance.now()
    try {
      await recountMonth(needs)(job)
      const milliseconds = performance.now() - started
      metrics.recountDone(milliseconds / 1000)
      // After a large month this place rests, so that counting, where it shares a process with the API, leaves it time.
      if (milliseconds > SMALL_MILLISECONDS) {
        await needs.pause(Math.min(milliseconds * REST_PER_WORK, LONGEST_REST_MILLISECONDS))
      }
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
