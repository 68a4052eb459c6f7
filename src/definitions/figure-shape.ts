import { z } from 'zod'
import { type FigureName, figureTypes } from '../domain/figure-name.ts'
import { kebabId, shapeOf, words } from './shape.ts'
import type { Finding } from './yaml-source.ts'

/** What a reply has beside the figures themselves. */
const OWN_FIELDS = new Set(['contract', 'period'])

const figureId = kebabId.refine(
  (id) => !OWN_FIELDS.has(id),
  'must not be contract or period, which every reply has',
)

const figure = z.strictObject({ figure: figureId, title: words, type: z.enum(figureTypes) })

/** The name of a figure as its file says it. */
export function figureFrom(content: unknown): { good: FigureName } | { findings: Finding[] } {
  const shape = shapeOf(figure, content)
  if ('findings' in shape) return shape
  const { figure: id, ...rest } = shape.good
  return { good: { id, ...rest } }
}
