import { minimumCountFor } from '../../domain/contracts/minimum-count.ts'
import { hasDatedCounts, planFor } from '../../domain/counting/plan.ts'
import { measureSubject, type Count } from '../../domain/counts.ts'
import { disclosed, isSmall } from '../../domain/disclosure.ts'
import { isVerdictMeasure, type Measure } from '../../domain/measure.ts'
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
    return transact({ role: reader.kind, organisation: reader.organisation }, async (store) => {
      const figures: ComparedFigure[] = []
      for (const contract of await contractsOf(store)) {
        const all = planFor(contract, definitions)
        const plan = { ...all, measures: all.measures.filter(({ measure }) => measure.id === id) }
        if (plan.measures.length === 0) continue
        const grouping = groupingFor(reader, contract)
        const [merged, dated] = await Promise.all([
          store.counts.merged(contract.contractId, period.firstMonth, period.lastMonth, grouping),
          hasDatedCounts(plan) ? store.counts.dated(contract.contractId, period.lastMonth, grouping) : [],
        ])
        const exact = figuresFrom({ merged, dated }, { contract, plan, period, today: clock.today() })
        const minimumCount = minimumCountFor(contract.minimumCounts, contract.minimumCount, period)
        const { measures, completeness } = reader.kind === 'provider' ? exact : disclosed(exact, minimumCount)
        for (const { numerator, denominator, rate, interval, suppressed } of measures) {
          figures.push({
            contract: contract.contractId,
            ...{ numerator, denominator, rate, interval, suppressed },
            pairedRate: completeness.rate,
            counts: strataOf(
              known,
              { numerator, denominator },
              merged.filter(({ subject }) => subject === measureSubject(known)),
              reader.kind === 'provider' ? 0 : minimumCount,
            ),
          })
        }
      }
      return { measure: id, period, ...compare(figures) }
    })
  }

/**
 * A contract's people by their start score, where the measure keeps it; of other kinds they are all alike.
 *
 * @returns null where a start score is that of few people, of whom the expected rate would tell
 */
function strataOf(
  measure: Measure,
  { numerator, denominator }: { numerator: number | null; denominator: number | null },
  counts: readonly Count[],
  minimumCount: number,
): ComparedFigure['counts'] {
  const isByStart = isVerdictMeasure(measure) && measure.countedBy === 'closed'
  if (!isByStart) {
    const met = numerator ?? 0
    return [
      { x: 0, y: 1, n: met },
      { x: 0, y: 0, n: (denominator ?? 0) - met },
    ]
  }
  const starts = new Map<number, number>()
  for (const { x, n } of counts) starts.set(x, (starts.get(x) ?? 0) + n)
  return [...starts.values()].some((n) => isSmall(n, minimumCount)) ? null : counts
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
