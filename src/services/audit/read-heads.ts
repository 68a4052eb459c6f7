import type { ChainHead } from '../../store/audit/audit-log.ts'
import type { Needs } from '../needs.ts'

export type { ChainHead }

/** The last entry of every chain: kept where nobody with the database's login can change it, it shows that a chain was cut. */
export const readHeads =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (): Promise<ChainHead[]> =>
    transact({ role: 'operator' }, (store) => store.auditLog.heads())
