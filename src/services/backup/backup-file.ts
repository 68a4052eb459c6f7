import { createHash } from 'node:crypto'
import { z } from 'zod'

/**
 * A backup, or a list of erasures: lines of JSON, packed by gzip.
 *
 *     {"waymark":"backup","format":1,…}     the head
 *     ["table","cases"]                     then its rows, one a line; then how many those are, with the SHA-256 of everything
 *     …                                     before, the head included
 *     ["end","cases",1200,"5f2a…"]
 *     ["done",24]                           how many tables there were; nothing follows
 */
export const FORMAT = 1

const head = z.object({
  waymark: z.enum(['backup', 'erasures']),
  format: z.number(),
  /** Whose it is: what is hashed in it is so under this installation's secret. */
  installation: z.string(),
  /** The last one of the database that it was made from. */
  migration: z.object({ when: z.number(), hash: z.string() }),
  sequences: z.record(z.string(), z.number().int()),
})
export type Head = z.infer<typeof head>

const mark = z.union([
  z.tuple([z.literal('table'), z.string()]),
  z.tuple([z.literal('end'), z.string(), z.number().int(), z.string()]),
  z.tuple([z.literal('done'), z.number().int()]),
])

/** Why a file is refused, in one line. */
export class Unusable extends Error {
  override readonly name = 'Unusable'
}

/** A table that is being written. */
export type Table = readonly [name: string, rows: AsyncIterable<readonly string[]>]

/** The file's text, some rows of one table at a time. */
export async function* writeLines(head: Head, tables: readonly Table[]): AsyncGenerator<string> {
  const hash = createHash('sha256')
  const hashed = (lines: readonly string[]): string => {
    const text = lines.map((line) => `${line}\n`).join('')
    hash.update(text)
    return text
  }
  yield hashed([JSON.stringify(head)])
  for (const [table, rows] of tables) {
    yield hashed([JSON.stringify(['table', table])])
    let length = 0
    for await (const lines of rows) {
      length += lines.length
      yield hashed(lines)
    }
    yield hashed([JSON.stringify(['end', table, length, hash.copy().digest('hex')])])
  }
  yield hashed([JSON.stringify(['done', tables.length])])
}

/** What was read of a file so far; each line is checked against those before it. */
export class Contents {
  #head: Head | undefined
  #isDone = false
  #length = 0
  readonly #hash = createHash('sha256')
  /** How many rows each table has that was read to its end. */
  readonly tables = new Map<string, number>()
  /** Whose rows are being read. */
  table: string | undefined

  /**
   * @returns whether the line is a row
   * @throws {Unusable} if it cannot stand here
   */
  take(line: string): boolean {
    if (this.#isDone) throw damaged()
    if (this.#head === undefined) this.#head = readHead(line)
    else if (!line.startsWith('[')) {
      if (this.table === undefined) throw damaged()
      this.#length++
      this.#hash.update(`${line}\n`)
      return true
    } else this.#takeMark(line)
    this.#hash.update(`${line}\n`)
    return false
  }

  /** @throws {Unusable} if more should have come */
  finish(): Head {
    if (this.#head === undefined || !this.#isDone) throw damaged()
    return this.#head
  }

  #takeMark(line: string): void {
    const said = mark.safeParse(parseLine(line))
    if (!said.success) throw damaged()
    const [what, of, rows, hash] = said.data
    if (what === 'table') {
      if (this.table !== undefined || this.tables.has(of)) throw damaged()
      this.table = of
      this.#length = 0
    } else if (what === 'end') {
      const isWhole = rows === this.#length && hash === this.#hash.copy().digest('hex')
      if (of !== this.table || !isWhole) throw damaged()
      this.tables.set(of, rows)
      this.table = undefined
    } else {
      if (this.table !== undefined || of !== this.tables.size) throw damaged()
      this.#isDone = true
    }
  }
}

function readHead(line: string): Head {
  const read = head.safeParse(parseLine(line))
  if (!read.success) throw new Unusable('This is no backup of waymark, or its beginning is damaged.')
  if (read.data.format > FORMAT)
    throw new Unusable('The file was made by a newer waymark: restore it with that one.')
  return read.data
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw damaged()
  }
}

export const damaged = (): Unusable => new Unusable('The file is damaged or cut off: nothing of it is used.')
