import type { z } from 'zod'
import { answerFromText, booleanFromText, numberFromText } from '../../domain/casework/answer-from-text.ts'
import type { Instrument, Item } from '../../domain/instrument.ts'
import { invalid, type Fault } from '../../domain/problem.ts'
import { pointerTo } from '../http/reading.ts'

/** Of what a row is about: the item that a name means on the row's own instrument. */
type FindItem = (id: string) => Item | undefined

/** One column of a table: where its cell goes in the resource, and what type its text is turned into. */
interface Column {
  path: readonly [string] | readonly [string, string]
  read: (text: string, find: FindItem) => unknown
}

type Columns = ReadonlyMap<string, Column>

/** How an assessment names its instrument, which says what its answers are. */
const INSTRUMENT = 'instrument'

/**
 * The columns that a table of such resources may have: one a field; `characteristics.sex` for a field within a field, and for
 * answers one an item of any of the instruments. A list is joined by `;`.
 */
export function columnsOf(schema: z.ZodObject, instruments: readonly Instrument[]): Columns {
  const columns = new Map<string, Column>()
  // Fields come last, since an item of the same name must not take a field's place.
  const items = new Set(instruments.flatMap((instrument) => instrument.items.map(({ id }) => id)))
  for (const [name, field] of fieldsOf(schema)) {
    if (innermost(field).def.type !== 'record') continue
    for (const id of items) {
      columns.set(id, { path: [name, id], read: (text, find) => answerFromText(find(id), text) })
    }
  }
  for (const [name, field] of fieldsOf(schema)) {
    const inner = innermost(field)
    if (inner.def.type === 'object') {
      for (const [part, type] of fieldsOf(inner as z.ZodObject))
        columns.set(`${name}.${part}`, { path: [name, part], read: readerOf(type) })
    } else if (inner.def.type !== 'record') columns.set(name, { path: [name], read: readerOf(field) })
  }
  return columns
}

const fieldsOf = ({ shape }: z.ZodObject): [string, z.core.$ZodType][] =>
  Object.entries<z.core.$ZodType>(shape)

type Schema = z.core.$ZodType & { def: { type: string } }

/** What is left of a schema without its `optional` and its transformations. */
function innermost(schema: z.core.$ZodType): Schema {
  const { def } = schema._zod as { def: { type: string; innerType?: z.core.$ZodType; in?: z.core.$ZodType } }
  const inner = def.innerType ?? def.in
  return inner === undefined ? (schema as Schema) : innermost(inner)
}

function readerOf(schema: z.core.$ZodType): Column['read'] {
  switch (innermost(schema).def.type) {
    case 'boolean':
      return booleanFromText
    case 'number':
      return numberFromText
    case 'array':
      return (text) => text.split(';').map((entry) => entry.trim())
    default:
      return (text) => text
  }
}

/** Reads rows as resources, by a header that names their columns. */
export interface Table {
  width: number
  /** A cell with nothing in it is not there. */
  read: (cells: readonly string[]) => Record<string, unknown>
}

/**
 * @param required columns without which no row could be taken
 * @throws {Problem} `invalid`, naming every column that is unknown, comes twice or is missing
 */
export function tableOf(
  header: readonly string[],
  { columns, required }: { columns: Columns; required: readonly string[] },
  instruments: readonly Instrument[],
): Table {
  const names = header.map((name) => name.trim())
  const faults: Fault[] = []
  const seen = new Set<string>()
  for (const name of names) {
    const pointer = pointerTo([name])
    if (!columns.has(name)) faults.push({ pointer, detail: 'is not a column here' })
    else if (seen.has(name)) faults.push({ pointer, detail: 'must be one column only' })
    seen.add(name)
  }
  for (const name of required) {
    if (!seen.has(name)) faults.push({ pointer: pointerTo([name]), detail: 'is required as a column' })
  }
  if (faults.length > 0) throw invalid(distinct(faults))

  const found = names.map((name) => columns.get(name))
  const instrumentAt = names.indexOf(INSTRUMENT)
  const findIn = itemsByInstrument(instruments)
  return {
    width: names.length,
    read(cells) {
      const find = findIn(cells[instrumentAt] ?? '')
      const resource: Record<string, unknown> = {}
      for (const [index, column] of found.entries()) {
        const text = cells[index] ?? ''
        if (text === '' || column === undefined) continue
        const [name, part] = column.path
        const value = column.read(text, find)
        if (part === undefined) resource[name] = value
        else resource[name] = { ...(resource[name] as object | undefined), [part]: value }
      }
      return resource
    },
  }
}

const distinct = (faults: readonly Fault[]): Fault[] => [
  ...new Map(faults.map((fault) => [`${fault.pointer} ${fault.detail}`, fault])).values(),
]

/** Items by the name of an instrument, with or without a version; the newest version that has one says what it is. */
function itemsByInstrument(instruments: readonly Instrument[]): (name: string) => FindItem {
  const known = new Map<string, Map<string, Item>>()
  for (const { id, version, items } of instruments) {
    for (const name of [id, `${id}@${version}`]) {
      const itemsOf = known.get(name) ?? new Map<string, Item>()
      for (const item of items) itemsOf.set(item.id, item)
      known.set(name, itemsOf)
    }
  }
  return (name) => (item) => known.get(name)?.get(item)
}
