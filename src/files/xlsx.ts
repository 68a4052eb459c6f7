import type { Sheet, SheetCell, SheetTable, Workbook } from '../domain/returns/workbook.ts'
import { escaped, XML_HEAD } from './xml.ts'
import { zipped } from './zip.ts'

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/** Places in cellXfs below. */
const styles = { text: 0, title: 1, head: 2, link: 3, line: 4 } as const
type Style = keyof typeof styles

/**
 * A workbook as Office Open XML (ECMA-376): bytes of a .xlsx file, the same for the same workbook. Tables are marked as
 * such, with their header row, so that a screen reader tells which column it is in.
 */
export function asXlsx(workbook: Workbook): Buffer {
  const sheets = workbook.sheets.map((sheet, at) => ({ sheet, number: at + 1 }))
  const parts: Record<string, string> = {
    '[Content_Types].xml': contentTypes(sheets),
    '_rels/.rels': relationships([
      [`${OFFICE}/officeDocument`, 'xl/workbook.xml'],
      [`${PACKAGE}/relationships/metadata/core-properties`, 'docProps/core.xml'],
    ]),
    'docProps/core.xml': coreProperties(workbook),
    'xl/workbook.xml': `${XML_HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheets
      .map(
        ({ sheet, number }) =>
          `<sheet name="${escaped(sheet.name)}" sheetId="${number}" r:id="rId${number}"/>`,
      )
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relationships([
      ...sheets.map(({ number }) => [`${OFFICE}/worksheet`, `worksheets/sheet${number}.xml`] as const),
      [`${OFFICE}/styles`, 'styles.xml'],
    ]),
    'xl/styles.xml': STYLES,
  }
  for (const { sheet, number } of sheets) {
    parts[`xl/worksheets/sheet${number}.xml`] = worksheet(sheet)
    if (sheet.table === undefined) continue
    parts[`xl/worksheets/_rels/sheet${number}.xml.rels`] = relationships([
      [`${OFFICE}/table`, `../tables/table${number}.xml`],
    ])
    parts[`xl/tables/table${number}.xml`] = tablePart(sheet, sheet.table, number)
  }
  return zipped(parts)
}

type Numbered = readonly { sheet: Sheet; number: number }[]

function contentTypes(sheets: Numbered): string {
  const override = (part: string, type: string): string =>
    `<Override PartName="/${part}" ContentType="${type}"/>`
  return `${XML_HEAD}<Types xmlns="${PACKAGE}/content-types">${[
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
    '<Default Extension="xml" ContentType="application/xml"/>',
    override('docProps/core.xml', 'application/vnd.openxmlformats-package.core-properties+xml'),
    override('xl/workbook.xml', `${TYPE}.sheet.main+xml`),
    override('xl/styles.xml', `${TYPE}.styles+xml`),
    ...sheets.flatMap(({ sheet, number }) => [
      override(`xl/worksheets/sheet${number}.xml`, `${TYPE}.worksheet+xml`),
      ...(sheet.table ? [override(`xl/tables/table${number}.xml`, `${TYPE}.table+xml`)] : []),
    ]),
  ].join('')}</Types>`
}

const relationships = (targets: readonly (readonly [type: string, target: string])[]): string =>
  `${XML_HEAD}<Relationships xmlns="${PACKAGE}/relationships">${targets
    .map(([type, target], at) => `<Relationship Id="rId${at + 1}" Type="${type}" Target="${target}"/>`)
    .join('')}</Relationships>`

const coreProperties = ({ title, language, caution, madeAt }: Workbook): string =>
  `${XML_HEAD}<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>${escaped(title)}</dc:title>${
    caution === null ? '' : `<dc:description>${escaped(caution)}</dc:description>`
  }<dc:language>${language}</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">${escaped(madeAt)}</dcterms:created></cp:coreProperties>`

const WRAPPED = '<alignment vertical="top" wrapText="1"/>'

/** A cell's looks: the font at that place, and how its text lies. */
const format = (font: number, alignment = ''): string =>
  `<xf numFmtId="0" fontId="${font}" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="${alignment === '' ? 0 : 1}">${alignment}</xf>`

const STYLES = `${XML_HEAD}<styleSheet xmlns="${MAIN}"><fonts count="4">${[
  '<font><sz val="12"/><name val="Arial"/></font>',
  '<font><b/><sz val="16"/><name val="Arial"/></font>',
  '<font><b/><sz val="12"/><name val="Arial"/></font>',
  '<font><u/><sz val="12"/><color rgb="FF0000FF"/><name val="Arial"/></font>',
].join(
  '',
)}</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5">${[
  format(0, WRAPPED),
  format(1),
  format(2, WRAPPED),
  format(3, '<alignment vertical="top"/>'),
  format(0),
].join(
  '',
)}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

/** The row of a sheet that holds the header of its table, counted from 1. */
const headRow = ({ lines }: Sheet): number => lines.length + 2

/** In print as wide as a page. */
const FIT = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
const PAPER = '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'

interface StyledRow {
  cells: readonly SheetCell[]
  style: (column: number) => Style
}

function worksheet(sheet: Sheet): string {
  const { title, lines, table, isContents } = sheet
  const rows: readonly StyledRow[] = [
    { cells: [title], style: () => 'title' },
    // Above a table they run over the columns beside them, however narrow the first is.
    ...lines.map((line): StyledRow => ({ cells: [line], style: () => (table ? 'line' : 'text') })),
    ...(table ? [{ cells: table.columns, style: (): Style => 'head' }] : []),
    ...(table?.rows ?? []).map((cells): StyledRow => ({
      cells,
      style: (column) => (isContents && column === 0 ? 'link' : 'text'),
    })),
  ]
  const links = isContents
    ? (table?.rows ?? []).map(([name], at) => {
        const place = `'${String(name).replaceAll("'", "''")}'!A1`
        return `<hyperlink ref="A${headRow(sheet) + 1 + at}" location="${escaped(place)}" display="${escaped(String(name))}"/>`
      })
    : []
  return `${XML_HEAD}<worksheet xmlns="${MAIN}" xmlns:r="${OFFICE}">${FIT}<sheetFormatPr defaultRowHeight="15.75"/>${columns(sheet)}<sheetData>${rows
    .map((row, at) => rowOf(at + 1, row))
    .join('')}</sheetData>${links.length > 0 ? `<hyperlinks>${links.join('')}</hyperlinks>` : ''}${PAPER}${
    table ? '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>' : ''
  }</worksheet>`
}

const rowOf = (number: number, { cells, style }: StyledRow): string =>
  `<row r="${number}">${cells
    .map((cell, column) => cellOf(`${letters(column)}${number}`, cell, styles[style(column)]))
    .join('')}</row>`

const cellOf = (place: string, cell: SheetCell, style: number): string =>
  typeof cell === 'number'
    ? `<c r="${place}" s="${style}"><v>${cell}</v></c>`
    : `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${inCell(cell)}</t></is></c>`

const LONGEST = 32_767

/** A spreadsheet reads _x0041_ as the letter A, and takes no more than so many characters. */
const inCell = (text: string): string =>
  escaped(text.slice(0, LONGEST).replaceAll(/_(?=x[0-9a-f]{4}_)/gi, '_x005F_'))

/** Of a column, counted from 0. */
const letters = (column: number): string => String.fromCharCode('A'.charCodeAt(0) + column)

/** In characters. */
const WIDE = 60
const NARROW = 18

function columns({ table }: Sheet): string {
  const widths = table ? table.columns.map((_, at) => widthOf(table, at)) : [2 * WIDE]
  return `<cols>${widths
    .map((width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`)
    .join('')}</cols>`
}

const widthOf = ({ rows, columns: heads }: SheetTable, at: number): number => {
  const longest = Math.max(...[heads, ...rows].map((row) => String(row[at] ?? '').length))
  return Math.min(WIDE, Math.max(NARROW, longest + 2))
}

function tablePart(sheet: Sheet, { columns: heads, rows }: SheetTable, number: number): string {
  const first = headRow(sheet)
  const area = `A${first}:${letters(heads.length - 1)}${first + rows.length}`
  return `${XML_HEAD}<table xmlns="${MAIN}" id="${number}" name="Table_${number}" displayName="Table_${number}" ref="${area}" totalsRowShown="0"><tableColumns count="${heads.length}">${heads
    .map((name, at) => `<tableColumn id="${at + 1}" name="${escaped(name)}"/>`)
    .join('')}</tableColumns></table>`
}
