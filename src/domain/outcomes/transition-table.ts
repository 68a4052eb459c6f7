import { scoreSubject, type Count } from '../counts.ts'
import { fromScaled, type Instrument, type Score } from '../instrument.ts'
import type { Period } from '../period.ts'
import type { Fault } from '../problem.ts'
import { listsInstrument, readInstrumentName, type Contract } from '../contracts/contract.ts'

/** A score as one version of its instrument has it. */
export interface ScoreVersion {
  instrument: Instrument
  score: Score
}

/** So many people, `n`, moved from one value to another, in the score's own units. */
export interface Move {
  start: number
  end: number
  n: number
}

/**
 * The versions of a score that one table of moves is about: the one that is named, else the newest that was in force
 * before the period's end together with those in which the score is the same. Counts play no part in the choice: it would
 * tell a commissioner on which versions there are any.
 *
 * @param asked `victim-needs` or `victim-needs@1`, and one of its scores
 * @returns a fault where there is none that the contract lists
 */
export function scoreVersions(
  asked: { instrument: string; score: string },
  contract: Pick<Contract, 'instruments'>,
  instruments: readonly Instrument[],
  period: Pick<Period, 'until'>,
): readonly ScoreVersion[] | Fault {
  const { id, version } = readInstrumentName(asked.instrument)
  const named = instruments
    .filter((one) => one.id === id && (version === undefined || one.version === version))
    .sort((a, b) => a.version - b.version)
  if (named.length === 0) return { pointer: '/instrument', detail: 'is not a known instrument' }
  const listed = named.filter((one) => listsInstrument(contract, id, one.version))
  if (listed.length === 0) return { pointer: '/instrument', detail: 'is not listed by the contract' }
  const found = listed.flatMap((instrument) => {
    const score = instrument.scores.find((one) => one.id === asked.score)
    return score === undefined ? [] : [{ instrument, score }]
  })
  const inForce = found.filter(
    ({ instrument: { inForce } }) => inForce.from === undefined || inForce.from < period.until,
  )
  const newest = inForce.at(-1) ?? found.at(-1)
  if (newest === undefined) return { pointer: '/score', detail: 'is not a score of the instrument' }
  return found.filter(({ score }) => meaningOf(score) === meaningOf(newest.score))
}

/** All that decides what a value of the score says; not its words, nor its thresholds, which no table of moves uses. */
const meaningOf = ({ method, items, scores, range, better, places, missing, convert }: Score): string =>
  JSON.stringify([method, items, scores, range, better, places, missing.prorateUpTo, convert && [...convert]])

/** `victim-needs@1`, or `victim-needs` where the table is about several of its versions. */
export function instrumentOfTable(versions: readonly ScoreVersion[]): string {
  const names = versions.map(({ instrument: { id, version } }) => `${id}@${version}`)
  return (names.length === 1 ? names[0] : versions[0]?.instrument.id) ?? ''
}

/** The moves on one version of a score. */
export function movesOf(counts: readonly Count[], version: ScoreVersion): Move[] {
  const subject = scoreSubject(version.instrument, version.score.id)
  return counts.filter((count) => count.subject === subject).map((count) => moveOf(count, version))
}

/** A count of a score's transitions in the score's own units. */
export const moveOf = ({ x, y, n }: Pick<Count, 'x' | 'y' | 'n'>, { score }: ScoreVersion): Move => ({
  start: fromScaled(score, x),
  end: fromScaled(score, y),
  n,
})

/** Tables of moves as one, in the order of start and end. */
export function addMoves(tables: readonly (readonly Move[])[]): Move[] {
  const sums = new Map<string, Move>()
  for (const { start, end, n } of tables.flat()) {
    const key = `${start} ${end}`
    sums.set(key, { start, end, n: n + (sums.get(key)?.n ?? 0) })
  }
  return [...sums.values()].sort((a, b) => a.start - b.start || a.end - b.end)
}
