import type { Target } from '../measure.ts'
import type { CheckResult } from './checks.ts'
import type { ReturnCell, ReturnContent, ReturnRow, ReturnSection, RowStatus } from './return-content.ts'
import type { ReturnTemplate, TemplateRow } from './template.ts'
import type { BarChart, Sheet, SheetCell, Workbook } from './workbook.ts'

/** What stands around the content of a return. */
export interface ReturnFacts {
  templateVersion: number
  areaCode: string | null
  period: string
  version: number
  isSubmitted: boolean
  provisional: boolean
  generatedAt: string
  sha256: string
  content: ReturnContent
  checks: readonly CheckResult[]
  signedOffBy: string | null
  submittedAt: string | null
  /** By check. */
  reasons: Readonly<Record<string, string>> | null
}

type Template = Pick<ReturnTemplate, 'title' | 'status' | 'source' | 'disclosure' | 'rounding' | 'sections'>

const HIDDEN = '[c]'
const NOT_AVAILABLE = '[x]'
const NOT_APPLICABLE = '[z]'

/** Shorthand for what has no number: Government Analysis Function, "Symbols in tables". */
const symbols: Readonly<Record<RowStatus, string>> = {
  ok: NOT_AVAILABLE,
  hidden: HIDDEN,
  'not-available': NOT_AVAILABLE,
  'not-collected': NOT_APPLICABLE,
}

/**
 * A return as a cover, its contents, notes, checks and one table a section: what its content shows and nothing more
 * (Government Analysis Function, "Releasing statistics in spreadsheets").
 *
 * @param template undefined if it is not published any more, so that its title, source and units are not known
 */
export function returnSheets(facts: ReturnFacts, template: Template | undefined): Workbook {
  const title = `${template?.title ?? facts.content.template}, ${facts.period}`
  const caution = cautionOf(template)
  const rows = new Map(template?.sections.flatMap((one) => one.rows.map((row) => [row.id, row])))
  const sections = facts.content.sections.map((section, at) => sectionSheet(section, at + 1, rows))
  const others = [notes(template), checks(facts)]
  const sheets = [cover(title, facts, template), contents([...others, ...sections]), ...others, ...sections]
  return {
    title,
    language: 'en-GB',
    caution,
    madeAt: facts.generatedAt,
    sheets: sheets.map((sheet) => ({
      ...sheet,
      lines: caution === null ? sheet.lines : [caution, ...sheet.lines],
    })),
  }
}

function cautionOf(template: Template | undefined): string | null {
  if (template === undefined) {
    return 'Unconfirmed: the template of this return is not published any more, so that its source is not known.'
  }
  return template.status === 'confirmed'
    ? null
    : `Unconfirmed: nobody has checked this template against the form of whoever asks for it. Source: ${template.source}.`
}

function cover(title: string, facts: ReturnFacts, template: Template | undefined): Sheet {
  const { content, isSubmitted, signedOffBy, submittedAt } = facts
  const signed = [
    ...(signedOffBy === null ? [] : [`signed off by ${signedOffBy}`]),
    ...(submittedAt === null ? [] : [submittedAt]),
  ].join(', ')
  return {
    name: 'Cover',
    title,
    lines: [
      `Template: ${content.template}, version ${facts.templateVersion}, ${template?.status ?? 'not published any more'}.`,
      ...(template?.status === 'confirmed' ? [`Source of the template: ${template.source}.`] : []),
      `Period: ${facts.period}.`,
      `Area: ${facts.areaCode ?? 'no code is known'}.`,
      `Contracts: ${content.contracts.join(', ')}.`,
      `Return: version ${facts.version}, ${isSubmitted ? `submitted (${signed})` : 'draft, not submitted'}.`,
      ...(facts.provisional ? ['Provisional: the period, or its grace time, has not ended.'] : []),
      `Made at: ${facts.generatedAt}.`,
      `SHA-256 of the content: ${facts.sha256}.`,
    ],
  }
}

const contents = (sheets: readonly Sheet[]): Sheet => ({
  name: 'Contents',
  title: 'Contents',
  lines: ['Contains one table: what each of the others holds.'],
  isContents: true,
  table: { columns: ['Sheet', 'What it holds'], rows: sheets.map(({ name, title }) => [name, title]) },
})

function notes(template: Template | undefined): Sheet {
  const isPublished = template?.disclosure === 'publication'
  const digits = template?.rounding.percent ?? 0
  const rules: (readonly [string, string])[] =
    template === undefined
      ? []
      : [
          isPublished
            ? ['Counts', 'Rounded to the nearest 5; what is small was hidden before.']
            : ['Counts', 'As they were released: not rounded.'],
          isPublished
            ? ['Percents', 'Whole, from counts before rounding, and only of 20 people or more.']
            : ['Percents', `Made from the counts; decimal places: ${digits} (${template.rounding.mode}).`],
        ]
  return {
    name: 'Notes',
    title: 'Notes',
    lines: ['Contains one table: what the symbols and the numbers mean.'],
    table: {
      columns: ['Note', 'Meaning'],
      rows: [
        [HIDDEN, 'Hidden, since it is about too few people.'],
        [NOT_AVAILABLE, 'Not available: nobody is counted, or the provider has not sent it.'],
        [NOT_APPLICABLE, 'Not applicable: no contract asks for it, or the row has no such number.'],
        ...rules,
        ['All contracts', 'Made from the sums over contracts, never from their percents.'],
      ],
    },
  }
}

const checks = ({ checks: results, reasons }: ReturnFacts): Sheet => ({
  name: 'Checks',
  title: 'Checks of this return',
  lines: ['Contains one table: what came of each check.'],
  table: {
    columns: ['Check', 'Level', 'Result', 'Detail', 'Reason given'],
    rows: results.map(({ id, level, passed, detail }) =>
      [id, level, passed ? 'passed' : 'failed', detail, reasons?.[id] ?? ''].map((text) =>
        orSymbol(text, NOT_APPLICABLE),
      ),
    ),
  },
})

const NAME_LENGTH = 31

function sectionSheet(section: ReturnSection, number: number, rows: ReadonlyMap<string, TemplateRow>): Sheet {
  const { id, title } = section
  const counts = (['numerator', 'denominator'] as const).filter((name) =>
    section.rows.some((row) => row[name] !== undefined),
  )
  const hasPlan = section.rows.some(({ planned }) => planned !== undefined)
  const lineOf = (row: ReturnRow, contract: string, cell: ReturnCell, isAll: boolean): SheetCell[] => [
    ...[row.label, contract, shownValue(cell), unitOf(row, rows.get(row.id))],
    ...counts.map((name) => shownNumber(cell, name)),
    ...[cell.status, row.basis],
    ...(hasPlan ? plannedCells(row, isAll) : []),
  ]
  const chart = chartOf(section, rows)
  return {
    name: `${number}_${id}`.slice(0, NAME_LENGTH),
    title,
    lines: ['Contains one table. Symbols are explained under Notes.'],
    table: {
      columns: [
        ...['Row', 'Contract', 'Value', 'Unit'],
        ...counts.map((name) => (name === 'numerator' ? 'Numerator' : 'Denominator')),
        ...['Status', 'Basis'],
        ...(hasPlan ? ['Objective', 'Action', 'Lead agency', 'Acceptable', 'Colour'] : []),
      ],
      rows: section.rows.flatMap((row) => [
        lineOf(row, 'All contracts', row, true).map(filled),
        ...row.byContract.map((cell) => lineOf(row, cell.contract, cell, false).map(filled)),
      ]),
    },
    ...(chart && { chart }),
  }
}

const orSymbol = (text: string, symbol: string): string => (text.trim() === '' ? symbol : text)

const filled = (cell: SheetCell): SheetCell =>
  typeof cell === 'string' ? orSymbol(cell, NOT_AVAILABLE) : cell

const shownValue = ({ status, value }: ReturnCell): SheetCell =>
  status === 'ok' ? (value ?? NOT_AVAILABLE) : symbols[status]

function shownNumber(cell: ReturnCell, name: 'numerator' | 'denominator'): SheetCell {
  const number = cell[name]
  return number === undefined ? NOT_APPLICABLE : (number ?? symbols[cell.status])
}

/** What the value of a row counts. */
function unitOf(row: ReturnRow, known: TemplateRow | undefined): string {
  if (row.measure === undefined) return 'as sent'
  if (known === undefined || !('show' in known)) return NOT_AVAILABLE
  return known.show.includes('percent') ? 'percent' : 'count'
}

/** What is planned is said once a row, where all contracts are together. */
function plannedCells({ planned, status }: ReturnRow, isAll: boolean): string[] {
  if (planned === undefined || !isAll) return Array.from({ length: 5 }, () => NOT_APPLICABLE)
  const { objective, action, leadAgency, acceptable, rag } = planned
  return [objective, action, leadAgency, inWords(acceptable), rag ?? symbols[status]]
}

function inWords({ green, amber, better, atLeast, atMost }: Target): string {
  const side = better === 'lower' ? 'at most' : 'at least'
  const limits: (readonly [string, number | undefined])[] = [
    [`green ${side}`, green],
    [`amber ${side}`, amber],
    ['at least', atLeast],
    ['at most', atMost],
  ]
  return limits.flatMap(([words, limit]) => (limit === undefined ? [] : [`${words} ${limit}`])).join(', ')
}

function chartOf(
  { title, rows: all }: ReturnSection,
  rows: ReadonlyMap<string, TemplateRow>,
): BarChart | undefined {
  const bars = all
    .filter((row) => unitOf(row, rows.get(row.id)) === 'percent')
    .map((row) => {
      const value = row.status === 'ok' && typeof row.value === 'number' ? row.value : null
      return { label: row.label, value, shown: value === null ? String(shownValue(row)) : `${value}%` }
    })
  return bars.length === 0 ? undefined : { title: `${title}: percents over all contracts`, bars }
}
