import type { PortfolioContract, PublishedFigure } from '../../definitions.ts'
import { round } from '../../domain/statistics/rounding.ts'
import type { Answer } from '../demonstration.ts'
import type { Outcomes } from '../reading.ts'

export type MeasureOutcome = Outcomes['measures'][number]

/** A published figure and what came out of the service for it, in the words of a table. */
export interface Comparison {
  label: string
  /** As printed; a dash where no number was. */
  published: string
  computed: string
  /** The counts behind it. */
  counted: string
  interval: string
  rag: string
  /** Undefined: there is nothing to compare. */
  agrees: boolean | undefined
  /** Who is counted, in words. */
  basis: string
  /** A commissioner does not see it, so that it was read by the provider. */
  isProviders?: boolean
}

/** What a reader needs to know of a figure that was not rounded as others are. */
export interface Truncation {
  label: string
  exact: number
  printed: number
}

const NOTHING = '-'
const HIDDEN = 'hidden'

/** Each published figure of a contract beside the one that was read. */
export const compare = (contract: PortfolioContract, answer: Answer): Comparison[] =>
  contract.published.map((published) => compareOne(published, contract, answer))

function compareOne(published: PublishedFigure, contract: PortfolioContract, answer: Answer): Comparison {
  const { measure, score } = published
  if (score !== undefined) return compareChange(published, score, answer.outcomes)
  if (measure === undefined) return compareSent(published, answer)
  const find = ({ measures }: Outcomes) => measures.find((one) => one.measure === measure)
  const shown = find(answer.outcomes)
  const isProviders = shown?.suppressed === true
  const outcome = isProviders ? find(answer.exact) : shown
  if (outcome === undefined) return { ...blank(published), computed: HIDDEN, agrees: false, basis: '' }
  const comparison =
    outcome.kind === 'count'
      ? compareCount(published, outcome, monthsOf(contract))
      : compareRate(published, outcome)
  return isProviders ? { ...comparison, isProviders } : comparison
}

const blank = (published: PublishedFigure) => ({
  label: published.label,
  published: asPrinted(published),
  computed: NOTHING,
  counted: '',
  interval: '',
  rag: '',
})

/** The figure as its source has it. */
function asPrinted(one: PublishedFigure): string {
  const { percent, overPercent, count, over, atLeast, perMonth, number, improvement } = one
  if (percent !== undefined) return `${percent}%`
  if (overPercent !== undefined) return `over ${overPercent}%`
  if (over !== undefined) return `over ${withCommas(over)}`
  if (atLeast !== undefined) return `at least ${withCommas(atLeast)}`
  if (improvement !== undefined) return 'better'
  const plain = count ?? perMonth ?? number
  return plain === undefined ? NOTHING : withCommas(plain)
}

const isAnyPrinted = (one: PublishedFigure): boolean => asPrinted(one) !== NOTHING || one.rag !== undefined

function compareRate(published: PublishedFigure, outcome: MeasureOutcome): Comparison {
  const side = (published.at === undefined ? undefined : outcome[published.at]) ?? outcome
  const { rate, interval = null } = side
  const basis = basisOf(outcome)
  if (rate === null) {
    return { ...blank(published), computed: outcome.suppressed ? HIDDEN : NOTHING, agrees: false, basis }
  }
  const computed = wholePercent(rate, published.rounding)
  const { percent, overPercent } = published
  const agrees =
    (percent === undefined || computed === percent) &&
    (overPercent === undefined || 100 * rate > overPercent) &&
    isRagAsPrinted(published, outcome)
  return {
    ...blank(published),
    computed: `${computed}%`,
    counted: countsBehind(side, outcome),
    interval: interval === null ? '' : `${onePlace(100 * interval.low)} to ${onePlace(100 * interval.high)}%`,
    rag: outcome.rag ?? '',
    agrees: isAnyPrinted(published) ? agrees : undefined,
    basis,
  }
}

const isRagAsPrinted = ({ rag }: PublishedFigure, outcome: MeasureOutcome): boolean =>
  rag === undefined || rag === outcome.rag

function countsBehind(
  { numerator, denominator }: { numerator: number | null; denominator: number | null },
  { startTotal = null, endTotal = null }: MeasureOutcome,
): string {
  if (startTotal !== null && endTotal !== null)
    return `${withCommas(startTotal)}, then ${withCommas(endTotal)}`
  return numerator === null || denominator === null
    ? ''
    : `${withCommas(numerator)} of ${withCommas(denominator)}`
}

const monthsOf = ({ period: { firstMonth, lastMonth } }: PortfolioContract): number =>
  12 * (Math.floor(lastMonth / 100) - Math.floor(firstMonth / 100)) +
  (lastMonth % 100) -
  (firstMonth % 100) +
  1

function compareCount(published: PublishedFigure, outcome: MeasureOutcome, months: number): Comparison {
  const { count = null } = outcome
  const basis = basisOf(outcome)
  if (count === null)
    return { ...blank(published), computed: outcome.suppressed ? HIDDEN : NOTHING, agrees: false, basis }
  const shown = published.perMonth === undefined ? count : whole(count / months, published.rounding)
  const { over, atLeast } = published
  const exactly = published.count ?? published.perMonth
  const agrees =
    (exactly === undefined || shown === exactly) &&
    (over === undefined || count > over) &&
    (atLeast === undefined || count >= atLeast) &&
    isRagAsPrinted(published, outcome)
  return {
    ...blank(published),
    computed: withCommas(shown),
    counted: published.perMonth === undefined ? '' : `${withCommas(count)} in ${months} months`,
    rag: outcome.rag ?? '',
    agrees: isAnyPrinted(published) ? agrees : undefined,
    basis,
  }
}

function compareChange(published: PublishedFigure, score: string, { changes }: Outcomes): Comparison {
  const found = changes.find((one) => `${one.instrument.split('@')[0] ?? ''}/${one.score}` === score)
  const basis = 'Average distance travelled, of those who had a start and an end assessment'
  const { mean = null, interval = null } = found?.change ?? {}
  if (found === undefined || mean === null)
    return { ...blank(published), computed: found?.suppressed ? HIDDEN : NOTHING, agrees: false, basis }
  return {
    ...blank(published),
    computed: signed(mean),
    counted: found.pairs === null ? '' : `${withCommas(found.pairs)} people`,
    interval: interval === null ? '' : `${signed(interval.low)} to ${signed(interval.high)}`,
    agrees: published.improvement === undefined ? undefined : mean > 0,
    basis,
  }
}

/** What no case holds comes back as it was sent. */
function compareSent(published: PublishedFigure, { figures }: Answer): Comparison {
  const values = [...figures.values()].map((sent) => sent[published.figure ?? ''])
  const value = values.find((one) => typeof one === 'number')
  return {
    ...blank(published),
    computed: value === undefined ? NOTHING : withCommas(value),
    agrees: published.number === undefined ? undefined : value === published.number,
    basis: 'As the provider sent it, for no case holds it',
  }
}

/** Figures that hold only if the source cut off the fraction, where rounding would have printed another number. */
export function truncations(contract: PortfolioContract, { outcomes }: Answer): Truncation[] {
  return contract.published.flatMap(({ measure, label, perMonth, rounding }) => {
    const count = outcomes.measures.find((one) => one.measure === measure)?.count ?? null
    if (rounding !== 'truncated' || perMonth === undefined || count === null) return []
    return [{ label, exact: count / monthsOf(contract), printed: perMonth }]
  })
}

const KINDS_OF_PEOPLE = new Set(['share', 'completed', 'within-days', 'contact-every'])
const LONGEST_BASIS = 160

/** Who is in the denominator, as the beginning of a heading; a combined measure's is told best by its own title. */
function basisOf({ kind, basis, title }: MeasureOutcome): string {
  if (kind === 'count') return basis.charAt(0).toUpperCase() + basis.slice(1)
  if (basis.length > LONGEST_BASIS) return title
  return KINDS_OF_PEOPLE.has(kind) ? `Of ${basis}` : `Of those who ${basis}`
}

const whole = (value: number, rounding: PublishedFigure['rounding']): number =>
  rounding === 'truncated' ? Math.floor(value) : round(value, 0)

const wholePercent = (rate: number, rounding: PublishedFigure['rounding']): number =>
  whole(100 * rate, rounding)

export const onePlace = (value: number): string => round(value, 1).toFixed(1)

const signed = (value: number): string => `${value > 0 ? '+' : ''}${round(value, 2).toFixed(2)}`

export const withCommas = (count: number): string => count.toLocaleString('en-GB')
