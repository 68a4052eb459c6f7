import type { PhysicalLine } from './physical-lines.ts'

/** One line of newline-delimited JSON. */
export type JsonLine = { line: number; value: object } | { line: number; fault: string }

/** Reads newline-delimited JSON, an object a line; blank lines are passed over. */
export async function* jsonLines(lines: AsyncIterable<PhysicalLine>): AsyncGenerator<JsonLine> {
  for await (const line of lines) {
    if ('fault' in line) yield { line: line.number, fault: line.fault }
    else if (line.text.trim() !== '') yield parse(line.number, line.text)
  }
}

function parse(line: number, text: string): JsonLine {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { line, value }
  } catch {
    // The parser's own words may quote the line.
  }
  return { line, fault: 'must be a JSON object' }
}
