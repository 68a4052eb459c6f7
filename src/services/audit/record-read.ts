import type { Store } from '../../store/store.ts'
import type { Needs } from '../needs.ts'
import { recordEntry } from './record-entry.ts'

/** A provider, or a partner, that reads by one of its keys. */
export interface Reader {
  organisation: string
  keyId: string
}

/** What was read about single people. */
export interface Read {
  contractId: string
  what: 'cases' | 'assessments' | 'contacts' | 'cases-of-measure' | 'quality'
  howMany: number
}

/**
 * Tells in the reader's chain that it read about people: of which contract, what and how much, by which key, and never about
 * whom. Once a request, in the transaction that reads; of nobody nothing is told, so that a case system may look for changes
 * as often as it likes.
 */
export async function recordRead(
  store: Pick<Store, 'auditLog'>,
  clock: Needs['clock'],
  { organisation, keyId }: Reader,
  { contractId, what, howMany }: Read,
): Promise<void> {
  if (howMany === 0) return
  await recordEntry(store, organisation, {
    at: clock.now().toISOString(),
    actorKind: 'provider',
    action: 'cases-read',
    subjectKind: 'case',
    details: { contract: contractId, what, howMany, key: keyId },
  })
}
