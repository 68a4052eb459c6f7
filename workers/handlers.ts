import type { RecountJob } from '../src/jobs.ts'
import type { Metrics } from '../src/process/metrics.ts'
import type { Needs } from '../src/services/needs.ts'
import { readHeads, type ChainHead } from '../src/services/audit/read-heads.ts'
import { putOff } from '../src/services/counting/put-off.ts'
import { recountMonth } from '../src/services/counting/recount-month.ts'
import { refreshStatistics } from '../src/services/counting/refresh-statistics.ts'
import { endRetention } from '../src/services/erasure/end-retention.ts'
import { forgetIdempotencyKeys } from '../src/services/intake/forget-idempotency-keys.ts'
import { makeDueReturns } from '../src/services/returns/make-due-returns.ts'
import { ringForWaiting } from '../src/services/counting/ring-for-waiting.ts'
import { releaseAgain } from '../src/services/webhooks/release-again.ts'
import { forgetDeliveries, sendDeliveries } from '../src/services/webhooks/send-deliveries.ts'
import { onceADay } from './once-a-day.ts'

/** So many times as long as counting took, which takes longer the more else there is to do. */
const REST = 40
const LONGEST_REST_MILLISECONDS = 8_000

/**
 * What each job does.
 *
 * @param stopping whoever rests need not any more
 * @param tellHeads is told once a day where each chain of the audit log ends
 */
export const makeHandlers = (
  needs: Needs,
  metrics: Pick<Metrics, 'recountDone' | 'recountFailed'>,
  stopping: AbortSignal,
  tellHeads: (heads: readonly ChainHead[]) => void,
) => {
  const retention = onceADay(needs.clock.today, endRetention(needs))
  const auditHeads = onceADay(needs.clock.today, async () => {
    tellHeads(await readHeads(needs)())
    return true
  })
  return {
    recount: async (job: RecountJob): Promise<void> => {
      const started = performance.now()
      try {
        const { isMarkedAgain } = await recountMonth(needs)(job)
        const milliseconds = performance.now() - started
        metrics.recountDone(milliseconds / 1000)
        // A month that changes while it is counted would be counted all the time, while whoever changes it waits for that.
        if (isMarkedAgain)
          await needs.pause(Math.min(milliseconds * REST, LONGEST_REST_MILLISECONDS), stopping)
      } catch (error) {
        metrics.recountFailed()
        await putOff(needs)(job)
        throw error
      }
    },
    sweep: async (): Promise<void> => {
      await ringForWaiting(needs)()
      await refreshStatistics(needs)()
      await forgetIdempotencyKeys(needs)()
      await forgetDeliveries(needs)()
      await auditHeads()
      await retention()
    },
    makeDueReturns: async (): Promise<void> => {
      await makeDueReturns(needs)()
    },
    releaseAgain: releaseAgain(needs),
    sendDeliveries: async (): Promise<void> => {
      await sendDeliveries(needs)()
    },
  }
}
