import type { AuditEvent } from '../../domain/audit/entry.ts'
import type { Store } from '../../store/store.ts'
import { hashOf, START } from './entry-hash.ts'

/** The chain of what operators do to no organisation; no organisation has this name. */
export const OPERATORS = ''

/** Adds to an organisation's chain, in the transaction of what the entry tells; the next to add waits until this ends. */
export async function recordEntry(
  { auditLog }: Pick<Store, 'auditLog'>,
  organisationId: string,
  event: AuditEvent,
): Promise<void> {
  const last = await auditLog.lockLast(organisationId)
  const entry = { organisationId, entry: (last?.entry ?? 0) + 1, ...event }
  const previousHash = last?.hash ?? START
  await auditLog.insert({ ...entry, previousHash, hash: hashOf(entry, previousHash) })
}
