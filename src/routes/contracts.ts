import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { LEAST_MINIMUM_COUNT } from '../domain/contracts/contract.ts'
import { LONGEST_EXPECTED_DAYS } from '../domain/instrument.ts'
import { parsePeriod } from '../domain/period.ts'
import { tagOf } from '../domain/precondition.ts'
import type { Services } from '../services/services.ts'
import type { StoredContract } from '../store/contracts.ts'
import { pageOf, pageQuery, sendPage } from './http/paging.ts'
import { identifier, kebabIdentifier, londonDate, readBody, text } from './http/reading.ts'
import { replies } from './http/replies.ts'

const percent = z.number().min(0).max(100)
const amount = z.number().min(0).max(1e12)
const financialYear = z
  .string()
  .refine((label) => /^\d{4}-\d{2}$/.test(label) && parsePeriod(label) !== undefined, {
    error: 'must be a financial year such as 2019-20',
  })

/** `victim-needs` (every version) or `victim-needs@1`. */
export const instrumentName = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*(@[1-9]\d{0,3})?$/, {
    error: 'must be an instrument, such as victim-needs or victim-needs@1',
  })
  .max(70)

const target = z.strictObject({
  from: londonDate.optional(),
  green: percent.optional(),
  amber: percent.optional(),
  better: z.enum(['lower', 'higher']).optional(),
  atLeast: amount.optional(),
  atMost: amount.optional(),
})

const contractFields = {
  title: text(200),
  provider: identifier,
  partners: z.array(identifier).max(100).optional(),
  commissioners: z
    .array(identifier)
    .min(1)
    .max(100)
    .meta({ description: 'The first one leads; all may read.' }),
  startsOn: londonDate,
  endsOn: londonDate,
  follows: identifier.optional().meta({ description: 'The contract that this one takes over from.' }),
  instruments: z.array(instrumentName).max(100),
  measures: z
    .array(
      z.union([kebabIdentifier, z.strictObject({ measure: kebabIdentifier, from: londonDate.optional() })], {
        error: 'must be a measure, or an object with measure and from',
      }),
    )
    .max(1000),
  targets: z
    .record(
      kebabIdentifier,
      z.union([target, z.array(target).min(1).max(100)], {
        error:
          'must be a target or a list of targets, each with green and amber (percent), or atLeast, or atMost',
      }),
    )
    .optional(),
  funding: z
    .array(z.strictObject({ stream: kebabIdentifier, commissioner: identifier, year: financialYear, amount }))
    .max(1000)
    .optional(),
  returns: z
    .array(
      z.strictObject({
        template: kebabIdentifier,
        frequency: z.enum(['monthly', 'quarterly', 'six-monthly', 'yearly']),
      }),
    )
    .max(100)
    .optional(),
  minimumCount: z.number().int().min(LEAST_MINIMUM_COUNT).max(1000).optional(),
  retention: z
    .strictObject({ monthsAfterEnd: z.number().int().min(0).max(1200), hold: z.boolean().default(false) })
    .optional(),
  expectedDays: z
    .number()
    .int()
    .min(1)
    .max(LONGEST_EXPECTED_DAYS)
    .optional()
    .meta({ description: 'How long support is expected to take: `quality` lists open cases beyond it.' }),
}

const contractBody = z.strictObject(contractFields).meta({ id: 'ContractBody' })

const targetShown = z.object({
  from: z.string().optional(),
  green: z.number().optional(),
  amber: z.number().optional(),
  better: z.enum(['lower', 'higher']).optional(),
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
})

const shownMeasure = z.union([z.string(), z.object({ measure: z.string(), from: z.string().optional() })])

const contract = z
  .object({
    contract: z.string(),
    title: z.string(),
    provider: z.string(),
    partners: z.array(z.string()),
    commissioners: z.array(z.string()),
    startsOn: z.string(),
    endsOn: z.string(),
    follows: z.string().optional(),
    instruments: z.array(z.string()),
    measures: z.array(shownMeasure),
    targets: z.record(z.string(), z.union([z.array(targetShown).readonly(), targetShown])),
    funding: z.array(
      z.object({ stream: z.string(), commissioner: z.string(), year: z.string(), amount: z.number() }),
    ),
    returns: z.array(z.object({ template: z.string(), frequency: z.string() })),
    minimumCount: z.number(),
    retention: z.object({ monthsAfterEnd: z.number(), hold: z.boolean() }).optional(),
    expectedDays: z.number().optional(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Contract' })

const inPath = z.strictObject({ contract: identifier })

function show({
  contractId,
  follows,
  retention,
  expectedDays,
  ...stored
}: StoredContract): z.output<typeof contract> {
  return {
    contract: contractId,
    title: stored.title,
    provider: stored.provider,
    partners: [...stored.partners],
    commissioners: [...stored.commissioners],
    startsOn: stored.startsOn,
    endsOn: stored.endsOn,
    ...(follows !== null && { follows }),
    instruments: [...stored.instruments],
    measures: [...stored.measures],
    targets: stored.targets,
    funding: [...stored.funding],
    returns: [...stored.returns],
    minimumCount: stored.minimumCount,
    ...(retention !== null && { retention }),
    ...(expectedDays !== null && { expectedDays }),
    createdAt: stored.createdAt,
    updatedAt: stored.updatedAt,
  }
}

/** Contracts: the operator's. */
export const contractRoutes =
  (services: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    const config = { access: 'operation' } as const
    const tags = ['operator']

    app.put(
      '/contracts/:contract',
      {
        config,
        schema: {
          tags,
          summary: 'Make or change a contract',
          params: inPath,
          body: contractBody,
          response: replies({ 200: contract, 201: contract }, 'write'),
        },
      },
      async (request, reply) => {
        const { created, stored } = await services.putContract(
          request.params.contract,
          readBody(contractBody, request.body),
          { ifMatch: request.headers['if-match'], requests: [request.id] },
        )
        return reply
          .code(created ? 201 : 200)
          .header('etag', tagOf(stored.revision))
          .send(show(stored))
      },
    )

    app.get(
      '/contracts/:contract',
      {
        config,
        schema: {
          tags,
          summary: 'One contract',
          params: inPath,
          response: replies({ 200: contract }, 'read'),
        },
      },
      async (request, reply) => {
        const stored = await services.getContract(request.params.contract)
        return reply.header('etag', tagOf(stored.revision)).send(show(stored))
      },
    )

    app.get(
      '/contracts',
      {
        config,
        schema: {
          tags,
          summary: 'All contracts, by their ids',
          querystring: z.strictObject(pageQuery),
          response: replies({ 200: pageOf(contract) }, 'read'),
        },
      },
      (request, reply) =>
        sendPage({ request, reply }, request.query, services.listContracts, {
          keyOf: (row) => row.contractId,
          show,
        }),
    )
    done()
  }
