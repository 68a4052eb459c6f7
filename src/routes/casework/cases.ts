import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { tagOf } from '../../domain/precondition.ts'
import { referralSources } from '../../domain/casework/support-case.ts'
import type { Services } from '../../services/services.ts'
import type { StoredCase } from '../../store/casework/cases.ts'
import { organisationOf, senderOf } from '../http/access.ts'
import { pageOf, pageQuery, sendPage } from '../http/paging.ts'
import {
  identifier,
  kebabIdentifier,
  londonDate,
  readBody,
  showTimestamp,
  timestamp,
} from '../http/reading.ts'
import { replies } from '../http/replies.ts'

const bandOrWord = z
  .string()
  .regex(/^[a-z0-9]+([-+][a-z0-9]*)*$/, { error: 'must be a kebab-case identifier or a band such as 25-34' })
  .max(64)

/** Codes are in capitals, as no identifier is. */
const listed = z
  .string()
  .regex(/^([A-Z][A-Z0-9]{0,3}|[a-z0-9]+([-+][a-z0-9]*)*)$/, {
    error: 'must be a kebab-case identifier, a band such as 25-34 or a code of its list',
  })
  .max(64)
  .meta({ description: 'A code of its list (`GET /v1/lists`) is kept as the value that it stands for.' })

const characteristics = z.strictObject({
  ageBand: listed.optional(),
  sex: listed.optional(),
  ethnicity: listed.optional(),
  disability: listed.optional(),
  longTermCondition: bandOrWord.optional().meta({
    description:
      'Asked, with activitiesReduced, instead of disability, which then follows: see the list disability.',
  }),
  activitiesReduced: bandOrWord.optional(),
  nationality: z
    .string()
    .regex(/^([A-Z]{2}|[a-z]+(-[a-z]+)*)$/, { error: 'must be an ISO country code such as GB' })
    .max(64)
    .optional(),
})

export const caseBody = z
  .strictObject({
    client: identifier.optional().meta({
      description: "The provider's own pseudonym for a person, the same in all of the person's cases.",
    }),
    referredOn: londonDate.optional(),
    referralSource: z.enum(referralSources).optional(),
    firstContactOn: londonDate.optional(),
    startedOn: londonDate.optional(),
    closedOn: londonDate.optional(),
    closure: kebabIdentifier
      .optional()
      .meta({ description: 'planned, disengaged, declined, not-contactable, transferred, died, other, ...' }),
    continues: z
      .boolean()
      .optional()
      .meta({ description: 'Taken over from the contract that this one follows.' }),
    deliveredBy: identifier.optional().meta({ description: 'The provider (default) or a partner.' }),
    fundingStream: kebabIdentifier.optional(),
    area: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,32}$/, { error: 'must be an area code such as E06000016' })
      .optional(),
    cohorts: z
      .array(bandOrWord)
      .max(50)
      .refine((values) => new Set(values).size === values.length, { error: 'must not name a cohort twice' })
      .optional(),
    crimeType: bandOrWord.optional(),
    reportedToPolice: z.boolean().optional(),
    characteristics: characteristics.optional(),
    sourceUpdatedAt: timestamp
      .optional()
      .meta({ description: 'A write with an older one than stored changes nothing.' }),
  })
  .meta({ id: 'CaseBody', description: 'All is optional but needed for what depends on it.' })

const supportCase = z
  .object({
    case: z.string(),
    contract: z.string(),
    client: z.string().optional(),
    referredOn: z.string().optional(),
    referralSource: z.string().optional(),
    firstContactOn: z.string().optional(),
    startedOn: z.string().optional(),
    closedOn: z.string().optional(),
    closure: z.string().optional(),
    continues: z.boolean().optional(),
    deliveredBy: z.string(),
    fundingStream: z.string().optional(),
    area: z.string().optional(),
    cohorts: z.array(z.string()).optional(),
    crimeType: z.string().optional(),
    reportedToPolice: z.boolean().optional(),
    characteristics: z
      .object({
        ageBand: z.string().optional(),
        sex: z.string().optional(),
        ethnicity: z.string().optional(),
        disability: z.string().optional(),
        longTermCondition: z.string().optional(),
        activitiesReduced: z.string().optional(),
        nationality: z.string().optional(),
      })
      .optional(),
    sourceUpdatedAt: z.string().optional(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Case', description: "One person's episode of support." })

const inPath = z.strictObject({ contract: identifier, case: identifier })

/** What is not known is left out. */
function show({ caseRef, contractId, cohorts, ...stored }: StoredCase): z.output<typeof supportCase> {
  return {
    case: caseRef,
    contract: contractId,
    client: stored.client ?? undefined,
    referredOn: stored.referredOn ?? undefined,
    referralSource: stored.referralSource ?? undefined,
    firstContactOn: stored.firstContactOn ?? undefined,
    startedOn: stored.startedOn ?? undefined,
    closedOn: stored.closedOn ?? undefined,
    closure: stored.closure ?? undefined,
    continues: stored.continues ?? undefined,
    deliveredBy: stored.deliveredBy,
    fundingStream: stored.fundingStream ?? undefined,
    area: stored.area ?? undefined,
    cohorts: cohorts === null ? undefined : [...cohorts],
    crimeType: stored.crimeType ?? undefined,
    reportedToPolice: stored.reportedToPolice ?? undefined,
    characteristics: stored.characteristics ?? undefined,
    sourceUpdatedAt: stored.sourceUpdatedAt === null ? undefined : showTimestamp(stored.sourceUpdatedAt),
    updatedAt: stored.updatedAt,
  }
}

/** Cases of a contract: its provider's, and those that a partner delivers itself. */
export const caseRoutes =
  (services: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    const config = { access: 'casework' } as const
    const tags = ['casework']

    app.put(
      '/contracts/:contract/cases/:case',
      {
        config,
        schema: {
          tags,
          summary: 'Make a case, or put another in its place: a field left out is cleared',
          params: inPath,
          body: caseBody,
          response: replies({ 200: supportCase, 201: supportCase }, 'write'),
        },
      },
      async (request, reply) => {
        const { created, stored } = await services.putCase(
          senderOf(request),
          { contractId: request.params.contract, caseRef: request.params.case },
          { reading: readBody(caseBody, request.body), ifMatch: request.headers['if-match'] },
        )
        return reply
          .code(created ? 201 : 200)
          .header('etag', tagOf(stored.revision))
          .send(show(stored))
      },
    )

    app.get(
      '/contracts/:contract/cases/:case',
      {
        config,
        schema: {
          tags,
          summary: 'One case',
          params: inPath,
          response: replies({ 200: supportCase }, 'read'),
        },
      },
      async (request, reply) => {
        const { contract, case: caseRef } = request.params
        const stored = await services.getCase(organisationOf(request), contract, caseRef)
        return reply.header('etag', tagOf(stored.revision)).send(show(stored))
      },
    )

    app.delete(
      '/contracts/:contract/cases/:case',
      {
        config,
        schema: {
          tags,
          summary: 'Erase a case and all under it for ever; every later write to it is 410',
          params: inPath,
          response: replies({ 204: z.null() }, 'write'),
        },
      },
      async (request, reply) => {
        await services.eraseCase(
          senderOf(request),
          { contractId: request.params.contract, caseRef: request.params.case },
          request.headers['if-match'],
        )
        return reply.code(204).send(null)
      },
    )

    app.delete(
      '/clients/:client',
      {
        config,
        schema: {
          tags,
          summary: 'Erase a person: all of their cases in all of your contracts',
          params: z.strictObject({ client: identifier }),
          response: replies({ 204: z.null() }, 'write'),
        },
      },
      async (request, reply) => {
        await services.eraseClient(senderOf(request), request.params.client)
        return reply.code(204).send(null)
      },
    )

    app.get(
      '/contracts/:contract/cases',
      {
        config,
        schema: {
          tags,
          summary: 'The cases of a contract, by their ids',
          params: z.strictObject({ contract: identifier }),
          querystring: z.strictObject(pageQuery),
          response: replies({ 200: pageOf(supportCase) }, 'read'),
        },
      },
      (request, reply) =>
        sendPage(
          { request, reply },
          request.query,
          (page) => services.listCases(organisationOf(request), request.params.contract, page),
          { keyOf: (row) => row.caseRef, show },
        ),
    )
    done()
  }
