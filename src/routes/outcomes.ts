import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { dimensionNames, type Dimension } from '../domain/counting/groups.ts'
import { measureKinds } from '../domain/measure.ts'
import type { AnsweredFigures, OutcomesAnswer } from '../services/outcomes/read-outcomes.ts'
import type { Services } from '../services/services.ts'
import { organisationOf } from './http/access.ts'
import { pageFrom, pageOf, pageQuery, sendPage } from './http/paging.ts'
import { identifier, kebabIdentifier, period } from './http/reading.ts'
import { replies } from './http/replies.ts'

const figure = z.number().nullable()
const count = z.number().int().nullable()
const spread = z.object({
  mean: figure,
  sd: figure.meta({ description: 'Of a sample, over n - 1; null for one person.' }),
  median: figure.meta({ description: 'Type 7.' }),
})
const interval = <M extends string>(method: M, description: string) =>
  z
    .object({ method: z.literal(method), level: z.literal(0.95), low: z.number(), high: z.number() })
    .nullable()
    .meta({ description })

const target = z
  .object({
    green: z.number().optional(),
    amber: z.number().optional(),
    better: z.enum(['lower', 'higher']).optional(),
    atLeast: z.number().optional(),
    atMost: z.number().optional(),
  })
  .nullable()

/** A rate with its interval, as every answer shows it. */
export const rateShown = {
  numerator: count,
  denominator: count,
  rate: figure.meta({ description: 'Unrounded; null of nobody.' }),
  interval: interval('wilson', 'Wilson score interval without continuity correction; null of nobody.'),
}

const askFor = z
  .array(z.string())
  .optional()
  .meta({ description: 'Hidden: the narrowest period around it that can be answered, where there is one.' })

const measureOutcome = z
  .object({
    measure: z.string(),
    version: z.string(),
    title: z.string(),
    kind: z.enum(measureKinds),
    basis: z.string().meta({ description: 'Who is in the denominator.' }),
    ...rateShown,
    eligible: count.optional().meta({ description: 'answered: supported cases that closed in the period.' }),
    asked: count.optional().meta({ description: 'answered: of these with a response other than not-asked.' }),
    answered: count.optional().meta({ description: 'answered: answers, those without a case among them.' }),
    start: z.object(rateShown).optional().meta({ description: 'before-after: the proportion at the start.' }),
    end: z.object(rateShown).optional().meta({ description: 'before-after: the proportion at the end.' }),
    difference: z
      .object({
        value: figure,
        interval: interval('newcombe-paired', "Newcombe's paired interval (method 10, phi correction)."),
        p: figure,
      })
      .optional()
      .meta({ description: 'before-after: end - start, p by the exact McNemar test.' }),
    startTotal: figure.optional().meta({ description: 'reduction: rate = 1 - endTotal / startTotal.' }),
    endTotal: figure.optional(),
    count: figure.optional().meta({ description: 'count: how many; hours may have a fraction.' }),
    total: figure.optional().meta({ description: 'count of a count item: its answers added up.' }),
    median: figure
      .optional()
      .meta({ description: 'within-days: the median days, of those that have both dates.' }),
    target,
    rag: z
      .enum(['green', 'amber', 'red'])
      .nullable()
      .meta({ description: 'Made from the unrounded rate; both ends of the amber band are amber.' }),
    ragReason: z.literal('target-changed').optional(),
    suppressed: z.boolean().meta({ description: 'Hidden, since it is about a small group.' }),
    askFor,
  })
  .meta({
    id: 'MeasureOutcome',
    description: 'Nobody in the denominator: rate, interval and rag are null, never 0.',
  })

const changeOutcome = z
  .object({
    instrument: z.string(),
    score: z.string(),
    title: z.string(),
    better: z.enum(['lower', 'higher']),
    pairs: count,
    start: spread,
    end: spread,
    change: spread.extend({
      interval: interval('t', "Student's t on the paired differences; null for one person."),
    }),
    standardisedChange: figure.meta({ description: 'Mean change / SD at the start; null where that is 0.' }),
    percentageImprovement: figure.meta({
      description:
        '100 × total change / total distance available at the start; null where none was available, or the score has no best.',
    }),
    improved: count,
    unchanged: count,
    deteriorated: count,
    reliable: z
      .object({
        threshold: z.number(),
        improved: count,
        unchanged: count,
        deteriorated: count,
        recovered: count,
        reliablyRecovered: count,
        atCaseness: count,
      })
      .nullable()
      .meta({
        description:
          "By the instrument's published constants (Jacobson & Truax), equality included; null where it has none. recovered: the need at the start and none at the end, reliablyRecovered: by a reliable change, too, both of the atCaseness with the need at the start.",
      }),
    suppressed: z.boolean(),
    askFor,
  })
  .meta({ id: 'ChangeOutcome', description: 'Distance travelled; turned so that positive is better.' })

const outcomes = z
  .object({
    contract: z.string(),
    period: z.string(),
    from: z.string(),
    to: z.string().meta({ description: 'The last day of the period.' }),
    computedAt: z.string(),
    pending: z.boolean().meta({ description: 'Accepted changes are not in the figures yet.' }),
    provisional: z.boolean().meta({ description: 'The period, or its grace time, has not ended.' }),
    completeness: z.object({ closedCases: count, withStart: count, paired: count, rate: figure }),
    measures: z.array(measureOutcome),
    changes: z.array(changeOutcome),
    groups: z
      .array(
        z.object({
          by: z.string(),
          value: z.string(),
          measures: z.array(measureOutcome),
          changes: z.array(changeOutcome),
        }),
      )
      .meta({ description: 'One entry a value of `by`; who has none is in `not-stated`. Cohorts overlap.' }),
  })
  .meta({ id: 'Outcomes' })

const shownValue = z.union([z.number(), z.string(), z.boolean()]).nullable()

const caseItem = z
  .object({
    case: z.string().nullable().meta({ description: 'Null: an answer without a case.' }),
    verdict: z.enum(['met', 'not-met', 'excluded']),
    reason: z.string(),
    start: shownValue.meta({
      description: 'The score or answer at the start, where the measure looks at one.',
    }),
    end: shownValue,
  })
  .meta({ id: 'CaseOfMeasure' })

const show = ({
  period: { label, from, to },
  figures,
  ...answer
}: OutcomesAnswer): z.output<typeof outcomes> => ({ ...answer, period: label, from, to, ...figures })

const figuresShown = outcomes.pick({ completeness: true, measures: true, changes: true, groups: true })

/**
 * An answer as text. Its figures are thousands of numbers, which are the same in most answers: their part of the text is kept
 * for as long as they are.
 */
const writing = (): ((answer: OutcomesAnswer) => string) => {
  const texts = new WeakMap<AnsweredFigures, string>()
  return ({ contract, period: { label, from, to }, computedAt, pending, provisional, figures }) => {
    const text = texts.get(figures) ?? JSON.stringify(figuresShown.parse(figures))
    texts.set(figures, text)
    const head = JSON.stringify({ contract, period: label, from, to, computedAt, pending, provisional })
    return `${head.slice(0, -1)},${text.slice(1)}`
  }
}

const LONGEST_WAIT_SECONDS = 60

/** `Prefer: wait=10` (RFC 7240), at most a minute. */
export function preferredWait(prefer: string | string[] | undefined): number {
  const seconds = /(?:^|[,;\s])wait\s*=\s*(\d{1,6})(?:$|[,;\s])/i.exec(String(prefer ?? ''))?.[1]
  return Math.min(Number(seconds ?? 0), LONGEST_WAIT_SECONDS)
}

/** Outcomes: exact to the provider, after disclosure control to a commissioner. */
export const outcomeRoutes =
  (services: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    const write = writing()
    app.get(
      '/contracts/:contract/outcomes',
      {
        config: { access: 'outcomes' },
        schema: {
          tags: ['outcomes'],
          summary: 'How far people came in a period',
          description: '`Prefer: wait=10` waits up to so many seconds for pending work.',
          params: z.strictObject({ contract: identifier }),
          querystring: z.strictObject({
            period,
            by: z.enum(dimensionNames as [Dimension, ...Dimension[]]).optional(),
          }),
          response: replies({ 200: outcomes }, 'read'),
        },
      },
      async (request, reply) => {
        const answer = await services.readOutcomes(
          organisationOf(request),
          { contractId: request.params.contract, period: request.query.period, by: request.query.by },
          preferredWait(request.headers.prefer),
        )
        return reply
          .type('application/json; charset=utf-8')
          .serializer(() => write(answer))
          .send(show(answer))
      },
    )
    app.get(
      '/contracts/:contract/outcomes/:measure/cases',
      {
        config: { access: 'casework' },
        schema: {
          tags: ['outcomes'],
          summary: 'Who is behind a figure: a verdict for each case; those met add up to its numerator',
          params: z.strictObject({ contract: identifier, measure: kebabIdentifier }),
          querystring: z.strictObject({ ...pageQuery, period }),
          response: replies({ 200: pageOf(caseItem) }, 'read'),
        },
      },
      async (request, reply) => {
        const { contract, measure } = request.params
        const { period: asked, ...page } = request.query
        const items = await services.readCasesOfMeasure(organisationOf(request), {
          contractId: contract,
          measure,
          period: asked,
        })
        // Numbered, since several answers may have no case.
        const numbered = items.map((item, index) => ({ item, key: String(index).padStart(9, '0') }))
        return sendPage(
          { request, reply },
          page,
          pageFrom(numbered, ({ key }) => key),
          {
            keyOf: ({ key }) => key,
            show: ({ item }) => item,
          },
        )
      },
    )
    done()
  }
