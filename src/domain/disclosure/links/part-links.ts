import { canonicalJson } from '../../canonical-json.ts'
import type { Measure } from '../../measure.ts'
import { questionOf } from '../../measures/question.ts'
import type { Where } from '../../measures/where.ts'
import { seriesKey, type CompletenessCount, type Series } from '../series.ts'
import { isDisjoint, type Link, type Told } from './link.ts'

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

/** Where several measures ask the same about parts of the people of another one: who is left beside the parts. */
function rests(series: readonly Series[]): Link[] {
  return series.flatMap((wide) => {
    const byField = new Map<string, Series[]>()
    for (const narrow of series) {
      const field = wide.measure && narrow.measure && fieldOfPart(narrow.measure, wide.measure)
      if (field === undefined) continue
      const parts = byField.get(field) ?? []
      const values = valuesOf(narrow, field)
      if (parts.every((part) => isDisjoint(values, valuesOf(part, field)))) parts.push(narrow)
      byField.set(field, parts)
    }
    return [...byField.values()].filter((parts) => parts.length > 1).flatMap((parts) => restOf(wide, parts))
  })
}

const restOf = (whole: Series, parts: readonly Series[]): Link[] =>
  [...whole.countsOf([]).keys()].map((count) => ({
    whole: { series: whole.key, count },
    parts: parts.map(({ key }) => ({ series: key, count })),
    isRest: true,
  }))

const valuesOf = ({ measure }: Series, field: string): Set<unknown> => {
  const values: unknown = measure?.where?.[field as keyof Where]
  return new Set(Array.isArray(values) ? (values as unknown[]) : [])
}

/** By which one field more a measure asks for fewer of the same cases, if it names the values; cohorts overlap. */
function fieldOfPart(narrow: Measure, wide: Measure): string | undefined {
  if (!isSameButNarrower(narrow, wide)) return undefined
  const more = Object.entries(narrow.where ?? {}).filter(([field]) => !(field in (wide.where ?? {})))
  const [[field, values] = []] = more
  return more.length === 1 && field !== 'cohort' && Array.isArray(values) ? field : undefined
}

/** Cases in support in a period came into it or were held, and left it or are still open. */
const IN_SUPPORT = [
  ['new', 'held'],
  ['closed', 'open-at-end'],
] as const

function supported(series: readonly Series[]): Link[] {
  const countOf = (of: string, where: Where | undefined): Series | undefined =>
    series.find(
      ({ measure }) =>
        measure?.kind === 'count' &&
        'of' in measure &&
        measure.of === of &&
        canonicalJson(measure.where ?? {}) === canonicalJson(where ?? {}),
    )
  return series.flatMap((whole) => {
    const { measure } = whole
    if (measure?.kind !== 'count' || !('of' in measure) || measure.of !== 'supported') return []
    return IN_SUPPORT.flatMap((parts) => {
      const known = parts.flatMap((of) => countOf(of, measure.where) ?? [])
      return known.length > 0 ? restOf(whole, known) : []
    })
  })
}

/** The same measure, but its cases have to be more. */
function isSameButNarrower(narrow: Measure, wide: Measure): boolean {
  const asked = ({ where, ...rest }: Measure): string => canonicalJson(questionOf(rest))
  return asked(narrow) === asked(wide) && isNarrower(narrow.where, wide.where)
}

function isNarrower(where: Where = {}, wider: Where = {}): boolean {
  const fields = Object.keys(wider) as (keyof Where)[]
  return (
    fields.every((field) => JSON.stringify(where[field]) === JSON.stringify(wider[field])) &&
    Object.keys(where).length > fields.length
  )
}
