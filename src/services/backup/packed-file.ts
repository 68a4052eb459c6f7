import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip, createGzip } from 'node:zlib'
import { Contents, damaged, writeLines, type Head, type Table } from './backup-file.ts'

/** So much text is unpacked at once. */
const PIECE = 256 * 1024

/**
 * Writes a file that only its owner may read. Under its name it appears whole or not at all, in place of a former one.
 */
export async function writePacked(path: string, head: Head, tables: readonly Table[]): Promise<void> {
  const unfinished = `${path}.part`
  await rm(unfinished, { force: true })
  try {
    await pipeline(
      Readable.from(writeLines(head, tables)),
      createGzip({ level: constants.Z_BEST_SPEED }),
      createWriteStream(unfinished, { flags: 'wx', mode: 0o600 }),
    )
    await syncToDisk(unfinished)
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
  await syncToDisk(dirname(path))
}

async function syncToDisk(path: string): Promise<void> {
  const file = await open(path, 'r')
  await file.sync().finally(() => file.close())
}

/** Some rows of a table. */
export interface Rows {
  table: string
  lines: readonly string[]
}

/**
 * The rows of a file, in order, while all of it is checked: what came before an error is not to be kept.
 *
 * @param contents knows at the end what was read
 * @throws {Unusable} if the file is damaged, cut off, or none of ours
 */
export async function* readPacked(path: string, contents: Contents): AsyncGenerator<Rows, void> {
  for await (const lines of linesOf(path)) {
    let rows: string[] = []
    for (const line of lines) {
      const { table } = contents
      if (contents.take(line)) rows.push(line)
      else if (table !== undefined && rows.length > 0) {
        yield { table, lines: rows }
        rows = []
      }
    }
    if (contents.table !== undefined && rows.length > 0) yield { table: contents.table, lines: rows }
  }
  contents.finish()
}

/** @throws {Unusable} as `readPacked` does */
export async function checkPacked(
  path: string,
): Promise<{ head: Head; tables: ReadonlyMap<string, number> }> {
  const contents = new Contents()
  const rows = readPacked(path, contents)
  while ((await rows.next()).done !== true);
  return { head: contents.finish(), tables: contents.tables }
}

/** Those of each piece that end in it. */
async function* linesOf(path: string): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const packed = createReadStream(path)
  const unpacked = createGunzip({ chunkSize: PIECE })
  packed.on('error', (error) => unpacked.destroy(error))
  let begun = ''
  try {
    for await (const piece of packed.pipe(unpacked)) {
      const lines = (begun + decoder.decode(piece as Buffer, { stream: true })).split('\n')
      begun = lines.pop() ?? ''
      yield lines
    }
  } catch (error) {
    if (isOfReading(error)) throw damaged()
    throw error
  } finally {
    packed.destroy()
  }
  if (begun !== '') throw damaged()
}

/** Not gzip, or not to its end; not UTF-8. */
const isOfReading = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^Z_|^ERR_ENCODING_INVALID/.test(String(error.code))
