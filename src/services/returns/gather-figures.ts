import type { ContractFigures } from '../../domain/returns/return-content.ts'
import type { ReturnTemplate } from '../../domain/returns/template.ts'
import { canonicalLabel } from '../../domain/figures.ts'
import { hasDatedCounts, planFor } from '../../domain/counting/plan.ts'
import { everybody } from '../../domain/counts.ts'
import { shownFigures } from '../../domain/disclosure/shown-figures.ts'
import { figuresFrom, type Figures } from '../../domain/outcomes/outcome.ts'
import type { Period } from '../../domain/period.ts'
import type { StoredContract } from '../../store/contracts.ts'
import type { Store } from '../../store/store.ts'
import { everyContract } from '../contracts/every-contract.ts'
import type { Needs } from '../needs.ts'
import { readReleased } from '../outcomes/read-released.ts'

type GatherNeeds = Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays'>

/** Whose return of what is made. */
export interface GatherQuestion {
  commissioner: string
  template: ReturnTemplate
  period: Period
  /** Exact counts, which a commissioner gets by its own agreement only. */
  isExact: boolean
}

export interface Gathered {
  /** By the contracts' ids. */
  contracts: ContractFigures[]
  /** Accepted changes are not in the figures yet. */
  pending: boolean
}

/**
 * The figures of all contracts that a return covers: those that its commissioner leads, that list the template, and that
 * overlap the period or have cases closing in it. Without exact counts, as the commissioner reads them elsewhere.
 */
export const gatherFigures = (needs: GatherNeeds) => {
  const readShown = readReleased(needs)
  const { transact, clock } = needs
  return async ({ commissioner, template, period, isExact }: GatherQuestion): Promise<Gathered> => {
    const named = await transact({ role: 'commissioner', organisation: commissioner }, everyContract)
    const listing = named.filter(
      ({ commissioners: [lead], returns }) =>
        lead === commissioner && returns.some((one) => one.template === template.id),
    )
    const gathered: Gathered = { contracts: [], pending: false }
    for (const contract of listing) {
      const { contractId } = contract
      const own = await transact({ role: 'worker', contract: contractId }, (store) =>
        readCounted(needs, store, contract, period),
      )
      const overlaps = contract.startsOn < period.until && contract.endsOn >= period.from
      if (!overlaps && own.exact.completeness.closedCases === 0) continue
      gathered.pending ||= own.pending
      const { completeness, measures } = isExact ? own.exact : await shownOf(contractId)
      gathered.contracts.push({
        contract,
        completeness,
        measures: new Map(measures.map((measure) => [measure.version, measure])),
        figures: own.figures,
      })
    }
    return gathered

    async function shownOf(contractId: string): Promise<Figures> {
      const { contract, plan, periods } = await readShown(commissioner, { contractId, periods: [period] })
      const [released] = periods
      if (released === undefined) throw new Error('a period that was asked for is not there')
      return shownFigures(released, { contract, plan, period })
    }
  }

  async function readCounted(
    { definitions }: GatherNeeds,
    store: Store,
    contract: StoredContract,
    period: Period,
  ): Promise<{ exact: Figures; figures: ContractFigures['figures']; pending: boolean }> {
    const { contractId } = contract
    const { firstMonth, lastMonth } = period
    const plan = planFor(contract, definitions)
    // Marks first: what is counted in between shows as pending, never as counted when it is not.
    const [pending, merged, dated, sent] = await Promise.all([
      store.marks.pending(contractId, 0, lastMonth),
      store.counts.merged(contractId, firstMonth, lastMonth, everybody),
      hasDatedCounts(plan) ? store.counts.dated(contractId, lastMonth, everybody) : [],
      store.figures.find(contractId, canonicalLabel(period)),
    ])
    const around = { contract, plan, period, today: clock.today() }
    return { exact: figuresFrom({ merged, dated }, around), figures: sent?.values ?? null, pending }
  }
}
