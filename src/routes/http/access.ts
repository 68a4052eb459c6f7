import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Caller } from '../../domain/caller.ts'
import { notFound, Problem } from '../../domain/problem.ts'
import type { Sender } from '../../services/needs.ts'
import type { Authenticate } from '../../services/organisations/authenticate.ts'

/** Who may use a route: the name of a line in the table below, or `open` for everybody, without a key. */
export type Access = 'open' | 'definitions' | 'operation' | 'casework' | 'outcomes' | 'returns' | 'webhooks'

type Verdict = 'allowed' | 'forbidden' | 'hidden'

/** To a commissioner, what is about single people is not there at all. */
const ACCESS: Readonly<Record<Exclude<Access, 'open'>, Readonly<Record<Caller['kind'], Verdict>>>> = {
  definitions: { operator: 'allowed', provider: 'allowed', commissioner: 'allowed' },
  operation: { operator: 'allowed', provider: 'forbidden', commissioner: 'forbidden' },
  casework: { operator: 'forbidden', provider: 'allowed', commissioner: 'hidden' },
  outcomes: { operator: 'forbidden', provider: 'allowed', commissioner: 'allowed' },
  returns: { operator: 'forbidden', provider: 'forbidden', commissioner: 'allowed' },
  webhooks: { operator: 'forbidden', provider: 'allowed', commissioner: 'allowed' },
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    caller: Caller | null
  }
}

/** So many guesses of one address are told that they are wrong. A good key from there is taken all the same. */
const BAD_KEYS_PER_MINUTE = 10

/** Every route names its access; one that does not is a programming error that stops the start. */
export function guardRoutes(app: FastifyInstance, authenticate: Authenticate): void {
  const badKeys = app.createRateLimit({
    max: BAD_KEYS_PER_MINUTE,
    timeWindow: 60_000,
    keyGenerator: ({ ip }) => normalizeIP(ip),
  })
  app.decorateRequest('caller', null)
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined && route.url.startsWith('/v1')) {
      throw new Error(`${String(route.method)} ${route.url} does not say who may use it`)
    }
  })
  app.addHook('onRequest', async (request, reply) => {
    const access = request.routeOptions.config.access ?? 'open'
    if (access === 'open') return
    const key = presentedKey(request)
    const caller = await authenticate(key)
    if (caller === undefined && key !== '') {
      const limit = await badKeys(request)
      if (!limit.isAllowed && limit.isExceeded) {
        reply.header('retry-after', limit.ttlInSeconds)
        throw new Problem('too-many', 'Too many wrong keys came from this address.')
      }
    }
    if (caller === undefined || caller === 'ended')
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

export function senderOf(request: FastifyRequest): Sender {
  return { provider: organisationOf(request).organisation, requests: [request.id] }
}
