import { z } from 'zod'
import type { Range } from '../domain/instrument.ts'
import { parseLondonDate } from '../domain/period.ts'
import type { Finding, Path } from './yaml-source.ts'

/** Scores are kept exactly as whole numbers; this many decimal places leave room for the largest of them. */
export const MOST_PLACES = 4
const LARGEST_NUMBER = 1_000_000

/** Names of instruments, items, scores and measures. */
export const kebabId = z
  .string()
  .regex(
    /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    'must be kebab-case: small letters, digits and single hyphens, a letter first',
  )
  .max(64)

/** Words for people. */
export const words = z.string().trim().min(1).max(2000)

export const versionNumber = z.int().min(1).max(9999)

export const places = z.int().min(0).max(MOST_PLACES)

export const finite = z.number().min(-LARGEST_NUMBER).max(LARGEST_NUMBER)

export const londonDate = z
  .string()
  .refine(
    (text) => /^\d{4}-/.test(text) && parseLondonDate(text) === text,
    'must be a date that exists, as YYYY-MM-DD',
  )

/** Two numbers, the lower first. */
export const range = z.custom<Range>(isRange, { error: rangeInWords('') })

/** Two whole numbers, the lower first. */
export const wholeRange = z.custom<Range>((value) => isRange(value) && value.every(Number.isInteger), {
  error: rangeInWords(', both whole numbers'),
})

function isRange(value: unknown): value is Range {
  if (!Array.isArray(value) || value.length !== 2) return false
  const [low, high] = value as unknown[]
  return finite.safeParse(low).success && finite.safeParse(high).success && Number(low) < Number(high)
}

function rangeInWords(more: string) {
  return ({ input }: { input?: unknown }): string =>
    input === undefined ? 'is missing' : `must be [low, high] with low below high${more}`
}

/** How many decimal places a number is written with. */
export function decimalsOf(value: number): number {
  for (let decimals = 0; decimals < 15; decimals += 1) {
    if (Number(value.toFixed(decimals)) === value) return decimals
  }
  return 15
}

/**
 * Checks the shape of some content, and says what is wrong with it so that an analyst understands it.
 *
 * @returns the content as the schema makes it, or every fault of its shape
 */
export function shapeOf<T>(schema: z.ZodType<T>, content: unknown): { good: T } | { findings: Finding[] } {
  const result = schema.safeParse(content, { error: issueInWords })
  return result.success ? { good: result.data } : { findings: result.error.issues.flatMap(findingsOf) }
}

function findingsOf(issue: z.core.$ZodIssue): Finding[] {
  const { path, message } = issue
  if (issue.code !== 'unrecognized_keys') return [{ path, reason: joined(path, ' ', message) }]
  return issue.keys.map((key) => ({
    path: [...path, key],
    reason: joined(path, ': ', `unknown field "${key}" ${message}`),
  }))
}

function joined(path: Path, by: string, message: string): string {
  const steps = path.slice(entryOf(path) === undefined ? 0 : 2).map(String)
  return steps.length === 0 ? message : `${steps.join('.')}${by}${message}`
}

/** The item or score that a path leads into, which people know by its name and not by its number. */
function entryOf([list, at]: Path): { list: 'items' | 'scores'; at: number } | undefined {
  return (list === 'items' || list === 'scores') && typeof at === 'number' ? { list, at } : undefined
}

/** A reason with the name of the item or score that it is about in front. */
export function inContext(content: unknown, { path, reason }: Finding): string {
  const entry = entryOf(path)
  if (entry === undefined) return reason
  const list = isFields(content) ? content[entry.list] : undefined
  const one: unknown = Array.isArray(list) ? list[entry.at] : undefined
  return `${entry.list === 'items' ? 'item' : 'score'} ${nameOf(one, 'id', entry.at)}: ${reason}`
}

/** What an entry of a list calls itself, else its number in the list. */
export const nameOf = (entry: unknown, field: string, at: number): string =>
  isFields(entry) && typeof entry[field] === 'string' ? entry[field] : String(at + 1)

/** Whether some content is a set of fields, and not a list or a single value. */
export const isFields = (content: unknown): content is Record<string, unknown> =>
  typeof content === 'object' && content !== null && !Array.isArray(content)

type Issue = Parameters<z.core.$ZodErrorMap>[0]

function issueInWords(issue: Issue): string {
  if (issue.input === undefined) return 'is missing'
  if (issue.input === null) return 'is empty'
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeInWords[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`
    case 'unrecognized_keys':
      return `(expected one of ${fieldsOf(issue.inst).join(', ')})`
    case 'too_small':
      return `must ${limitInWords(issue.origin, 'at least', issue.minimum)}`
    case 'too_big':
      return `must ${limitInWords(issue.origin, 'at most', issue.maximum)}`
    case 'invalid_union':
      return `must be one of ${Array.isArray(issue.options) ? issue.options.join(', ') : 'the types that there are'}`
    case 'invalid_key':
      return 'must have a whole number before the colon'
    default:
      return 'is not as it should be'
  }
}

const typeInWords: Readonly<Record<string, string>> = {
  string: 'text (a number or true and false in quotes)',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a set of fields',
  record: 'a table',
}

const fieldsOf = (schema: unknown): string[] =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : []

function limitInWords(origin: string, limit: string, count: number | bigint): string {
  if (origin === 'string') return count === 1 ? 'not be empty' : `have ${limit} ${count} characters`
  if (origin === 'array') return `have ${limit} ${count} ${count === 1 ? 'entry' : 'entries'}`
  return `be ${limit} ${count}`
}
