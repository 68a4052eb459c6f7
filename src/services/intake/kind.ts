import type { Reading } from '../../domain/problem.ts'
import type { Needs, Sender } from '../needs.ts'
import type { Receipt } from '../receipt.ts'
import type { Store } from '../../store/store.ts'
import type { AssessmentBody } from '../../domain/casework/assessment-rules.ts'
import type { ContactBody } from '../../domain/casework/contact-rules.ts'
import { putCases, type CaseBody } from '../casework/put-cases.ts'
import { receiveAssessments } from '../casework/receive-assessments.ts'
import { withdrawAssessment } from '../casework/withdraw-assessment.ts'
import { putContacts } from '../contacts/put-contacts.ts'
import { withdrawContact } from '../contacts/withdraw-contact.ts'

export type LineNeeds = Pick<Needs, 'transact' | 'definitions' | 'clock' | 'ring' | 'secret' | 'meter'>

/** What may come in bulk, by the services that take it one at a time, too. */
export interface Kind<Body> {
  put: (
    needs: LineNeeds,
  ) => (
    sender: Sender,
    contractId: string,
    submissions: readonly { ref: string; reading: Reading<Body> }[],
  ) => Promise<Receipt<unknown>[]>
  /** Undefined: it cannot be withdrawn. */
  withdraw?: (needs: LineNeeds) => (sender: Sender, at: ResourceAt) => Promise<void>
  isWithdrawn?: (store: Store, at: ResourceAt) => Promise<boolean>
}

interface ResourceAt {
  contractId: string
  ref: string
}

export const assessmentKind: Kind<AssessmentBody> = {
  put: receiveAssessments,
  withdraw: withdrawAssessment,
  isWithdrawn: async ({ assessments }, { contractId, ref }) =>
    typeof (await assessments.find(contractId, ref))?.withdrawnAt === 'string',
}

export const caseKind: Kind<CaseBody> = {
  put: (needs) => (sender, contractId, submissions) =>
    putCases(needs)(
      sender,
      contractId,
      submissions.map(({ ref, reading }) => ({ caseRef: ref, reading })),
    ),
}

export const contactKind: Kind<ContactBody> = {
  put: putContacts,
  withdraw: withdrawContact,
  isWithdrawn: async ({ contacts }, { contractId, ref }) =>
    typeof (await contacts.find(contractId, ref))?.withdrawnAt === 'string',
}
