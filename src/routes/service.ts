import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Problem } from '../domain/problem.ts'
import type { Services } from '../services/services.ts'
import type { Metrics } from '../process/metrics.ts'
import { problemBody } from './http/problem-reply.ts'

const unavailable = {
  description: 'Stopping, or the database is away',
  content: { 'application/problem+json': { schema: problemBody } },
}

/** For whoever runs the service; without a key. */
export const serviceRoutes =
  (services: Services, metrics: Metrics): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    const config = { access: 'open' } as const
    const tags = ['service']

    app.get(
      '/healthz',
      {
        config,
        schema: {
          tags,
          summary: 'The process is up',
          response: { 200: z.object({ status: z.literal('up') }) },
        },
      },
      () => ({ status: 'up' as const }),
    )

    app.get(
      '/readyz',
      {
        config,
        schema: {
          tags,
          summary: 'The database is reachable and migrated',
          response: {
            200: z.object({
              status: z.literal('ready'),
              waiting: z.object({ marks: z.number(), oldestSeconds: z.number(), failing: z.number() }),
            }),
            503: unavailable,
          },
        },
      },
      async () => {
        // Asked of a table of ours in a role of ours: an empty or unmigrated database is not ready.
        const waiting = await services.readBacklog().catch((error: unknown) => {
          app.log.warn({ err: error }, 'not ready')
          throw new Problem('unavailable', 'The database is not reachable or not migrated.')
        })
        return { status: 'ready' as const, waiting }
      },
    )

    app.get(
      '/metrics',
      {
        config,
        schema: {
          tags,
          summary: 'Figures for Prometheus; no label names a tenant',
          response: {
            200: { description: 'As Prometheus reads it', content: { 'text/plain': { schema: z.string() } } },
          },
        },
      },
      async (_request, reply) => {
        await reply
          .type(metrics.contentType)
          .serializer((text: unknown) => String(text))
          .send(await metrics.render())
        return reply
      },
    )
    done()
  }
