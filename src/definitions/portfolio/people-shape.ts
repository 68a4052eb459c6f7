import { z } from 'zod'
import { respondents } from '../../domain/instrument.ts'
import { kebabId, words } from '../shape.ts'

/**
 * Made-up people as counts: so many cases of this kind, so many of whose people gave such answers. Who is one of the many
 * is drawn by lot; how many they are is not.
 */

const count = z.int().min(0)
const some = z.int().min(1)

/** Weights by name, such as how often each closure occurs. */
const weights = z.record(kebabId, some)

const byItem = <T extends z.ZodType>(entry: T) => z.record(kebabId, entry).optional()

/** Exactly one of these says what was answered. */
export const answerKinds = ['needs', 'improved', 'totals', 'yes', 'said'] as const

const isOneOf = (content: object): boolean =>
  Object.entries(content).filter(
    ([name, value]) => (answerKinds as readonly string[]).includes(name) && value !== undefined,
  ).length === 1

/** What a group of people was asked: at the start and again later, or, where it is said what they said, at the end alone. */
const asked = z
  .strictObject({
    instrument: kebabId,
    respondent: z.enum(respondents).optional(),
    then: z.enum(['end', 'review', 'follow-up']).default('end'),
    /** Only the start was asked. */
    endless: z.boolean().default(false),
    /** How many were asked at both ends; all of them if left out. */
    pairs: count.optional(),
    /** How many had the need at the start; of these, at the end had it no longer, or had it less (or no longer). */
    needs: byItem(z.strictObject({ atStart: count, resolved: count.default(0), reduced: count.optional() })),
    /** How many came further on the scale of the item. */
    improved: byItem(count),
    /** Everybody's answers added up, at the start and later. */
    totals: byItem(z.strictObject({ before: count, after: count })),
    /** How many said yes at the start, later, and both times. */
    yes: byItem(z.strictObject({ before: count, after: count, both: count })),
    /** How many of those who answered agreed (or said yes). */
    said: byItem(count),
    /** How many answered; all of them if left out. */
    answered: count.optional(),
    /** What is noted of those who did not. */
    otherwise: z.enum(['declined', 'not-asked', 'unable', 'no-reply']).optional(),
  })
  .refine(isOneOf, `must have one of ${answerKinds.join(', ')}`)

const contacts = z
  .strictObject({
    kind: kebabId,
    minutes: some,
    /** So many sessions, spread over the cases; each about so many of them together. */
    sessions: some.optional(),
    together: some.default(1),
    /** Or a contact at least every so many days, from start to close. */
    every: some.optional(),
  })
  .refine(({ sessions, every }) => (sessions === undefined) !== (every === undefined), {
    error: 'must have either sessions or every',
  })

export const stories = ['closed', 'open', 'not-supported', 'closed-before', 'closed-after'] as const

/** So many cases of a kind. What is left out is drawn by lot, or not there. */
export const peopleGroup = z.strictObject({
  cases: some,
  /** Closed in the period after support, still open at its end, closed in it without support, or closed around it. */
  story: z.enum(stories).default('closed'),
  /** Whether they were referred in the period, or supported since before it. */
  came: z.enum(['new', 'held']).optional(),
  /** So many of the cases are of people who had a case in an earlier group. */
  returning: count.default(0),
  /** For how long they were supported. */
  weeks: z.tuple([some, some]).optional(),
  closure: kebabId.optional(),
  closures: weights.optional(),
  cohort: kebabId.optional(),
  /** How many in a hundred are in each cohort. */
  cohorts: weights.optional(),
  crimeType: kebabId.optional(),
  ages: z.enum(['adult', 'child']).optional(),
  /** Given to one after the other. */
  nationalities: z
    .array(z.string().regex(/^[A-Z]{2}$/, 'must be ISO country codes'))
    .min(1)
    .optional(),
  referralSource: kebabId.optional(),
  reportedToPolice: z.boolean().optional(),
  deliveredBy: kebabId.optional(),
  asked: z.array(asked).default([]),
  contacts: z.array(contacts).default([]),
})

/** Answers that were given without a case. */
export const feedbackGroup = z.strictObject({
  instrument: kebabId,
  answers: some,
  said: z.record(kebabId, count),
})

export const figuresOfPeriod = z.strictObject({
  period: words,
  values: z.record(kebabId, z.union([z.number(), z.string()])),
})

export type PeopleGroup = z.output<typeof peopleGroup>
export type Asked = PeopleGroup['asked'][number]
export type Sessions = PeopleGroup['contacts'][number]
export type FeedbackGroup = z.output<typeof feedbackGroup>
