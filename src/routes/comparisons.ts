import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Services } from '../services/services.ts'
import { organisationOf } from './http/access.ts'
import { identifier, kebabIdentifier, period } from './http/reading.ts'
import { replies } from './http/replies.ts'
import { rateShown } from './outcomes.ts'

const MOST_QUARTERS = 80

const trend = z
  .object({
    measure: z.string(),
    quarters: z
      .array(
        z.object({
          period: z.string(),
          ...rateShown,
          count: z.number().nullable().optional().meta({ description: 'For measures that count.' }),
          total: z.number().nullable().optional().meta({
            description: 'For count items: what the answers add up to, which the chart is of.',
          }),
          suppressed: z.boolean(),
          signals: z
            .array(
              z.enum([
                'above-limit',
                'below-limit',
                'rising',
                'falling',
                'high-side',
                'low-side',
                'near-limit',
              ]),
            )
            .meta({
              description:
                'What is unusual about the quarter: outside a limit, 7 rising or falling, 7 on one side of the mean, 2 of 3 beyond two thirds of the way to a limit.',
            }),
        }),
      )
      .meta({ description: 'Oldest first.' }),
    chart: z
      .object({
        mean: z.number(),
        lower: z.number(),
        upper: z.number(),
        points: z.number().int(),
        trial: z.boolean().meta({ description: 'Fewer than 12 points.' }),
      })
      .nullable()
      .meta({ description: 'XmR: mean ± 2.66 × mean moving range; null under 5 points.' }),
  })
  .meta({ id: 'Trend' })

const comparison = z
  .object({
    measure: z.string(),
    period: z.string(),
    pooled: z
      .object({
        numerator: z.number().int().nullable(),
        denominator: z.number().int().nullable(),
        rate: z.number().nullable(),
      })
      .meta({
        description:
          'Over the contracts that are shown. Of a reduction 1 - all at the end / all at the start, without a numerator; a count has none of the three.',
      }),
    contracts: z.array(
      z.object({
        contract: z.string(),
        ...rateShown,
        expected: z.number().nullable().meta({
          description: 'The rate its people would have at the pooled rates for their start scores.',
        }),
        pairedRate: z.number().nullable(),
        limits: z
          .object({ low95: z.number(), high95: z.number(), low998: z.number(), high998: z.number() })
          .nullable()
          .meta({
            description: 'Of the funnel: pooled rate ± z √(rate (1 - rate) / denominator), within 0 to 1.',
          }),
        flag: z.enum(['within', 'above-95', 'above-998', 'below-95', 'below-998', 'not-comparable']).meta({
          description:
            'Where it lies in the funnel; not-comparable under 60% paired, without a rate, and for a reduction.',
        }),
        suppressed: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Comparison' })

/** Figures beside others: quarter after quarter, and contract beside contract. */
export const comparisonRoutes =
  (services: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    const config = { access: 'outcomes' } as const
    const tags = ['outcomes']

    app.get(
      '/contracts/:contract/trend',
      {
        config,
        schema: {
          tags,
          summary: 'A measure over the last quarters that have ended, with its control chart',
          params: z.strictObject({ contract: identifier }),
          querystring: z.strictObject({
            measure: kebabIdentifier,
            last: z
              .string()
              .regex(/^[1-9]\d?$/, { error: `must be 1 to ${MOST_QUARTERS}` })
              .transform(Number)
              .refine((last) => last <= MOST_QUARTERS, { error: `must be 1 to ${MOST_QUARTERS}` })
              .optional()
              .meta({ description: 'How many quarters, default 12.' }),
          }),
          response: replies({ 200: trend }, 'read'),
        },
      },
      async (request, reply) => {
        const { measure, last = 12 } = request.query
        const { quarters, ...rest } = await services.readTrend(organisationOf(request), {
          contractId: request.params.contract,
          measure,
          last,
        })
        return reply.send({
          ...rest,
          quarters: quarters.map(({ signals, ...quarter }) => ({ ...quarter, signals: [...signals] })),
        })
      },
    )

    app.get(
      '/compare',
      {
        config,
        schema: {
          tags,
          summary: 'All contracts that the key may read beside each other on one measure',
          querystring: z.strictObject({ measure: kebabIdentifier, period }),
          response: replies({ 200: comparison }, 'read'),
        },
      },
      async (request, reply) => {
        const { period: asked, ...answer } = await services.compareContracts(
          organisationOf(request),
          request.query,
        )
        return reply.send({ ...answer, period: asked.label })
      },
    )
    done()
  }
