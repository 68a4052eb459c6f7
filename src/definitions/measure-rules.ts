import type { Instrument, Score } from '../domain/instrument.ts'
import { asksForNeed, type Measure } from '../domain/measure.ts'
import { decimalsOf } from './shape.ts'
import type { Finding } from './yaml-source.ts'

/**
 * Everything that a measure asks of the instruments and that they do not have.
 *
 * @param versions every version of the measure's instrument
 */
export function measureFindings(measure: Measure, versions: readonly Instrument[]): Finding[] {
  const { id, version } = measure.instrument
  if (versions.length === 0) return [{ path: ['instrument'], reason: `no instrument ${id}` }]
  const meant = versions.filter((one) => version === undefined || one.version === version)
  if (meant.length === 0)
    return [{ path: ['instrument'], reason: `no version ${String(version)} of instrument ${id}` }]
  // A score may come with a later version: those without it have no pair, which is no fault.
  const scores = meant.flatMap((one) => one.scores.filter((score) => score.id === measure.score))
  if (scores.length === 0) {
    return [{ path: ['score'], reason: `no score "${measure.score}" in instrument ${named(measure)}` }]
  }
  return [...needFindings(measure, scores), ...stepFindings(measure, scores)]
}

const named = ({ instrument: { id, version } }: Measure): string =>
  version === undefined ? id : `${id}@${version}`

function needFindings(measure: Measure, scores: readonly Score[]): Finding[] {
  if (!asksForNeed(measure) || scores.every(({ need }) => need !== undefined)) return []
  const [field, asker] =
    measure.of === undefined ? ['kind', `kind ${measure.kind}`] : ['of', `of: ${measure.of}`]
  const reason = `score "${measure.score}" of ${named(measure)} does not say what the need is, which ${asker} asks for`
  return [{ path: [field], reason }]
}

function stepFindings({ by }: Measure, scores: readonly Score[]): Finding[] {
  if (by === undefined) return []
  const width = Math.min(...scores.map(({ range: [low, high] }) => high - low))
  if (by > width)
    return [{ path: ['by'], reason: `by must be at most ${width}, the whole width of the range` }]
  const places = Math.min(...scores.map((score) => score.places))
  if (decimalsOf(by) <= places) return []
  const reason = `by must have no more decimal places than the score has (${places})`
  return [{ path: ['by'], reason }]
}
