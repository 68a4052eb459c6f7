import type { AuditAction } from '../../domain/audit/entry.ts'
import { periodOfMonths } from '../../domain/period.ts'
import type { StoredReturn } from '../../store/returns/returns.ts'
import type { Store } from '../../store/store.ts'
import { recordEntry } from '../audit/record-entry.ts'
import type { Needs } from '../needs.ts'

/** Who does something with a return: a commissioner's key, or the schedule. */
export interface ReturnActor {
  kind: 'commissioner' | 'service'
  /** The key's id. */
  key: string | null
}

export const SCHEDULE: ReturnActor = { kind: 'service', key: null }

export const commissionerWith = (keyId: string | undefined): ReturnActor => ({
  kind: 'commissioner',
  key: keyId ?? null,
})

type ReturnAction = Extract<AuditAction, `return-${string}`>

/** Tells in its commissioner's chain what was done with a return: which one, by which key, and never who signed it off. */
export const recordReturn = (
  { auditLog }: Pick<Store, 'auditLog'>,
  clock: Needs['clock'],
  action: ReturnAction,
  { returnId, commissionerId, template, firstMonth, lastMonth, version }: StoredReturn,
  { kind, key }: ReturnActor,
): Promise<void> =>
  recordEntry({ auditLog }, commissionerId, {
    at: clock.now().toISOString(),
    actorKind: kind,
    action,
    subjectKind: 'return',
    details: {
      return: returnId,
      template,
      period: periodOfMonths(firstMonth, lastMonth).label,
      version,
      key,
    },
  })

/**
 * Tells once of a whole page of a list, however long it is: which stand from the first to the last in the order of their ids.
 * Nobody reads anything on an empty one.
 */
export async function recordList(
  { auditLog }: Pick<Store, 'auditLog'>,
  clock: Needs['clock'],
  listed: readonly StoredReturn[],
  { kind, key }: ReturnActor,
): Promise<void> {
  const [first, last] = [listed[0], listed.at(-1)]
  if (first === undefined || last === undefined) return
  await recordEntry({ auditLog }, first.commissionerId, {
    at: clock.now().toISOString(),
    actorKind: kind,
    action: 'returns-listed',
    subjectKind: 'return',
    details: { first: first.returnId, last: last.returnId, returns: listed.length, key },
  })
}
