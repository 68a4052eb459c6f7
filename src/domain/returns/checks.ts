import type { LondonDate } from '../period.ts'
import { round } from '../statistics/rounding.ts'
import { PUBLISHED_WITHIN } from './publication.ts'
import { rowsOfReturn, type ContractFigures, type ReturnContent, type ReturnRow } from './return-content.ts'
import type { TemplateCheck } from './template.ts'

/** What came of a check of a return. */
export interface CheckResult {
  id: string
  level: 'error' | 'warning'
  passed: boolean
  detail: string
}

/** The checks that every return has, beside those of its template. */
export const ownChecks = ['completeness', 'no-data', 'late-providers', 'jumps', 'counted'] as const

const LEAST_PAIRED = 0.6
const LARGEST_JUMP = 0.5

/** What a return is checked against. */
export interface CheckSurroundings {
  checks: readonly TemplateCheck[]
  contracts: readonly ContractFigures[]
  /** The returns of up to four periods before, newest first. */
  previous: readonly Pick<ReturnContent, 'sections'>[]
  /** The first day on which providers with nothing sent are looked for, as long as it is to come. */
  namedFrom?: LondonDate | undefined
  /** The counts of the content are rounded, as they are published. */
  isRounded: boolean
  /** Changes that were accepted are not in the content yet. */
  pending: boolean
}

/** Made from what the return shows, so that no check tells what a row hides. */
export const checkReturn = (content: ReturnContent, around: CheckSurroundings): CheckResult[] => [
  ...around.checks.map((check) => ownOf(content, check, around)),
  completeness(around.contracts),
  noData(around.contracts),
  lateProviders(around),
  jumps(content, around.previous),
  counted(around),
]

function ownOf(
  content: ReturnContent,
  check: TemplateCheck,
  { isRounded }: Pick<CheckSurroundings, 'isRounded'>,
): CheckResult {
  const { id, title, level, equal, ascending } = check
  const rows = new Map(rowsOfReturn(content).map((row) => [row.id, row]))
  const held = equal ? unequal(rows, equal, isRounded) : descending(rows, ascending ?? [])
  if (held === undefined) {
    return { id, level, passed: true, detail: `${title}: not checked, since a row of it is not shown.` }
  }
  const { wrong, numbers } = held
  const passed = wrong.length === 0
  const good = equal && isRounded ? `${title}, as far as rounded counts tell` : title
  return { id, level, passed, detail: passed ? `${good}: ${numbers}.` : `${title}: ${wrong.join('; ')}.` }
}

type Rows = ReadonlyMap<string, ReturnRow>

/** The numbers that a check held against each other, and what is wrong with them, in words. */
interface Held {
  numbers: string
  wrong: string[]
}

/** Hours are no whole numbers, and their sums not exact to the last digit. */
const EXACT_PLACES = 6

/** Undefined if a row is not shown. */
function unequal(
  rows: Rows,
  sides: NonNullable<TemplateCheck['equal']>,
  isRounded: boolean,
): Held | undefined {
  const [left, right] = sides.map((side) => {
    const values = side.map((name) => rows.get(name)?.value)
    return values.every((value) => typeof value === 'number')
      ? round(
          values.reduce((sum, value) => sum + value, 0),
          EXACT_PLACES,
        )
      : undefined
  })
  if (left === undefined || right === undefined) return undefined
  // What a provider sends is told as it is; each of the others may be rounded, and all of them one way.
  const rounded = sides.flat().filter((name) => rows.get(name)?.measure !== undefined).length
  const most = isRounded ? PUBLISHED_WITHIN * rounded : 0
  return {
    numbers: left === right ? String(left) : `${left} and ${right}`,
    wrong: Math.abs(left - right) <= most ? [] : [`${left} is not ${right}`],
  }
}

/** Undefined if a row is not shown. */
function descending(rows: Rows, names: readonly string[]): Held | undefined {
  const counts = names.map((name) => {
    const row = rows.get(name)
    return row?.numerator ?? row?.value
  })
  if (!counts.every((count) => typeof count === 'number')) return undefined
  const wrong = counts.flatMap((count, at) => {
    const next = counts[at + 1]
    return next === undefined || count <= next
      ? []
      : [`${count} in ${names[at]} is more than ${next} in ${names[at + 1]}`]
  })
  return { numbers: counts.join(', '), wrong }
}

/** A warning that names the contracts that it is about. */
function warning(
  id: (typeof ownChecks)[number],
  names: readonly string[],
  bad: string,
  good: string,
): CheckResult {
  const passed = names.length === 0
  return { id, level: 'warning', passed, detail: passed ? good : `${bad}: ${names.join(', ')}.` }
}

function completeness(contracts: readonly ContractFigures[]): CheckResult {
  const low = contracts.filter(({ completeness: { rate } }) => rate !== null && rate < LEAST_PAIRED)
  return warning(
    'completeness',
    low.map(
      ({ contract, completeness: { rate } }) =>
        `${contract.contractId} (${round(100 * (rate ?? 0), 0, 'truncate')}%)`,
    ),
    'Fewer than 60% of the closed cases have a start and an end assessment',
    'Where it is shown, at least 60% of the closed cases have a start and an end assessment.',
  )
}

/** Whether nothing is shown of a contract; one with a hidden figure has data. */
export const isEmpty = ({
  completeness: { closedCases },
  measures,
  figures,
}: Pick<ContractFigures, 'completeness' | 'measures' | 'figures'>): boolean =>
  closedCases === 0 &&
  figures === null &&
  [...measures.values()].every(({ suppressed, denominator, count }) => !suppressed && !denominator && !count)

function noData(contracts: readonly ContractFigures[]): CheckResult {
  return warning(
    'no-data',
    contracts.filter(isEmpty).map(({ contract }) => contract.contractId),
    'There is nothing of these contracts in the period',
    'There is something of every contract.',
  )
}

function lateProviders({ contracts, namedFrom }: CheckSurroundings): CheckResult {
  return warning(
    'late-providers',
    contracts.flatMap(({ contract: { contractId }, silent }) =>
      silent.map((provider) => `${provider} (${contractId})`),
    ),
    'These providers have sent nothing of the period',
    namedFrom === undefined
      ? 'No provider is known to have sent nothing of the period.'
      : `Providers with nothing sent of the period are named from ${namedFrom}, seven days before it falls due.`,
  )
}

/** A number is held against the mean of the last four periods that show it. */
function jumps(content: ReturnContent, previous: CheckSurroundings['previous']): CheckResult {
  const before = previous.map((one) => new Map(rowsOfReturn(one).map((row) => [row.id, row.value])))
  const jumped = rowsOfReturn(content).flatMap(({ id, value }) => {
    const values = before.flatMap((rows) => {
      const earlier = rows.get(id)
      return typeof earlier === 'number' ? [earlier] : []
    })
    if (typeof value !== 'number' || values.length === 0) return []
    const mean = values.reduce((sum, one) => sum + one, 0) / values.length
    const isJump = mean > 0 && Math.abs(value - mean) > LARGEST_JUMP * mean
    return isJump ? [`${id} (${value}, before ${round(mean, 1)})`] : []
  })
  return warning(
    'jumps',
    jumped,
    'More than half above or below the mean of the last four periods',
    'No row is more than half above or below the mean of the last four periods.',
  )
}

function counted({ pending }: CheckSurroundings): CheckResult {
  const detail = pending
    ? 'Changes that were sent wait to be counted, and are not in it yet.'
    : 'All that was sent is counted.'
  return { id: 'counted', level: 'warning', passed: !pending, detail }
}

/** Whether a return was made of all that had been sent. */
export const isCounted = (checks: readonly Pick<CheckResult, 'id' | 'passed'>[]): boolean =>
  checks.every(({ id, passed }) => id !== 'counted' || passed)
