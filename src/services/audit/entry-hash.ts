import { createHash } from 'node:crypto'
import type { AuditEntry } from '../../domain/audit/entry.ts'
import { canonicalJson } from '../../domain/canonical-json.ts'

/** What stands before the first entry of a chain. */
export const START = Buffer.alloc(32)

/** The hash of an entry, over everything that it says and the hash of the one before. */
export const hashOf = (
  { organisationId, entry, at, actorKind, action, subjectKind, details }: AuditEntry,
  previousHash: Uint8Array,
): Buffer =>
  createHash('sha256')
    .update(
      canonicalJson({
        ...{ organisationId, entry, at, actorKind, action, subjectKind, details },
        previousHash: Buffer.from(previousHash).toString('hex'),
      }),
    )
    .digest()
