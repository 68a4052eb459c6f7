import type { Sheet, SheetCell, Workbook } from '../domain/returns/workbook.ts'
import { escaped, XML_HEAD } from './xml.ts'
import { zipped } from './zip.ts'

const MEDIA_TYPE = 'application/vnd.oasis.opendocument.spreadsheet'
const NAMES = 'urn:oasis:names:tc:opendocument:xmlns'
const SPACES = [
  ...['office', 'table', 'text', 'style', 'meta'].map((name) => `xmlns:${name}="${NAMES}:${name}:1.0"`),
  `xmlns:fo="${NAMES}:xsl-fo-compatible:1.0"`,
  'xmlns:dc="http://purl.org/dc/elements/1.1/"',
  'xmlns:xlink="http://www.w3.org/1999/xlink"',
  'office:version="1.3"',
].join(' ')

/** A workbook as OpenDocument 1.3: bytes of an .ods file, the same for the same workbook. */
export const asOds = (workbook: Workbook): Buffer =>
  zipped(
    {
      'META-INF/manifest.xml': MANIFEST,
      'meta.xml': meta(workbook),
      'styles.xml': stylesOf(workbook),
      'content.xml': content(workbook),
    },
    // Read before anything is unpacked.
    { mimetype: MEDIA_TYPE },
  )

const MANIFEST = `${XML_HEAD}<manifest:manifest xmlns:manifest="${NAMES}:manifest:1.0" manifest:version="1.3">${[
  ['/', MEDIA_TYPE],
  ...['meta.xml', 'styles.xml', 'content.xml'].map((path) => [path, 'text/xml']),
]
  .map(([path, type]) => `<manifest:file-entry manifest:full-path="${path}" manifest:media-type="${type}"/>`)
  .join('')}</manifest:manifest>`

const meta = ({ title, language, caution, madeAt }: Workbook): string =>
  `${XML_HEAD}<office:document-meta ${SPACES}><office:meta><dc:title>${escaped(title)}</dc:title>${
    caution === null ? '' : `<dc:description>${escaped(caution)}</dc:description>`
  }<dc:language>${language}</dc:language><meta:creation-date>${escaped(madeAt)}</meta:creation-date></office:meta></office:document-meta>`

/** In print as wide as a page of A4. */
const PAPER = [
  '<office:automatic-styles><style:page-layout style:name="page">',
  '<style:page-layout-properties fo:page-width="29.7cm" fo:page-height="21cm" style:print-orientation="landscape" style:scale-to-X="1" style:scale-to-Y="0"/>',
  '</style:page-layout></office:automatic-styles>',
  '<office:master-styles><style:master-page style:name="Default" style:page-layout-name="page"/></office:master-styles>',
].join('')

function stylesOf({ language }: Workbook): string {
  const [code, country = 'none'] = language.split('-')
  return `${XML_HEAD}<office:document-styles ${SPACES}><office:styles><style:default-style style:family="table-cell"><style:text-properties fo:font-family="Arial" fo:font-size="12pt" fo:language="${code}" fo:country="${country}"/></style:default-style></office:styles>${PAPER}</office:document-styles>`
}

/** In centimetres. */
const WIDE = 12
const NARROW = 4
const PAGE_WIDE = 24
const LONG = 24

const cellStyle = (name: string, cell: string, text = ''): string =>
  `<style:style style:name="${name}" style:family="table-cell">${cell}${text}</style:style>`
const WRAPPED = '<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/>'
const STYLES = [
  '<style:style style:name="sheet" style:family="table" style:master-page-name="Default"><style:table-properties table:display="true"/></style:style>',
  ...[
    ['narrow', NARROW],
    ['wide', WIDE],
    ['page', PAGE_WIDE],
  ].map(
    ([name, width]) =>
      `<style:style style:name="${name}" style:family="table-column"><style:table-column-properties style:column-width="${width}cm"/></style:style>`,
  ),
  cellStyle('line', ''),
  cellStyle('text', WRAPPED),
  cellStyle('title', '', '<style:text-properties fo:font-size="16pt" fo:font-weight="bold"/>'),
  cellStyle('head', WRAPPED, '<style:text-properties fo:font-weight="bold"/>'),
].join('')

const content = ({ sheets }: Workbook): string =>
  `${XML_HEAD}<office:document-content ${SPACES}><office:automatic-styles>${STYLES}</office:automatic-styles><office:body><office:spreadsheet>${sheets
    .map(tableOf)
    .join('')}${namedTables(sheets)}</office:spreadsheet></office:body></office:document-content>`

function tableOf({ name, title, lines, table, isContents }: Sheet): string {
  const widths = table?.columns.map((head, at) =>
    [head, ...table.rows.map((row) => row[at])].some((cell) => String(cell).length > LONG)
      ? 'wide'
      : 'narrow',
  ) ?? ['page']
  const body = (table?.rows ?? []).map((cells) =>
    rowOf(cells, (cell, column) =>
      isContents && column === 0 ? cellOf(cell, 'text', String(cell)) : cellOf(cell, 'text'),
    ),
  )
  return [
    `<table:table table:name="${escaped(name)}" table:style-name="sheet">`,
    ...widths.map((width) => `<table:table-column table:style-name="${width}"/>`),
    rowOf([title], (cell) => cellOf(cell, 'title')),
    ...lines.map((line) => rowOf([line], (cell) => cellOf(cell, table ? 'line' : 'text'))),
    ...(table
      ? [
          `<table:table-header-rows>${rowOf(table.columns, (cell) => cellOf(cell, 'head'))}</table:table-header-rows>`,
        ]
      : []),
    ...body,
    '</table:table>',
  ].join('')
}

const rowOf = (cells: readonly SheetCell[], draw: (cell: SheetCell, column: number) => string): string =>
  `<table:table-row>${cells.map(draw).join('')}</table:table-row>`

function cellOf(cell: SheetCell, style: string, sheet?: string): string {
  const value =
    typeof cell === 'number'
      ? `office:value-type="float" office:value="${cell}"`
      : 'office:value-type="string"'
  const text = String(cell)
    .split(/\r\n|\r|\n/)
    .map((line) => {
      const inner = inParagraph(line)
      const link =
        sheet === undefined
          ? inner
          : `<text:a xlink:type="simple" xlink:href="#${escaped(`'${sheet}'.A1`)}">${inner}</text:a>`
      return `<text:p>${link}</text:p>`
    })
    .join('')
  return `<table:table-cell table:style-name="${style}" ${value}>${text}</table:table-cell>`
}

/** Spaces in a row, and those at an end, would be read as one or none. */
const inParagraph = (line: string): string =>
  escaped(line)
    .replaceAll(/^ +| {2,}| +$/g, (spaces) => `<text:s text:c="${spaces.length}"/>`)
    .replaceAll('\t', '<text:tab/>')

/** Each table under a name, with its header row, so that it is known for a table. */
function namedTables(sheets: readonly Sheet[]): string {
  const ranges = sheets.flatMap(({ name, lines, table }, at) => {
    if (table === undefined) return []
    const first = lines.length + 2
    const last = String.fromCharCode('A'.charCodeAt(0) + table.columns.length - 1)
    const address = `'${name}'.A${first}:'${name}'.${last}${first + table.rows.length}`
    return [
      `<table:database-range table:name="Table_${at + 1}" table:target-range-address="${escaped(address)}" table:contains-header="true"/>`,
    ]
  })
  return ranges.length === 0 ? '' : `<table:database-ranges>${ranges.join('')}</table:database-ranges>`
}
