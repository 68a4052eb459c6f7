import type { StoredCase } from '../../store/casework/cases.ts'
import type { Put, Sender } from '../needs.ts'
import { putCases, type CaseSubmission, type PutCaseNeeds } from './put-cases.ts'
import { asNotThere } from './taken.ts'

/** Stores a whole case in the place of what was known of it. */
export const putCase = (needs: PutCaseNeeds) => {
  const put = putCases(needs)
  return async (
    sender: Sender,
    { contractId, caseRef }: { contractId: string; caseRef: string },
    submission: Omit<CaseSubmission, 'caseRef'>,
  ): Promise<Put<StoredCase>> => {
    const [receipt] = await put(sender, contractId, [{ caseRef, ...submission }]).catch(asNotThere)
    if (receipt === undefined) throw new Error('each submission has a receipt')
    if ('problem' in receipt) throw receipt.problem
    return receipt.put
  }
}
