import type { Instrument, Score } from '../domain/instrument.ts'
import type { Finding } from './yaml-source.ts'

/**
 * Everything that does not fit between an instrument and its earlier versions. Versions in force on the same day do fit:
 * the newest is meant, and a published file is never edited to end an old one.
 *
 * @param versions every version of the instrument that there is
 */
export function versionFindings(instrument: Instrument, versions: readonly Instrument[]): Finding[] {
  return instrument.comparableWith
    .filter((version) => version < instrument.version)
    .flatMap((version, at): Finding[] => {
      const path = ['comparableWith', at]
      const earlier = versions.find((one) => one.version === version)
      if (earlier === undefined) {
        return [{ path, reason: `comparableWith: there is no version ${version} of ${instrument.id}` }]
      }
      return instrument.scores
        .filter((score) =>
          earlier.scores.some((other) => other.id === score.id && !isSameScale(score, other)),
        )
        .map(({ id }) => ({
          path,
          reason: `comparableWith: score "${id}" of version ${version} has another scale`,
        }))
    })
}

/** Whether a difference between the two scores means something. */
const isSameScale = (a: Score, b: Score): boolean =>
  a.places === b.places && a.better === b.better && a.range[0] === b.range[0] && a.range[1] === b.range[1]
