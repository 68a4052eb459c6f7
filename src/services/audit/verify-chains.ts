import type { AuditEntry } from '../../domain/audit/entry.ts'
import type { ChainedEntry } from '../../store/audit/audit-log.ts'
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

/** Walks every chain from its beginning. That the last entries are gone, only a hash kept elsewhere can tell. */
export const verifyChains =
  ({ transact }: Pick<Needs, 'transact'>) =>
  async (): Promise<Chain[]> => {
    const chains = new Map<string, Chain>()
    let after: Pick<AuditEntry, 'organisationId' | 'entry'> | undefined = { organisationId: '', entry: -1 }
    while (after !== undefined) {
      const from: Pick<AuditEntry, 'organisationId' | 'entry'> = after
      const page: ChainedEntry[] = await transact({ role: 'operator' }, (store) =>
        store.auditLog.list(from, PAGE),
      )
      for (const entry of page) {
        const { organisationId } = entry
        const chain = chains.get(organisationId) ?? beginning(organisationId)
        chains.set(organisationId, goOn(chain, entry))
      }
      after = page.at(-1)
    }
    return [...chains.values()]
  }

const beginning = (organisationId: string): Chain => ({
  organisationId,
  entries: 0,
  lastHash: START,
  firstBad: undefined,
})

function goOn(chain: Chain, entry: ChainedEntry): Chain {
  if (chain.firstBad !== undefined) return chain
  const isNext = entry.entry === chain.entries + 1
  const isChained = Buffer.compare(entry.previousHash, chain.lastHash) === 0
  const isAsWritten = Buffer.compare(entry.hash, hashOf(entry, entry.previousHash)) === 0
  if (!isNext || !isChained || !isAsWritten) return { ...chain, firstBad: entry.entry }
  return { ...chain, entries: entry.entry, lastHash: entry.hash }
}
