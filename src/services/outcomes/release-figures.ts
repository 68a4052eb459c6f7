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
import { seriesOf, type MonthlyCounts } from '../../domain/disclosure/series.ts'
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
import type { Write } from '../../store/database.ts'
import type { Store } from '../../store/store.ts'
import type { Needs } from '../needs.ts'
import { isShownOtherwise, shownContent } from '../webhooks/shown-content.ts'
import { tellOfOutcomes } from '../webhooks/tell-of-outcomes.ts'
import { rememberLinks } from './remembered-links.ts'

/** Which periods of a contract are about to be read by a commissioner, and in which groups. */
export interface ReleaseQuestion {
  contractId: string
  periods: readonly Period[]
  by?: Dimension | undefined
}

type ReleaseNeeds = Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays'>

const ALL_MONTHS: Block = { first: 0, last: 999_912 }

/**
 * Decides what commissioners may see of some periods, and keeps it as what was shown. Their own role reads released counts
 * only; that of the releaser reads counts, and nothing about one person.
 *
 * @returns for each period whether something accepted is not in what is shown, since it is not counted yet
 */
export const releaseFigures = ({ transact, definitions, clock, returnGraceDays }: ReleaseNeeds) => {
  const linksOf = rememberLinks()
  return ({ contractId, periods, by = '' as Dimension }: ReleaseQuestion): Promise<boolean[]> =>
    transact({ role: 'releaser', contract: contractId }, async (store, finish) => {
      // In one network flight, and one after the other: all is read under the lock.
      const [, contract, recounts, pending, dimensions] = await Promise.all([
        store.releases.lock(contractId),
        store.contracts.find(contractId),
        store.releases.recounts(contractId),
        store.marks.months(contractId),
        store.releases.dimensions(contractId),
      ])
      if (contract === undefined) return periods.map(() => false)
      const plan = planFor(contract, definitions)
      const today = clock.today()
      const wanted = [...new Set(['', ...dimensions, by])]
      const [wanting, monthly, present, release] = await Promise.all([
        store.webhooks.wanting('outcomes.changed', contract.commissioners),
        store.counts.monthly(contractId, ALL_MONTHS.last, wanted),
        store.releases.within(contractId, ALL_MONTHS, wanted),
        store.releases.nextRelease(contractId),
      ])
      const before = wanting.length > 0 ? await shownContent(store, contract, plan) : undefined
      const series = seriesOf(contract, plan, today)
      const rules = { ...rulesFor(contract, { monthly, pending, today, returnGraceDays }), release }
      const counts = countsToRelease(monthly, by)
      const stamp = stampOf({ contract, plan, recounts, today, returnGraceDays })
      const links = linksOf(series, plan, counts.all)
      const decide = (past: readonly PastReleased[]): Release =>
        decideRelease(periods, { series, links }, counts, { present, past }, rules)
      const beside = decide([])
      // What was shown long ago is read only where it is needed: mostly nothing is shown anew.
      const past = beside.isAnew ? await store.releases.past(contractId, wanted) : []
      const { writes, drops, askFor } = past.length > 0 ? decide(past) : beside
      // What waits to be counted is looked at again when it is asked for again.
      const isSettled = pending.length === 0 && contract.countedWith !== null
      const asked = periods.map(({ firstMonth: first, lastMonth: last }, at) =>
        store.releases.remember(contractId, {
          ...{ by, first, last },
          stamp: isSettled ? stamp : '',
          askFor: askFor[at] ?? {},
        }),
      )
      const kept = [
        ...(drops.length > 0 ? [store.releases.drop(contractId, drops)] : []),
        ...writesOf(store, contractId, writes, present),
        ...asked,
        ...(drops.length + writes.length > 0 ? [store.releases.noteChange(contractId)] : []),
      ]
      if (before === undefined) finish(...kept)
      else {
        await Promise.all(kept)
        if (isShownOtherwise(before, await shownContent(store, contract, plan))) {
          await tellOfOutcomes(store, clock, contractId, wanting)
        }
      }
      return periods.map(({ firstMonth: first, lastMonth: last }) => rules.isPending({ first, last }))
    })
}

const CELLS_AT_ONCE = 2_000

/** Most is shown for the first time, for which no former cell has to be looked for. */
function writesOf(
  store: Store,
  contractId: string,
  cells: readonly Released[],
  present: readonly Released[],
): Write[] {
  const shown = new Set(present.map(cellKey))
  // Of what one of the periods made otherwise than another one before it, the last holds.
  const written = new Map(cells.map((cell) => [cellKey(cell), cell]))
  const [anew, first]: [Released[], Released[]] = [[], []]
  for (const [key, cell] of written) (shown.has(key) ? anew : first).push(cell)
  return [
    ...inParts(anew).flatMap((part) => store.releases.write(contractId, part)),
    ...inParts(first).map((part) => store.releases.add(contractId, part)),
  ]
}

const cellKey = ({ by, value, series, first, last }: Released): string =>
  JSON.stringify([by, value, series, first, last])

const inParts = (cells: readonly Released[]): Released[][] =>
  Array.from({ length: Math.ceil(cells.length / CELLS_AT_ONCE) }, (_, at) =>
    cells.slice(at * CELLS_AT_ONCE, (at + 1) * CELLS_AT_ONCE),
  )

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
