import { isDeepStrictEqual } from 'node:util'
import { canonicalLabel, checkFigures, type FigureValues } from '../../domain/figures.ts'
import type { Period } from '../../domain/period.ts'
import { checkPrecondition } from '../../domain/precondition.ts'
import { notFound, whole } from '../../domain/problem.ts'
import type { StoredFigures } from '../../store/casework/figures.ts'
import { asNotThere } from '../casework/taken.ts'
import type { Needs, Put } from '../needs.ts'

/** Stores all that the contract's own provider says of a period that no case holds; a figure left out is cleared. */
export const putFigures =
  ({ transact, definitions, clock }: Pick<Needs, 'transact' | 'definitions' | 'clock'>) =>
  (
    provider: string,
    { contractId, period }: { contractId: string; period: Period },
    given: Readonly<Record<string, unknown>>,
    ifMatch?: string,
  ): Promise<Put<StoredFigures>> =>
    transact({ role: 'provider', organisation: provider }, async (store) => {
      const label = canonicalLabel(period)
      const [contract, known] = await Promise.all([
        store.contracts.findParties(contractId),
        store.figures.lock(contractId, label),
      ])
      if (contract?.provider !== provider) throw notFound()
      const values = whole({ given, faults: checkFigures(given, definitions.figures) }) as FigureValues
      checkPrecondition(ifMatch, known?.revision)
      if (known !== undefined && isDeepStrictEqual(known.values, values)) {
        return { created: false, stored: known }
      }

      const wanted = { contractId, period: label, values, updatedAt: clock.now().toISOString() }
      await (known ? store.figures.update(wanted) : store.figures.insert(wanted))
      return { created: known === undefined, stored: { ...wanted, revision: (known?.revision ?? 0) + 1 } }
    }).catch(asNotThere)
