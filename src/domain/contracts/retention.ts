import { addMonths, monthOf, monthPeriod, type LondonDate } from '../period.ts'
import type { Contract } from './contract.ts'

/**
 * The last day on which a contract's people are kept; undefined: for as long as nobody says otherwise.
 *
 * @example keptUntil({ endsOn: '2021-08-31', retention: { monthsAfterEnd: 6, hold: false } }) // '2022-02-28'
 */
export function keptUntil({
  endsOn,
  retention,
}: Pick<Contract, 'endsOn' | 'retention'>): LondonDate | undefined {
  if (retention === null || retention.hold) return undefined
  const { from, to } = monthPeriod(addMonths(monthOf(endsOn), retention.monthsAfterEnd))
  const sameDay = from.slice(0, 8) + endsOn.slice(8)
  return sameDay < to ? sameDay : to
}

/** Whether a contract's people are to be erased today. */
export function isRetentionOver(
  contract: Pick<Contract, 'endsOn' | 'retention'>,
  today: LondonDate,
): boolean {
  const last = keptUntil(contract)
  return last !== undefined && today > last
}
