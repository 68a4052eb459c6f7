import { minimumCountFor } from '../../domain/contracts/minimum-count.ts'
import { planFor } from '../../domain/counting/plan.ts'
import { measureSubject } from '../../domain/counts.ts'
import { disclosedFigure } from '../../domain/disclosure.ts'
import { endedQuarters, quarterlyFigures, trendOf, type Trend } from '../../domain/outcomes/trend.ts'
import { invalid, notFound } from '../../domain/problem.ts'
import type { StoredContract } from '../../store/contracts.ts'
import type { Store } from '../../store/store.ts'
import type { Needs } from '../needs.ts'
import { groupingFor, type Reader } from './read-outcomes.ts'

export interface TrendQuestion {
  contractId: string
  measure: string
  /** How many quarters. */
  last: number
}

/**
 * A measure over the last quarters that have ended, running on through the contracts that this one follows, as far as the
 * reader may see them.
 */
export const readTrend =
  ({ transact, definitions, clock }: Pick<Needs, 'transact' | 'definitions' | 'clock'>) =>
  (reader: Reader, { contractId, measure: id, last }: TrendQuestion): Promise<Trend> =>
    transact({ role: reader.kind, organisation: reader.organisation }, async (store) => {
      const contract = await store.contracts.find(contractId)
      if (contract === undefined) throw notFound()
      const agreed = planFor(contract, definitions).measures.find((one) => one.measure.id === id)
      if (agreed === undefined) {
        throw invalid([{ pointer: '/measure', detail: 'is not a measure of this contract' }])
      }
      const { measure } = agreed
      const today = clock.today()
      const quarters = endedQuarters(today, last)
      const [first, final] = [quarters[0]?.firstMonth ?? 0, quarters.at(-1)?.lastMonth ?? 0]
      const chain = await chainOf(store, contract)
      const counts = await Promise.all(
        chain.map(async (one) => {
          const grouping = groupingFor(reader, one)
          const [months, dated] = await Promise.all([
            store.counts.ofSubject(one.contractId, measureSubject(measure), { first, last: final }, grouping),
            store.counts.dated(one.contractId, final, grouping),
          ])
          return { months, dated }
        }),
      )

      const figures = quarterlyFigures(
        agreed,
        {
          months: counts.flatMap(({ months }) => months),
          dated: counts.flatMap(({ dated }) => dated),
        },
        { quarters, today, instruments: definitions.instruments },
      )
      return trendOf(
        measure,
        figures.map((figure, index) => {
          const quarter = quarters[index]
          if (reader.kind === 'provider' || quarter === undefined) return { ...figure, suppressed: false }
          return disclosedFigure(
            { ...figure, suppressed: false },
            minimumCountFor(contract.minimumCounts, contract.minimumCount, quarter),
          )
        }),
      )
    })

/** A contract and those before it. */
async function chainOf(store: Store, contract: StoredContract): Promise<StoredContract[]> {
  const chain = [contract]
  let next = contract.follows
  while (next !== null && chain.every(({ contractId }) => contractId !== next)) {
    const former: StoredContract | undefined = await store.contracts.find(next)
    if (former === undefined) break
    chain.push(former)
    next = former.follows
  }
  return chain
}
