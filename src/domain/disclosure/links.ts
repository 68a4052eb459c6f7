import type { CountingPlan } from '../counting/plan.ts'
import { bestScore, type Instrument, type Score } from '../instrument.ts'
import { isPairMeasure, type Measure, type PairMeasure } from '../measure.ts'
import { judgePair, scoredEnd } from '../measures/judge-pair.ts'
import type { Where } from '../measures/where.ts'
import type { MeasureRow } from '../outcomes/measure-figure.ts'
import { directionsOf } from './rows.ts'
import { seriesKey, type CompletenessCount, type Series } from './series.ts'

/** One of the numbers of people that a series tells. */
export interface Told {
  series: string
  count: string
}

/**
 * A number of people that follows from numbers that are told: those of the whole without those of its parts. It must not be
 * small where all of them are shown.
 */
export interface Link {
  whole: Told
  parts: readonly Told[]
}

/** What follows from several series: of one score, or of the same question about fewer people. */
export const linksBetween = (
  series: readonly Series[],
  plan: CountingPlan,
  cells: ReadonlyMap<string, readonly Cell[]>,
): Link[] => [...completeness(), ...narrowings(series), ...scoreLinks(series, plan, cells)]

/** Cases without a start, and those with one but no pair. */
function completeness(): Link[] {
  const told = (count: CompletenessCount): Told => ({ series: seriesKey.completeness(count), count })
  return [
    { whole: told('closedCases'), parts: [told('withStart')] },
    { whole: told('closedCases'), parts: [told('paired')] },
    { whole: told('withStart'), parts: [told('paired')] },
  ]
}

/** A pair of scores at the start and the end, as kept. */
export type Cell = Pick<MeasureRow, 'x' | 'y'>

/** Where one of two measures asks the same about fewer people, the others follow. */
function narrowings(series: readonly Series[]): Link[] {
  return series.flatMap((wide) =>
    series.flatMap((narrow) => {
      if (wide.measure === undefined || narrow.measure === undefined) return []
      if (!isSameButNarrower(narrow.measure, wide.measure)) return []
      return [...wide.countsOf([]).keys()].map((count) => ({
        whole: { series: wide.key, count },
        parts: [{ series: narrow.key, count }],
      }))
    }),
  )
}

/** The same measure, but its cases have to be more. */
function isSameButNarrower(narrow: Measure, wide: Measure): boolean {
  const asked = ({ id, title, version, basis, target, where, ...rest }: Measure): string =>
    JSON.stringify(rest)
  return asked(narrow) === asked(wide) && isNarrower(narrow.where, wide.where)
}

function isNarrower(where: Where = {}, wider: Where = {}): boolean {
  const fields = Object.keys(wider) as (keyof Where)[]
  return (
    fields.every((field) => JSON.stringify(where[field]) === JSON.stringify(wider[field])) &&
    Object.keys(where).length > fields.length
  )
}

/**
 * On one score the people whom two or three figures tell can be taken from each other: those who improved without those
 * whose need is gone, or all without those who improved and those who got worse.
 */
function scoreLinks(
  series: readonly Series[],
  { instruments }: CountingPlan,
  cells: ReadonlyMap<string, readonly Cell[]>,
): Link[] {
  return instruments.flatMap((instrument) =>
    instrument.scores.flatMap((score) => {
      const moved = cells.get(`${instrument.id}@${instrument.version} ${score.id}`) ?? []
      const sets = series.flatMap((one) => peopleTold(one, instrument, score))
      return linksOf(sets.map(({ told, isTold }) => ({ told, people: new Set(moved.filter(isTold)) })))
    }),
  )
}

interface ToldPeople {
  told: Told
  people: ReadonlySet<Cell>
}

/**
 * Each set without another one in it, or without two that do not overlap. The same people may follow in several ways: as the
 * figures are shown on different days, one may give a small number where the others do not.
 */
function linksOf(sets: readonly ToldPeople[]): Link[] {
  const links: Link[] = []
  const add = (whole: ToldPeople, ...parts: readonly ToldPeople[]): void => {
    const told = [whole, ...parts].map((one) => one.told)
    const isOneSeries = new Set(told.map(({ series }) => series)).size === 1
    if (!isOneSeries) links.push({ whole: whole.told, parts: parts.map((part) => part.told) })
  }
  for (const whole of sets) {
    const parts = sets.filter(
      (set) => set !== whole && set.people.size > 0 && isSubset(set.people, whole.people),
    )
    for (const [at, part] of parts.entries()) {
      add(whole, part)
      for (const other of parts.slice(at + 1)) {
        if (isDisjoint(part.people, other.people)) add(whole, part, other)
      }
    }
  }
  return links
}

const isSubset = (part: ReadonlySet<Cell>, whole: ReadonlySet<Cell>): boolean =>
  [...part].every((cell) => whole.has(cell))

const isDisjoint = (one: ReadonlySet<Cell>, other: ReadonlySet<Cell>): boolean =>
  [...one].every((cell) => !other.has(cell))

/** Whether a measure looks at just the pairs that the change of its score is about. */
const isOfTheChange = (measure: Measure): measure is PairMeasure =>
  isPairMeasure(measure) &&
  measure.where === undefined &&
  measure.end === 'end' &&
  measure.countedBy === 'closed' &&
  measure.respondent === undefined

/** Whom a series counts, as sets of the pairs of one score. */
function peopleTold(
  series: Series,
  instrument: Instrument,
  score: Score,
): { told: Told; isTold: (cell: Cell) => boolean }[] {
  const told = (count: string, isTold: (cell: Cell) => boolean) => ({
    told: { series: series.key, count },
    isTold,
  })
  const { measure } = series
  if (measure !== undefined) {
    const isMeant =
      isOfTheChange(measure) && measure.score === score.id && measure.instrument.id === instrument.id
    if (!isMeant || measure.kind === 'reduction') return []
    const best = bestScore(score, instrument)
    const verdictOn = ({ x, y }: Cell) =>
      judgePair(measure, { score, best }, { start: scoredEnd(score, x), end: scoredEnd(score, y) }).verdict
    return [
      told('denominator', (cell) => verdictOn(cell) !== 'excluded'),
      told('numerator', (cell) => verdictOn(cell) === 'met'),
      told('complement', (cell) => verdictOn(cell) === 'not-met'),
    ]
  }
  if (series.instrument !== instrument || series.score !== score) return []
  if (series.key.startsWith('score/')) return [told('pairs', () => true)]
  if (!series.key.startsWith('directions/')) return []
  return ['improved', 'unchanged', 'deteriorated'].map((name) =>
    told(name, (cell) => directionsOf([{ ...cell, n: 1 }], score).get(name) === 1),
  )
}
