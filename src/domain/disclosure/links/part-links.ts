import { canonicalJson } from '../../canonical-json.ts'
import type { Measure } from '../../measure.ts'
import { questionOf } from '../../measures/question.ts'
import type { Where } from '../../measures/where.ts'
import { seriesKey, type CompletenessCount, type Series } from '../series.ts'
import { isDisjoint, type Link, type Told } from './link.ts'
import { isAmong } from './whose.ts'

/** Between figures of a whole and of parts of it. */
export const partLinks = (series: readonly Series[]): Link[] => [
  ...completeness(),
  ...narrowings(series),
  ...rests(series),
  ...supported(series),
]

/** Cases without a start, and those with one but no pair. */
function completeness(): Link[] {
  const told = (count: CompletenessCount): Told => ({ series: seriesKey.completeness(count), count })
  return [
    { whole: told('closedCases'), parts: [told('withStart')] },
    { whole: told('closedCases'), parts: [told('paired')] },
    { whole: told('withStart'), parts: [told('paired')] },
  ]
}

/** Where one of two measures asks the same about fewer people, the others follow. */
function narrowings(series: readonly Series[]): Link[] {
  return sameQuestion(series).flatMap((all) =>
    all.flatMap(({ one: wide, where }) =>
      all
        .filter((other) => isNarrower(other.where, where))
        .flatMap(({ one: narrow }) =>
          [...wide.countsOf([]).keys()].map((count) => ({
            whole: { series: wide.key, count },
            parts: [{ series: narrow.key, count }],
          })),
        ),
    ),
  )
}

/** Where several measures ask the same about parts of the people of another one: who is left beside the parts. */
function rests(series: readonly Series[]): Link[] {
  return sameQuestion(series).flatMap((all) =>
    all.flatMap(({ one: wide, where }) => {
      const narrower = all.filter((other) => isNarrower(other.where, where))
      return partitionsOf(narrower, where).flatMap((parts) => restOf(wide, parts))
    }),
  )
}

/** Figures that ask the same, each of cases of its own. */
function sameQuestion(series: readonly Series[]): Asking[][] {
  const byQuestion = new Map<string, Asking[]>()
  for (const one of series) {
    if (one.measure === undefined) continue
    const { where = {}, ...rest } = one.measure
    const question = canonicalJson(questionOf(rest))
    const all = byQuestion.get(question) ?? []
    all.push({ one, where })
    byQuestion.set(question, all)
  }
  return [...byQuestion.values()]
}

/** A figure, and what it asks of cases. */
interface Asking {
  one: Series
  where: Where
}

/** Figures that part the cases of a wider one by the values of one field: two or more that do not overlap. */
function partitionsOf(narrower: readonly Asking[], wide: Where = {}): Series[][] {
  const byField = new Map<string, (Asking & { values: ReadonlySet<unknown> })[]>()
  for (const { one, where } of narrower) {
    const field = fieldOfPart(where, wide)
    if (field === undefined) continue
    const parts = byField.get(field) ?? []
    const values = new Set(where[field] as unknown[])
    if (parts.every((part) => isDisjoint(values, part.values))) parts.push({ one, where, values })
    byField.set(field, parts)
  }
  return [...byField.values()].filter((parts) => parts.length > 1).map((parts) => parts.map(({ one }) => one))
}

const restOf = (whole: Series, parts: readonly Series[]): Link[] =>
  [...whole.countsOf([]).keys()].map((count) => ({
    whole: { series: whole.key, count },
    parts: parts.map(({ key }) => ({ series: key, count })),
    isRest: true,
  }))

/** By which one field more it asks for fewer of the same cases, if it names the values; cohorts overlap. */
function fieldOfPart(where: Where, wide: Where): keyof Where | undefined {
  const [field, ...others] = (Object.keys(where) as (keyof Where)[]).filter((name) => !(name in wide))
  const isPart = field !== undefined && others.length === 0 && field !== 'cohort'
  return isPart && Array.isArray(where[field]) ? field : undefined
}

/** Cases in support in a period came into it or were held, and left it or are still open. */
const IN_SUPPORT = [
  ['new', 'held'],
  ['closed', 'open-at-end'],
] as const

/**
 * Of the cases in support, those that neither a figure nor its narrower ones tell. Where all who came are hidden, those held
 * follow from their parts, and with them who came.
 */
function supported(series: readonly Series[]): Link[] {
  const askingOf = (of: string): Asking[] =>
    series.flatMap((one) => {
      const where = one.measure && askedInSupport(one.measure, of)
      return where ? [{ one, where }] : []
    })
  const ways = IN_SUPPORT.map((both) => both.map(askingOf))
  return askingOf('supported').flatMap(({ one: whole, where }) => {
    const isSame = (other: Asking): boolean => canonicalJson(other.where) === canonicalJson(where)
    const together = ways.map((both) =>
      both
        .flat()
        .filter(isSame)
        .map(({ one }) => one),
    )
    const narrower = ways.flat().map((own) => own.filter((other) => isNarrower(other.where, where)))
    const rests = [
      ...together.filter((parts) => parts.length > 0),
      ...narrower.flat().map(({ one }) => [one]),
      ...narrower.flatMap((own) => partitionsOf(own, where)),
    ].flatMap((parts) => restOf(whole, parts))
    return Object.keys(where).length > 0 ? rests : [...rests, stillThere(whole)]
  })
}

/** Of all cases in support, those that did not close. */
const stillThere = ({ key }: Series): Link => ({
  whole: { series: key, count: 'count' },
  parts: [{ series: seriesKey.completeness('closedCases'), count: 'closedCases' }],
})

/** What a measure of cases in support asks of them beside; undefined: it is of other cases, too. */
function askedInSupport(measure: Measure, of: string): Where | undefined {
  if (measure.kind !== 'count' || !('of' in measure) || measure.of !== of) return undefined
  const { progress, ...where } = measure.where ?? {}
  const isOfThem = progress ? canonicalJson(progress) === canonicalJson(['accepted']) : of !== 'closed'
  return isOfThem ? where : undefined
}

/** Whether it asks for fewer of the same cases. */
const isNarrower = (where: Where, wider: Where): boolean => isAmong(where, wider) && !isAmong(wider, where)
