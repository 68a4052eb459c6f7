import { checkPrecondition } from '../../domain/precondition.ts'
import { notFound } from '../../domain/problem.ts'
import { recordEntry } from '../audit/record-entry.ts'
import type { Needs, Sender } from '../needs.ts'
import { findErased } from './digests.ts'
import { eraseCases } from './erase-cases.ts'

/** Erases a case and all under it; what is left is that it was erased, and that somebody's was. */
export const eraseCase =
  ({ transact, clock, ring, secret }: Pick<Needs, 'transact' | 'clock' | 'ring' | 'secret'>) =>
  async (
    { provider, requests }: Sender,
    { contractId, caseRef }: { contractId: string; caseRef: string },
    ifMatch?: string,
  ): Promise<void> => {
    const months = await transact({ role: 'provider', organisation: provider }, async (store) => {
      const [contract, cases] = await Promise.all([
        store.contracts.findParties(contractId),
        store.cases.lock(contractId, [caseRef]),
      ])
      if (contract === undefined) throw notFound()
      const [known] = cases
      if (known === undefined) {
        const erased = await findErased(store, { contractId, contract, provider, secret }, [caseRef])
        throw erased.get(caseRef) ?? notFound()
      }
      checkPrecondition(ifMatch, known.revision)

      await recordEntry(store, provider, {
        at: clock.now().toISOString(),
        actorKind: 'provider',
        action: 'erased',
        subjectKind: 'case',
        details: { contract: contractId, cases: 1 },
      })
      return eraseCases(store, secret, [{ contractId, marks: contract, cases }])
    })
    ring(months, requests)
  }
