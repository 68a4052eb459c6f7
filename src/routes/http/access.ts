import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Caller } from '../../domain/caller.ts'
import { notFound, Problem } from '../../domain/problem.ts'

/** Who may use a route: the name of a line in the table below, or `open` for everybody, without a key. */
export type Access = 'open' | 'definitions' | 'operation' | 'casework' | 'outcomes'

type Verdict = 'allowed' | 'forbidden' | 'hidden'

/** To a commissioner, what is about single people is not there at all. */
const ACCESS: Readonly<Record<Exclude<Access, 'open'>, Readonly<Record<Caller['kind'], Verdict>>>> = {
  definitions: { operator: 'allowed', provider: 'allowed', commissioner: 'allowed' },
  operation: { operator: 'allowed', provider: 'forbidden', commissioner: 'forbidden' },
  casework: { operator: 'forbidden', provider: 'allowed', commissioner: 'hidden' },
  outcomes: { operator: 'forbidden', provider: 'allowed', commissioner: 'allowed' },
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    caller: Caller | null
  }
}

/** Every route names its access; one that does not is a programming error that stops the start. */
export function guardRoutes(
  app: FastifyInstance,
  authenticate: (key: string) => Promise<Caller | undefined>,
): void {
  app.decorateRequest('caller', null)
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined && route.url.startsWith('/v1')) {
      throw new Error(`${String(route.method)} ${route.url} does not say who may use it`)
    }
  })
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access ?? 'open'
    if (access === 'open') return
    const caller = await authenticate(presentedKey(request))
    if (caller === undefined)
      throw new Problem('unauthorised', 'Send Authorization: Bearer <key> with a valid key.')
    const verdict = ACCESS[access][caller.kind]
    if (verdict === 'hidden') throw notFound()
    if (verdict === 'forbidden') throw new Problem('forbidden', 'This kind of key can never use this route.')
    const scope = request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write'
    if (!caller.scopes.includes(scope)) throw new Problem('forbidden', `This key lacks the scope ${scope}.`)
    request.caller = caller
  })
}

function presentedKey({ headers: { authorization } }: FastifyRequest): string {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? ''
}

/** The provider or commissioner whose key this is; routes of cases, assessments and outcomes let nobody else in. */
export function organisationOf({ caller }: FastifyRequest): Exclude<Caller, { kind: 'operator' }> {
  if (caller === null || caller.kind === 'operator') throw new Error('this route lets in organisations only')
  return caller
}
