import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Problem, problems, type Fault, type ProblemCode } from '../../domain/problem.ts'

/** The only place that knows problems as HTTP; a problem without a status does not compile. */
export const statusOf: Readonly<Record<ProblemCode, number>> = {
  'bad-request': 400,
  'bad-json': 400,
  unauthorised: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'in-progress': 409,
  gone: 410,
  'precondition-failed': 412,
  'too-large': 413,
  'wrong-media-type': 415,
  invalid: 422,
  'too-many': 429,
  internal: 500,
  unavailable: 503,
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'
const RETRY_AFTER_SECONDS = '1'
const TRY_AGAIN: ReadonlySet<ProblemCode> = new Set(['unavailable', 'too-many', 'in-progress'])

/** RFC 9457. The request's id is in its header only, so that equal problems are equal to the byte. */
export const problemBody = z
  .object({
    type: z.string().meta({ example: '/problems/invalid' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().meta({ example: '/answers/health' }),
          detail: z.string().meta({ example: 'must be 0 to 3' }),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem', description: 'What is wrong (RFC 9457); `errors` has one entry for every fault.' })

export function problemAsText(code: ProblemCode, detail: string, errors?: readonly Fault[]): string {
  return JSON.stringify({
    type: `/problems/${code}`,
    title: problems[code],
    status: statusOf[code],
    detail,
    ...(errors && { errors }),
  })
}

export function sendProblem(reply: FastifyReply, { code, message, errors }: Problem): FastifyReply {
  if (code === 'unauthorised') reply.header('www-authenticate', 'Bearer')
  if (TRY_AGAIN.has(code) && !reply.hasHeader('retry-after')) reply.header('retry-after', RETRY_AFTER_SECONDS)
  return reply
    .code(statusOf[code])
    .type(PROBLEM_TYPE)
    .send(problemAsText(code, message, errors))
}

/** What Fastify itself, or the unpacking of gzip, finds wrong with a request before any route has seen it. */
const UNREADABLE: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['wrong-media-type', 'The body must be application/json.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['too-large', 'The body is larger than this route takes.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad-request', 'The body is not as long as Content-Length says.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['bad-json', 'The body is not well-formed JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['bad-json', 'The body is empty.'],
  FST_ERR_BAD_URL: ['bad-request', 'The path is not a well-formed URL.'],
  Z_BUF_ERROR: ['bad-request', 'The body ends in the middle of its gzip.'],
  Z_DATA_ERROR: ['bad-request', 'The body is not well-formed gzip.'],
}

/**
 * Whatever was thrown, as a problem: ours as it is, a known one of Fastify's or the database's by its code,
 * anything else as our own fault, of which the caller learns nothing and the log everything.
 */
export const problemReply =
  (isPassing: (error: unknown) => boolean) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (error instanceof Problem) return sendProblem(reply, error)
    if (isPassing(error)) {
      request.log.warn({ code: codeOf(error) }, 'the database could not serve this')
      return sendProblem(reply, new Problem('unavailable', 'The database cannot serve this just now.'))
    }
    const [code, detail] = UNREADABLE[codeOf(error)] ?? []
    if (code !== undefined && detail !== undefined) return sendProblem(reply, new Problem(code, detail))
    request.log.error({ err: error }, 'unexpected error')
    return sendProblem(
      reply,
      new Problem('internal', 'The request could not be carried out; the fault is ours.'),
    )
  }

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
