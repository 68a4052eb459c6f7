import { round } from '../domain/statistics/rounding.ts'
import type { Outcomes } from './outcomes.ts'
import type { Portfolio } from './portfolio.ts'

/** A published figure and the one that came out of the service. */
export interface Comparison {
  need: string
  published: number
  /** As it would be printed: a whole percent, rounded half up. Null: nobody counted, or hidden. */
  computed: number | null
  agrees: boolean
  outcome: Outcomes['measures'][number] | undefined
}

export const compare = ({ figures }: Portfolio['published'], { measures }: Outcomes): Comparison[] =>
  figures.map(({ measure, need, percent }) => {
    const outcome = measures.find((one) => one.measure === measure)
    const rate = outcome?.rate ?? null
    const computed = rate === null ? null : round(100 * rate, 0)
    return { need, published: percent, computed, agrees: computed === percent, outcome }
  })

/** What the demo is about, before anything is computed. */
export function introduction({ contract, commissioner, provider, published }: Portfolio): string {
  const [funding] = contract.funding
  const paid = funding ? ` (£${withCommas(funding.amount)} in ${funding.year.replace('-', '/')})` : ''
  return lines(
    `waymark demo: ${contract.title}, run by ${provider.name}${paid}`,
    '',
    `In ${published.when} the ${commissioner.name} published, need by need,`,
    'how many people had it no longer at the end of support, of those who had it at the start.',
    'The people here are made up. Counted one by one, they must give the published figures again.',
    '',
  )
}

/** The whole comparison, in at most 100 columns. */
export function report(portfolio: Portfolio, outcomes: Outcomes): string {
  const comparisons = compare(portfolio.published, outcomes)
  const agreeing = comparisons.filter(({ agrees }) => agrees).length
  const bases = new Set(comparisons.flatMap(({ outcome }) => outcome?.basis ?? []))
  return lines(
    '',
    `Outcomes from ${dayInWords(outcomes.from)} to ${dayInWords(outcomes.to)}, as the commissioner reads them:`,
    '',
    ...table([HEADINGS, ...comparisons.map(cellsOf)]),
    '',
    ...[...bases].map((basis) => `Counted are those who ${basis}.`),
    completeness(outcomes),
    '',
    agreeing === comparisons.length
      ? `All ${comparisons.length} figures agree with those published.`
      : `${agreeing} of ${comparisons.length} figures agree with those published.`,
  )
}

const HEADINGS = ['need', 'published', 'computed', 'no need left at the end', '95% interval', 'same?']
/** Figures to the right, words to the left. */
const TO_THE_RIGHT = [false, true, true, true, true, false]

function cellsOf({ need, published, computed, agrees, outcome }: Comparison): string[] {
  const hidden = outcome?.suppressed === true ? 'hidden' : '-'
  const interval = outcome?.interval
  return [
    need,
    `${published}%`,
    computed === null ? hidden : `${computed}%`,
    outcome?.numerator == null || outcome.denominator === null
      ? hidden
      : `${withCommas(outcome.numerator)} of ${withCommas(outcome.denominator)} people`,
    interval ? `${percent(interval.low)} to ${percent(interval.high)}%` : hidden,
    agrees ? 'yes' : 'NO',
  ]
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const written = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return TO_THE_RIGHT[column] ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('   ')
      .trimEnd(),
  )
  const rule = widths.map((width) => '-'.repeat(width)).join('   ')
  return written.flatMap((row, index) => (index === 0 ? [row, rule] : [row]))
}

function completeness({ completeness: { closedCases, withStart, paired, rate } }: Outcomes): string {
  if (closedCases === null || withStart === null || paired === null || rate === null) {
    return 'How complete the assessments are is hidden: the group is small, or empty.'
  }
  return (
    `Of ${withCommas(closedCases)} cases closed, ${withCommas(withStart)} were assessed at the start ` +
    `and ${withCommas(paired)} at the end, too: ${percent(rate)}% are paired.`
  )
}

const percent = (rate: number): string => round(100 * rate, 1).toFixed(1)

const withCommas = (count: number): string => count.toLocaleString('en-GB')

const dayInWords = (day: string): string =>
  new Date(day).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('')
