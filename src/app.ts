import { randomUUID } from 'node:crypto'
import { IncomingMessage, maxHeaderSize, ServerResponse, type OutgoingHttpHeaders } from 'node:http'
import { Socket } from 'node:net'
import rateLimit from '@fastify/rate-limit'
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import helmet from 'helmet'
import { z } from 'zod'
import { notFound, Problem } from './domain/problem.ts'
import type { Metrics } from './process/metrics.ts'
import { guardRoutes } from './routes/http/access.ts'
import { assessmentRoutes } from './routes/casework/assessments.ts'
import { bulkRoutes } from './routes/casework/bulk.ts'
import { caseRoutes } from './routes/casework/cases.ts'
import { contactRoutes } from './routes/casework/contacts.ts'
import { contractRoutes } from './routes/contracts.ts'
import { definitionRoutes } from './routes/definitions.ts'
import { figureRoutes } from './routes/casework/figures.ts'
import { checkRequests } from './routes/http/check-requests.ts'
import { shareFairly } from './routes/http/fair-share.ts'
import { BODY_LIMIT, takeJson } from './routes/http/json-body.ts'
import { publishOpenApi } from './routes/http/openapi.ts'
import { organisationRoutes } from './routes/organisations.ts'
import { comparisonRoutes } from './routes/comparisons.ts'
import { outcomeRoutes } from './routes/outcomes.ts'
import { qualityRoutes } from './routes/casework/quality.ts'
import { returnFileRoutes } from './routes/returns/return-files.ts'
import { returnRoutes } from './routes/returns/returns.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { transitionRoutes } from './routes/transitions.ts'
import { PROBLEM_TYPE, problemAsText, problemReply, sendProblem } from './routes/http/problem-reply.ts'
import { serviceRoutes } from './routes/service.ts'
import type { Authenticate } from './services/organisations/authenticate.ts'
import type { Services } from './services/services.ts'

export interface AppParts {
  services: Services
  authenticate: Authenticate
  isPassing: (error: unknown) => boolean
  metrics: Metrics
  logger: FastifyBaseLogger
  limits: {
    /** A flood from one key is cut here. */
    requestsPerSecond: number
    /** At so many requests at once, further ones are asked to come again. */
    requestsUnderWay: number
    /** At so many connections, further ones are closed without a word: to answer them would cost what is to be spared. */
    connections: number
  }
}

/** Fastify with every route, not listening. */
export async function buildApp({
  services,
  authenticate,
  isPassing,
  metrics,
  logger,
  limits,
}: AppParts): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: logger,
    // One line a request, written when it is done: see observeRequests.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    // As long as Node takes at all, so that a part of the path that is too long is a 422 that names it.
    routerOptions: { maxParamLength: maxHeaderSize },
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      label(request, reply)
      problemReply(isPassing)(error, request, reply)
    },
    clientErrorHandler: answerBrokenRequest,
    // Node itself would refuse without a word.
    http: { requireHostHeader: false },
  }).withTypeProvider<ZodTypeProvider>()

  app.server.maxConnections = limits.connections
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(problemReply(isPassing))
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, notFound()))

  app.addHook('onRequest', (request, reply, done) => {
    label(request, reply)
    done()
  })
  refuseExpectations(app)
  refuseHostless(app)
  refuseUnknownQueries(app)
  observeRequests(app, metrics)
  refuseWhileStopping(app)
  refuseUnderPressure(app, limits.requestsUnderWay)
  await app.register(rateLimit, {
    max: limits.requestsPerSecond,
    timeWindow: 1000,
    // As soon as the key is known, and before the body is read.
    hook: 'preParsing',
    keyGenerator: (request) => request.caller?.keyId ?? request.ip,
    errorResponseBuilder: () => new Problem('too-many', 'This key sends more than is taken in one second.'),
    enableDraftSpec: true,
  })
  takeJson(app)
  guardRoutes(app, authenticate)
  checkRequests(app)
  shareFairly(app)
  await publishOpenApi(app)
  await app.register(serviceRoutes(services, metrics))
  for (const routes of [
    organisationRoutes,
    contractRoutes,
    caseRoutes,
    assessmentRoutes,
    contactRoutes,
    bulkRoutes,
    figureRoutes,
    outcomeRoutes,
    comparisonRoutes,
    transitionRoutes,
    qualityRoutes,
    returnRoutes,
    webhookRoutes,
    returnFileRoutes,
    definitionRoutes,
  ]) {
    await app.register(routes(services), { prefix: '/v1' })
  }
  return app
}

const PROTECTIVE_HEADERS = protectiveHeaders()

/** What helmet sets is the same on every reply, so that it is asked once: by request it cost a tenth of a PUT. */
function protectiveHeaders(): OutgoingHttpHeaders {
  const reply = new ServerResponse(new IncomingMessage(new Socket()))
  helmet({ contentSecurityPolicy: false })(reply.req, reply, () => undefined)
  return reply.getHeaders()
}

/** What every reply carries, that to a malformed address too, which passes no hook. */
function label(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(PROTECTIVE_HEADERS)
  reply.header('x-request-id', request.id)
  reply.header('cache-control', 'no-store')
}

/** What a request expects other than `100-continue`, Node itself would refuse without a word. */
function refuseExpectations(app: FastifyInstance): void {
  app.server.on('checkExpectation', (_request: unknown, response: ServerResponse) => {
    const body = problemAsText('bad-request', 'The header Expect asks for what is not done here.')
    response.writeHead(400, {
      'content-type': PROBLEM_TYPE,
      'content-length': Buffer.byteLength(body),
      'x-request-id': randomUUID(),
    })
    response.end(body)
  })
}

/** As HTTP/1.1 has it; older clients know no Host. */
function refuseHostless(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    const isHostless = raw.httpVersion === '1.1' && raw.headers.host === undefined
    done(isHostless ? new Problem('bad-request', 'The header Host is missing.') : undefined)
  })
}

/** A route of the API that names no query parameters takes none. */
function refuseUnknownQueries(app: FastifyInstance): void {
  const none = z.strictObject({})
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/v1')) route.schema = { querystring: none, ...route.schema }
  })
}

/** One line a request: its route's pattern and never its path, since a path names cases and people's references. */
function observeRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    const milliseconds = reply.elapsedTime
    metrics.requestDone({
      route,
      method: request.method,
      status: reply.statusCode,
      seconds: milliseconds / 1000,
    })
    request.log.info({
      method: request.method,
      route,
      status: reply.statusCode,
      milliseconds: Math.round(milliseconds),
    })
    done()
  })
}

/** From the moment of stopping on, requests on open connections are sent elsewhere, and connections end with their reply. */
function refuseWhileStopping(app: FastifyInstance): void {
  let stopping = false
  app.addHook('preClose', async () => {
    stopping = true
  })
  app.addHook('onRequest', (_request, reply, done) => {
    if (!stopping) {
      done()
      return
    }
    reply.header('connection', 'close')
    done(new Problem('unavailable', 'The service is stopping.'))
  })
  // One that was busy when the others were closed would be kept for its client's next request, and the process with it.
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    if (stopping) raw.socket.destroySoon()
    done()
  })
}

/** Before the key is looked at or the body read. Whoever watches the service learns of it all the same. */
function refuseUnderPressure(app: FastifyInstance, mostUnderWay: number): void {
  const underWay = new Set<ServerResponse>()
  app.addHook('onRequest', (request, { raw }, done) => {
    if (request.routeOptions.url?.startsWith('/v1') !== true) {
      done()
    } else if (underWay.size >= mostUnderWay) {
      done(new Problem('unavailable', 'There is more to do than can be done just now.'))
    } else {
      underWay.add(raw)
      // It comes whatever becomes of the connection.
      raw.once('close', () => underWay.delete(raw))
      done()
    }
  })
}

/** What is no HTTP at all, before there is a request. */
function answerBrokenRequest(
  error: Error & { code?: string },
  socket: {
    writable: boolean
    destroyed: boolean
    end: (text: string) => unknown
    destroy: (error: Error) => unknown
  },
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy(error)
    return
  }
  const [status, code, detail] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ([431, 'too-large', 'The headers are larger than is taken.'] as const)
      : ([400, 'bad-request', 'This is not a well-formed HTTP request.'] as const)
  const body = JSON.stringify({ ...(JSON.parse(problemAsText(code, detail)) as object), status })
  socket.end(
    [
      `HTTP/1.1 ${status} ${status === 431 ? 'Request Header Fields Too Large' : 'Bad Request'}`,
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${randomUUID()}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
