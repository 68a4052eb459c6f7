import type { Completeness } from '../../domain/outcomes/outcome.ts'
import { canonicalLabel } from '../../domain/figures.ts'
import type { Period } from '../../domain/period.ts'
import { notFound } from '../../domain/problem.ts'
import { isReturnNear, silentProviders } from '../../domain/returns/silent-providers.ts'
import { qualityOf, type Quality } from '../../domain/quality.ts'
import { recordRead, type Reader } from '../audit/record-read.ts'
import { byCase } from '../counting/cases-to-count.ts'
import type { Needs } from '../needs.ts'
import { readOutcomes } from './read-outcomes.ts'
import { waitForCounts } from './wait-for-counts.ts'

export interface QualityAnswer extends Quality {
  contract: string
  period: Period
  pending: boolean
  completeness: Completeness
  /** Once a return of just this period is to fall due in seven days: of which providers nothing of it came. */
  nothingSent: string[]
}

/**
 * What a provider should look at before figures are read: how complete a period is, as its outcomes say, and which of its
 * cases look wrong. A partner sees the cases that it delivers itself.
 */
export const readQuality = (needs: Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays'>) => {
  const { transact, definitions, clock, returnGraceDays } = needs
  const read = readOutcomes(needs)
  return async (provider: string, contractId: string, period: Period): Promise<QualityAnswer> => {
    const reader = { kind: 'provider', organisation: provider } as const
    const outcomes = await read(reader, { contractId, period })
    const { pending } = outcomes
    const { completeness } = outcomes.figures
    return transact({ role: 'provider', organisation: provider }, async (store) => {
      const [contract, cases, assessments, casesOfClients, deliveredBy, figures] = await Promise.all([
        store.contracts.find(contractId),
        store.quality.cases(contractId, period),
        store.quality.assessments(contractId, period),
        store.quality.casesOfClients(contractId, period),
        store.quality.deliverers(contractId, period),
        store.figures.find(contractId, canonicalLabel(period)),
      ])
      if (contract === undefined) throw notFound()

      const ofCase = byCase(assessments)
      const quality = qualityOf(
        cases.map((one) => ({ ...one, assessments: ofCase.get(one.caseRef) ?? [] })),
        {
          period,
          today: clock.today(),
          expectedDays: contract.expectedDays,
          instruments: definitions.instruments,
          casesOfClients,
        },
      )
      const now = { graceDays: returnGraceDays, today: clock.today() }
      const silent = silentProviders(contract, period, { deliveredBy, hasFigures: figures !== undefined })
      // Of the others' cases, a partner sees none.
      const nothingSent = silent.filter((one) => provider === contract.provider || provider === one)
      return {
        ...{ contract: contractId, period, pending, completeness, ...quality },
        nothingSent: isReturnNear(contract, period, now) ? nothingSent : [],
      }
    })
  }
}

/** The same, but where counts are pending it waits so many seconds for them; which cases it names is a read of these. */
export const readQualityWithin = (
  needs: Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays' | 'pause'>,
) => {
  const read = readQuality(needs)
  const wait = waitForCounts(needs)
  return async (
    reader: Reader,
    contractId: string,
    period: Period,
    seconds: number,
  ): Promise<QualityAnswer> => {
    const { organisation } = reader
    const answer = await wait({ contractId, period, seconds }, () => read(organisation, contractId, period))
    const { startsWithoutEnd, overdue, warnings } = answer
    const named = new Set([...startsWithoutEnd, ...overdue, ...warnings.map(({ caseRef }) => caseRef)])
    await needs.transact({ role: 'provider', organisation }, (store) =>
      recordRead(store, needs.clock, reader, { contractId, what: 'quality', howMany: named.size }),
    )
    return answer
  }
}
