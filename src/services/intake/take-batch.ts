import { notFound, Problem, type Fault } from '../../domain/problem.ts'
import { Overtaken } from '../../store/database.ts'
import { withinTransaction } from '../../store/savepoint.ts'
import type { Store } from '../../store/store.ts'
import type { Sender } from '../needs.ts'
import type { Kind, LineNeeds } from './kind.ts'
import type { Line, Outcome } from './line.ts'

/** A unit of work of its own, or a part of one. */
export type Unit = <T>(work: (store: Store) => Promise<T>) => Promise<T>

/** Whose lines, and for which contract. */
export interface Place {
  sender: Sender
  contractId: string
}

/**
 * Takes lines in one unit of work; where one of them cannot be taken with others, in several, so that it spoils no other.
 *
 * @param unit throws `Overtaken` where a key stays taken, try after try: by a row that the sender may not see
 * @param lines no reference twice
 * @returns what came of each, in the same order
 */
export const takeBatch =
  <Body>(needs: LineNeeds, kind: Kind<Body>, at: Place) =>
  async (unit: Unit, lines: readonly Line<Body>[]): Promise<Outcome[]> => {
    const take = async (some: readonly Line<Body>[]): Promise<Outcome[]> => {
      try {
        return await unit((store) =>
          takeLines({ ...needs, transact: withinTransaction(store) }, kind)({ store, ...at }, some),
        )
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error
        if (some.length === 1) return [{ rejected: faultsOf(notFound()) }]
        const middle = Math.ceil(some.length / 2)
        return [...(await take(some.slice(0, middle))), ...(await take(some.slice(middle)))]
      }
    }
    return take(lines)
  }

const takeLines =
  <Body>(needs: LineNeeds, kind: Kind<Body>) =>
  async (
    { store, sender, contractId }: Place & { store: Store },
    lines: readonly Line<Body>[],
  ): Promise<Outcome[]> => {
    const submitted = lines.filter((line) => 'reading' in line)
    const receipts = submitted.length > 0 ? await kind.put(needs)(sender, contractId, submitted) : []
    const outcomes = new Map<Line<Body>, Outcome>()
    for (const [index, receipt] of receipts.entries()) {
      const line = submitted[index]
      if (line === undefined) continue
      if ('problem' in receipt) outcomes.set(line, { rejected: faultsOf(receipt.problem) })
      else if (receipt.put.created) outcomes.set(line, 'created')
      else outcomes.set(line, receipt.isChanged ? 'corrected' : 'unchanged')
    }
    for (const line of lines) {
      if ('faults' in line) outcomes.set(line, { rejected: line.faults })
      else if ('isWithdrawn' in line) {
        const { ref } = line
        outcomes.set(line, await withdraw(needs, kind, { store, sender, contractId, ref }))
      }
    }
    return lines.map((line) => outcomes.get(line) ?? { rejected: faultsOf(notFound()) })
  }

/** What is withdrawn already stays so: a file may be sent again. */
async function withdraw<Body>(
  needs: LineNeeds,
  kind: Kind<Body>,
  { store, sender, contractId, ref }: Place & { store: Store; ref: string },
): Promise<Outcome> {
  if (kind.withdraw === undefined || kind.isWithdrawn === undefined)
    throw new Error('what cannot be withdrawn is never read as withdrawn')
  if (await kind.isWithdrawn(store, { contractId, ref })) return 'unchanged'
  try {
    await kind.withdraw(needs)(sender, { contractId, ref })
    return 'corrected'
  } catch (error) {
    if (error instanceof Problem) return { rejected: faultsOf(error) }
    throw error
  }
}

/** A problem that names no place is one of the whole line. */
const faultsOf = ({ errors, message }: Problem): readonly Fault[] =>
  errors ?? [{ pointer: '', detail: message }]
