import type { ContractMonth } from '../../domain/counts.ts'
import { WHOLE_LIFE, type Period } from '../../domain/period.ts'
import type { Needs } from '../needs.ts'

const LOOK_EVERY_MILLISECONDS = 50

/** Which counts are waited for, and how long at most. */
export interface Wait {
  contractId: string
  period: Period
  seconds: number
}

/** Reads again once nothing is pending, or the seconds are over; then it answers with what there is. */
export function waitForCounts({ transact, clock, pause }: Pick<Needs, 'transact' | 'clock' | 'pause'>) {
  // However many wait, one look at the marks serves them all.
  let look: Promise<readonly ContractMonth[]> | undefined
  const nextLook = () =>
    (look ??= pause(LOOK_EVERY_MILLISECONDS)
      .then(() => transact({ role: 'releaser' }, (store) => store.marks.waiting()))
      .finally(() => {
        look = undefined
      }))

  return async <T extends { pending: boolean }>(
    { contractId, period, seconds }: Wait,
    read: () => Promise<T>,
  ): Promise<T> => {
    const until = clock.now().getTime() + seconds * 1000
    // Earlier months can matter, too: then it reads again after each look. Waiting for those always would let a busy contract
    // keep its readers for as long as it is busy.
    const isWaitedFor = ({ contractId: contract, month }: ContractMonth): boolean =>
      contract === contractId &&
      (month === WHOLE_LIFE || (month >= period.firstMonth && month <= period.lastMonth))
    for (;;) {
      const answer = await read()
      const hasTime = () => clock.now().getTime() < until
      if (!answer.pending || !hasTime()) return answer
      while ((await nextLook()).some(isWaitedFor) && hasTime());
    }
  }
}
