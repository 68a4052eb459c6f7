import { minimumCountFor } from '../../domain/contracts/minimum-count.ts'
import { planFor } from '../../domain/counting/plan.ts'
import { measureSubject } from '../../domain/counts.ts'
import { disclosed } from '../../domain/disclosure.ts'
import { compare, type ComparedFigure, type Comparison } from '../../domain/outcomes/comparison.ts'
import { figuresFrom } from '../../domain/outcomes/outcome.ts'
import type { Period } from '../../domain/period.ts'
import { invalid } from '../../domain/problem.ts'
import type { StoredContract } from '../../store/contracts.ts'
import type { Store } from '../../store/store.ts'
import type { Needs } from '../needs.ts'
import { groupingFor, type Reader } from './read-outcomes.ts'

export interface CompareQuestion {
  measure: string
  period: Period
}

export type CompareAnswer = Comparison & { measure: string; period: Period }

/** Every contract that the reader may read and that has the measure, beside each other. */
export const compareContracts =
  ({ transact, definitions, clock }: Pick<Needs, 'transact' | 'definitions' | 'clock'>) =>
  (reader: Reader, { measure: id, period }: CompareQuestion): Promise<CompareAnswer> => {
    const known = definitions.measures.get(id)
    if (known === undefined) throw invalid([{ pointer: '/measure', detail: 'is not a known measure' }])
    if (known.kind === 'count' || known.kind === 'reduction') {
      throw invalid([{ pointer: '/measure', detail: 'has no rate of people that could be compared' }])
    }
    return transact({ role: reader.kind, organisation: reader.organisation }, async (store) => {
      const figures: ComparedFigure[] = []
      for (const contract of await contractsOf(store)) {
        const all = planFor(contract, definitions)
        const plan = { ...all, measures: all.measures.filter(({ measure }) => measure.id === id) }
        if (plan.measures.length === 0) continue
        const grouping = groupingFor(reader, contract)
        const [merged, dated] = await Promise.all([
          store.counts.merged(contract.contractId, period.firstMonth, period.lastMonth, grouping),
          store.counts.dated(contract.contractId, period.lastMonth, grouping),
        ])
        const exact = figuresFrom({ merged, dated }, { contract, plan, period, today: clock.today() })
        const minimumCount = minimumCountFor(contract.minimumCounts, contract.minimumCount, period)
        const { measures, completeness } = reader.kind === 'provider' ? exact : disclosed(exact, minimumCount)
        for (const { numerator, denominator, rate, interval, suppressed } of measures) {
          figures.push({
            contract: contract.contractId,
            ...{ numerator, denominator, rate, interval, suppressed },
            pairedRate: completeness.rate,
            counts: merged.filter(({ subject }) => subject === measureSubject(known)),
          })
        }
      }
      return { measure: id, period, ...compare(figures) }
    })
  }

/** Row security leaves those that the reader may read. */
async function contractsOf(store: Store): Promise<StoredContract[]> {
  const contracts: StoredContract[] = []
  let after: string | null = null
  do {
    const page = await store.contracts.list({ limit: 500, after })
    contracts.push(...page)
    after = page.length === 500 ? (page.at(-1)?.contractId ?? null) : null
  } while (after !== null)
  return contracts
}
