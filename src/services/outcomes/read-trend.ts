import { minimumCountFor } from '../../domain/contracts/minimum-count.ts'
import { hasDatedCounts, planFor } from '../../domain/counting/plan.ts'
import { measureSubject, type DatedCount } from '../../domain/counts.ts'
import { disclosedFigure, hiddenFigure } from '../../domain/disclosure.ts'
import { endedQuarters, quarterlyFigures, trendOf, type Trend } from '../../domain/outcomes/trend.ts'
import { monthOf } from '../../domain/period.ts'
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
      const isDated = hasDatedCounts({ measures: [agreed] })
      const today = clock.today()
      const quarters = endedQuarters(today, last)
      const [first, final] = [quarters[0]?.firstMonth ?? 0, quarters.at(-1)?.lastMonth ?? 0]
      const chain = await chainOf(store, contract)
      const links = await Promise.all(
        chain.map(async (one): Promise<Link> => {
          const grouping = groupingFor(reader, one)
          const [months, dated] = await Promise.all([
            store.counts.ofSubject(one.contractId, measureSubject(measure), { first, last: final }, grouping),
            isDated ? store.counts.dated(one.contractId, final, grouping) : [],
          ])
          const own = planFor(one, definitions).measures.find((other) => other.measure.id === id)
          const since = own?.from == null ? 0 : monthOf(own.from)
          return { months: months.filter(({ month }) => month >= since), dated }
        }),
      )

      const around = { quarters, today, instruments: definitions.instruments }
      const figuresOf = (some: readonly Link[]) =>
        quarterlyFigures(
          { measure, from: chain.length === 1 ? agreed.from : null },
          { months: some.flatMap(({ months }) => months), dated: some.flatMap(({ dated }) => dated) },
          around,
        )
      const figures = figuresOf(links).map(asShown)
      if (reader.kind === 'provider') return trendOf(measure, figures)
      const single = links.map((link) => figuresOf([link]).map(asShown))
      return trendOf(
        measure,
        figures.map((figure, at) => {
          const quarter = quarters[at]
          if (quarter === undefined) return figure
          const minimumCount = Math.max(
            ...chain.map((one) => minimumCountFor(one.minimumCounts, one.minimumCount, quarter)),
          )
          // A sum beside one that is hidden in the contract's own answer would give it away.
          const isEachShown = single.every((figuresOfOne) => {
            const own = figuresOfOne[at]
            return own === undefined || !disclosedFigure(own, minimumCount).suppressed
          })
          return isEachShown ? disclosedFigure(figure, minimumCount) : hiddenFigure(figure)
        }),
      )
    })

const asShown = <F extends object>(figure: F): F & { suppressed: boolean } => ({
  ...figure,
  suppressed: false,
})

/** What one contract of a chain counted. */
interface Link {
  months: DatedCount[]
  dated: DatedCount[]
}

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
