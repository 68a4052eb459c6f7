import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { rowStatuses } from '../../domain/returns/return-content.ts'
import type { Services } from '../../services/services.ts'
import type { StoredReturn } from '../../store/returns/returns.ts'
import { organisationOf } from '../http/access.ts'
import { pageOf, pageQuery, sendPage } from '../http/paging.ts'
import { identifier, kebabIdentifier, period, readBody, text } from '../http/reading.ts'
import { replies } from '../http/replies.ts'
import { labelOf, tag } from './return-names.ts'

const askBody = z.strictObject({ template: kebabIdentifier, period }).meta({
  id: 'ReturnBody',
  description: 'Covers the contracts that the commissioner leads and that list the template.',
})

/** Blanks are no name and no reason. */
const words = (most: number) => text(most).regex(/\S/, 'must not be blank')

const submissionBody = z
  .strictObject({
    signedOffBy: words(200),
    reasons: z
      .record(kebabIdentifier, words(2000))
      .optional()
      .meta({ description: 'By check: why the return is submitted though the check failed.' }),
  })
  .meta({ id: 'ReturnSubmission' })

const cellFields = {
  status: z.enum(rowStatuses).meta({
    description:
      'hidden: too few people. not-available: nobody is counted, or the provider has not sent it. not-collected: no contract asks for it.',
  }),
  value: z.union([z.number(), z.string()]).nullable(),
  numerator: z.number().nullable().optional(),
  denominator: z.number().nullable().optional(),
}
const cell = z.object(cellFields)

const limit = z.object({
  green: z.number().optional(),
  amber: z.number().optional(),
  better: z.literal('lower').optional(),
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
})

const row = z.object({
  id: z.string(),
  label: z.string(),
  measure: z.string().optional(),
  measureVersion: z.string().optional().meta({ description: 'What the measure meant when this was made.' }),
  ...cellFields,
  basis: z.string(),
  planned: z
    .object({
      objective: z.string(),
      action: z.string(),
      leadAgency: z.string(),
      acceptable: limit,
      rag: z.enum(['green', 'amber', 'red']).nullable(),
    })
    .optional(),
  byContract: z.array(z.object({ contract: z.string(), ...cellFields })),
})

const shown = z
  .object({
    id: z.string(),
    template: z.string(),
    templateVersion: z.number().int(),
    templateStatus: z.enum(['unconfirmed', 'confirmed']).nullable().meta({
      description: 'Whether a person has checked the template; null if it is not published any more.',
    }),
    areaCode: z.string().nullable(),
    period: z.string(),
    version: z.number().int(),
    status: z.enum(['draft', 'submitted', 'superseded']),
    provisional: z.boolean().meta({
      description:
        'The period, or its grace time, has not ended. Whether changes wait to be counted, the check `counted` says.',
    }),
    sha256: z.string().meta({ description: 'Over template, period, contracts and sections alone.' }),
    generatedAt: z.string(),
    contracts: z.array(z.string()),
    signedOffBy: z.string().optional(),
    submittedAt: z.string().optional(),
    reasons: z.record(z.string(), z.string()).optional(),
    sections: z.array(z.object({ id: z.string(), title: z.string(), rows: z.array(row) })),
    checks: z.array(
      z.object({
        id: z.string(),
        level: z.enum(['error', 'warning']),
        passed: z.boolean(),
        detail: z.string(),
      }),
    ),
  })
  .meta({ id: 'Return' })

const differences = z
  .object({
    from: z.number().int(),
    to: z.number().int(),
    rows: z.array(
      z.object({ section: z.string(), id: z.string(), old: cell.nullable(), new: cell.nullable() }),
    ),
    lateCases: z.number().int().nullable().meta({
      description: 'Cases of the period that came after the older version was submitted; null: few.',
    }),
    correctedCases: z
      .number()
      .int()
      .nullable()
      .meta({ description: 'Those that changed after it; null: few.' }),
  })
  .meta({ id: 'ReturnDifferences' })

const inPath = z.strictObject({ id: identifier })

/** Returns: the leading commissioner's alone. */
export const returnRoutes =
  (services: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    const config = { access: 'returns' } as const
    const tags = ['returns']

    app.post(
      '/returns',
      {
        config,
        schema: {
          tags,
          summary: 'Ask for a return: 200 if it stands, 202 if it has to be made',
          body: askBody,
          response: replies({ 200: shown, 202: shown }, 'write'),
        },
      },
      async (request, reply) => {
        const { organisation: commissioner, keyId } = organisationOf(request)
        const body = readBody(askBody, request.body)
        const { stored, stands } = await services.askForReturn(commissioner, body, keyId)
        return reply
          .code(stands ? 200 : 202)
          .header('location', `/v1/returns/${stored.returnId}`)
          .header('etag', tag(stored))
          .send(show(stored))
      },
    )

    app.get(
      '/returns',
      {
        config,
        schema: {
          tags,
          summary: 'All versions of all returns, in the order in which they were first made',
          description:
            'Each as it was last made: one read alone is made again first if its data has changed.',
          querystring: z.strictObject(pageQuery),
          response: replies({ 200: pageOf(shown) }, 'read'),
        },
      },
      (request, reply) => {
        const { organisation, keyId } = organisationOf(request)
        return sendPage(
          { request, reply },
          request.query,
          (page) => services.listReturns(organisation, page, keyId),
          { keyOf: ({ returnId }) => returnId, show },
        )
      },
    )

    app.get(
      '/returns/:id',
      {
        config,
        schema: {
          tags,
          summary: 'One version of a return',
          params: inPath,
          response: replies({ 200: shown }, 'read'),
        },
      },
      async (request, reply) => {
        const { organisation, keyId } = organisationOf(request)
        const stored = await services.getReturn(organisation, request.params.id, keyId)
        return reply.header('etag', tag(stored)).send(show(stored))
      },
    )

    app.post(
      '/returns/:id/submission',
      {
        config,
        schema: {
          tags,
          summary: 'Submit a draft, which never changes from then on',
          description: '`If-Match` with the ETag of what was signed off refuses anything else (412).',
          params: inPath,
          body: submissionBody,
          response: replies({ 200: shown }, 'write'),
        },
      },
      async (request, reply) => {
        const { organisation, keyId } = organisationOf(request)
        const stored = await services.submitReturn(
          organisation,
          request.params.id,
          readBody(submissionBody, request.body),
          request.headers['if-match'],
          keyId,
        )
        return reply.header('etag', tag(stored)).send(show(stored))
      },
    )

    app.get(
      '/returns/:id/differences',
      {
        config,
        schema: {
          tags,
          summary: 'What changed since the version before',
          params: inPath,
          response: replies({ 200: differences }, 'read'),
        },
      },
      async (request, reply) => {
        const { organisation, keyId } = organisationOf(request)
        return reply.send(await services.readDifferences(organisation, request.params.id, keyId))
      },
    )
    done()

    function show(stored: StoredReturn): z.output<typeof shown> {
      const { signedOffBy, submittedAt, reasons } = stored
      return {
        id: stored.returnId,
        template: stored.template,
        templateVersion: stored.templateVersion,
        templateStatus:
          services.definitions.templateVersions.find(
            ({ id, version }) => id === stored.template && version === stored.templateVersion,
          )?.status ?? null,
        areaCode: stored.areaCode,
        period: labelOf(stored),
        version: stored.version,
        status: stored.status,
        provisional: stored.provisional,
        sha256: stored.sha256,
        generatedAt: stored.generatedAt,
        contracts: [...stored.content.contracts],
        ...(signedOffBy !== null && { signedOffBy }),
        ...(submittedAt !== null && { submittedAt }),
        ...(reasons !== null && { reasons }),
        sections: stored.content.sections.map(({ rows, ...section }) => ({
          ...section,
          rows: rows.map((one) => ({ ...one, byContract: [...one.byContract] })),
        })),
        checks: [...stored.checks],
      }
    }
  }
