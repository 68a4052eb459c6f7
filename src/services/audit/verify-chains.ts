import type { AuditEntry } from '../../domain/audit/entry.ts'
import type { ChainedEntry, ChainHead } from '../../store/audit/audit-log.ts'
import type { Needs } from '../needs.ts'
import { hashOf, START } from './entry-hash.ts'

/** One organisation's chain, as far as it holds. */
export interface Chain {
  organisationId: string
  /** How many entries hold, and the hash of the last of them. */
  entries: number
  lastHash: Uint8Array
  /** The number of the first entry that was changed, is missing, or was not there; undefined: every one holds. */
  firstBad: number | undefined
}

const PAGE = 1_000

/**
 * Walks every chain from its beginning. That the last entries are gone, or all chained anew, only heads can tell that were kept
 * elsewhere.
 *
 * @param kept heads of former days: each has to be there still, as it was
 */
export const verifyChains =
  ({ transact }: Pick<Needs, 'transact'>) =>
  async (kept: readonly ChainHead[] = []): Promise<Chain[]> => {
    const chains = new Map<string, Chain>()
    const asKept = new Map(kept.map((head) => [nameOf(head), head.hash]))
    let after: Pick<AuditEntry, 'organisationId' | 'entry'> | undefined = { organisationId: '', entry: -1 }
    while (after !== undefined) {
      const from: Pick<AuditEntry, 'organisationId' | 'entry'> = after
      const page: ChainedEntry[] = await transact({ role: 'operator' }, (store) =>
        store.auditLog.list(from, PAGE),
      )
      for (const entry of page) {
        const { organisationId } = entry
        const chain = chains.get(organisationId) ?? beginning(organisationId)
        chains.set(organisationId, goOn(chain, entry, asKept))
      }
      after = page.at(-1)
    }
    for (const { organisationId, entry } of kept) {
      const chain = chains.get(organisationId) ?? beginning(organisationId)
      if (chain.firstBad === undefined && chain.entries < entry)
        chains.set(organisationId, { ...chain, firstBad: chain.entries + 1 })
    }
    return [...chains.values()]
  }

/** No organisation's name has a line break in it. */
const nameOf = ({ organisationId, entry }: Pick<AuditEntry, 'organisationId' | 'entry'>): string =>
  `${organisationId}\n${entry}`

const beginning = (organisationId: string): Chain => ({
  organisationId,
  entries: 0,
  lastHash: START,
  firstBad: undefined,
})

function goOn(chain: Chain, entry: ChainedEntry, asKept: ReadonlyMap<string, Uint8Array>): Chain {
  if (chain.firstBad !== undefined) return chain
  const isNext = entry.entry === chain.entries + 1
  const isChained = Buffer.compare(entry.previousHash, chain.lastHash) === 0
  const isAsWritten = Buffer.compare(entry.hash, hashOf(entry, entry.previousHash)) === 0
  const isAsKept = Buffer.compare(asKept.get(nameOf(entry)) ?? entry.hash, entry.hash) === 0
  if (!isNext || !isChained || !isAsWritten || !isAsKept) return { ...chain, firstBad: entry.entry }
  return { ...chain, entries: entry.entry, lastHash: entry.hash }
}
