import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { describeScores, respondents, stages, type Instrument } from '../../domain/instrument.ts'
import { tagOf } from '../../domain/precondition.ts'
import { invalid } from '../../domain/problem.ts'
import { responses } from '../../domain/casework/support-case.ts'
import type { Services } from '../../services/services.ts'
import type { AssessmentRevision } from '../../store/casework/assessments.ts'
import { organisationOf, senderOf } from '../http/access.ts'
import { pageOf, pageQuery, sendPage } from '../http/paging.ts'
import {
  changedQuery,
  historyQuery,
  identifier,
  londonDate,
  readBody,
  showTimestamp,
  timestamp,
} from '../http/reading.ts'
import { replies } from '../http/replies.ts'

const answer = z.union([z.number(), z.boolean(), z.string()])

export const assessmentBody = z
  .strictObject({
    case: identifier.optional().meta({
      description:
        'May be left out where the instrument may be answered without a case. One not known yet is made.',
    }),
    instrument: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*(@[1-9]\d{0,3})?$/, {
        error: 'must be an instrument, such as victim-needs or victim-needs@1',
      })
      .meta({
        description: 'Without a version: the newest in force on assessedOn.',
        example: 'victim-needs',
      }),
    stage: z.enum(stages),
    assessedOn: londonDate,
    respondent: z.enum(respondents).optional().meta({ description: "Default: the instrument's own." }),
    response: z
      .enum(responses)
      .optional()
      .meta({ description: 'Default: completed, which alone takes answers.' }),
    answers: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({
        description: 'Item by item, as the instrument asks.',
        example: { 'personal-safety': 3, health: 2 },
      }),
    sourceUpdatedAt: timestamp
      .optional()
      .meta({ description: 'A write with an older one than stored changes nothing.' }),
  })
  .meta({ id: 'AssessmentBody' })

const scoreShown = z.object({
  value: z.number().nullable(),
  need: z.boolean().optional(),
  missing: z.literal('not-answered').optional(),
})

const revisionShown = z.object({
  revision: z.number(),
  case: z.string().optional(),
  answers: z.record(z.string(), answer),
  scores: z.record(z.string(), scoreShown),
  stage: z.enum(stages),
  assessedOn: z.string(),
  receivedAt: z.string(),
})

const assessment = z
  .object({
    ref: z.string(),
    contract: z.string(),
    case: z.string().optional(),
    instrument: z.string(),
    stage: z.enum(stages),
    respondent: z.enum(respondents),
    response: z.enum(responses),
    assessedOn: z.string(),
    revision: z.number(),
    answers: z.record(z.string(), answer),
    scores: z.record(z.string(), scoreShown),
    sourceUpdatedAt: z.string().optional(),
    receivedAt: z.string(),
    revisions: z.array(revisionShown).optional(),
  })
  .meta({ id: 'Assessment', description: 'An instrument answered at a stage, with its scores.' })

const inPath = z.strictObject({ contract: identifier, ref: identifier })

const keyHeader = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .meta({ description: '1 to 255 printable ASCII characters, the same in each try; kept for 24 hours.' }),
})

/** @throws {Problem} `invalid` if it is none that is taken */
function keyOf({ 'idempotency-key': key }: z.output<typeof keyHeader>): string {
  if (/^[ -~]{1,255}$/.test(key)) return key
  throw invalid([{ pointer: '/Idempotency-Key', detail: 'must be 1 to 255 printable ASCII characters' }])
}

type Find = (id: string, version: number) => Instrument | undefined

const showScores = (one: AssessmentRevision, find: Find) => {
  const instrument = find(one.instrumentId, one.instrumentVersion)
  return instrument === undefined || one.response !== 'completed'
    ? {}
    : describeScores(instrument, one.scores)
}

/** In the order of the instrument, as the database keeps none: what is read again is then the first reply to the byte. */
const showAnswers = (one: AssessmentRevision, find: Find): AssessmentRevision['answers'] => {
  const items = find(one.instrumentId, one.instrumentVersion)?.items
  if (items === undefined) return one.answers
  return Object.fromEntries(
    items.flatMap(({ id }) => {
      const given = one.answers[id]
      return given === undefined ? [] : [[id, given]]
    }),
  )
}

const showRevision = (one: AssessmentRevision, find: Find): z.output<typeof revisionShown> => ({
  revision: one.revision,
  case: one.caseRef ?? undefined,
  answers: showAnswers(one, find),
  scores: showScores(one, find),
  stage: one.stage,
  assessedOn: one.assessedOn,
  receivedAt: one.receivedAt,
})

const show = (
  one: AssessmentRevision & { revisions?: AssessmentRevision[] },
  find: Find,
): z.output<typeof assessment> => ({
  ref: one.ref,
  contract: one.contractId,
  instrument: `${one.instrumentId}@${one.instrumentVersion}`,
  respondent: one.respondent,
  response: one.response,
  ...showRevision(one, find),
  sourceUpdatedAt: one.sourceUpdatedAt === null ? undefined : showTimestamp(one.sourceUpdatedAt),
  revisions: one.revisions?.map((revision) => showRevision(revision, find)),
})

/** Assessments of a contract: its provider's, and those of the cases that a partner delivers itself. */
export const assessmentRoutes =
  (services: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    const config = { access: 'casework' } as const
    const tags = ['casework']
    const find: Find = services.instrument

    app.put(
      '/contracts/:contract/assessments/:ref',
      {
        config,
        schema: {
          tags,
          summary: 'Send an assessment, or a correction of it; the same again changes nothing',
          params: inPath,
          body: assessmentBody,
          response: replies({ 200: assessment, 201: assessment }, 'write'),
        },
      },
      async (request, reply) => {
        const { created, stored } = await services.receiveAssessment(
          senderOf(request),
          { contractId: request.params.contract, ref: request.params.ref },
          { reading: readBody(assessmentBody, request.body), ifMatch: request.headers['if-match'] },
        )
        return reply
          .code(created ? 201 : 200)
          .header('etag', tagOf(stored.revision))
          .send(show(stored, find))
      },
    )

    app.post(
      '/contracts/:contract/assessments',
      {
        config,
        schema: {
          tags,
          summary:
            'Send an assessment that has no reference of its own; the same key again makes no second one',
          description:
            'The same key and body again: the first reply, with `Idempotency-Replayed: true`. The same key with another ' +
            'body: 422. While the first is under way: 409, with `Retry-After`. A try that failed has used up no key.',
          params: z.strictObject({ contract: identifier }),
          headers: keyHeader,
          body: assessmentBody,
          response: replies({ 201: assessment }, 'write'),
        },
      },
      async (request, reply) => {
        const { stored, isReplay } = await services.postAssessment(
          senderOf(request),
          request.params.contract,
          {
            idempotencyKey: keyOf(request.headers),
            body: request.body,
            reading: readBody(assessmentBody, request.body),
          },
        )
        if (isReplay) reply.header('idempotency-replayed', 'true')
        return reply.code(201).header('etag', tagOf(stored.revision)).send(show(stored, find))
      },
    )

    app.get(
      '/contracts/:contract/assessments/:ref',
      {
        config,
        schema: {
          tags,
          summary: 'One assessment',
          params: inPath,
          querystring: z.strictObject(historyQuery),
          response: replies({ 200: assessment }, 'read'),
        },
      },
      async (request, reply) => {
        const stored = await services.getAssessment(
          organisationOf(request),
          { contractId: request.params.contract, ref: request.params.ref },
          request.query.revisions === 'true',
        )
        return reply.header('etag', tagOf(stored.revision)).send(show(stored, find))
      },
    )

    app.delete(
      '/contracts/:contract/assessments/:ref',
      {
        config,
        schema: {
          tags,
          summary: 'Withdraw an assessment; sent again, it has the next revision',
          params: inPath,
          response: replies({ 204: z.null() }, 'write'),
        },
      },
      async (request, reply) => {
        await services.withdrawAssessment(
          senderOf(request),
          { contractId: request.params.contract, ref: request.params.ref },
          request.headers['if-match'],
        )
        return reply.code(204).send(null)
      },
    )

    app.get(
      '/contracts/:contract/assessments',
      {
        config,
        schema: {
          tags,
          summary: 'The assessments of a contract, by their refs; filters combine',
          params: z.strictObject({ contract: identifier }),
          querystring: z.strictObject({
            ...pageQuery,
            case: identifier.optional(),
            stage: z.enum(stages).optional(),
            ...changedQuery,
          }),
          response: replies({ 200: pageOf(assessment) }, 'read'),
        },
      },
      (request, reply) => {
        const { case: caseRef, stage, updatedSince, ...asked } = request.query
        const reader = organisationOf(request)
        return sendPage(
          { request, reply },
          asked,
          (page) =>
            services.listAssessments(reader, request.params.contract, { caseRef, stage, updatedSince }, page),
          { keyOf: (row) => row.ref, show: (row) => show(row, find) },
        )
      },
    )
    done()
  }
