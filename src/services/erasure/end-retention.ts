import { isRetentionOver } from '../../domain/contracts/retention.ts'
import type { StoredContract } from '../../store/contracts.ts'
import { recordEntry } from '../audit/record-entry.ts'
import type { Needs } from '../needs.ts'
import { eraseCases } from './erase-cases.ts'

type RetentionNeeds = Pick<Needs, 'transact' | 'clock' | 'secret'>

/** So many cases are erased in one transaction. */
const BATCH = 300
const PAGE = { limit: 500 }

/**
 * Erases the people of every contract whose retention is over. Its counts are nobody's data any more: they stay as they are
 * from then on, and so does what commissioners were shown.
 *
 * @returns false if a contract has first to be counted to its end: then this is to be done again soon
 */
export const endRetention = (needs: RetentionNeeds) => async (): Promise<boolean> => {
  let isDone = true
  let after: string | null = null
  do {
    const page: StoredContract[] = await needs.transact({ role: 'operator' }, (store) =>
      store.contracts.list({ ...PAGE, after }),
    )
    for (const contract of page.filter((one) => isRetentionOver(one, needs.clock.today()))) {
      const isCounted = await stopCounting(needs, contract)
      isDone &&= isCounted
      let isMore = isCounted
      while (isMore) isMore = await eraseSome(needs, contract)
    }
    after = page.at(-1)?.contractId ?? null
  } while (after !== null)
  return isDone
}

/** From here on the contract's counts stay. @returns false while something of it still waits to be counted */
const stopCounting = (
  { transact, clock }: RetentionNeeds,
  { contractId }: StoredContract,
): Promise<boolean> =>
  transact({ role: 'worker', contract: contractId }, async (store) => {
    const contract = await store.contracts.lock(contractId)
    if (contract === undefined || !isRetentionOver(contract, clock.today())) return true
    if (contract.peopleErasedAt !== null) return true
    const waiting = await store.marks.months(contractId)
    if (contract.countedWith === null || waiting.length > 0) return false
    await store.contracts.setPeopleErasedAt(contractId, clock.now().toISOString())
    return true
  })

/** @returns whether there may be more */
const eraseSome = (
  { transact, clock, secret }: RetentionNeeds,
  { contractId, provider }: StoredContract,
): Promise<boolean> =>
  transact({ role: 'provider', organisation: provider }, async (store) => {
    const contract = await store.contracts.find(contractId)
    if (contract === undefined || !isRetentionOver(contract, clock.today())) return false
    const some = await store.cases.list(contractId, { limit: BATCH, after: null })
    if (some.length === 0) return false
    const cases = await store.cases.lock(
      contractId,
      some.map(({ caseRef }) => caseRef),
    )
    await recordEntry(store, provider, {
      at: clock.now().toISOString(),
      actorKind: 'service',
      action: 'retention-ended',
      subjectKind: 'contract',
      details: { contract: contractId, cases: cases.length },
    })
    await eraseCases(store, secret, [{ contractId, marks: undefined, cases }])
    return true
  })
