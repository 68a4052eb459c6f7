import { strFromU8, unzipSync } from 'fflate'
import { JSDOM } from 'jsdom'

/** The little of a document that the tests read. */
export interface Element {
  localName: string
  textContent: string
  children: Iterable<Element>
  getAttribute: (name: string) => string | null
  getElementsByTagName: (name: string) => Iterable<Element>
}

/** Reads XML, and fails if it is not well-formed. */
export function xmlOf(text: string): Element {
  const { window } = new JSDOM(text, { contentType: 'text/xml', runScripts: 'outside-only' })
  return window.eval('document.documentElement') as Element
}

/** The parts of a zip by their path, in its order. */
export const partsOf = (zip: Uint8Array): Map<string, string> =>
  new Map(Object.entries(unzipSync(zip)).map(([path, bytes]) => [path, strFromU8(bytes)]))

export const all = (element: Element, name: string): Element[] => [...element.getElementsByTagName(name)]

type Grid = (string | number)[][]

/** The sheets of an .xlsx file, each cell at the place that it names. */
export function readXlsx(zip: Uint8Array): [string, Grid][] {
  const parts = partsOf(zip)
  const part = (path: string) => xmlOf(parts.get(path) ?? '')
  const targets = new Map(
    all(part('xl/_rels/workbook.xml.rels'), 'Relationship').map((one) => [
      one.getAttribute('Id'),
      one.getAttribute('Target'),
    ]),
  )
  return all(part('xl/workbook.xml'), 'sheet').map((sheet) => {
    const path = `xl/${targets.get(sheet.getAttribute('r:id'))}`
    const grid: Grid = []
    for (const cell of all(part(path), 'c')) {
      const [, letter = '', row = ''] = /^([A-Z])(\d+)$/.exec(cell.getAttribute('r') ?? '') ?? []
      const cells = (grid[Number(row) - 1] ??= [])
      cells[letter.charCodeAt(0) - 65] =
        cell.getAttribute('t') === 'inlineStr'
          ? cell.textContent.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
              String.fromCharCode(parseInt(code, 16)),
            )
          : Number(cell.textContent)
    }
    return [sheet.getAttribute('name') ?? '', grid]
  })
}

/** The sheets of an .ods file. */
export function readOds(zip: Uint8Array): [string, Grid][] {
  const content = xmlOf(partsOf(zip).get('content.xml') ?? '')
  return all(content, 'table:table').map((table) => [
    table.getAttribute('table:name') ?? '',
    all(table, 'table:table-row').map((row) =>
      [...row.children].map((cell) =>
        cell.getAttribute('office:value-type') === 'float'
          ? Number(cell.getAttribute('office:value'))
          : all(cell, 'text:p').map(textOf).join('\n'),
      ),
    ),
  ])
}

/** As a reader of OpenDocument sees it: its runs of spaces are elements. */
function textOf(paragraph: Element): string {
  const spaced = all(paragraph, 'text:s')
  for (const one of spaced) one.textContent = ' '.repeat(Number(one.getAttribute('text:c')))
  return paragraph.textContent
}
