import type { Contract } from '../../domain/contracts/contract.ts'
import type { Dimension } from '../../domain/counting/groups.ts'
import { agreedPlan, hasDatedCounts, planFor } from '../../domain/counting/plan.ts'
import { everybody, type Count, type DatedCount, type Grouping } from '../../domain/counts.ts'
import { shownFigures, shownGroups, type ReleasedFigures } from '../../domain/disclosure/shown-figures.ts'
import {
  figuresFrom,
  isProvisional,
  type Figures,
  type GroupFigures,
  type MeasureOutcome,
} from '../../domain/outcomes/outcome.ts'
import type { Period } from '../../domain/period.ts'
import { notFound } from '../../domain/problem.ts'
import type { GroupFilter } from '../../store/counts.ts'
import type { Store } from '../../store/store.ts'
import type { Needs } from '../needs.ts'
import { readReleased } from './read-released.ts'
import { stampOf } from './release-figures.ts'
import { sharedLook } from '../shared-look.ts'
import { makeStateCache } from './state-cache.ts'
import { waitForCounts } from './wait-for-counts.ts'

export interface Reader {
  kind: 'provider' | 'commissioner'
  organisation: string
}

/** Which figures are asked for. */
export interface OutcomesQuestion {
  contractId: string
  period: Period
  by?: Dimension | undefined
}

/** What an answer says of people. */
export interface AnsweredFigures extends Figures {
  groups: GroupFigures[]
}

export interface OutcomesAnswer {
  contract: string
  period: Period
  computedAt: string
  pending: boolean
  provisional: boolean
  /** The same object as long as nothing changes that they depend on. */
  figures: AnsweredFigures
}

type ReadNeeds = Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays'>

/**
 * The figures of a contract and period: exact for its provider, for a partner those of the cases that it delivers itself,
 * for a commissioner after disclosure control. Counts alone are read: its cost does not grow with their cases.
 */
export const readOutcomes = (needs: ReadNeeds) => {
  const readExact = readExactOutcomes(needs)
  const readShown = readShownOutcomes(needs)
  return (reader: Reader, question: OutcomesQuestion): Promise<OutcomesAnswer> =>
    reader.kind === 'commissioner'
      ? readShown(reader.organisation, question)
      : readExact(reader.organisation, question)
}

const readExactOutcomes = (needs: ReadNeeds) => {
  const { transact, clock, returnGraceDays } = needs
  const worked = makeStateCache<AnsweredFigures>(MOST_ENTRIES, entriesIn)
  const look = sharedLook(
    ({ provider, contractId }: { provider: string; contractId: string }) =>
      transact({ role: 'provider', organisation: provider }, (store) => stateOf(needs, store, contractId)),
    ({ provider, contractId }) => `${provider} ${contractId}`,
  )
  return async (provider: string, { contractId, period, by }: OutcomesQuestion): Promise<OutcomesAnswer> => {
    const { firstMonth, lastMonth } = period
    // What waits is looked at first, and counts last: what is counted in between shows as pending, never as counted when it is
    // not, and is never remembered as what was there before.
    const { waiting, contract, plan, today, stamp } = await look({ provider, contractId })
    const grouping = groupingFor({ kind: 'provider', organisation: provider }, contract)
    const isDated = hasDatedCounts(plan)
    // What came into support before the period may still be in it.
    const first = isDated ? 0 : firstMonth
    const pending =
      contract.countedWith === null || waiting.some((month) => month >= first && month <= lastMonth)

    const work = async (store: Store): Promise<AnsweredFigures> => {
      const groups = by === undefined ? undefined : groupsFor(grouping, by)
      const read = async (filter: GroupFilter | undefined) => {
        const [merged, dated] = await Promise.all([
          filter ? store.counts.merged(contractId, firstMonth, lastMonth, filter) : [],
          filter && isDated ? store.counts.dated(contractId, lastMonth, filter) : [],
        ])
        return { merged, dated }
      }
      const [all, grouped] = await Promise.all([read(grouping), read(groups)])
      const around = { contract, plan, period, today }
      return {
        ...figuresFrom(all, around),
        groups:
          groups === undefined || by === undefined
            ? []
            : groupFigures(grouped, { by, prefix: groups.prefix }, around),
      }
    }
    const key = [contractId, grouping.by, grouping.value, by ?? '', firstMonth, lastMonth].join(' ')
    let figures = worked.find(key, stamp)
    if (figures === undefined) {
      figures = await transact({ role: 'provider', organisation: provider }, work)
      worked.keep(key, stamp, figures)
    }
    return {
      contract: contractId,
      period,
      computedAt: clock.now().toISOString(),
      pending,
      provisional: isProvisional(period, returnGraceDays, today),
      figures,
    }
  }
}

/**
 * What exact figures of a contract depend on.
 *
 * @throws {Problem} `notFound` if the contract is not this provider's
 */
async function stateOf(
  { definitions, clock, returnGraceDays }: ReadNeeds,
  { marks, contracts, releases }: Store,
  contractId: string,
) {
  const [waiting, contract, recounts] = await Promise.all([
    marks.months(contractId),
    contracts.find(contractId),
    releases.recounts(contractId),
  ])
  if (contract === undefined) throw notFound()
  const plan = planFor(contract, definitions)
  const today = clock.today()
  const stamp = stampOf({ contract, plan, recounts, today, returnGraceDays })
  return { waiting, contract, plan: agreedPlan(plan), today, stamp }
}

/** Some 20 megabytes, with their texts. */
const MOST_ENTRIES = 20_000

const entriesIn = ({ measures, changes, groups }: AnsweredFigures): number =>
  [{ measures, changes }, ...groups].reduce((sum, one) => sum + one.measures.length + one.changes.length, 1)

const readShownOutcomes = (needs: ReadNeeds) => {
  const { clock, returnGraceDays } = needs
  const read = readReleased(needs)
  /** By what was released, which stays the same object for as long as nothing changes. */
  const worked = new WeakMap<ReleasedFigures, AnsweredFigures>()
  return async (
    commissioner: string,
    { contractId, period, by }: OutcomesQuestion,
  ): Promise<OutcomesAnswer> => {
    const {
      contract,
      plan,
      periods: [released],
      pending: [pending],
    } = await read(commissioner, { contractId, periods: [period], by })
    if (released === undefined || pending === undefined)
      throw new Error('a period that was asked for is not there')
    const around = { contract, plan: agreedPlan(plan), period }
    const figures = worked.get(released) ?? {
      ...shownFigures(released, around),
      groups: by === undefined ? [] : shownGroups(released, around, by),
    }
    worked.set(released, figures)
    return {
      contract: contractId,
      period,
      computedAt: clock.now().toISOString(),
      pending,
      provisional: isProvisional(period, returnGraceDays, clock.today()),
      figures,
    }
  }
}

/** The groups among those whom a reader sees: identifiers cannot contain a slash. */
const groupsFor = (grouping: Grouping, by: Dimension): { by: string; prefix: string } =>
  grouping.by === '' ? { by, prefix: '' } : { by: `${grouping.by}/${by}`, prefix: `${grouping.value}/` }

/** An entry for each value, ordered by it. */
function groupFigures(
  { merged, dated }: { merged: readonly Count[]; dated: readonly DatedCount[] },
  { by, prefix }: { by: Dimension; prefix: string },
  around: Parameters<typeof figuresFrom>[1],
): GroupFigures[] {
  const byValue = new Map<string, { merged: Count[]; dated: DatedCount[] }>()
  const of = (value: string) => {
    const its = byValue.get(value) ?? { merged: [], dated: [] }
    byValue.set(value, its)
    return its
  }
  for (const count of merged) of(count.value).merged.push(count)
  for (const count of dated) of(count.value).dated.push(count)
  return [...byValue]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([value, counts]) => {
      const { measures, changes } = figuresFrom(counts, around)
      return { by, value: value.slice(prefix.length), measures, changes, isThere: counts.merged.length > 0 }
    })
    .filter(({ isThere, measures }) => isThere || measures.some(isOfSomebody))
    .map(({ isThere: _, ...group }) => group)
}

/** Counts that reach back to earlier months may leave nobody in the period. */
const isOfSomebody = ({ denominator, count }: MeasureOutcome): boolean =>
  Boolean(denominator) || Boolean(count)

/** The same, but where something is pending it waits so many seconds for it. */
export const readOutcomesWithin = (
  needs: Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays' | 'pause'>,
) => {
  const read = readOutcomes(needs)
  const wait = waitForCounts(needs)
  return (reader: Reader, question: OutcomesQuestion, seconds: number): Promise<OutcomesAnswer> =>
    wait({ ...question, seconds }, () => read(reader, question))
}

/** Whose figures a reader sees: a partner those of the cases that it delivers itself, everybody else those of all. */
export const groupingFor = (reader: Reader, contract: Pick<Contract, 'provider'>): Grouping =>
  reader.kind === 'provider' && contract.provider !== reader.organisation
    ? { by: 'delivered-by', value: reader.organisation }
    : everybody
