import { isEmpty } from '../../domain/returns/checks.ts'
import type { ContractFigures } from '../../domain/returns/return-content.ts'
import { isNamed, silentProviders } from '../../domain/returns/silent-providers.ts'
import type { ReturnTemplate } from '../../domain/returns/template.ts'
import { canonicalLabel } from '../../domain/figures.ts'
import { hasDatedCounts, planFor, type CountingPlan } from '../../domain/counting/plan.ts'
import { everybody } from '../../domain/counts.ts'
import { shownFigures } from '../../domain/disclosure/shown-figures.ts'
import { figuresFrom, type Figures } from '../../domain/outcomes/outcome.ts'
import type { Period } from '../../domain/period.ts'
import type { StoredContract } from '../../store/contracts.ts'
import type { Store } from '../../store/store.ts'
import { everyContract } from '../contracts/every-contract.ts'
import type { Needs } from '../needs.ts'
import { readReleasedAs } from '../outcomes/read-released.ts'

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
  contracts: OwnFigures[]
  /** Accepted changes are not in the figures yet. */
  pending: boolean
}

/** So many contracts at a time: the database works on one while the figures of another are worked out. */
const AT_A_TIME = 4

/**
 * The figures of all contracts that a return covers: those that its commissioner leads, that list the template, and that
 * overlap the period or have cases closing in it. Without exact counts, as the commissioner reads them elsewhere.
 */
export const gatherFigures = (needs: GatherNeeds) => {
  const { transact } = needs
  const readOwn = readContract(needs)
  return async (question: GatherQuestion): Promise<Gathered> => {
    const { commissioner, template, period } = question
    const named = await transact({ role: 'commissioner', organisation: commissioner }, everyContract)
    const listing = named.filter(
      ({ commissioners: [lead], returns }) =>
        lead === commissioner && returns.some((one) => one.template === template.id),
    )
    const gathered: Gathered = { contracts: [], pending: false }
    for (let at = 0; at < listing.length; at += AT_A_TIME) {
      const some = listing.slice(at, at + AT_A_TIME)
      for (const { pending, own } of await Promise.all(some.map((one) => readOwn(one, question)))) {
        gathered.pending ||= pending
        if (covers(own, period)) gathered.contracts.push(own)
      }
    }
    return gathered
  }
}

/** By what its reader is shown: that a contract is named would else tell of one case. */
const covers = (
  { contract: { startsOn, endsOn }, completeness: { closedCases } }: OwnFigures,
  { from, until }: Period,
): boolean => (startsOn < until && endsOn >= from) || closedCases !== 0

/** A figure with its rates and intervals takes as much room as so many cells. */
const CELLS_PER_FIGURE = 3

type OwnFigures = ContractFigures & { contract: StoredContract }

const readContract = (needs: GatherNeeds) => {
  const { transact, definitions, clock } = needs
  // A year's figures are as many as a quarter's; the cells that they are made of are four times as many.
  const readShown = readReleasedAs(needs, {
    make: shownFigures,
    cellsOf: ({ measures, changes }) => CELLS_PER_FIGURE * (measures.length + changes.length),
  })
  return async (
    contract: StoredContract,
    { commissioner, period, isExact }: GatherQuestion,
  ): Promise<{ own: OwnFigures; pending: boolean }> => {
    const { contractId } = contract
    const plan = planFor(contract, definitions)
    const isLookedFor = isNamed(period, { graceDays: needs.returnGraceDays, today: clock.today() })
    const known = await transact({ role: 'releaser', contract: contractId }, async (store) => {
      // Marks first: what is counted in between shows as pending, never as counted when it is not.
      const [pending, sent, counts] = await Promise.all([
        store.marks.pending(contractId, 0, period.lastMonth),
        store.figures.find(contractId, canonicalLabel(period)),
        isExact ? countsOf(store, contractId, plan, period) : undefined,
      ])
      return { pending, sent, counts }
    })
    const { completeness, measures } = known.counts
      ? figuresFrom(known.counts, { contract, plan, period, today: clock.today() })
      : await shownOf(contractId)
    const own = {
      contract,
      completeness,
      measures: new Map(measures.map((measure) => [measure.version, measure])),
      figures: known.sent?.values ?? null,
    }
    const silent = isLookedFor ? await silentOf(own) : []
    return { own: { ...own, silent }, pending: known.pending }

    /** Without exact counts, no more than what is shown tells. */
    async function silentOf(told: Omit<OwnFigures, 'silent'>): Promise<string[]> {
      const isHeard = !isEmpty(told)
      const hasFigures = told.figures !== null
      if (!isExact || (isHeard && contract.partners.length === 0)) {
        const deliveredBy = isHeard ? [null, ...contract.partners] : contract.partners
        return silentProviders(contract, period, { deliveredBy, hasFigures })
      }
      // Who delivered is read of cases, for who may have exact counts alone.
      const deliveredBy = await transact({ role: 'worker', contract: contractId }, (store) =>
        store.quality.deliverers(contractId, period),
      )
      return silentProviders(contract, period, { deliveredBy, hasFigures })
    }

    async function shownOf(id: string): Promise<Figures> {
      const { periods } = await readShown(commissioner, { contractId: id, periods: [period] })
      const [only] = periods
      if (only === undefined) throw new Error('a period that was asked for is not there')
      return only
    }
  }
}

async function countsOf(
  { counts }: Store,
  contractId: string,
  plan: CountingPlan,
  { firstMonth, lastMonth }: Period,
): Promise<Parameters<typeof figuresFrom>[0]> {
  const [merged, dated] = await Promise.all([
    counts.merged(contractId, firstMonth, lastMonth, everybody),
    hasDatedCounts(plan) ? counts.dated(contractId, lastMonth, everybody) : [],
  ])
  return { merged, dated }
}
