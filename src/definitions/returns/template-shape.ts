import { z } from 'zod'
import { shownNumbers } from '../../domain/returns/template.ts'
import { contentHash } from '../content-hash.ts'
import { bands, limits, where } from '../measure-shape.ts'
import { kebabId, shapeOf, versionNumber, words } from '../shape.ts'
import type { Finding } from '../yaml-source.ts'

const list = <T extends z.ZodType>(entry: T) => z.array(entry).min(1)

const planned = z.strictObject({
  objective: words,
  action: words,
  leadAgency: words,
  acceptable: z.union([bands, limits], 'must be green and amber, or atLeast, or atMost'),
})

const row = z.strictObject({
  id: kebabId,
  label: words,
  measure: kebabId.optional(),
  where: where.optional(),
  show: list(z.enum(shownNumbers)).optional(),
  figure: kebabId.optional(),
  adds: z.boolean().optional(),
  planned: planned.optional(),
})

const section = z.strictObject({ id: kebabId, title: words.optional(), rows: list(row) })

const check = z.strictObject({
  id: kebabId,
  title: words,
  level: z.enum(['error', 'warning']),
  equal: z.tuple([list(kebabId), list(kebabId)]).optional(),
  ascending: z.array(kebabId).min(2).optional(),
})

const template = z.strictObject({
  return: kebabId,
  version: versionNumber,
  title: words,
  status: z.enum(['unconfirmed', 'confirmed']),
  source: words,
  disclosure: z.enum(['none', 'publication']),
  streams: list(kebabId).optional(),
  rounding: z
    .strictObject({ percent: z.int().min(0).max(4), mode: z.enum(['half-up', 'truncate']) })
    .default({ percent: 0, mode: 'half-up' }),
  /** Of which lists every value has a row, and no other is named. */
  lists: z
    .array(z.string().regex(/^[a-z-]+@\d+$/, 'must be a list and its version, such as ethnicity@1'))
    .default([]),
  sections: list(section),
  checks: z.array(check).default([]),
})

/** A template before its measures are found. */
export type TemplateContent = Omit<z.output<typeof template>, 'return'> & { id: string; hash: string }
export type RowContent = z.output<typeof row>

/** A return template as its file says it; whether what it names exists is another question. */
export function templateFrom(content: unknown): { good: TemplateContent } | { findings: Finding[] } {
  const shape = shapeOf(template, content)
  if ('findings' in shape) return shape
  const { return: id, ...rest } = shape.good
  return { good: { ...rest, id, hash: contentHash(content) } }
}
