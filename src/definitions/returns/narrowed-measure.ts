import type { Measure } from '../../domain/measure.ts'
import type { Where } from '../../domain/measures/where.ts'
import { contentHash } from '../content-hash.ts'
import { described } from '../measure-shape.ts'

/**
 * The same measure of fewer cases: a measure of its own, so that it is counted like any other.
 *
 * @param where says nothing of what the measure's own `where` speaks of
 */
export function narrowedMeasure(measure: Measure, where: Where): Measure {
  if (Object.keys(where).length === 0) return measure
  const version = contentHash([measure.version, where]).slice(0, 12)
  return described({ ...measure, where: { ...measure.where, ...where }, version })
}
