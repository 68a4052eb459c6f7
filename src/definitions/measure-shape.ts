import { z } from 'zod'
import {
  basisInWords,
  type Choice,
  endStages,
  type Measure,
  NOT_STATED,
  pairKinds,
  type WhereField,
} from '../domain/measure.ts'
import { respondents } from '../domain/instrument.ts'
import { contentHash } from './content-hash.ts'
import { finite, isFields, kebabId, shapeOf, versionNumber, words } from './shape.ts'
import type { Finding } from './yaml-source.ts'

/** Kinds that a definition may come to have, and that this release does not count. */
const laterKinds = [
  'reliably-improved',
  'reliably-deteriorated',
  'reliably-recovered',
  'answered',
  'before-after',
  'reduction',
  'all-of',
  'any-of',
  'share',
  'completed',
  'within-days',
  'contact-every',
  'count',
]

const instrumentName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*(@[1-9]\d*)?$/, 'must be the id of an instrument, or id@version')
  .transform((name): Measure['instrument'] => {
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

const where = z.strictObject({
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
} satisfies Record<WhereField, z.ZodType<Choice | undefined>>)

const percent = z.number().min(0, 'must be 0 to 100').max(100, 'must be 0 to 100')

const target = z
  .strictObject({ green: percent, amber: percent, better: z.literal('lower').optional() })
  .refine(({ green, amber, better }) => (better === 'lower' ? amber >= green : amber <= green), {
    error: ({ input }) =>
      typeof input === 'object' && input !== null && 'better' in input
        ? 'must have amber no lower than green where lower is better'
        : 'must have amber no higher than green',
  })

const measure = z.strictObject({
  measure: kebabId,
  title: words,
  kind: z.enum(pairKinds),
  instrument: instrumentName,
  score: kebabId,
  end: z.enum(endStages).default('end'),
  countedBy: z.literal('closed').optional(),
  respondent: z.enum(respondents).optional(),
  of: z.enum(['need-at-start', 'could-improve']).optional(),
  by: finite.gt(0, 'must be above 0').optional(),
  where: where.optional(),
  target: target.optional(),
})

/** A measure as its file says it, every field of the right type; whether what it names exists is another question. */
export function measureFrom(content: unknown): { good: Measure } | { findings: Finding[] } {
  const later = laterFindings(content)
  // The other fields of a kind that is not known would all be called unknown.
  if (later.length > 0) return { findings: later }
  const shape = shapeOf(measure, content)
  if ('findings' in shape) return shape
  const { measure: id, countedBy: _, where: conditions, ...rest } = shape.good
  const findings = (['of', 'by'] as const)
    .filter((field) => rest[field] !== undefined && rest.kind !== 'improved')
    .map((field) => ({ path: [field], reason: `${field} belongs to kind improved` }))
  if (findings.length > 0) return { findings }
  const narrowed = { ...rest, ...(conditions && { where: conditions }) }
  return {
    good: { ...narrowed, id, version: contentHash(content).slice(0, 12), basis: basisInWords(narrowed) },
  }
}

function laterFindings(content: unknown): Finding[] {
  if (!isFields(content)) return []
  const { kind, countedBy, where: conditions } = content
  const findings: Finding[] = []
  if (typeof kind === 'string' && laterKinds.includes(kind)) {
    const reason = `kind ${kind} is not supported by this release (it knows ${pairKinds.join(', ')})`
    findings.push({ path: ['kind'], reason })
  }
  if (countedBy === 'assessed') {
    const reason = 'countedBy assessed is not supported by this release (it knows closed)'
    findings.push({ path: ['countedBy'], reason })
  }
  if (isFields(conditions) && 'progress' in conditions) {
    findings.push({ path: ['where', 'progress'], reason: 'where.progress is not supported by this release' })
  }
  return findings
}
