import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { dateReader } from './date-format.ts'

export const kinds = ['assessments', 'cases', 'contacts'] as const
export type Kind = (typeof kinds)[number]

/** How a case system's export becomes a table that the service takes. */
export interface ExportMap {
  as: Kind
  /** As the WHATWG names it. A file that begins with a byte-order mark is in UTF-8, whatever this says. */
  encoding: string
  delimiter: string
  /** From the export's names of columns to the service's; null: left out. */
  columns: Readonly<Record<string, string | null>>
  /** By the service's name of a column, from the export's codes to the service's words. */
  values: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Columns that the export does not have, the same on every line. */
  constants: Readonly<Record<string, string>>
  readDate: (text: string) => string
}

export const PLAIN_MAP: ExportMap = {
  as: 'assessments',
  encoding: 'utf-8',
  delimiter: ',',
  columns: {},
  values: {},
  constants: {},
  readDate: (text) => text,
}

/** YAML reads a code such as 1, or a word such as true, as what it is not here. */
const word = z.union([z.string(), z.number(), z.boolean()]).transform(String)

const mapFile = z.strictObject({
  as: z.enum(kinds).optional(),
  encoding: z.string().refine(isEncoding, { error: 'must be an encoding, such as windows-1252' }).optional(),
  delimiter: z.string().length(1).optional(),
  dates: z.string().optional(),
  columns: z.record(z.string(), z.string().nullable()).optional(),
  values: z.record(z.string(), z.record(z.string(), word)).optional(),
  constants: z.record(z.string(), word).optional(),
})

function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== ''
  } catch {
    return false
  }
}

/** @throws {Error} naming the file and each of its faults */
export function readMap(path: string): ExportMap {
  try {
    const read = mapFile.safeParse(parse(readFileSync(path, 'utf8')) ?? {})
    if (!read.success) {
      throw new Error(read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '))
    }
    const { dates, ...given } = read.data
    const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    return { ...PLAIN_MAP, ...known, ...(dates !== undefined && { readDate: dateReader(dates) }) }
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
