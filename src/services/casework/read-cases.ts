import { notFound } from '../../domain/problem.ts'
import type { StoredCase } from '../../store/casework/cases.ts'
import type { PageRequest } from '../../store/store.ts'
import { recordRead, type Reader } from '../audit/record-read.ts'
import type { Needs } from '../needs.ts'
import { shownOf } from '../page.ts'

export const getCase =
  ({ transact, clock }: Pick<Needs, 'transact' | 'clock'>) =>
  (reader: Reader, contractId: string, caseRef: string): Promise<StoredCase> =>
    transact({ role: 'provider', organisation: reader.organisation }, async (store) => {
      const stored = await store.cases.find(contractId, caseRef)
      if (stored === undefined) throw notFound()
      await recordRead(store, clock, reader, { contractId, what: 'cases', howMany: 1 })
      return stored
    })

export const listCases =
  ({ transact, clock }: Pick<Needs, 'transact' | 'clock'>) =>
  (reader: Reader, contractId: string, page: PageRequest): Promise<StoredCase[]> =>
    transact({ role: 'provider', organisation: reader.organisation }, async (store) => {
      if ((await store.contracts.find(contractId)) === undefined) throw notFound()
      const found = await store.cases.list(contractId, page)
      await recordRead(store, clock, reader, { contractId, what: 'cases', howMany: shownOf(found, page) })
      return found
    })
