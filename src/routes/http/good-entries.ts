import { z } from 'zod'

/**
 * Of a list or object with faults in its entries, those that have none, each in its place, so that the rules behind are asked
 * of them: a list may have holes, which `map` and its like pass over, and of an object in a list with a fault in one field
 * there are the others. Undefined where the fault is of the whole, as when there are more entries than are taken.
 */
export function goodEntries(schema: unknown, value: unknown, { issues }: z.core.$ZodError): unknown {
  if (issues.some(({ code, path }) => path.length === 0 && code !== 'unrecognized_keys')) return undefined
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    const list: unknown[] = []
    for (const [at, entry] of value.entries()) {
      const parsed = z.safeParse(schema.element, entry)
      const good = parsed.success ? parsed.data : goodFields(schema.element, entry)
      if (good !== undefined) list[at] = good
    }
    return list
  }
  return schema instanceof z.ZodObject || schema instanceof z.ZodRecord
    ? goodNames(schema, value as object)
    : undefined
}

/** Where an entry may have several shapes, an object is read as the one that is an object. */
function goodFields(element: unknown, entry: unknown): unknown {
  const shapes: readonly unknown[] = element instanceof z.ZodUnion ? element.options : [element]
  const meant = shapes.find((shape) => shape instanceof z.ZodObject)
  const isObject = typeof entry === 'object' && entry !== null && !Array.isArray(entry)
  return meant && isObject ? goodNames(meant, entry) : undefined
}

function goodNames(schema: z.ZodObject | z.ZodRecord, value: object): unknown {
  const good = Object.entries(value).flatMap(([name, entry]) => {
    const entrySchema = schemaOf(schema, name)
    const parsed = entrySchema && z.safeParse(entrySchema, entry)
    return parsed?.success ? [[name, parsed.data]] : []
  })
  return Object.fromEntries(good) as unknown
}

function schemaOf(schema: z.ZodObject | z.ZodRecord, name: string): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodRecord)
    return z.safeParse(schema.keyType, name).success ? schema.valueType : undefined
  const fields: Record<string, z.core.$ZodType> = schema.shape
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}
