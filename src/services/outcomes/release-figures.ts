import type { Contract } from '../../domain/contracts/contract.ts'
import { minimumCountFor } from '../../domain/contracts/minimum-count.ts'
import type { Dimension } from '../../domain/counting/groups.ts'
import { planAsText, planFor, type CountingPlan } from '../../domain/counting/plan.ts'
import type { DatedCount } from '../../domain/counts.ts'
import { cutUpTo, type Block } from '../../domain/disclosure/blocks.ts'
import { decideRelease, type Release } from '../../domain/disclosure/release.ts'
import type {
  CountsToRelease,
  PastReleased,
  Released,
  ReleaseRules,
} from '../../domain/disclosure/released.ts'
import { linksBetween } from '../../domain/disclosure/links/links.ts'
import { movesIn, seriesOf, type MonthlyCounts } from '../../domain/disclosure/series.ts'
import { groupBySubject } from '../../domain/outcomes/outcome.ts'
import {
  addDays,
  monthOf,
  monthPeriod,
  type LondonDate,
  type Month,
  type Period,
} from '../../domain/period.ts'
import type { StoredContract } from '../../store/contracts.ts'
import type { Store } from '../../store/store.ts'
import type { Needs } from '../needs.ts'
import { isShownOtherwise, shownContent } from '../webhooks/shown-content.ts'
import { tellOfOutcomes } from '../webhooks/tell-of-outcomes.ts'

/** Which periods of a contract are about to be read by a commissioner, and in which groups. */
export interface ReleaseQuestion {
  contractId: string
  periods: readonly Period[]
  by?: Dimension | undefined
}

type ReleaseNeeds = Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays'>

const ALL_MONTHS: Block = { first: 0, last: 999_912 }

/**
 * Decides what commissioners may see of some periods, and keeps it as what was shown. It works as the worker: the role of
 * commissioners reads released counts only.
 *
 * @returns for each period whether something accepted is not in what is shown, since it is not counted yet
 */
export const releaseFigures =
  ({ transact, definitions, clock, returnGraceDays }: ReleaseNeeds) =>
  ({ contractId, periods, by = '' as Dimension }: ReleaseQuestion): Promise<boolean[]> =>
    transact({ role: 'worker', contract: contractId }, async (store) => {
      await store.releases.lock(contractId)
      const [contract, recounts, pending, dimensions] = await Promise.all([
        store.contracts.find(contractId),
        store.releases.recounts(contractId),
        store.marks.months(contractId),
        store.releases.dimensions(contractId),
      ])
      if (contract === undefined) return periods.map(() => false)
      const plan = planFor(contract, definitions)
      const wanting = await store.webhooks.wanting('outcomes.changed', contract.commissioners)
      const before = wanting.length > 0 ? await shownContent(store, contract, plan) : undefined
      const today = clock.today()
      const wanted = [...new Set(['', ...dimensions, by])]
      const [monthly, present, release] = await Promise.all([
        store.counts.monthly(contractId, ALL_MONTHS.last, wanted),
        store.releases.within(contractId, ALL_MONTHS, wanted),
        store.releases.nextRelease(contractId),
      ])
      const series = seriesOf(contract, plan, today)
      const rules = { ...rulesFor(contract, { monthly, pending, today, returnGraceDays }), release }
      const counts = countsToRelease(monthly, by)
      const stamp = stampOf({ contract, plan, recounts, today, returnGraceDays })
      const links = linksBetween(series, plan, movesIn(counts.all, plan))
      const decide = (past: readonly PastReleased[]): Release =>
        decideRelease(periods, { series, links }, counts, { present, past }, rules)
      const beside = decide([])
      // What was shown long ago is read only where it is needed: mostly nothing is shown anew.
      const { writes, drops, askFor } = beside.isAnew
        ? decide(await store.releases.past(contractId, wanted))
        : beside
      // What waits to be counted is looked at again when it is asked for again.
      const isSettled = pending.length === 0 && contract.countedWith !== null
      await store.releases.drop(contractId, drops)
      await writeAll(store, contractId, writes)
      for (const [at, { firstMonth: first, lastMonth: last }] of periods.entries()) {
        const asked = { by, first, last, stamp: isSettled ? stamp : '', askFor: askFor[at] ?? {} }
        await store.releases.remember(contractId, asked)
      }
      if (drops.length + writes.length > 0) await store.releases.noteChange(contractId)
      if (before && isShownOtherwise(before, await shownContent(store, contract, plan))) {
        await tellOfOutcomes(store, clock, contractId, wanting)
      }
      return periods.map(({ firstMonth: first, lastMonth: last }) => rules.isPending({ first, last }))
    })

const CELLS_AT_ONCE = 2_000

async function writeAll(store: Store, contractId: string, cells: readonly Released[]): Promise<void> {
  for (let at = 0; at < cells.length; at += CELLS_AT_ONCE) {
    await Promise.all(store.releases.write(contractId, cells.slice(at, at + CELLS_AT_ONCE)))
  }
}

/** Everything that an answer depends on: while it stays the same, so does the answer. */
export function stampOf({
  contract,
  plan,
  recounts,
  today,
  returnGraceDays,
}: {
  contract: StoredContract
  plan: CountingPlan
  recounts: number
  today: LondonDate
  returnGraceDays: number
}): string {
  return [recounts, contract.revision, today, returnGraceDays, planAsText(plan)].join(' ')
}

function rulesFor(
  contract: StoredContract,
  {
    monthly,
    pending,
    today,
    returnGraceDays,
  }: {
    monthly: readonly DatedCount[]
    pending: readonly number[]
    today: LondonDate
    returnGraceDays: number
  },
): Omit<ReleaseRules, 'release'> {
  // It is asked for each block of each figure.
  const minimumCounts = new Map<Month, number>()
  const ended = { current: monthOf(today), isOver: isOver(contract, today, returnGraceDays) }
  return {
    ...ended,
    first: monthly.reduce((first, { month }) => Math.min(first, month), ended.current),
    minimumCountIn: ({ first }) => {
      const known = minimumCounts.get(first)
      if (known !== undefined) return known
      const found = minimumCountFor(contract.minimumCounts, contract.minimumCount, monthPeriod(first))
      minimumCounts.set(first, found)
      return found
    },
    isPending: (block) =>
      contract.countedWith === null || pending.some((month) => month <= cutUpTo(block, ended)),
    isOverlapping: (by) => by === 'cohort',
  }
}

/** Nothing more is expected of a contract that has ended, once the time of grace is over. */
const isOver = ({ endsOn }: Pick<Contract, 'endsOn'>, today: LondonDate, graceDays: number): boolean =>
  today > addDays(endsOn, graceDays)

/** @param by '' for none: groups that were shown before are looked at again in any case */
function countsToRelease(monthly: readonly DatedCount[], by: string): CountsToRelease {
  const byGroup = new Map<string, Map<string, DatedCount[]>>()
  for (const count of monthly) {
    const values = byGroup.get(count.by) ?? new Map<string, DatedCount[]>()
    byGroup.set(count.by, values)
    const counts = values.get(count.value)
    if (counts) counts.push(count)
    else values.set(count.value, [count])
  }
  const groups = new Map<string, ReadonlyMap<string, MonthlyCounts>>()
  for (const [name, values] of byGroup) {
    if (name === '') continue
    groups.set(name, new Map([...values].map(([value, counts]) => [value, groupBySubject(counts)])))
  }
  if (by !== '' && !groups.has(by)) groups.set(by, new Map())
  return { all: groupBySubject(byGroup.get('')?.get('') ?? []), groups }
}
