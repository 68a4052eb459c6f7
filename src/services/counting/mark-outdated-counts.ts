import { createHash } from 'node:crypto'
import { marksOf, planAsText, planFor, type CountMarks } from '../../domain/counting/plan.ts'
import { WHOLE_LIFE, type Month } from '../../domain/period.ts'
import type { StoredContract } from '../../store/contracts.ts'
import type { Store } from '../../store/store.ts'
import { everyContract } from '../contracts/every-contract.ts'
import type { Needs } from '../needs.ts'

type MarkNeeds = Pick<Needs, 'transact' | 'definitions' | 'ring' | 'pause'>

const LOOK_EVERY_MILLISECONDS = 20

/**
 * Marks every month of a contract if its stored counts were made with other definitions than its plan asks for now:
 * a new or changed measure counts its past by itself.
 *
 * Where writes have more to mark from now on, it first waits for those that may not know it yet: what they write is then
 * there to be marked. They themselves lock nothing for this, which would cost each of them too much.
 */
export const markOutdatedCounts =
  (needs: MarkNeeds) =>
  async (contractId: string, requests: readonly string[] = []): Promise<void> => {
    const { transact, ring } = needs
    const as = { role: 'worker', contract: contractId } as const
    let told: string | undefined
    for (;;) {
      const next = await transact(as, (store) => markOrTell(needs, store, { contractId, told }))
      if ('months' in next) {
        ring(
          next.months.map((month) => ({ contractId, month })),
          requests,
        )
        return
      }
      await waitForWrites(needs)
      told = next.told
    }
  }

/** The same for every contract, at start: the definitions may have changed while the service was down. */
export const markAllOutdatedCounts = (needs: MarkNeeds) => async (): Promise<void> => {
  const contracts = await needs.transact({ role: 'operator' }, everyContract)
  for (const { contractId } of contracts) await markOutdatedCounts(needs)(contractId)
}

/**
 * Marks the months, or tells writes first what they have to mark.
 *
 * @param already what all writes of now have been told; it may have changed again since
 */
async function markOrTell(
  { definitions }: Pick<Needs, 'definitions'>,
  store: Store,
  { contractId, told: already }: { contractId: string; told: string | undefined },
): Promise<{ months: Month[] } | { told: string }> {
  const contract = await store.contracts.lock(contractId)
  if (contract?.peopleErasedAt !== null) return { months: [] }
  const plan = planFor(contract, definitions)
  const countedWith = createHash('sha256').update(planAsText(plan)).digest('hex')
  if (contract.countedWith === countedWith) return { months: [] }

  const marks = marksOf(plan)
  const told = `${contract.revision} ${countedWith}`
  if (told !== already && isNews(contract, marks)) {
    await store.contracts.setCountedWith(contractId, { countedWith: null, ...eitherOf(contract, marks) })
    return { told }
  }
  const months = await store.counting.months(contractId)
  if (contract.hasLifeCounts || marks.hasLifeCounts) months.push(WHOLE_LIFE)
  await Promise.all([
    store.contracts.setCountedWith(contractId, { countedWith, ...marks }),
    months.length === 0 ? undefined : store.marks.append(contractId, months),
  ])
  return { months }
}

/** Whether a write that is under way may not know all that it has to mark; null: nobody has waited for those since. */
const isNews = (contract: StoredContract, marks: CountMarks): boolean =>
  namesOf(marks).some((name) => marks[name] && (contract.countedWith === null || !contract[name]))

const eitherOf = (a: CountMarks, b: CountMarks): CountMarks => ({
  hasLifeCounts: a.hasLifeCounts || b.hasLifeCounts,
  hasReferralCounts: a.hasReferralCounts || b.hasReferralCounts,
  hasEntryCounts: a.hasEntryCounts || b.hasEntryCounts,
  hasSessionCounts: a.hasSessionCounts || b.hasSessionCounts,
})

const namesOf = (marks: CountMarks) => Object.keys(marks) as (keyof CountMarks)[]

/** Until whatever is reading contracts, and so may go by what they said, has been kept or undone. */
async function waitForWrites({ transact, pause }: Pick<Needs, 'transact' | 'pause'>): Promise<void> {
  const as = { role: 'worker' } as const
  let open = await transact(as, (store) => store.transactions.thatReadContracts())
  while (open.length > 0) {
    await pause(LOOK_EVERY_MILLISECONDS)
    const names = open
    open = await transact(as, (store) => store.transactions.stillOpen(names))
  }
}
