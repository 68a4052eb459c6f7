import { listsInstrument } from '../../domain/contracts/contract.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { notFound } from '../../domain/problem.ts'
import type { Needs } from '../needs.ts'

/** The instruments that a contract takes, every version. */
export const readInstruments =
  ({ transact, definitions }: Pick<Needs, 'transact' | 'definitions'>) =>
  (provider: string, contractId: string): Promise<readonly Instrument[]> =>
    transact({ role: 'provider', organisation: provider }, async (store) => {
      const contract = await store.contracts.findParties(contractId)
      if (contract === undefined) throw notFound()
      return definitions.instruments.filter(({ id, version }) => listsInstrument(contract, id, version))
    })
