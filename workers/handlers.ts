import type { RecountJob } from '../src/jobs.ts'
import type { Metrics } from '../src/process/metrics.ts'
import type { Needs } from '../src/services/needs.ts'
import { recountMonth } from '../src/services/outcomes/recount-month.ts'
import { ringForWaiting } from '../src/services/outcomes/ring-for-waiting.ts'

/** What each job does. */
export const makeHandlers = (needs: Needs, metrics: Pick<Metrics, 'recountDone' | 'recountFailed'>) => ({
  recount: async (job: RecountJob): Promise<void> => {
    const started = performance.now()
    try {
      await recountMonth(needs)(job)
      metrics.recountDone((performance.now() - started) / 1000)
    } catch (error) {
      metrics.recountFailed()
      throw error
    }
  },
  sweep: ringForWaiting(needs),
})
