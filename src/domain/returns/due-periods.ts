import type { ContractReturn } from '../contracts/contract.ts'
import type { Contract } from '../contracts/contract.ts'
import { isProvisional } from '../outcomes/outcome.ts'
import {
  addMonths,
  monthOf,
  periodOfMonths,
  quarterOf,
  type LondonDate,
  type Month,
  type Period,
} from '../period.ts'

const MONTHS = { monthly: 1, quarterly: 3, 'six-monthly': 6, yearly: 12 } as const

/**
 * The periods of a contract's return whose time of grace is over, oldest first: financial quarters that it overlaps, or months,
 * half years and years counted from the month in which it starts.
 */
export function duePeriods(
  { startsOn, endsOn }: Pick<Contract, 'startsOn' | 'endsOn'>,
  frequency: ContractReturn['frequency'],
  { graceDays, today }: { graceDays: number; today: LondonDate },
): Period[] {
  const months = MONTHS[frequency]
  const last = monthOf(endsOn)
  const periods: Period[] = []
  let first: Month = frequency === 'quarterly' ? quarterOf(startsOn).firstMonth : monthOf(startsOn)
  while (first <= last) {
    const period = periodOfMonths(first, addMonths(first, months - 1))
    if (isProvisional(period, graceDays, today)) break
    periods.push(period)
    first = addMonths(first, months)
  }
  return periods
}
