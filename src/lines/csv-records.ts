import { CsvError, parse } from 'csv-parse/sync'
import { LONGEST_LINE, TOO_LONG, type PhysicalLine } from './physical-lines.ts'

/** One record of a CSV file, named by the line that it begins on: a quoted field may run over several. */
export type CsvRecord = { line: number; fields: string[] } | { line: number; fault: string }

const BAD_QUOTES = 'has a quote that is not closed, or does not enclose its field'

/**
 * Reads CSV (RFC 4180) record by record, holding no more than one of them; blank lines are passed over. A record that cannot
 * be read spoils its first line only: what follows is judged by itself, so that a quote left open does not swallow a file.
 */
export async function* csvRecords(
  lines: AsyncIterable<PhysicalLine>,
  delimiter = ',',
): AsyncGenerator<CsvRecord> {
  const reader = new CsvReader(delimiter)
  for await (const line of lines) yield* reader.take(line)
  yield* reader.finish()
}

type ReadLine = Extract<PhysicalLine, { text: string }>

class CsvReader {
  readonly #delimiter: string
  /** The lines of a record with a quoted field that is still open. */
  #open: ReadLine[] = []
  #length = 0

  constructor(delimiter: string) {
    this.#delimiter = delimiter
  }

  *take(line: PhysicalLine): Generator<CsvRecord> {
    const waiting = [line]
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if ('fault' in next) {
        if (this.#open.length === 0) yield { line: next.number, fault: next.fault }
        else {
          waiting.unshift(next)
          yield this.#giveUp(BAD_QUOTES, waiting)
        }
        continue
      }
      const wasOpen = this.#open.length > 0
      if (!wasOpen && next.text === '') continue
      this.#open.push(next)
      this.#length += next.text.length + 1
      if (hasOddQuotes(next.text) !== wasOpen) {
        if (this.#length > LONGEST_LINE) yield this.#giveUp(TOO_LONG, waiting)
        continue
      }
      const fields = this.#fields()
      if (fields === undefined) yield this.#giveUp(BAD_QUOTES, waiting)
      else yield { line: this.#close()[0]?.number ?? next.number, fields }
    }
  }

  /** What is still open at the end of the file. */
  *finish(): Generator<CsvRecord> {
    while (this.#open.length > 0) {
      const waiting: PhysicalLine[] = []
      yield this.#giveUp(BAD_QUOTES, waiting)
      for (const line of waiting) yield* this.take(line)
    }
  }

  #close(): ReadLine[] {
    const lines = this.#open
    this.#open = []
    this.#length = 0
    return lines
  }

  #giveUp(fault: string, waiting: PhysicalLine[]): CsvRecord {
    const [first, ...others] = this.#close()
    if (first === undefined) throw new Error('only an open record is given up')
    waiting.unshift(...others)
    return { line: first.number, fault }
  }

  #fields(): string[] | undefined {
    const text = this.#open.map((line) => line.text).join('\n')
    // Without a quote there is nothing to understand.
    if (!text.includes('"')) return text.split(this.#delimiter)
    try {
      const [fields] = parse(text, { delimiter: this.#delimiter, recordDelimiter: '\n' })
      return fields
    } catch (error) {
      if (error instanceof CsvError) return undefined
      throw error
    }
  }
}

/** Whether a quoted field that is open before the line is closed after it, or the other way round. */
function hasOddQuotes(text: string): boolean {
  let isOdd = false
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOdd = !isOdd
  return isOdd
}
