import type { HarmonisedList } from '../../domain/casework/harmonise.ts'
import type { FigureName } from '../../domain/figure-name.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Measure } from '../../domain/measure.ts'
import type { Where } from '../../domain/measures/where.ts'
import { ownChecks } from '../../domain/returns/checks.ts'
import type { ReturnTemplate, ShownNumber, TemplateRow } from '../../domain/returns/template.ts'
import type { Finding, Path } from '../yaml-source.ts'
import { anonymousFindings } from './anonymous-rules.ts'
import { listFindings } from './list-rules.ts'
import { narrowedMeasure } from './narrowed-measure.ts'
import type { RowContent, TemplateContent } from './template-shape.ts'

/** What templates may name. */
export interface KnownToTemplates {
  measures: ReadonlyMap<string, Measure>
  figures: ReadonlyMap<string, FigureName>
  instruments: readonly Instrument[]
  lists: readonly HarmonisedList[]
}

/** Everything in a template that names what is not there, stands twice, or cannot be shown or added. */
export function templateFindings(template: TemplateContent, known: KnownToTemplates): Finding[] {
  const { sections, checks } = template
  const rows = sections.flatMap((section, at) =>
    section.rows.map((row, index) => ({ row, path: ['sections', at, 'rows', index] as Path })),
  )
  const ids = rows.map(({ row }) => row.id)
  return [
    ...repeated(
      sections.map(({ id }) => id),
      (at) => ['sections', at, 'id'],
      'section',
    ),
    ...repeated(ids, (at) => [...(rows[at]?.path ?? []), 'id'], 'row'),
    ...rows.flatMap(({ row, path }) =>
      rowFindings(row, template, known).map(({ path: inRow, reason }) => ({
        path: [...path, ...inRow],
        reason: `row ${row.id}: ${reason}`,
      })),
    ),
    ...listFindings(template, known.lists),
    ...repeated(
      checks.map(({ id }) => id),
      (at) => ['checks', at, 'id'],
      'check',
    ),
    ...checks.flatMap((check, at) => checkFindings(check, { path: ['checks', at], rows, known })),
    ...checks.flatMap(({ id: check, ascending = [] }, at) => {
      const named = ascending.map((name) => rows.find(({ row }) => row.id === name)?.row)
      const ofMeasures = named.map((row) => row && countingOf(row, template, known))
      return anonymousFindings(
        { check, path: ['checks', at, 'ascending'], rows: ofMeasures },
        known.instruments,
      )
    }),
  ]
}

function countingOf(row: RowContent, template: TemplateContent, { measures }: KnownToTemplates) {
  const measure = measures.get(row.measure ?? '')
  if (measure === undefined) return undefined
  const narrowed = narrowedMeasure(measure, narrowingOf(row, template))
  return { id: row.id, measure: narrowed, show: showOf(row, measure) }
}

interface RowsToCheck {
  path: Path
  rows: readonly { row: RowContent }[]
  known: KnownToTemplates
}

function checkFindings(
  { id, equal, ascending }: TemplateContent['checks'][number],
  { path, rows, known }: RowsToCheck,
): Finding[] {
  const named = (names: readonly string[], inCheck: Path, isFit: (row: RowContent) => boolean) =>
    names.flatMap((name, index) => {
      const row = rows.find((one) => one.row.id === name)?.row
      const place = [...path, ...inCheck, index]
      if (row === undefined) return [finding(place, `check ${id}: no row ${name}`)]
      return isFit(row) ? [] : [finding(place, `check ${id}: row ${name} is no number to add`)]
    })
  return [
    ...(ownChecks.some((own) => own === id)
      ? [finding([...path, 'id'], `check ${id}: every return has a check of this name`)]
      : []),
    ...((equal === undefined) === (ascending === undefined)
      ? [finding([...path, 'id'], `check ${id}: must have one of equal, ascending`)]
      : []),
    ...(equal ?? []).flatMap((side, at) => named(side, ['equal', at], (row) => isAdded(row, known))),
    ...named(ascending ?? [], ['ascending'], (row) => isAdded(row, known) || countsPeople(row, known)),
  ]
}

const finding = (path: Path, reason: string): Finding => ({ path, reason })

function repeated(ids: readonly string[], pathOf: (at: number) => Path, noun: string): Finding[] {
  return ids.flatMap((id, at) =>
    ids.indexOf(id) < at ? [finding(pathOf(at), `${noun} ${id} stands here a second time`)] : [],
  )
}

function rowFindings(row: RowContent, template: TemplateContent, known: KnownToTemplates): Finding[] {
  if ((row.measure === undefined) === (row.figure === undefined)) {
    return [finding(['id'], 'must have one of measure, figure')]
  }
  if (row.figure !== undefined) {
    const stray = (['where', 'show'] as const).filter((field) => row[field] !== undefined)
    return [
      ...(known.figures.has(row.figure) ? [] : [finding(['figure'], `no figure ${row.figure}`)]),
      ...stray.map((field) => finding([field], `${field} belongs to a row with a measure`)),
    ]
  }
  const measure = known.measures.get(row.measure ?? '')
  if (measure === undefined) return [finding(['measure'], `no measure ${row.measure ?? ''}`)]
  const showable = showableOf(measure)
  return [
    ...(row.adds === undefined ? [] : [finding(['adds'], 'adds belongs to a row with a figure')]),
    ...Object.keys(narrowingOf(row, template))
      .filter((field) => Object.hasOwn(measure.where ?? {}, field))
      .map((field) =>
        finding(
          [row.where && field in row.where ? 'where' : 'measure'],
          `${measure.id} is narrowed by ${field} already`,
        ),
      ),
    ...(template.streams !== undefined && row.where?.fundingStream !== undefined
      ? [finding(['where'], 'the streams of the template say which fundingStream is meant')]
      : []),
    ...(row.show ?? [])
      .filter((name) => !showable.includes(name))
      .map((name) => finding(['show'], `${measure.kind} has no ${name}: it has ${showable.join(', ')}`)),
  ]
}

const narrowingOf = ({ where }: RowContent, { streams }: Pick<TemplateContent, 'streams'>): Where => ({
  ...where,
  ...(streams && { fundingStream: streams }),
})

function showableOf({ kind }: Measure): readonly ShownNumber[] {
  if (kind === 'count') return ['count']
  if (kind === 'reduction') return ['denominator', 'percent']
  const rates = ['numerator', 'denominator', 'percent'] as const
  return kind === 'answered' ? [...rates, 'eligible', 'asked', 'answered'] : rates
}

const showOf = ({ show }: RowContent, measure: Measure): readonly ShownNumber[] => {
  if (show !== undefined) return show
  return showableOf(measure).filter((name) => ['count', 'numerator', 'denominator', 'percent'].includes(name))
}

function isAdded(row: RowContent, { measures, figures }: KnownToTemplates): boolean {
  if (row.figure !== undefined) return row.adds !== false && figures.get(row.figure)?.type === 'number'
  const measure = measures.get(row.measure ?? '')
  return measure !== undefined && !showOf(row, measure).includes('percent')
}

function countsPeople(row: RowContent, { measures }: KnownToTemplates): boolean {
  const measure = measures.get(row.measure ?? '')
  return measure !== undefined && showOf(row, measure).includes('numerator')
}

/** A template without findings, with the measures that are counted for it. */
export function templateWithMeasures(content: TemplateContent, known: KnownToTemplates): ReturnTemplate {
  return {
    ...content,
    sections: content.sections.map(({ id, title = id, rows }) => ({
      id,
      title,
      rows: rows.map((row) => templateRow(row, content, known)),
    })),
  }
}

function templateRow(row: RowContent, template: TemplateContent, known: KnownToTemplates): TemplateRow {
  const { id, label, planned, figure, adds = true } = row
  const common = { id, label, ...(planned && { planned }) }
  if (figure !== undefined)
    return { ...common, figure, adds: adds && known.figures.get(figure)?.type === 'number' }
  const measure = known.measures.get(row.measure ?? '')
  if (measure === undefined)
    throw new Error('a template is put together once its measures are known to be there')
  return {
    ...common,
    measure: narrowedMeasure(measure, narrowingOf(row, template)),
    show: showOf(row, measure),
  }
}
