import { relative } from 'node:path'
import type { MadeReturn } from '../make-returns.ts'
import { wrapped } from './text.ts'

/** Which returns were made, what their checks say, and the files to open. */
export function returnsReport(made: readonly MadeReturn[], here: string): string {
  if (made.length === 0) return ''
  const [first] = made
  const lines = [
    '',
    'The quarterly returns of these commissioners, made by the service:',
    ...made.flatMap((one) => ['', ...linesOf(one, here)]),
    ...(first?.withoutPdf === undefined
      ? []
      : ['', ...wrapped(`There is no PDF, since ${first.withoutPdf}; WAYMARK_BROWSER names another.`)]),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function linesOf({ portfolio, answer, folder, files }: MadeReturn, here: string): string[] {
  const { template, period, contracts, sections, checks, sha256 } = answer
  const rows = sections.flatMap((section) => section.rows)
  const told = rows.filter(({ status }) => status === 'ok').length
  const warned = checks.filter(({ passed }) => !passed).map(({ id }) => id)
  const words =
    warned.length === 0
      ? 'All of its checks passed.'
      : `Of its ${checks.length} checks these warn, as its page explains: ${warned.join(', ')}.`
  return [
    ...wrapped(
      `${portfolio.commissioner.name}: ${template} of ${period} over ${contracts.length} contracts. ` +
        `${told} of ${rows.length} rows have a figure. ${words}`,
      2,
    ),
    ...wrapped(`SHA-256 of what it says: ${sha256}`, 4),
    ...files.map((file) => `    ${relative(here, folder)}/${file}`),
  ]
}
