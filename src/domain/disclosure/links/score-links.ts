import { dimensions } from '../../counting/groups.ts'
import type { CountingPlan } from '../../counting/plan.ts'
import { bestScore, type Instrument, type Score } from '../../instrument.ts'
import { isPairMeasure, type Measure, type PairMeasure } from '../../measure.ts'
import { judgePair, scoredEnd } from '../../measures/judge-pair.ts'
import type { Where, WhereField } from '../../measures/where.ts'
import { reliableCounts, type Series } from '../series.ts'
import { isDisjoint, type Cell, type Link, type Told } from './link.ts'
import { isAmong, isApart } from './whose.ts'

/**
 * On one score the people whom two or three figures tell can be taken from each other: those who improved without those
 * whose need is gone, or all without those who improved and those who got worse; and all without those whose case was closed as
 * planned, as far as measures ask for them.
 */
export function scoreLinks(
  series: readonly Series[],
  { instruments }: CountingPlan,
  cells: ReadonlyMap<string, readonly Cell[]>,
): Link[] {
  return instruments.flatMap((instrument) =>
    instrument.scores.flatMap((score) => {
      const moved = cells.get(`${instrument.id}@${instrument.version} ${score.id}`) ?? []
      const told = series.flatMap((one) => peopleTold(one, instrument, score))
      const sets = told.map(({ isTold, ...who }) => ({ ...who, moves: new Set(moved.filter(isTold)) }))
      return [...linksOf(sets), ...linksAcrossGroups(sets)]
    }),
  )
}

/**
 * Measures that ask for the cases of a group by themselves tell what the groups of the others do: of each kind of group that
 * some ask for, those measures beside the groups that they ask for.
 */
function linksAcrossGroups(sets: readonly ToldPeople[]): Link[] {
  return Object.entries(dimensions).flatMap(([by, field]) => {
    const asking = sets.filter(({ where }) => listedIn(where, field).length > 0)
    const values = new Set(asking.flatMap(({ where }) => listedIn(where, field)))
    const groups = [...values].flatMap((value) => {
      const where = { [field]: [value] }
      return sets
        .filter((set) => set.where[field] === undefined)
        .map((set) => ({
          ...set,
          told: { ...set.told, of: { by, value } },
          where: { ...set.where, ...where },
        }))
    })
    return linksOf([...asking, ...groups]).filter(isBetweenGroups)
  })
}

const listedIn = (where: Where, field: WhereField): readonly string[] => {
  const choice = where[field]
  return choice === undefined || 'not' in choice ? [] : choice
}

/** What the groups of one kind tell of each other is looked at where they are hidden. */
function isBetweenGroups({ whole, parts }: Link): boolean {
  const groups = new Set([whole, ...parts].map(({ of }) => of?.value))
  return groups.size > 1 && groups.has(undefined)
}

/** Whoever made one of some moves, in cases of some kind. */
interface ToldPeople {
  told: Told
  moves: ReadonlySet<Cell>
  where: Where
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
    if (isOneSeries) return
    const isSame = parts.length === 1 && parts.every((part) => isPart(whole, part))
    links.push({
      whole: whole.told,
      parts: parts.map((part) => part.told),
      ...(isSame && { isSame }),
    })
  }
  for (const whole of sets) {
    const parts = sets.filter((set) => set !== whole && set.moves.size > 0 && isPart(set, whole))
    for (const [at, part] of parts.entries()) {
      add(whole, part)
      for (const other of parts.slice(at + 1)) {
        if (isDisjoint(part.moves, other.moves) || isApart(part.where, other.where)) add(whole, part, other)
      }
    }
  }
  return links
}

const isPart = (part: ToldPeople, whole: ToldPeople): boolean =>
  isAmong(part.where, whole.where) && [...part.moves].every((cell) => whole.moves.has(cell))

/** Whether a measure looks at just the pairs that the change of its score is about, or at some of them. */
const isOfTheChange = (measure: Measure): measure is PairMeasure =>
  isPairMeasure(measure) &&
  measure.end === 'end' &&
  measure.countedBy === 'closed' &&
  measure.respondent === undefined

/** Whom a series counts, as sets of the pairs of one score of some cases. */
function peopleTold(
  series: Series,
  instrument: Instrument,
  score: Score,
): { told: Told; where: Where; isTold: (cell: Cell) => boolean }[] {
  const { measure } = series
  const told = (count: string, isTold: (cell: Cell) => boolean) => ({
    told: { series: series.key, count },
    where: measure?.where ?? {},
    isTold,
  })
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
  // Each of them counts pairs of scores, so that one pair alone says whom it counts.
  return scoreCounts.map((name) => told(name, (cell) => series.countsOf([{ ...cell, n: 1 }]).get(name) === 1))
}

/** The numbers of people that a change, its three counts, its reliable ones and the table of moves tell. */
const scoreCounts = ['pairs', ...reliableCounts]
