import { periodOfMonths } from '../../domain/period.ts'
import { notFound, Problem, whole, type Fault, type Reading } from '../../domain/problem.ts'
import type { StoredReturn } from '../../store/returns/returns.ts'
import type { Needs } from '../needs.ts'
import { waitForCounts } from '../outcomes/wait-for-counts.ts'
import { tellOfReturn } from '../webhooks/tell-of-return.ts'
import { findReturn } from './read-returns.ts'
import { commissionerWith, recordReturn, type ReturnActor } from './record-return.ts'
import type { ReturnNeeds } from './make-return.ts'

/** Who answers for a return, and by check why it is submitted though the check failed. */
export interface Submission {
  signedOffBy: string
  reasons?: Record<string, string> | undefined
}

/** For all of its contracts together. */
const LONGEST_WAIT_SECONDS = 10

/**
 * Submits a draft as its data is now: from then on it never changes, and the version before it is superseded.
 *
 * @param ifMatch the hash of the content that was signed off
 * @throws {Problem} `conflict` if it was submitted before; `invalid` if a check of level error failed and no reason is given
 */
export const submitReturn = (needs: ReturnNeeds & Pick<Needs, 'pause'>) => {
  const { transact, clock } = needs
  const read = findReturn(needs)
  const wait = waitForCounts(needs)
  return async (
    commissioner: string,
    returnId: string,
    reading: Reading<Submission>,
    ifMatch?: string,
    keyId?: string,
  ): Promise<StoredReturn> => {
    const as = { role: 'commissioner', organisation: commissioner } as const
    const actor = commissionerWith(keyId)
    const draft = await counted(commissioner, returnId, actor)
    return transact(as, async (store) => {
      await store.returns.lock(draft)
      const stored = await store.returns.find(returnId)
      if (stored === undefined) throw notFound()
      if (stored.status !== 'draft') throw new Problem('conflict', 'This return was submitted before.')
      const { signedOffBy, reasons = {} } = whole(reading, faultsOf(stored, reading))
      if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== `"${stored.sha256}"`) {
        throw new Problem('precondition-failed', 'The return says something else than what you read.')
      }
      const versions = await store.returns.versions(stored)
      const formers = versions.filter(({ status }) => status === 'submitted')
      for (const former of formers) await store.returns.supersede(former.returnId)
      await store.returns.submit(returnId, { signedOffBy, reasons, submittedAt: clock.now().toISOString() })
      const submitted = await store.returns.find(returnId)
      if (submitted === undefined) throw new Error('a return that was submitted is there')
      for (const former of formers) await recordReturn(store, clock, 'return-superseded', former, actor)
      await recordReturn(store, clock, 'return-submitted', submitted, actor)
      await tellOfReturn(store, clock, 'return.submitted', submitted)
      return submitted
    })
  }

  /** What is accepted already has its part in what is submitted, unless its counting takes too long: the check `counted` says so. */
  async function counted(commissioner: string, returnId: string, actor: ReturnActor): Promise<StoredReturn> {
    const { content, firstMonth, lastMonth } = await read(commissioner, returnId, actor)
    const period = periodOfMonths(firstMonth, lastMonth)
    const until = clock.now().getTime() + LONGEST_WAIT_SECONDS * 1000
    for (const contractId of content.contracts) {
      const seconds = Math.max(0, (until - clock.now().getTime()) / 1000)
      await wait({ contractId, period, seconds }, async () => ({
        pending: await transact({ role: 'releaser', contract: contractId }, (store) =>
          store.marks.pending(contractId, 0, lastMonth),
        ),
      }))
    }
    return read(commissioner, returnId, actor)
  }
}

function faultsOf({ checks }: StoredReturn, { given, faults }: Reading<Submission>): Fault[] {
  // Reasons that cannot be read may be those that are asked for.
  if (faults.some(({ pointer }) => pointer.startsWith('/reasons'))) return []
  const reasons = given.reasons ?? {}
  const unknown = Object.keys(reasons).filter((id) => !checks.some((check) => check.id === id))
  const unexplained = checks.filter(
    ({ id, level, passed }) => level === 'error' && !passed && reasons[id] === undefined,
  )
  return [
    ...unknown.map((id) => ({ pointer: `/reasons/${id}`, detail: 'is not a check of this return' })),
    ...unexplained.map(({ id }) => ({
      pointer: `/reasons/${id}`,
      detail: 'this check failed: say why the return is submitted all the same',
    })),
  ]
}
