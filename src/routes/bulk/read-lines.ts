import { z } from 'zod'
import type { Instrument } from '../../domain/instrument.ts'
import type { Fault } from '../../domain/problem.ts'
import { invalid } from '../../domain/problem.ts'
import { csvRecords } from '../../lines/csv-records.ts'
import { jsonLines } from '../../lines/json-lines.ts'
import { physicalLines } from '../../lines/physical-lines.ts'
import type { Line } from '../../services/intake/line.ts'
import { identifier, pointerTo, readBody } from '../http/reading.ts'
import { columnsOf, tableOf, type Table } from './columns.ts'

/** What a line holds: the body of a PUT, and beside it what the path of that says. */
export interface LineShape<Body extends z.ZodObject> {
  body: Body
  /** The field that names the resource, which in a PUT is the last part of the path. */
  key: 'ref' | 'case'
  /** Whether a line may withdraw. */
  canWithdraw: boolean
}

export type BulkType = 'application/x-ndjson' | 'text/csv'

/** Reads a bulk body line by line; what is wrong with a line is told with it, and spoils no other. */
export async function* readLines<Body extends z.ZodObject>(
  bytes: AsyncIterable<Uint8Array>,
  type: BulkType,
  shape: LineShape<Body>,
  instruments: readonly Instrument[],
): AsyncGenerator<Line<z.output<Body>>> {
  const schema = schemaOf(shape)
  const lines = physicalLines(bytes)
  if (type === 'application/x-ndjson') {
    for await (const { line, ...read } of jsonLines(lines)) {
      if ('fault' in read) yield { line, faults: ofLine(read.fault) }
      else yield lineFrom(line, read.value, schema, shape)
    }
    return
  }
  let table: Table | undefined
  for await (const { line, ...read } of csvRecords(lines)) {
    if (table === undefined) {
      if ('fault' in read) throw invalid(ofLine(read.fault))
      const columns = columnsOf(schema, instruments)
      table = tableOf(read.fields, { columns, required: requiredIn(read.fields, schema, shape) }, instruments)
    } else if ('fault' in read) yield { line, faults: ofLine(read.fault) }
    else if (read.fields.length !== table.width) {
      const detail = `has ${read.fields.length} fields where the header has ${table.width}`
      yield { line, faults: ofLine(detail) }
    } else yield lineFrom(line, table.read(read.fields), schema, shape)
  }
}

/** A fault of the line as a whole. */
const ofLine = (detail: string): Fault[] => [{ pointer: '', detail }]

const schemaOf = <Body extends z.ZodObject>({ body, key, canWithdraw }: LineShape<Body>): z.ZodObject =>
  z.strictObject({
    [key]: identifier,
    ...body.shape,
    ...(canWithdraw && { withdrawn: z.boolean().optional() }),
  })

/** The columns that every row needs; a row that withdraws needs none but its key. */
function requiredIn(
  header: readonly string[],
  schema: z.ZodObject,
  { key }: LineShape<z.ZodObject>,
): string[] {
  if (header.includes('withdrawn')) return [key]
  const fields = schema.shape as Record<string, z.ZodType>
  return Object.keys(fields).filter((name) => fields[name]?.safeParse(undefined).success === false)
}

function lineFrom<Body extends z.ZodObject>(
  line: number,
  value: object,
  schema: z.ZodObject,
  { key }: LineShape<Body>,
): Line<z.output<Body>> {
  const { given, faults } = readBody(schema, value)
  const { [key]: ref, withdrawn, ...rest } = given
  if (typeof ref !== 'string') return { line, faults }
  if (withdrawn === true) {
    const others = Object.keys(value)
      .filter((name) => name !== key && name !== 'withdrawn')
      .map((name) => ({ pointer: pointerTo([name]), detail: 'is not taken with withdrawn' }))
    return others.length === 0 ? { line, ref, isWithdrawn: true } : { line, ref, faults: others }
  }
  return { line, ref, reading: { given: rest as Partial<z.output<Body>>, faults } }
}
