import { isDeepStrictEqual } from 'node:util'
import { isOutdated } from '../../domain/casework/support-case.ts'
import { checkPrecondition } from '../../domain/precondition.ts'

interface Said {
  /** When the case system last changed it, as an instant in ISO 8601. */
  sourceUpdatedAt: string | null
}

interface Kept {
  revision: number
  withdrawnAt: string | null
}

/** Whether a submission is written, or the stored one stays as it is, maybe said again more recently. */
export type Decision<Wanted, Stored> = { write: Wanted } | { keep: Stored; saidAgainAt?: string }

/**
 * What a submission does to what is stored under its reference; one that was withdrawn is as if it were not there.
 *
 * @throws {Problem} if If-Match names another revision
 */
export function decideWrite<Wanted extends Said, Stored extends Wanted & Kept>(
  wanted: Wanted,
  known: Stored | undefined,
  ifMatch: string | undefined,
): Decision<Wanted, Stored> {
  const valid = known?.withdrawnAt === null ? known : undefined
  checkPrecondition(ifMatch, valid?.revision)
  if (valid === undefined) return { write: wanted }
  if (isOutdated(wanted.sourceUpdatedAt, valid.sourceUpdatedAt)) return { keep: valid }
  if (!isSame(valid, wanted)) return { write: wanted }
  const later = wanted.sourceUpdatedAt ?? undefined
  return later === undefined || later === valid.sourceUpdatedAt
    ? { keep: valid }
    : { keep: valid, saidAgainAt: later }
}

/** Whether it says the same as what is stored; when it was said does not count. */
function isSame<Wanted extends Said>(stored: Wanted, wanted: Wanted): boolean {
  return (Object.keys(wanted) as (keyof Wanted)[])
    .filter((key) => key !== 'sourceUpdatedAt')
    .every((key) => isDeepStrictEqual(stored[key], wanted[key]))
}
