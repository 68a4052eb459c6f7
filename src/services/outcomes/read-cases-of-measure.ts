import { agreedPlan, planFor, readsOf } from '../../domain/counting/plan.ts'
import { isPairMeasure } from '../../domain/measure.ts'
import {
  casesOf,
  verdictsOf,
  windowOf,
  type CaseItem,
  type CasesOfMeasure,
} from '../../domain/outcomes/cases-of-measure.ts'
import type { Measure } from '../../domain/measure.ts'
import type { Period } from '../../domain/period.ts'
import { invalid, notFound } from '../../domain/problem.ts'
import type { AssessmentRow, CaseRow } from '../../store/counting.ts'
import type { Store } from '../../store/store.ts'
import { recordRead, type Reader } from '../audit/record-read.ts'
import type { Needs } from '../needs.ts'
import { withAnswers, withAssessments } from '../counting/cases-to-count.ts'

export interface CasesQuestion {
  contractId: string
  measure: string
  period: Period
}

/**
 * Who is behind a measure's figure: a verdict for each case that it could have counted, by reference. A partner sees the
 * cases that it delivers itself. Unlike figures, this reads the cases themselves.
 */
export const readCasesOfMeasure =
  ({ transact, definitions, clock }: Pick<Needs, 'transact' | 'definitions' | 'clock'>) =>
  (reader: Reader, { contractId, measure: id, period }: CasesQuestion): Promise<CaseItem[]> =>
    transact({ role: 'provider', organisation: reader.organisation }, async (store) => {
      const contract = await store.contracts.find(contractId)
      if (contract === undefined) throw notFound()
      const plan = agreedPlan(planFor(contract, definitions))
      const agreed = plan.measures.find(({ measure }) => measure.id === id)
      if (agreed === undefined) throw notFound()
      const source = casesOf(agreed.measure)
      if (source === null) {
        throw invalid([{ pointer: '/measure', detail: 'is counted by contacts, not by cases' }])
      }
      const own = { ...plan, measures: [agreed] }
      const isPartner = contract.provider !== reader.organisation
      const { cases, assessments, contacts, anonymous } = await read(store, contractId, {
        measure: agreed.measure,
        source,
        period,
        reads: readsOf(own),
        isPartner,
      })
      const items = verdictsOf(
        agreed,
        {
          cases: withAssessments(cases, assessments, contacts),
          anonymous: anonymous.map(withAnswers),
        },
        { plan, period, today: clock.today() },
      )
      await recordRead(store, clock, reader, {
        contractId,
        what: 'cases-of-measure',
        howMany: items.length,
      })
      return items
    })

interface Wanted {
  measure: Measure
  source: Exclude<CasesOfMeasure, null>
  period: Period
  reads: ReturnType<typeof readsOf>
  isPartner: boolean
}

interface Rows {
  cases: CaseRow[]
  assessments: AssessmentRow[]
  contacts: { caseRef: string; heldOn: string }[]
  anonymous: AssessmentRow[]
}

const nothing: Rows = { cases: [], assessments: [], contacts: [], anonymous: [] }

async function read({ counting }: Store, contractId: string, wanted: Wanted): Promise<Rows> {
  const { measure, source, period, reads, isPartner } = wanted
  switch (source) {
    case 'closed': {
      const [cases, assessments, contacts, anonymous] = await Promise.all([
        counting.cases(contractId, period, 'counted_on'),
        counting.assessments(contractId, period, reads.answersOf),
        reads.contactsOfCases ? counting.contactDates(contractId, period) : [],
        // Answers without a case are nobody's but the whole contract's.
        reads.anonymous && !isPartner ? counting.anonymous(contractId, period, reads.answersOf) : [],
      ])
      return { cases, assessments, contacts, anonymous }
    }
    case 'referred':
      return { ...nothing, cases: await counting.cases(contractId, period, 'referred_on') }
    case 'entered':
      return { ...nothing, cases: await counting.cases(contractId, period, 'in_support_from') }
    case 'supported':
      return { ...nothing, cases: await counting.casesInSupport(contractId, windowOf(measure, period)) }
    case 'assessed': {
      const instruments = isPairMeasure(measure) ? [measure.instrument.id] : []
      const [cases, assessments] = await Promise.all([
        counting.casesAssessed(contractId, period, instruments),
        counting.allAssessments(contractId, instruments),
      ])
      return { ...nothing, cases, assessments }
    }
  }
}
