import { gone, notFound } from '../../domain/problem.ts'
import type { Store } from '../../store/store.ts'
import { recordEntry } from '../audit/record-entry.ts'
import type { Needs, Sender } from '../needs.ts'
import { digestOfClient } from './digests.ts'
import { eraseCases, type CasesToErase } from './erase-cases.ts'

/** Erases a person: all of their cases that the organisation has in any contract, at once or not at all. */
export const eraseClient =
  ({ transact, clock, ring, secret }: Pick<Needs, 'transact' | 'clock' | 'ring' | 'secret'>) =>
  async ({ provider, requests }: Sender, client: string): Promise<void> => {
    const months = await transact({ role: 'provider', organisation: provider }, async (store) => {
      const erasure = { digest: digestOfClient(secret, provider, client), deliveredBy: provider }
      const groups = await casesOf(store, client)
      if (groups.length === 0) {
        throw (await store.erasures.isErasedAnywhere(erasure.digest)) ? gone() : notFound()
      }
      await recordEntry(store, provider, {
        at: clock.now().toISOString(),
        actorKind: 'provider',
        action: 'erased',
        subjectKind: 'client',
        details: {
          contracts: groups.map(({ contractId }) => contractId),
          cases: groups.reduce((sum, { cases }) => sum + cases.length, 0),
        },
      })
      return eraseCases(
        store,
        secret,
        groups.map((group) => ({ ...group, more: [erasure] })),
      )
    })
    ring(months, requests)
  }

/** The person's cases by contract, in one order everywhere, locked. */
async function casesOf(store: Store, client: string): Promise<CasesToErase[]> {
  const groups: CasesToErase[] = []
  const found = new Map<string, string[]>()
  for (const { contractId, caseRef } of await store.cases.ofClient(client))
    found.set(contractId, [...(found.get(contractId) ?? []), caseRef])
  for (const [contractId, caseRefs] of found) {
    const marks = await store.contracts.findParties(contractId)
    const locked = await store.cases.lock(contractId, caseRefs)
    // Another write may have told since whose case it is.
    const cases = locked.filter((one) => one.client === client)
    if (marks !== undefined && cases.length > 0) groups.push({ contractId, marks, cases })
  }
  return groups
}
