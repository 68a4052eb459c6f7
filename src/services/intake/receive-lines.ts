import type { ContractMonth } from '../../domain/counts.ts'
import { Problem } from '../../domain/problem.ts'
import { atSavepoint } from '../../store/savepoint.ts'
import { batches } from './batches.ts'
import type { Kind, LineNeeds } from './kind.ts'
import { oneAhead } from './one-ahead.ts'
import type { Line } from './line.ts'
import { takeBatch, type Place } from './take-batch.ts'
import { Tally, type BulkSummary } from './tally.ts'

/** The months that a unit of work touched, rung for once it is committed; each once. */
class Months {
  readonly #months = new Map<string, ContractMonth>()

  readonly add = (touched: readonly ContractMonth[]): void => {
    for (const one of touched) this.#months.set(`${one.contractId} ${one.month}`, one)
  }

  all(): ContractMonth[] {
    return [...this.#months.values()]
  }
}

/**
 * Takes lines as they come, some hundred in a transaction: each batch is kept before the next one is worked on, so that what
 * breaks off has kept whole batches, and sending all of it again finishes it.
 */
export const receiveLines =
  <Body>(needs: LineNeeds, kind: Kind<Body>) =>
  async (at: Place, lines: AsyncIterable<Line<Body>>): Promise<BulkSummary> => {
    const { provider, requests } = at.sender
    const tally = new Tally()
    for await (const batch of oneAhead(batches(lines))) {
      const months = new Months()
      const take = takeBatch({ ...needs, ring: months.add }, kind, at)
      const outcomes = await take(
        (work) => needs.transact({ role: 'provider', organisation: provider }, work),
        batch,
      )
      needs.ring(months.all(), requests)
      tally.add(batch, outcomes)
    }
    return counted(needs, tally.summary())
  }

/** So many lines are taken in one transaction. */
export const MOST_ATOMIC_LINES = 100_000

export interface Whole {
  /** One bad line, and nothing is kept. */
  isAtomic: boolean
  /** Nothing is kept in any case. */
  isDryRun: boolean
}

/** What leaves a transaction so that nothing of it is kept. */
class Undone extends Error {
  readonly tally: Tally

  constructor(tally: Tally) {
    super('nothing of this is to be kept')
    this.tally = tally
  }
}

/**
 * Takes all lines in one transaction, and keeps all of them or none.
 *
 * @param lines gives them from the beginning, each time anew
 * @throws {Problem} `too-large` if there are more than are taken at once
 */
export const receiveWhole =
  <Body>(needs: LineNeeds, kind: Kind<Body>) =>
  async (
    at: Place,
    lines: () => AsyncIterable<Line<Body>>,
    { isAtomic, isDryRun }: Whole,
  ): Promise<BulkSummary> => {
    const { provider, requests } = at.sender
    if (isAtomic) await refuseTooMany(lines())
    try {
      const { tally, months } = await needs.transact(
        { role: 'provider', organisation: provider },
        async (store) => {
          const tally = new Tally()
          const months = new Months()
          const take = takeBatch({ ...needs, ring: months.add }, kind, at)
          for await (const batch of oneAhead(batches(lines())))
            tally.add(batch, await take((work) => atSavepoint(store, () => work(store)), batch))
          if (isDryRun || (isAtomic && tally.rejected > 0)) throw new Undone(tally)
          return { tally, months }
        },
      )
      needs.ring(months.all(), requests)
      return counted(needs, tally.summary())
    } catch (error) {
      if (!(error instanceof Undone)) throw error
      const { tally } = error
      const summary = isAtomic && tally.rejected > 0 ? tally.summaryOfNothing() : tally.summary()
      return isDryRun ? summary : counted(needs, summary)
    }
  }

function counted({ meter }: Pick<LineNeeds, 'meter'>, summary: BulkSummary): BulkSummary {
  meter.linesTaken(summary)
  return summary
}

async function refuseTooMany(lines: AsyncIterable<unknown>): Promise<void> {
  const tooMany = new Problem('too-large', `mode=atomic takes at most ${MOST_ATOMIC_LINES} lines.`)
  let count = 0
  for await (const line of lines) {
    count += Number(line !== undefined)
    if (count > MOST_ATOMIC_LINES) throw tooMany
  }
}
