import { createHash } from 'node:crypto'
import type { BarChart, Sheet, SheetCell, SheetTable, Workbook } from '../domain/returns/workbook.ts'
import { barChart } from './bar-chart.ts'
import { escaped } from './xml.ts'

export interface HtmlPage {
  html: string
  /** What it may do: its own styles by their hash, and nothing else. */
  contentSecurityPolicy: string
}

/** A workbook as one page that needs nothing else: no script, no other file. A section a sheet, each on a new page in print. */
export function asHtml(workbook: Workbook): HtmlPage {
  const { title, language, caution, sheets } = workbook
  const style = `${STYLE}${printed(title, caution)}`
  const [cover, ...others] = sheets
  const html = `<!doctype html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${[cover === undefined ? '' : section(cover, 'h1'), ...others.map((sheet) => section(sheet, 'h2'))].join('\n')}
</main>
</body>
</html>
`
  const hash = createHash('sha256').update(style).digest('base64')
  return {
    html,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  }
}

function section({ name, title, lines, table, chart, isContents }: Sheet, heading: 'h1' | 'h2'): string {
  return [
    `<section id="${escaped(name)}">`,
    `<${heading}>${escaped(title)}</${heading}>`,
    ...lines.map((line) => `<p>${escaped(line)}</p>`),
    ...(chart ? [figure(chart, `${name}-chart`)] : []),
    ...(table ? [tableOf(title, table, isContents === true)] : []),
    '</section>',
  ].join('\n')
}

/** The drawing, and beside it its numbers. */
const figure = (chart: BarChart, id: string): string =>
  [
    '<div class="chart">',
    barChart(chart, id),
    tableOf(chart.title, {
      columns: ['Row', 'Percent'],
      rows: chart.bars.map(({ label, value, shown }) => [label, value ?? shown]),
    }),
    '</div>',
  ].join('\n')

function tableOf(caption: string, { columns, rows }: SheetTable, isContents = false): string {
  const head = columns.map((name) => `<th scope="col">${escaped(name)}</th>`).join('')
  const body = rows.map(
    (cells) => `<tr>${cells.map((cell, at) => cellOf(cell, at === 0, isContents)).join('')}</tr>`,
  )
  return `<table>
<caption>${escaped(caption)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table>`
}

function cellOf(cell: SheetCell, isFirst: boolean, isContents: boolean): string {
  if (typeof cell === 'number') return `<td class="number">${cell}</td>`
  const text = escaped(cell)
  if (!isFirst) return `<td>${text}</td>`
  return `<th scope="row">${isContents ? `<a href="#${text}">${text}</a>` : text}</th>`
}

const STYLE = `
body { color: #0b0c0c; background: #ffffff; font: 1rem/1.4 Arial, sans-serif; margin: 2rem; }
a { color: #1d4f91; }
p { max-width: 45rem; }
table { border-collapse: collapse; margin: 1rem 0; }
caption { text-align: left; font-weight: bold; padding: 0.25rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid #505a5f; white-space: pre-line; overflow-wrap: break-word; }
thead th { white-space: nowrap; }
tbody th { font-weight: normal; min-width: 12rem; }
.number { text-align: right; }
.chart { display: flex; flex-wrap: wrap; gap: 2rem; align-items: start; }
.chart svg { flex: 2 1 30rem; max-width: 58rem; }
.chart table { flex: 1 1 20rem; }
`

/** On paper: a section begins a page, heads come again on each, no row is cut, and each page says what it is of. */
const printed = (title: string, caution: string | null): string => `@media print {
body { margin: 0; font-size: 9pt; font-variant-ligatures: none; }
section { break-before: page; }
section:first-child { break-before: auto; }
tr, .chart svg { break-inside: avoid; }
thead { display: table-header-group; }
.chart { display: block; }
tbody th { min-width: 0; }
}
@page { size: A4 landscape; margin: 15mm 15mm 20mm;
@bottom-left { content: "${inStyle([title, ...(caution === null ? [] : [caution])].join('. '))}"; font: 8pt Arial, sans-serif; width: 85%; }
@bottom-right { content: counter(page); font: 8pt Arial, sans-serif; }
}
`

/** Text in a string of a style sheet, whatever it holds: all but plain characters by their number. */
const inStyle = (text: string): string =>
  Array.from(text, (character) =>
    /[A-Za-z0-9 .,:-]/.test(character) ? character : `\\${(character.codePointAt(0) ?? 0).toString(16)} `,
  ).join('')
