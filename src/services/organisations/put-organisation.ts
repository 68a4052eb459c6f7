import { changedFields } from '../changed-fields.ts'
import type { AuditAction, AuditEvent } from '../../domain/audit/entry.ts'
import { checkPrecondition } from '../../domain/precondition.ts'
import { Problem, whole, type Reading } from '../../domain/problem.ts'
import { Overtaken } from '../../store/database.ts'
import type { Organisation, StoredOrganisation } from '../../store/organisations.ts'
import { recordEntry } from '../audit/record-entry.ts'
import type { Needs, Put } from '../needs.ts'

export interface OrganisationBody {
  name: string
  kind: Organisation['kind']
  areaCode?: string | undefined
  exactReturns?: boolean | undefined
}

/** Makes or changes an organisation; its kind stays for ever, since its keys and contracts rest on it. */
export const putOrganisation =
  ({ transact, clock }: Pick<Needs, 'transact' | 'clock'>) =>
  (
    organisationId: string,
    reading: Reading<OrganisationBody>,
    ifMatch?: string,
  ): Promise<Put<StoredOrganisation>> =>
    transact({ role: 'operator' }, async (store) => {
      const body = whole(reading)
      const known = await store.organisations.lock(organisationId)
      checkPrecondition(ifMatch, known?.revision)
      const wanted: Organisation = {
        organisationId,
        name: body.name,
        kind: body.kind,
        areaCode: body.areaCode ?? null,
        exactReturns: body.exactReturns ?? false,
      }
      const record = (action: AuditAction, details: AuditEvent['details']): Promise<void> =>
        recordEntry(store, organisationId, {
          at: clock.now().toISOString(),
          actorKind: 'operator',
          action,
          subjectKind: 'organisation',
          details,
        })
      if (known === undefined) {
        const stored = await store.organisations.insert(wanted)
        if (stored === undefined) throw new Overtaken()
        await record('organisation-made', { kind: wanted.kind })
        return { created: true, stored }
      }
      if (known.kind !== wanted.kind) {
        throw new Problem('conflict', 'The kind of an organisation cannot change.')
      }
      const changed = changedFields(known, wanted)
      if (changed.length === 0) return { created: false, stored: known }
      const stored = await store.organisations.update(wanted)
      await record('organisation-changed', { fields: changed, exactReturns: wanted.exactReturns })
      return { created: false, stored }
    })
