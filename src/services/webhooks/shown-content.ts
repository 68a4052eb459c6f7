import { canonicalJson } from '../../domain/canonical-json.ts'
import { agreedPlan, type CountingPlan } from '../../domain/counting/plan.ts'
import { shownFigures, shownGroups } from '../../domain/disclosure/shown-figures.ts'
import { periodOfMonths } from '../../domain/period.ts'
import type { StoredContract } from '../../store/contracts.ts'
import type { Store } from '../../store/store.ts'

/** By period and dimension: all that commissioners are shown of a contract, to the byte. */
export type ShownContent = ReadonlyMap<string, string>

/** What is shown in each period that was ever asked for: no more of what was counted goes into it. */
export async function shownContent(
  store: Pick<Store, 'releases'>,
  contract: StoredContract,
  plan: CountingPlan,
): Promise<ShownContent> {
  const { contractId } = contract
  const asked = await store.releases.everyAsked(contractId)
  const dimensions = [...new Set(['', ...asked.map(({ by }) => by)])]
  const first = Math.min(...asked.map((one) => one.first))
  const last = Math.max(...asked.map((one) => one.last))
  const cells = asked.length === 0 ? [] : await store.releases.within(contractId, { first, last }, dimensions)
  return new Map(
    asked.map(({ by, askFor, ...block }) => {
      const released = {
        cells: cells.filter((cell) => cell.first >= block.first && cell.last <= block.last),
        askFor,
      }
      const around = { contract, plan: agreedPlan(plan), period: periodOfMonths(block.first, block.last) }
      const groups = by === '' ? [] : shownGroups(released, around, by)
      return [`${by} ${block.first} ${block.last}`, canonicalJson([shownFigures(released, around), groups])]
    }),
  )
}

/** Whether anything that was shown before is shown otherwise now; what is shown for the first time is no change. */
export const isShownOtherwise = (before: ShownContent, after: ShownContent): boolean =>
  [...before].some(([name, content]) => after.get(name) !== content)
