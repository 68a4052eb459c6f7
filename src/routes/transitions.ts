import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { TransitionsAnswer } from '../services/outcomes/read-transitions.ts'
import type { Services } from '../services/services.ts'
import { instrumentName } from './contracts.ts'
import { organisationOf } from './http/access.ts'
import { identifier, kebabIdentifier, period } from './http/reading.ts'
import { replies } from './http/replies.ts'
import { preferredWait } from './outcomes.ts'

const move = z.object({
  start: z.number(),
  end: z.number(),
  n: z.number().int().meta({ description: 'So many people.' }),
})

const transitions = z
  .object({
    contract: z.string(),
    period: z.string(),
    from: z.string(),
    to: z.string().meta({ description: 'The last day of the period.' }),
    computedAt: z.string(),
    pending: z.boolean().meta({ description: 'Accepted changes are not in the counts yet.' }),
    provisional: z.boolean().meta({ description: 'The period, or its grace time, has not ended.' }),
    instrument: z.string(),
    versions: z
      .array(z.number().int())
      .meta({ description: 'The versions of the instrument whose moves are added up here.' }),
    score: z.string(),
    suppressed: z.boolean().meta({ description: 'Hidden, since some of it is about a small group.' }),
    counts: z.array(move).nullable().meta({ description: 'By start, then end, in the units of the score.' }),
  })
  .meta({ id: 'Transitions' })

const show = ({
  period: { label, from, to },
  counts,
  ...answer
}: TransitionsAnswer): z.output<typeof transitions> => ({
  ...answer,
  period: label,
  from,
  to,
  counts: counts && [...counts],
})

/** Transitions: exact to the provider, to a commissioner after disclosure control. */
export const transitionRoutes =
  (services: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    app.get(
      '/contracts/:contract/transitions',
      {
        config: { access: 'outcomes' },
        schema: {
          tags: ['outcomes'],
          summary: 'From where to where people moved on a score in a period',
          description: '`Prefer: wait=10` waits up to so many seconds for pending work.',
          params: z.strictObject({ contract: identifier }),
          querystring: z.strictObject({ period, instrument: instrumentName, score: kebabIdentifier }),
          response: replies({ 200: transitions }, 'read'),
        },
      },
      async (request, reply) => {
        const answer = await services.readTransitions(
          organisationOf(request),
          { contractId: request.params.contract, ...request.query },
          preferredWait(request.headers.prefer),
        )
        return reply.send(show(answer))
      },
    )
    done()
  }
