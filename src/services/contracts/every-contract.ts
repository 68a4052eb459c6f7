import type { StoredContract } from '../../store/contracts.ts'
import type { Store } from '../../store/store.ts'

const PAGE = 500

/** All contracts that row security shows, by their ids. */
export async function everyContract(store: Store): Promise<StoredContract[]> {
  const contracts: StoredContract[] = []
  let after: string | null = null
  do {
    const page = await store.contracts.list({ limit: PAGE, after })
    contracts.push(...page)
    after = page.length === PAGE ? (page.at(-1)?.contractId ?? null) : null
  } while (after !== null)
  return contracts
}
