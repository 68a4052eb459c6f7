import { notFound } from '../../domain/problem.ts'
import type {
  AssessmentFilter,
  AssessmentRevision,
  StoredAssessment,
} from '../../store/casework/assessments.ts'
import type { PageRequest } from '../../store/store.ts'
import { recordRead, type Reader } from '../audit/record-read.ts'
import type { Needs } from '../needs.ts'
import { shownOf } from '../page.ts'

export const getAssessment =
  ({ transact, clock }: Pick<Needs, 'transact' | 'clock'>) =>
  (
    reader: Reader,
    { contractId, ref }: { contractId: string; ref: string },
    withRevisions: boolean,
  ): Promise<StoredAssessment & { revisions?: AssessmentRevision[] }> =>
    transact({ role: 'provider', organisation: reader.organisation }, async (store) => {
      const stored = await store.assessments.find(contractId, ref)
      if (stored?.withdrawnAt !== null) throw notFound()
      await recordRead(store, clock, reader, { contractId, what: 'assessments', howMany: 1 })
      if (!withRevisions) return stored
      return { ...stored, revisions: [...(await store.assessments.formerRevisions(contractId, ref)), stored] }
    })

export const listAssessments =
  ({ transact, clock }: Pick<Needs, 'transact' | 'clock'>) =>
  (
    reader: Reader,
    contractId: string,
    filter: AssessmentFilter,
    page: PageRequest,
  ): Promise<StoredAssessment[]> =>
    transact({ role: 'provider', organisation: reader.organisation }, async (store) => {
      if ((await store.contracts.find(contractId)) === undefined) throw notFound()
      const found = await store.assessments.list(contractId, filter, page)
      await recordRead(store, clock, reader, {
        contractId,
        what: 'assessments',
        howMany: shownOf(found, page),
      })
      return found
    })
