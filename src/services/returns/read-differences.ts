import { returnDifferences, type RowDifference } from '../../domain/returns/differences.ts'
import type { ReturnNeeds } from './make-return.ts'
import { getReturn } from './read-returns.ts'

export interface DifferencesAnswer {
  from: number
  to: number
  rows: RowDifference[]
  /** Null: hidden, since they are few. */
  lateCases: number | null
  correctedCases: number | null
}

/** A version of a return beside the one before it; the first beside the one after it. */
export const readDifferences = (needs: ReturnNeeds) => {
  const read = getReturn(needs)
  return async (commissioner: string, returnId: string, keyId?: string): Promise<DifferencesAnswer> => {
    const own = await read(commissioner, returnId, keyId)
    const versions = await needs.transact({ role: 'commissioner', organisation: commissioner }, (store) =>
      store.returns.versions(own),
    )
    const to = versions.find(({ version }) => version === Math.max(own.version, 2)) ?? own
    const from = versions.find(({ version }) => version === to.version - 1) ?? own
    const changes = from === to ? { late: 0, corrected: 0 } : to.changes.at(-1)
    return {
      from: from.version,
      to: to.version,
      rows: returnDifferences(from.content, to.content),
      lateCases: changes?.late ?? null,
      correctedCases: changes?.corrected ?? null,
    }
  }
}
