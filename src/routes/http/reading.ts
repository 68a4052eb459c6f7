import { z } from 'zod'
import { describeDateFault, parseLondonDate, parsePeriod, startOfDay } from '../../domain/period.ts'
import { invalid, type Fault, type Reading } from '../../domain/problem.ts'
import { goodEntries } from './good-entries.ts'

/** `~` and `/` inside a key are written ~0 and ~1 (RFC 6901). */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/**
 * Reads each field of a body on its own, and each entry of a list or object, so that a fault in one does not hide those of
 * the others, nor those of the rules that the service checks afterwards on what is well-formed.
 *
 * @throws {Problem} `invalid` if the body is no object at all
 */
export function readBody<S extends z.ZodObject>(schema: S, body: unknown): Reading<z.output<S>> {
  if (!isObject(body)) throw invalid([NO_OBJECT])
  const given: Record<string, unknown> = {}
  const faults: Fault[] = []
  const fields = schema.shape as Record<string, z.ZodType>
  for (const [name, field] of Object.entries(fields)) {
    const value = body[name]
    const parsed = field.safeParse(value)
    const schema: unknown = field instanceof z.ZodOptional ? field.unwrap() : field
    if (!parsed.success) faults.push(...faultsOf(parsed.error, [name], value))
    if (schema instanceof z.ZodRecord && hasNameOfPrototype(value))
      faults.push({ pointer: pointerTo([name, '__proto__']), detail: 'is no name here' })
    const good = parsed.success ? parsed.data : goodEntries(schema, value, parsed.error)
    if (good !== undefined) given[name] = good
  }
  for (const name of Object.keys(body)) {
    if (!Object.hasOwn(fields, name))
      faults.push({ pointer: pointerTo([name]), detail: 'is not a field here' })
  }
  return { given: given as Partial<z.output<S>>, faults }
}

/** zod leaves such a name out of what has names of the sender's choosing, as if it had not been sent. */
const hasNameOfPrototype = (value: unknown): boolean => isObject(value) && Object.hasOwn(value, '__proto__')

/** What is wrong with the shape of a body, where it will not be read any further. */
export const faultsOfBody = (schema: z.ZodObject, body: unknown): readonly Fault[] =>
  isObject(body) ? readBody(schema, body).faults : [NO_OBJECT]

const NO_OBJECT: Fault = { pointer: '', detail: 'must be an object' }

const isObject = (body: unknown): body is Record<string, unknown> =>
  typeof body === 'object' && body !== null && !Array.isArray(body)

/** What zod found, the first fault of each place, in words that never repeat the value. */
export function faultsOf(error: z.core.$ZodError, at: readonly PropertyKey[], input: unknown): Fault[] {
  const faults = error.issues.flatMap(unfolded).flatMap((issue) => {
    const path = [...at, ...issue.path]
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ pointer: pointerTo([...path, key]), detail: 'is not a field here' }))
    }
    return [{ pointer: pointerTo(path), detail: wordsFor(issue, isAbsent(input, issue.path)) }]
  })
  // zod goes on to measure the length of what is no list, and so on: what follows from the first fault is none.
  const places = faults.map(({ pointer }) => pointer)
  return faults.filter(({ pointer }, index) => places.indexOf(pointer) === index)
}

/** Of what may have several shapes, what is wrong with the one that it has; where it has none of them, that. */
function unfolded(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const [meant, other] = issue.errors.filter(
    (faults) => !faults.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  )
  if (meant === undefined || other !== undefined) return [issue]
  return meant.flatMap(unfolded).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
}

function isAbsent(input: unknown, path: readonly PropertyKey[]): boolean {
  let value = input
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return false
    value = (value as Record<PropertyKey, unknown>)[step]
  }
  return value === undefined
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

/** The rule in plain words; the house's own schemas bring theirs as the message. */
function wordsFor(issue: z.core.$ZodIssue, absent: boolean): string {
  if (absent) return 'is required'
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${listOf(issue.values.map(String))}`
    case 'too_small':
      return `must be at least ${issue.minimum}${unitOf(issue.origin)}`
    case 'too_big':
      return `must be at most ${issue.maximum}${unitOf(issue.origin)}`
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message
    default:
      return issue.message
  }
}

const unitOf = (origin: string): string =>
  ({ string: ' characters long', array: ' entries long' })[origin] ?? ''

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`
}

/** 1 to 128 of `A-Z a-z 0-9 . _ -`: an identifier chosen by a client. */
export const identifier = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,128}$/, { error: 'must be 1 to 128 of A-Z a-z 0-9 . _ -' })
  .meta({ example: 'VF-2019-00123' })

export const kebabIdentifier = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'must be a kebab-case identifier' })
  .max(64)

/** Words for people to read: no control characters, and nothing that UTF-8 cannot carry. */
export const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine((value) => !/\p{Cc}|\p{Cs}/u.test(value), {
      error: 'must be text without control characters',
    })

function refuseDateFault(value: string, context: z.RefinementCtx): void {
  const fault = describeDateFault(value)
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault })
}

/** A civil date, or a timestamp with offset turned into its London date. */
export const londonDate = z
  .string()
  .superRefine(refuseDateFault)
  .transform((value) => parseLondonDate(value) ?? value)
  .meta({
    description: 'A date in London, or an RFC 3339 timestamp with offset, which is turned into one.',
    example: '2019-01-08',
  })

const isTimestamp = (value: string): boolean => /[Tt ]/.test(value)

const instantOf = (stamp: string): string =>
  new Date(
    stamp
      .replace(/:60(?=\.|[Zz+-])/, ':59')
      .replace(' ', 'T')
      .toUpperCase(),
  ).toISOString()

/** An instant, kept to the millisecond in UTC. */
export const timestamp = z
  .string()
  .refine((value) => isTimestamp(value) && describeDateFault(value) === undefined, {
    error: 'must be an RFC 3339 timestamp with an offset',
  })
  .transform(instantOf)
  .meta({ example: '2026-11-22T02:10:00Z' })

/** As case systems write an instant: with a fraction of the second only where it has one. */
export const showTimestamp = (instant: string): string => instant.replace('.000Z', 'Z')

/** Whether one resource comes with its history. */
export const historyQuery = {
  revisions: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'Also its former contents, oldest first.' }),
}

/** Which part of a list is wanted by a case system that keeps up with it. */
export const changedQuery = {
  updatedSince: z
    .string()
    .superRefine(refuseDateFault)
    .transform((value) => (isTimestamp(value) ? instantOf(value) : startOfDay(value).toISOString()))
    .optional()
    .meta({
      description: 'Received or corrected at this instant, or the beginning of this day in London, or later.',
      example: '2026-11-22',
    }),
}

export const period = z
  .string()
  .transform((value, context) => {
    const parsed = parsePeriod(value)
    if (parsed !== undefined) return parsed
    context.addIssue({
      code: 'custom',
      message:
        'must be a quarter 2025-26-Q1, a year 2025-26, a month 2019-M08, or a range of quarters or of months',
    })
    return z.NEVER
  })
  .meta({ example: '2018-19-Q3..2019-20-Q2' })
