import { notFound } from '../../domain/problem.ts'
import type {
  AssessmentFilter,
  AssessmentRevision,
  StoredAssessment,
} from '../../store/casework/assessments.ts'
import type { PageRequest } from '../../store/store.ts'
import type { Needs } from '../needs.ts'

export const getAssessment =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (
    provider: string,
    { contractId, ref }: { contractId: string; ref: string },
    withRevisions: boolean,
  ): Promise<StoredAssessment & { revisions?: AssessmentRevision[] }> =>
    transact({ role: 'provider', organisation: provider }, async (store) => {
      const stored = await store.assessments.find(contractId, ref)
      if (stored?.withdrawnAt !== null) throw notFound()
      if (!withRevisions) return stored
      return { ...stored, revisions: [...(await store.assessments.formerRevisions(contractId, ref)), stored] }
    })

export const listAssessments =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (
    provider: string,
    contractId: string,
    filter: AssessmentFilter,
    page: PageRequest,
  ): Promise<StoredAssessment[]> =>
    transact({ role: 'provider', organisation: provider }, async (store) => {
      if ((await store.contracts.find(contractId)) === undefined) throw notFound()
      return store.assessments.list(contractId, filter, page)
    })
