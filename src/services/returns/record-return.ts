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
