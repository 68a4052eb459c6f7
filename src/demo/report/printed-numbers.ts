import type { Grant, Portfolio, PrintedNumbers } from '../../definitions.ts'
import { round } from '../../domain/statistics/rounding.ts'
import { onePlace, withCommas } from './compare.ts'

/** What a commissioner should know of numbers that were printed side by side and do not add up, or were cut off. */
export function faultsOf({ parts, total, shares }: PrintedNumbers): string[] {
  const sum = parts.reduce((all, part) => all + part, 0)
  const written = parts.map(withCommas).join(' + ')
  return [
    sum === total
      ? `${written} = ${withCommas(sum)}, as printed.`
      : `${written} = ${withCommas(sum)}, but ${withCommas(total)} is printed: the parts do not add up to their total.`,
    ...shares.map(({ of, percent }) => shareInWords(of, percent, total)),
  ]
}

function shareInWords(part: number, printed: number, total: number): string {
  const exact = (100 * part) / total
  const says = `${withCommas(part)} of ${withCommas(total)} is ${onePlace(exact)}%, printed as ${printed}%`
  if (round(exact, 0) === printed) return `${says}.`
  return Math.floor(exact) === printed
    ? `${says}: the fraction was cut off, not rounded.`
    : `${says}: neither rounding nor cutting off gives that.`
}

/** How a grant was divided, and that it adds up. */
export function grantInWords(
  { title, from, published, amount, allocated, reallocated, underspend }: Grant,
  { contracts }: Pick<Portfolio, 'contracts'>,
): { heading: string; lines: readonly (readonly string[])[]; sums: string[] } {
  const titleOf = new Map(contracts.map((one) => [one.contract, one.title]))
  const nameOf = ({ contract, label }: Grant['allocated'][number]): string =>
    label ?? titleOf.get(contract ?? '') ?? ''
  const names = [...new Set([...allocated, ...reallocated].map(nameOf))]
  const amountOf = (lines: Grant['allocated'], name: string): string => {
    const found = lines.find((line) => nameOf(line) === name)
    return found ? inPounds(found.amount) : ''
  }
  const total = (lines: Grant['allocated']): number => lines.reduce((sum, line) => sum + line.amount, 0)
  const divided = total(allocated)
  const again = total(reallocated)
  return {
    heading: `${title}: ${inPounds(amount)} from the ${from}, published ${published}`,
    lines: [
      ['', 'allocated', 'reallocated'],
      ...names.map((name) => [name, amountOf(allocated, name), amountOf(reallocated, name)]),
      ['Underspend', '', inPounds(underspend)],
      ['In all', inPounds(divided), inPounds(again + underspend)],
    ],
    sums: [
      `${allocated.length} allocations make ${inPounds(divided)}${divided === amount ? ', the whole grant' : ''}.`,
      `${reallocated.length} after reallocation make ${inPounds(again)}, and ${inPounds(underspend)} of underspend ` +
        (again + underspend === amount ? 'makes up the whole grant again.' : 'does not make up the grant.'),
    ],
  }
}

export const inPounds = (amount: number): string => `£${withCommas(amount)}`
