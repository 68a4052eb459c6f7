import type { z } from 'zod'
import { problemBody } from './problem-reply.ts'

const PROBLEM_STATUSES = {
  400: 'The request or its JSON cannot be read',
  401: 'A valid key is needed',
  403: 'This kind of key may not do this',
  404: 'Not there, or not yours',
  409: 'This would change what must stay',
  410: 'It has been erased',
  412: 'If-Match names another revision',
  413: 'The body is too large',
  415: 'The body is of another type than taken here',
  422: 'Some of it breaks a rule; every fault is named',
  429: 'Too many requests',
  500: 'A fault of the service',
  503: 'Stopping, or the database is away',
} as const

const READ = [401, 403, 404, 422, 429, 500, 503] as const
const WRITE = [400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 429, 500, 503] as const

/** The documented replies of a route: its own, and the problems that reading or writing may end in. */
export function replies<R extends Record<number, z.ZodType>>(own: R, what: 'read' | 'write'): R {
  const problems = (what === 'read' ? READ : WRITE).map((status) => [
    status,
    {
      description: PROBLEM_STATUSES[status],
      content: { 'application/problem+json': { schema: problemBody } },
    },
  ])
  return { ...(Object.fromEntries(problems) as object), ...own }
}
