import { gather } from '../gather.ts'
import type { Needs, Put } from '../needs.ts'
import type { StoredAssessment } from '../../store/casework/assessments.ts'
import { asNotThere } from './taken.ts'
import type { Receipt } from '../receipt.ts'
import { receiveAssessments, type Submission } from './receive-assessments.ts'

/** Takes one assessment; those of one provider and contract that wait at the same time share a transaction. */
export const receiveAssessment = (
  needs: Pick<Needs, 'transact' | 'definitions' | 'clock' | 'ring' | 'secret'>,
): ((
  provider: string,
  at: { contractId: string; ref: string },
  submission: Omit<Submission, 'ref'>,
) => Promise<Put<StoredAssessment>>) => {
  const receive = receiveAssessments(needs)
  const share = gather<Submission, Receipt<StoredAssessment>>(
    (lane, submissions) => {
      // Neither identifier can contain a space.
      const [provider = '', contractId = ''] = lane.split(' ')
      return receive(provider, contractId, submissions)
    },
    ({ ref }) => ref,
  )
  return async (provider, { contractId, ref }, submission) => {
    const receipt = await share(`${provider} ${contractId}`, { ref, ...submission }).catch(asNotThere)
    if ('problem' in receipt) throw receipt.problem
    return receipt.put
  }
}
