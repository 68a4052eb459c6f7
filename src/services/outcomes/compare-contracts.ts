import { minimumCountFor } from '../../domain/contracts/minimum-count.ts'
import { agreedPlan, hasDatedCounts, planFor } from '../../domain/counting/plan.ts'
import { measureSubject } from '../../domain/counts.ts'
import { shownFigures, shownRows } from '../../domain/disclosure/shown-figures.ts'
import { isSmall } from '../../domain/disclosure/small.ts'
import { isVerdictMeasure, type Measure } from '../../domain/measure.ts'
import { compare, type ComparedFigure, type Comparison } from '../../domain/outcomes/comparison.ts'
import type { MeasureRow } from '../../domain/outcomes/measure-figure.ts'
import { figuresFrom, type Figures } from '../../domain/outcomes/outcome.ts'
import type { Period } from '../../domain/period.ts'
import { invalid } from '../../domain/problem.ts'
import type { StoredContract } from '../../store/contracts.ts'
import type { Store } from '../../store/store.ts'
import { everyContract } from '../contracts/every-contract.ts'
import type { Needs } from '../needs.ts'
import { groupingFor, type Reader } from './read-outcomes.ts'
import { readReleased } from './read-released.ts'

export interface CompareQuestion {
  measure: string
  period: Period
}

export type CompareAnswer = Comparison & { measure: string; period: Period }

type ReadNeeds = Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays'>

/** Every contract that the reader may read and that has the measure, beside each other. */
export const compareContracts = (needs: ReadNeeds) => {
  const { transact, definitions } = needs
  const readShown = shownFigure(needs)
  return async (reader: Reader, { measure: id, period }: CompareQuestion): Promise<CompareAnswer> => {
    const measure = definitions.measures.get(id)
    if (measure === undefined) throw invalid([{ pointer: '/measure', detail: 'is not a known measure' }])
    const as = { role: reader.kind, organisation: reader.organisation }
    const { contracts, exact } = await transact(as, async (store) => {
      const contracts = (await everyContract(store)).filter((contract) =>
        agreedPlan(planFor(contract, definitions)).measures.some((one) => one.measure.id === id),
      )
      const exact: ComparedFigure[] = []
      for (const contract of reader.kind === 'provider' ? contracts : []) {
        exact.push(await exactFigure(needs, store, { reader, contract, measure, period }))
      }
      return { contracts, exact }
    })
    const figures = exact
    for (const contract of reader.kind === 'commissioner' ? contracts : []) {
      figures.push(await readShown(reader.organisation, { contract, measure, period }))
    }
    return { measure: id, period, ...compare(figures) }
  }
}

interface FigureQuestion {
  contract: StoredContract
  measure: Measure
  period: Period
}

async function exactFigure(
  { definitions, clock }: ReadNeeds,
  store: Store,
  { reader, contract, measure, period }: FigureQuestion & { reader: Reader },
): Promise<ComparedFigure> {
  const all = agreedPlan(planFor(contract, definitions))
  const plan = { ...all, measures: all.measures.filter((one) => one.measure.id === measure.id) }
  const grouping = groupingFor(reader, contract)
  const { contractId } = contract
  const [merged, dated] = await Promise.all([
    store.counts.merged(contractId, period.firstMonth, period.lastMonth, grouping),
    hasDatedCounts(plan) ? store.counts.dated(contractId, period.lastMonth, grouping) : [],
  ])
  const figures = figuresFrom({ merged, dated }, { contract, plan, period, today: clock.today() })
  const rows = merged.filter(({ subject }) => subject === measureSubject(measure))
  return comparedFigure(contractId, measure, figures, { rows, minimumCount: 0 })
}

/** As a commissioner reads it: a figure that is hidden has no part in what is pooled. */
const shownFigure = (needs: ReadNeeds) => {
  const read = readReleased(needs)
  return async (
    commissioner: string,
    { contract: { contractId }, measure, period }: FigureQuestion,
  ): Promise<ComparedFigure> => {
    const { contract, plan, periods } = await read(commissioner, { contractId, periods: [period] })
    const [released] = periods
    if (released === undefined) throw new Error('a period that was asked for is not there')
    const figures = shownFigures(released, { contract, plan: agreedPlan(plan), period })
    const minimumCount = minimumCountFor(contract.minimumCounts, contract.minimumCount, period)
    const agreed = plan.measures.find((one) => one.measure.version === measure.version)
    const rows = (agreed && shownRows(released, period, agreed)) ?? []
    return comparedFigure(contractId, measure, figures, { rows, minimumCount })
  }
}

function comparedFigure(
  contract: string,
  measure: Measure,
  { measures, completeness }: Figures,
  { rows, minimumCount }: { rows: readonly MeasureRow[]; minimumCount: number },
): ComparedFigure {
  const found = measures.find((one) => one.measure === measure.id)
  if (found === undefined) throw new Error('a contract with the measure has its figure')
  const { numerator, denominator, rate, interval, suppressed, startTotal, endTotal } = found
  return {
    contract,
    ...{ numerator, denominator, rate, interval, suppressed },
    ...(startTotal !== undefined && { startTotal }),
    ...(endTotal !== undefined && { endTotal }),
    pairedRate: completeness.rate,
    counts: strataOf(measure, { numerator, denominator }, rows, minimumCount),
  }
}

/**
 * A contract's people by their start score, where the measure keeps it; of other kinds they are all alike.
 *
 * @returns null where a start score is that of few people, of whom the expected rate would tell
 */
function strataOf(
  measure: Measure,
  { numerator, denominator }: { numerator: number | null; denominator: number | null },
  counts: readonly MeasureRow[],
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
