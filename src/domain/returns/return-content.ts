import type { Contract } from '../contracts/contract.ts'
import { listsInstrument } from '../contracts/contract.ts'
import type { FigureValues } from '../figures.ts'
import type { Measure, Target } from '../measure.ts'
import { countOf } from '../outcomes/measure-figure.ts'
import type { Completeness, MeasureOutcome } from '../outcomes/outcome.ts'
import { countRag, rag, type Rag } from '../statistics/rag.ts'
import { round } from '../statistics/rounding.ts'
import { publishedCount, publishesPercent } from './publication.ts'
import type {
  FigureRowOfTemplate,
  MeasureRowOfTemplate,
  PlannedAction,
  ReturnTemplate,
  ShownNumber,
} from './template.ts'

/**
 * ok: told. hidden: too few people. not-available: nobody is counted, or the provider has not sent it yet.
 * not-collected: no contract asks for it.
 */
export const rowStatuses = ['ok', 'hidden', 'not-available', 'not-collected'] as const
export type RowStatus = (typeof rowStatuses)[number]

/** What a row says, of all contracts or of one. */
export interface ReturnCell {
  status: RowStatus
  value: number | string | null
  numerator?: number | null
  denominator?: number | null
}

export type ContractCell = ReturnCell & { contract: string }

export interface ReturnRow extends ReturnCell {
  id: string
  label: string
  measure?: string
  /** What it meant when this was made: a measure may change under its name. */
  measureVersion?: string
  basis: string
  planned?: PlannedAction & { rag: Rag | null }
  byContract: readonly ContractCell[]
}

export interface ReturnSection {
  id: string
  title: string
  rows: readonly ReturnRow[]
}

/** What a return says: its hash is over this alone, so that the same data makes the same bytes. */
export interface ReturnContent {
  template: string
  period: string
  contracts: readonly string[]
  sections: readonly ReturnSection[]
}

/** What is known of one contract and period, after disclosure control where it holds. */
export interface ContractFigures {
  contract: Pick<Contract, 'contractId' | 'instruments'>
  /** By the version of the measure. */
  measures: ReadonlyMap<string, MeasureOutcome>
  completeness: Completeness
  /** Null: its provider has sent none for the period. */
  figures: FigureValues | null
  /** Its providers with nothing sent of the period, as far as the reader may know; none before they are looked for. */
  silent: readonly string[]
}

type Template = Pick<ReturnTemplate, 'id' | 'disclosure' | 'rounding' | 'sections'>

/** A return is a pure function of the figures of its contracts. */
export function returnContent(
  template: Template,
  period: string,
  contracts: readonly ContractFigures[],
): ReturnContent {
  return {
    template: template.id,
    period,
    contracts: contracts.map(({ contract }) => contract.contractId),
    sections: template.sections.map(({ id, title, rows }) => ({
      id,
      title,
      rows: rows.map((row) =>
        'figure' in row ? figureRow(row, contracts) : measureRow(row, contracts, template),
      ),
    })),
  }
}

/** The numbers of a measure that add up over contracts. */
type Numbers = Partial<Record<Exclude<ShownNumber, 'percent'> | 'startTotal' | 'endTotal', number>>
interface Known {
  status: RowStatus
  numbers: Numbers
}

const NAMES = [
  ...['count', 'numerator', 'denominator', 'eligible', 'asked', 'answered'],
  ...['startTotal', 'endTotal'],
] as readonly (keyof Numbers)[]

function measureRow(
  row: MeasureRowOfTemplate,
  contracts: readonly ContractFigures[],
  template: Template,
): ReturnRow {
  const { id, label, measure, planned } = row
  const known = contracts.map((one) => ({ contract: one.contract.contractId, ...knownOf(row, one) }))
  const all = together(known)
  return {
    ...{ id, label, measure: measure.id, measureVersion: measure.version, basis: measure.basis },
    ...(planned && {
      planned: { ...planned, rag: all.status === 'ok' ? colourOf(all.numbers, planned.acceptable) : null },
    }),
    ...cellOf(all, row, template),
    byContract: known.map(({ contract, ...one }) => ({ contract, ...cellOf(one, row, template) })),
  }
}

function knownOf({ measure, show }: MeasureRowOfTemplate, { contract, measures }: ContractFigures): Known {
  const figure = measures.get(measure.version)
  if (figure === undefined || !isCollected(measure, contract)) return { status: 'not-collected', numbers: {} }
  const isPart = (name: ShownNumber): boolean =>
    name === 'eligible' || name === 'asked' || name === 'answered'
  const isHidden =
    figure.suppressed || show.some((name) => isPart(name) && numberOf(figure, name as 'asked') === null)
  if (isHidden) return { status: 'hidden', numbers: {} }
  const numbers = NAMES.flatMap((name) => {
    const number = numberOf(figure, name)
    return number === null ? [] : [[name, number] as const]
  })
  return { status: 'ok', numbers: Object.fromEntries(numbers) }
}

const numberOf = (figure: MeasureOutcome, name: keyof Numbers): number | null =>
  name === 'count' ? countOf(figure) : (figure[name] ?? null)

/** Whether a contract asks for what the measure looks at. */
function isCollected(measure: Measure, contract: Pick<Contract, 'instruments'>): boolean {
  if (measure.kind === 'all-of' || measure.kind === 'any-of') {
    return measure.parts.some((part) => isCollected(part, contract))
  }
  const question = 'total' in measure ? measure.total : measure
  if (!('instrument' in question)) return true
  const { id, version } = question.instrument
  return (
    contract.instruments.some((name) => name.split('@')[0] === id) &&
    (version === undefined || listsInstrument(contract, id, version))
  )
}

/** A sum where each part of it is told; who does not collect it has no part in it. */
function together(known: readonly Known[]): Known {
  const collected = known.filter(({ status }) => status !== 'not-collected')
  const worst = (['hidden', 'not-available'] as const).find((status) =>
    collected.some((one) => one.status === status),
  )
  if (collected.length === 0) return { status: 'not-collected', numbers: {} }
  if (worst !== undefined) return { status: worst, numbers: {} }
  const sums: Numbers = {}
  for (const { numbers } of collected) {
    for (const name of NAMES) {
      const number = numbers[name]
      if (number !== undefined) sums[name] = (sums[name] ?? 0) + number
    }
  }
  return { status: 'ok', numbers: sums }
}

function cellOf({ status, numbers }: Known, { show }: MeasureRowOfTemplate, template: Template): ReturnCell {
  const counts = show.filter((name) => name === 'numerator' || name === 'denominator')
  const isPublished = template.disclosure === 'publication'
  const number = (name: Exclude<ShownNumber, 'percent'>): number | null => {
    const exact = numbers[name] ?? null
    return exact !== null && isPublished ? publishedCount(exact) : exact
  }
  const cell = (own: RowStatus, value: number | null): ReturnCell => ({
    status: own,
    value,
    ...Object.fromEntries(counts.map((name) => [name, own === 'hidden' ? null : number(name)])),
  })
  if (status !== 'ok') return cell(status, null)
  const [first] = show
  if (!show.includes('percent')) {
    return cell('ok', first === undefined || first === 'percent' ? null : number(first))
  }
  const percent = percentOf(numbers)
  if (percent === null) return cell('not-available', null)
  if (isPublished && !publishesPercent(numbers.denominator ?? 0)) return cell('hidden', null)
  return cell('ok', round(percent, isPublished ? 0 : template.rounding.percent, template.rounding.mode))
}

/** Made again from the sums, never from the rates; null where nobody is counted. */
function percentOf({ numerator, denominator, startTotal, endTotal }: Numbers): number | null {
  if (startTotal !== undefined && endTotal !== undefined) {
    return startTotal === 0 ? null : (100 * (startTotal - endTotal)) / startTotal
  }
  return numerator === undefined || !denominator ? null : (100 * numerator) / denominator
}

/** Made from the exact counts, never from a rounded percent. */
function colourOf({ count, numerator, denominator }: Numbers, acceptable: Target): Rag | null {
  const { green, amber, better, atLeast, atMost } = acceptable
  if (count !== undefined) {
    if (atLeast !== undefined) return countRag(count, { atLeast })
    return atMost === undefined ? null : countRag(count, { atMost })
  }
  if (green === undefined || amber === undefined || numerator === undefined || !denominator) return null
  return rag(numerator, denominator, { green, amber }, better)
}

const AS_SENT = 'as its provider sent it for the period'

/** What a provider says is about no person, so that it is told as it was sent. */
function figureRow(
  { id, label, figure, adds, planned }: FigureRowOfTemplate,
  contracts: readonly ContractFigures[],
): ReturnRow {
  const byContract = contracts.map(({ contract: { contractId: contract }, figures }): ContractCell => {
    const value = figures?.[figure]
    return value === undefined
      ? { contract, status: 'not-available', value: null }
      : { contract, status: 'ok', value }
  })
  return {
    ...{ id, label, basis: AS_SENT },
    ...(planned && { planned: { ...planned, rag: null } }),
    ...sent(byContract, adds),
    byContract,
  }
}

/** The one contract's own, or the sum where each has sent a number that adds. */
function sent(cells: readonly ContractCell[], adds: boolean): ReturnCell {
  const [only] = cells
  if (cells.length === 1 && only !== undefined) return { status: only.status, value: only.value }
  const numbers = cells.flatMap(({ value }) => (typeof value === 'number' ? [value] : []))
  if (!adds || numbers.length < cells.length) return { status: 'not-available', value: null }
  return { status: 'ok', value: numbers.reduce((sum, number) => sum + number, 0) }
}

/** Every row of a return, in its order. */
export const rowsOfReturn = ({ sections }: Pick<ReturnContent, 'sections'>): ReturnRow[] =>
  sections.flatMap(({ rows }) => rows)
