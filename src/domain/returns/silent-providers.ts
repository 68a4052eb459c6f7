import type { Contract } from '../contracts/contract.ts'
import { isProvisional } from '../outcomes/outcome.ts'
import { addDays, type LondonDate, type Period } from '../period.ts'
import { duePeriods } from './due-periods.ts'

/** So many days before a return falls due, its providers with nothing sent are named. */
const NOTICE_DAYS = 7

/** The day on which a return of the period is made. */
export const dueOn = ({ to }: Pick<Period, 'to'>, graceDays: number): LondonDate => addDays(to, graceDays + 1)

/** The first day on which providers with nothing sent are named. */
export const namedFrom = (period: Pick<Period, 'to'>, graceDays: number): LondonDate =>
  addDays(dueOn(period, graceDays), -NOTICE_DAYS)

/** When it is, and how long providers have. */
interface Now {
  graceDays: number
  today: LondonDate
}

export const isNamed = (period: Pick<Period, 'to'>, { graceDays, today }: Now): boolean =>
  !isProvisional(period, graceDays - NOTICE_DAYS, today)

/** Whether one of the contract's own returns is of just this period, and falls due in seven days or did so. */
export const isReturnNear = (
  contract: Pick<Contract, 'startsOn' | 'endsOn' | 'returns'>,
  { firstMonth, lastMonth }: Pick<Period, 'firstMonth' | 'lastMonth'>,
  { graceDays, today }: Now,
): boolean =>
  contract.returns.some(({ frequency }) =>
    duePeriods(contract, frequency, { graceDays: graceDays - NOTICE_DAYS, today }).some(
      (period) => period.firstMonth === firstMonth && period.lastMonth === lastMonth,
    ),
  )

/** What came of a contract and period, of which any part is something. */
export interface Sent {
  /** Who delivered what came; null: it is about no case, and so its provider's. */
  deliveredBy: readonly (string | null)[]
  /** Figures of what no case holds, which are its provider's. */
  hasFigures: boolean
}

/** The provider and then the partners of a contract who have sent nothing of a period that it overlaps. */
export function silentProviders(
  { provider, partners, startsOn, endsOn }: Pick<Contract, 'provider' | 'partners' | 'startsOn' | 'endsOn'>,
  { from, until }: Pick<Period, 'from' | 'until'>,
  { deliveredBy, hasFigures }: Sent,
): string[] {
  if (startsOn >= until || endsOn < from) return []
  const heard = new Set(deliveredBy.map((one) => one ?? provider))
  if (hasFigures) heard.add(provider)
  return [provider, ...partners].filter((one) => !heard.has(one))
}
