import type { RecountJob } from '../src/jobs.ts'
import type { Metrics } from '../src/process/metrics.ts'
import type { Needs } from '../src/services/needs.ts'
import { recountMonth } from '../src/services/counting/recount-month.ts'
import { refreshStatistics } from '../src/services/counting/refresh-statistics.ts'
import { ringForWaiting } from '../src/services/counting/ring-for-waiting.ts'

const SMALL_CASES = 200
/** Some ten times as long as counting a case takes. */
const REST_MILLISECONDS_PER_CASE = 0.4
const LONGEST_REST_MILLISECONDS = 2_000

/** What each job does. */
export const makeHandlers = (needs: Needs, metrics: Pick<Metrics, 'recountDone' | 'recountFailed'>) => ({
  recount: async (job: RecountJob): Promise<void> => {
    const started = performance.now()
    try {
      const cases = await recountMonth(needs)(job)
      metrics.recountDone((performance.now() - started) / 1000)
      // After a large month this place rests, so that counting, where it shares a process with the API, leaves it time.
      if (cases > SMALL_CASES) {
        await needs.pause(Math.min(cases * REST_MILLISECONDS_PER_CASE, LONGEST_REST_MILLISECONDS))
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
