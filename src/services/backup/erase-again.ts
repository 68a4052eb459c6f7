import { z } from 'zod'
import { isRetentionOver } from '../../domain/contracts/retention.ts'
import { londonDateOf } from '../../domain/period.ts'
import type { StoredContract } from '../../store/contracts.ts'
import type { Store } from '../../store/store.ts'
import { recordEntry } from '../audit/record-entry.ts'
import { digestOfCase } from '../erasure/digests.ts'
import { eraseCases } from '../erasure/erase-cases.ts'
import type { Needs } from '../needs.ts'

const erasure = z.object({
  contract: z.string(),
  /** In hexadecimal digits. */
  digest: z.string(),
  deliveredBy: z.string(),
  erasedAt: z.string(),
})
export type ListedErasure = z.infer<typeof erasure>

/** @throws {Error} if it is none */
export const readErasure = (line: string): ListedErasure => erasure.parse(JSON.parse(line))

const PAGE = 300

/**
 * Erases each case that is there although it is on a list of erasures.
 *
 * What the end of a contract's retention had erased is left to its next end, which comes within moments of the next start: that
 * one keeps the contract's counts, and this one counts what is left.
 *
 * @returns how many cases were erased
 */
export const eraseAgain =
  (needs: Pick<Needs, 'transact' | 'clock' | 'secret'>) =>
  async (list: readonly ListedErasure[]): Promise<number> => {
    const byContract = new Map<string, ListedErasure[]>()
    for (const one of list) byContract.set(one.contract, [...(byContract.get(one.contract) ?? []), one])
    let erased = 0
    for (const [contractId, of] of byContract) {
      const contract = await needs.transact({ role: 'operator' }, (store) => store.contracts.find(contractId))
      if (contract === undefined) continue
      const digests = new Set(of.filter((one) => !isByRetention(contract, one)).map(({ digest }) => digest))
      if (digests.size > 0) erased += await eraseOf(needs, contract, digests)
    }
    return erased
  }

const isByRetention = (contract: StoredContract, { erasedAt }: ListedErasure): boolean =>
  isRetentionOver(contract, londonDateOf(new Date(erasedAt)))

async function eraseOf(
  needs: Pick<Needs, 'transact' | 'clock' | 'secret'>,
  contract: StoredContract,
  digests: ReadonlySet<string>,
): Promise<number> {
  const { transact, secret } = needs
  const { contractId, provider } = contract
  let after: string | null = null
  let erased = 0
  do {
    const page: readonly string[] = await transact(
      { role: 'provider', organisation: provider },
      async (store) => {
        const cases = await store.cases.list(contractId, { limit: PAGE, after })
        const refs = cases.map(({ caseRef }) => caseRef)
        const found = refs.filter((ref) => digests.has(digestOfCase(secret, contractId, ref).toString('hex')))
        if (found.length > 0) erased += await eraseFound(needs, store, contract, found)
        return refs
      },
    )
    after = page.at(-1) ?? null
  } while (after !== null)
  return erased
}

/** @returns how many there still were, once nobody else could erase them */
async function eraseFound(
  { clock, secret }: Pick<Needs, 'clock' | 'secret'>,
  store: Store,
  contract: StoredContract,
  found: readonly string[],
): Promise<number> {
  const { contractId, provider } = contract
  const cases = await store.cases.lock(contractId, found)
  if (cases.length === 0) return 0
  await recordEntry(store, provider, {
    at: clock.now().toISOString(),
    actorKind: 'service',
    action: 'erased',
    subjectKind: 'case',
    details: { contract: contractId, cases: cases.length },
  })
  await eraseCases(store, secret, [{ contractId, marks: contract, cases }])
  return cases.length
}
