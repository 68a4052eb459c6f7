import { gather } from '../gather.ts'
import type { Needs, Put, Sender } from '../needs.ts'
import type { StoredAssessment } from '../../store/casework/assessments.ts'
import { asNotThere } from './taken.ts'
import type { Receipt } from '../receipt.ts'
import { receiveAssessments, type Submission } from './receive-assessments.ts'

/** Takes one assessment; those of one provider and contract that wait at the same time share a transaction. */
export const receiveAssessment = (
  needs: Pick<Needs, 'transact' | 'definitions' | 'clock' | 'ring' | 'secret'>,
): ((
  sender: Sender,
  at: { contractId: string; ref: string },
  submission: Omit<Submission, 'ref'>,
) => Promise<Put<StoredAssessment>>) => {
  const receive = receiveAssessments(needs)
  const share = gather<Submission & Pick<Sender, 'requests'>, Receipt<StoredAssessment>>(
    (lane, submissions) => {
      // Neither identifier can contain a space.
      const [provider = '', contractId = ''] = lane.split(' ')
      const requests = submissions.flatMap((one) => one.requests)
      return receive({ provider, requests }, contractId, submissions)
    },
    {
      keyOf: ({ ref }) => `ref ${ref}`,
      claimsOf: ({ reading }) =>
        typeof reading.given.case === 'string' ? [`case ${reading.given.case}`] : [],
    },
  )
  return async ({ provider, requests }, { contractId, ref }, submission) => {
    const receipt = await share(`${provider} ${contractId}`, { ref, requests, ...submission }).catch(
      asNotThere,
    )
    if ('problem' in receipt) throw receipt.problem
    return receipt.put
  }
}
