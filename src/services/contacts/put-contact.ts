import type { StoredContact } from '../../store/casework/contacts.ts'
import { asNotThere } from '../casework/taken.ts'
import type { Needs, Put, Sender } from '../needs.ts'
import { putContacts, type ContactSubmission } from './put-contacts.ts'

/** Stores a contact, or a correction of it. */
export const putContact = (needs: Pick<Needs, 'transact' | 'clock' | 'ring' | 'secret'>) => {
  const put = putContacts(needs)
  return async (
    sender: Sender,
    { contractId, ref }: { contractId: string; ref: string },
    submission: Omit<ContactSubmission, 'ref'>,
  ): Promise<Put<StoredContact>> => {
    const [receipt] = await put(sender, contractId, [{ ref, ...submission }]).catch(asNotThere)
    if (receipt === undefined) throw new Error('each submission has a receipt')
    if ('problem' in receipt) throw receipt.problem
    return receipt.put
  }
}
