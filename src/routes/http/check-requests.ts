import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z, ZodType } from 'zod'
import { invalid, Problem, type Fault } from '../../domain/problem.ts'
import { faultsOf, faultsOfBody } from './reading.ts'

/**
 * Checks path, query and headers before a route's handler. A body is read by its handler (reading.ts), so that the faults of
 * its shape and those of the rules behind it are answered together; but where path or query have faults, no rule is asked,
 * and those of the body's shape are told with them.
 */
export function checkRequests(app: FastifyInstance): void {
  app.setValidatorCompiler(() => (value: unknown) => ({ value }))
  app.addHook('preHandler', (request, _reply, done) => {
    const { params, querystring, headers, body } = request.routeOptions.schema ?? {}
    const path = read(params, request.params)
    const query = read(querystring, request.query)
    if (path.faults.length + query.faults.length > 0) {
      const ofBody = body instanceof z.ZodObject ? faultsOfBody(body, request.body) : []
      done(invalid([...path.faults, ...query.faults, ...ofBody]))
      return
    }
    request.params = path.value
    request.query = query.value
    done(headers instanceof z.ZodObject ? missingHeader(headers, request) : undefined)
  })
}

function read(schema: unknown, value: unknown): { value: unknown; faults: Fault[] } {
  if (!(schema instanceof ZodType)) return { value, faults: [] }
  const parsed = schema.safeParse(value)
  return parsed.success
    ? { value: parsed.data, faults: [] }
    : { value, faults: faultsOf(parsed.error, [], value) }
}

/** A route names the headers that it cannot do without. */
function missingHeader(schema: z.ZodObject, { headers }: FastifyRequest): Problem | undefined {
  if (schema.safeParse(headers).success) return undefined
  return new Problem(
    'bad-request',
    `This takes the header ${Object.keys(schema.shape).map(inTitleCase).join(', ')}.`,
  )
}

const inTitleCase = (header: string): string =>
  header.replaceAll(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase())
