import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { csvRecords } from '../lines/csv-records.ts'
import { jsonLines } from '../lines/json-lines.ts'
import { physicalLines } from '../lines/physical-lines.ts'
import type { ExportMap } from './map.ts'

/** What is sent again after it was mended begins with this, so that a spreadsheet reads it as UTF-8, and so do we. */
export const BYTE_ORDER_MARK = '\uFEFF'

/** One line of JSON, or one record of a table, as it stands in the file. */
export type Entry<T> = { line: number; content: T } | { line: number; fault: string }

/** A file that a case system wrote, read as often as it is asked for. */
export interface ExportFile {
  records: () => AsyncGenerator<Entry<string[]>>
  objects: () => AsyncGenerator<Entry<object>>
}

export async function openExport(path: string, map: ExportMap): Promise<ExportFile> {
  const encoding = (await beginsWithMark(path)) ? 'utf-8' : map.encoding
  const lines = () => physicalLines(createReadStream(path), encoding)
  return {
    async *records() {
      for await (const record of csvRecords(lines(), map.delimiter))
        yield 'fault' in record ? record : { line: record.line, content: record.fields }
    },
    async *objects() {
      for await (const read of jsonLines(lines()))
        yield 'fault' in read ? read : { line: read.line, content: read.value }
    },
  }
}

async function beginsWithMark(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(3), 0, 3, 0)
    return buffer.subarray(0, bytesRead).equals(Buffer.from(BYTE_ORDER_MARK))
  } finally {
    await file.close()
  }
}
