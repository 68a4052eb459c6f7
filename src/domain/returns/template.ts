import type { Target, Measure } from '../measure.ts'
import type { RoundingMode } from '../statistics/rounding.ts'

/** Which numbers of a measure a row gives. Its value is the percent where that is among them, else the first. */
export const shownNumbers = [
  'count',
  'numerator',
  'denominator',
  'percent',
  'eligible',
  'asked',
  'answered',
] as const
export type ShownNumber = (typeof shownNumbers)[number]

/** What a plan says beside a result, in its own words. */
export interface PlannedAction {
  objective: string
  action: string
  leadAgency: string
  acceptable: Target
}

interface RowOfAnyKind {
  id: string
  label: string
  planned?: PlannedAction | undefined
}

export type MeasureRowOfTemplate = RowOfAnyKind & {
  /** The measure that is counted for it: narrowed by its own `where` and the template's streams. */
  measure: Measure
  show: readonly ShownNumber[]
}

export type FigureRowOfTemplate = RowOfAnyKind & {
  figure: string
  /** False: an average, say, which means nothing added over contracts. */
  adds: boolean
}

/** One line of a return: figures of a measure, or what providers say that no case holds. */
export type TemplateRow = MeasureRowOfTemplate | FigureRowOfTemplate

export interface TemplateSection {
  id: string
  title: string
  rows: readonly TemplateRow[]
}

/** What must hold between rows; it has one of `equal` and `ascending`. */
export interface TemplateCheck {
  id: string
  title: string
  level: 'error' | 'warning'
  /** What the rows of the one side have together is what those of the other have. */
  equal?: readonly [readonly string[], readonly string[]] | undefined
  /** No row counts more than the one after it: of a row with a percent, its numerator is meant. */
  ascending?: readonly string[] | undefined
}

/** What a return asks for, as a published file says it. */
export interface ReturnTemplate {
  id: string
  version: number
  title: string
  /** Confirmed once a person has checked it against the form of whoever asks for it. */
  status: 'unconfirmed' | 'confirmed'
  source: string
  disclosure: 'none' | 'publication'
  streams?: readonly string[] | undefined
  rounding: { percent: number; mode: RoundingMode }
  sections: readonly TemplateSection[]
  checks: readonly TemplateCheck[]
  /** Of its content: a version never changes. */
  hash: string
}

/** Every row of a template, in its order. */
export const rowsOfTemplate = ({ sections }: Pick<ReturnTemplate, 'sections'>): TemplateRow[] =>
  sections.flatMap(({ rows }) => rows)

/** What has to be counted for a template, each measure once. */
export function measuresOfTemplate(template: Pick<ReturnTemplate, 'sections'>): Measure[] {
  const measures = rowsOfTemplate(template).flatMap((row) => ('measure' in row ? [row.measure] : []))
  return [...new Map(measures.map((measure) => [measure.version, measure])).values()]
}
