import { checkPrecondition } from '../../domain/precondition.ts'
import { Problem, whole, type Reading } from '../../domain/problem.ts'
import { Overtaken } from '../../store/database.ts'
import type { Organisation, StoredOrganisation } from '../../store/organisations.ts'
import type { Needs, Put } from '../needs.ts'

export interface OrganisationBody {
  name: string
  kind: Organisation['kind']
  areaCode?: string | undefined
  exactReturns?: boolean | undefined
}

/** Makes or changes an organisation; its kind stays for ever, since its keys and contracts rest on it. */
export const putOrganisation =
  ({ transact }: Pick<Needs, 'transact'>) =>
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
      if (known === undefined) {
        const stored = await store.organisations.insert(wanted)
        if (stored === undefined) throw new Overtaken()
        return { created: true, stored }
      }
      if (known.kind !== wanted.kind) {
        throw new Problem('conflict', 'The kind of an organisation cannot change.')
      }
      const same =
        known.name === wanted.name &&
        known.areaCode === wanted.areaCode &&
        known.exactReturns === wanted.exactReturns
      return { created: false, stored: same ? known : await store.organisations.update(wanted) }
    })
