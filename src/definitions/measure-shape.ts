import { z } from 'zod'
import { progresses, type Progress } from '../domain/casework/progress.ts'
import { respondents, stages } from '../domain/instrument.ts'
import {
  caseDates,
  caseSelections,
  endStages,
  isPairMeasure,
  measureKinds,
  pairKinds,
  sessionSelections,
  verdictKinds,
  type CaseSelection,
  type CombinedMeasure,
  type InstrumentName,
  type ItemQuestion,
  type Measure,
  type PartMeasure,
  type SessionSelection,
} from '../domain/measure.ts'
import { basisInWords } from '../domain/measures/basis.ts'
import { questionOf } from '../domain/measures/question.ts'
import { NOT_STATED, whereFields, type Choice, type WhereField } from '../domain/measures/where.ts'
import { contentHash } from './content-hash.ts'
import { finite, isFields, kebabId, shapeOf, versionNumber, words } from './shape.ts'
import type { Finding } from './yaml-source.ts'

const listInWords = (list: readonly string[]): string => list.join(', ')

const instrumentName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*(@[1-9]\d*)?$/, 'must be the id of an instrument, or id@version')
  .transform((name): InstrumentName => {
    const [id = '', version] = name.split('@')
    return version === undefined ? { id } : { id, version: versionNumber.parse(Number(version)) }
  })

/** A list of values or `{ not: list }`, as text either way. */
const choiceOf = (isValue: (value: unknown) => boolean, what: string) => {
  const isList = (content: unknown): boolean =>
    Array.isArray(content) && content.length > 0 && content.every(isValue)
  const isChoice = (content: unknown): boolean =>
    isList(content) || (isFields(content) && Object.keys(content).join() === 'not' && isList(content.not))
  return z
    .custom<readonly unknown[] | { not: readonly unknown[] }>(isChoice, {
      error: ({ input }) => (input === null ? 'is empty' : `must be a list of ${what}, or { not: [...] }`),
    })
    .transform((choice): Choice => ('not' in choice ? { not: choice.not.map(String) } : choice.map(String)))
    .optional()
}

const values = choiceOf(
  (value) => typeof value === 'string' && /^\S+$/.test(value),
  'values without spaces (numbers in quotes)',
)

const yesNo = choiceOf(
  (value) => typeof value === 'boolean' || value === NOT_STATED,
  `true, false and ${NOT_STATED}`,
)

/** What a case has to be, by the fields that it may be asked for. */
export const where = z
  .strictObject({
    closure: values,
    cohort: values,
    crimeType: values,
    referralSource: values,
    reportedToPolice: yesNo,
    ageBand: values,
    sex: values,
    ethnicity: values,
    disability: values,
    nationality: values,
    fundingStream: values,
    deliveredBy: values,
    area: values,
    progress: choiceOf((value) => progresses.includes(value as Progress), listInWords(progresses)),
  } satisfies Record<WhereField, z.ZodType<Choice | undefined>>)
  .refine((conditions) => Object.keys(conditions).length > 0, 'must name what a case has to be')

const percent = z.number().min(0, 'must be 0 to 100').max(100, 'must be 0 to 100')

/** Of a rate, in percent. */
export const bands = z
  .strictObject({ green: percent, amber: percent, better: z.literal('lower').optional() })
  .refine(({ green, amber, better }) => (better === 'lower' ? amber >= green : amber <= green), {
    error: ({ input }) =>
      typeof input === 'object' && input !== null && 'better' in input
        ? 'must have amber no lower than green where lower is better'
        : 'must have amber no higher than green',
  })

const limit = z.int().min(0)
/** Of a count. */
export const limits = z
  .strictObject({ atLeast: limit.optional(), atMost: limit.optional() })
  .refine(({ atLeast, atMost }) => (atLeast === undefined) !== (atMost === undefined), {
    error: 'must have either atLeast or atMost',
  })

const list = <T extends z.ZodType>(entry: T) => z.array(entry).min(1)

const ofAnyKind = { measure: kebabId, title: words, kind: z.enum(measureKinds), where: where.optional() }
const ofRates = { ...ofAnyKind, target: bands.optional() }
const days = z.int().min(0).max(3650)

const pair = z.strictObject({
  ...ofAnyKind,
  kind: z.enum(pairKinds),
  instrument: instrumentName,
  score: kebabId,
  end: z.enum(endStages).default('end'),
  countedBy: z.enum(['closed', 'assessed']).default('closed'),
  respondent: z.enum(respondents).optional(),
  of: z.enum(['need-at-start', 'could-improve']).optional(),
  by: finite.gt(0, 'must be above 0').optional(),
  target: bands.optional(),
})

const answer = z.union([z.string(), z.number(), z.boolean()], 'must be text, a number, true or false')

const answered = z.strictObject({
  ...ofRates,
  instrument: instrumentName,
  item: kebabId,
  respondent: z.enum(respondents).optional(),
  stage: z.enum(stages).default('end'),
  in: list(answer),
})

const combined = z.strictObject({
  ...ofRates,
  measures: list(kebabId),
  counted: z.enum(['any', 'all']).optional(),
  achieved: z.enum(['any', 'all', 'none']).optional(),
})

const share = z.strictObject({ ...ofRates, of: z.enum(caseSelections).default('closed'), achieved: where })

const completed = z.strictObject({
  ...ofRates,
  closure: list(kebabId),
  window: z.enum(['rolling-year', 'period']).default('period'),
})

const withinDays = z
  .strictObject({
    ...ofRates,
    from: z.enum(caseDates).default('referredOn'),
    to: z.enum(caseDates),
    days,
    working: z.boolean().default(false),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], error: 'must be another date than from' })

const contactEvery = z.strictObject({ ...ofRates, days: days.min(1) })

const count = z.strictObject({
  ...ofAnyKind,
  of: z.enum([...caseSelections, ...sessionSelections, 'people']).optional(),
  distinct: z.enum(whereFields as [WhereField, ...WhereField[]]).optional(),
  instrument: instrumentName.optional(),
  item: kebabId.optional(),
  stage: z.enum(stages).optional(),
  respondent: z.enum(respondents).optional(),
  target: limits.optional(),
})

type Found = { good: Measure } | { findings: Finding[] }

/**
 * A measure as its file says it, every field of the right type; whether what it names exists is another question.
 * The parts of a combined one are found later (`withParts`).
 */
export function measureFrom(content: unknown): Found {
  // Which other fields there may be depends on the kind, so that nothing is said about them before it is known.
  const known = shapeOf(z.object({ kind: z.enum(measureKinds) }), content)
  if ('findings' in known) return known
  const { kind } = known.good
  const unnamed = { version: contentHash(content).slice(0, 12), question: '', basis: '' }
  const made = <S>(schema: z.ZodType<S>, measureOf: (good: S) => Measure): Found => {
    const shape = shapeOf(schema, content)
    return 'findings' in shape ? shape : { good: described(measureOf(shape.good)) }
  }
  switch (kind) {
    case 'answered':
      return made(answered, ({ measure: id, ...rest }) => ({ ...rest, ...unnamed, kind, id }))
    case 'all-of':
    case 'any-of': {
      const whose = kind === 'all-of' ? 'all' : 'any'
      return made(combined, ({ measure: id, counted = whose, achieved = whose, ...rest }) => {
        return { ...rest, ...unnamed, kind, id, counted, achieved, parts: [] }
      })
    }
    case 'share':
      return made(share, ({ measure: id, ...rest }) => ({ ...rest, ...unnamed, kind, id }))
    case 'completed':
      return made(completed, ({ measure: id, ...rest }) => ({ ...rest, ...unnamed, kind, id }))
    case 'within-days':
      return made(withinDays, ({ measure: id, ...rest }) => ({ ...rest, ...unnamed, kind, id }))
    case 'contact-every':
      return made(contactEvery, ({ measure: id, ...rest }) => ({ ...rest, ...unnamed, kind, id }))
    case 'count': {
      const shape = shapeOf(count, content)
      if ('findings' in shape) return shape
      const what = countedIn(shape.good)
      if ('findings' in what) return what
      const { measure: id, title, where: conditions, target } = shape.good
      return {
        good: described({
          ...{ kind, id, title, ...unnamed, ...(conditions && { where: conditions }) },
          ...(target && { target }),
          ...what.good,
        }),
      }
    }
    default: {
      const shape = shapeOf(pair, content)
      if ('findings' in shape) return shape
      const { measure: id, ...rest } = shape.good
      const findings = ofImproved
        .filter((field) => rest[field] !== undefined && kind !== 'improved')
        .map((field) => ({ path: [field], reason: `${field} belongs to kind improved` }))
      return findings.length > 0 ? { findings } : { good: described({ ...rest, ...unnamed, id }) }
    }
  }
}

/** Fields that only make sense in a measure of kind improved. */
const ofImproved = ['of', 'by'] as const

/** With what follows from all that it says. */
export const described = <M extends Measure>(measure: M): M => ({
  ...measure,
  basis: basisInWords(measure),
  question: contentHash(questionOf(measure)).slice(0, 12),
})

type Counted =
  { of: CaseSelection | SessionSelection | 'people' } | { distinct: WhereField } | { total: ItemQuestion }

/** What a count counts, which it has to say in one of three ways. */
function countedIn(one: z.output<typeof count>): { good: Counted } | { findings: Finding[] } {
  const { of, distinct, instrument, item, stage = 'end', respondent } = one
  const [first, ...others] = (['of', 'distinct', 'item'] as const).filter((way) => one[way] !== undefined)
  if (first === undefined) {
    const reason = instrument
      ? 'item is missing'
      : 'kind count asks for of, distinct, or an item with its instrument'
    return { findings: [{ path: [instrument ? 'item' : 'kind'], reason }] }
  }
  const stray = (['instrument', 'stage', 'respondent'] as const).filter(
    (field) => first !== 'item' && others.length === 0 && one[field] !== undefined,
  )
  const findings: Finding[] = [
    ...others.map((way) => ({
      path: [way],
      reason: `${way} cannot stand beside ${first}: a count is of one thing`,
    })),
    ...stray.map((field) => ({ path: [field], reason: `${field} belongs to a count of an item` })),
  ]
  if (findings.length > 0) return { findings }
  if (of !== undefined) return { good: { of } }
  if (distinct !== undefined) return { good: { distinct } }
  if (item === undefined || instrument === undefined) {
    return { findings: [{ path: ['instrument'], reason: 'instrument is missing' }] }
  }
  return { good: { total: { instrument, item, stage, ...(respondent && { respondent }) } } }
}

/** A combined measure with its parts in it. What they say is part of what it says, so its version follows theirs. */
export function withParts(measure: CombinedMeasure, among: ReadonlyMap<string, Measure>): CombinedMeasure {
  const parts = measure.measures.flatMap((name) => {
    const part = among.get(name)
    return part !== undefined && isPart(part) ? [part] : []
  })
  const version = contentHash([measure.version, parts.map((part) => part.version)]).slice(0, 12)
  return described({ ...measure, parts, version })
}

/** Kinds that give a verdict on a closed case by themselves. */
export function isPart(measure: Measure): measure is PartMeasure {
  if (measure.kind === 'answered') return true
  return isPairMeasure(measure) && isVerdictKind(measure.kind) && measure.countedBy === 'closed'
}

const isVerdictKind = (kind: string): boolean => (verdictKinds as readonly string[]).includes(kind)
