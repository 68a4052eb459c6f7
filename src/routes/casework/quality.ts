import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { warningKinds } from '../../domain/quality.ts'
import type { QualityAnswer } from '../../services/outcomes/read-quality.ts'
import type { Services } from '../../services/services.ts'
import { organisationOf } from '../http/access.ts'
import { identifier, period } from '../http/reading.ts'
import { replies } from '../http/replies.ts'
import { preferredWait } from '../outcomes.ts'

const count = z.number().int().nullable()

const quality = z
  .object({
    contract: z.string(),
    period: z.string(),
    from: z.string(),
    to: z.string().meta({ description: 'The last day of the period.' }),
    pending: z.boolean().meta({ description: 'Accepted changes are not in completeness yet.' }),
    completeness: z.object({
      closedCases: count,
      withStart: count,
      paired: count,
      rate: z.number().nullable(),
    }),
    startsWithoutEnd: z
      .array(z.string())
      .meta({ description: 'Cases that closed in the period with a start, but without a pair.' }),
    overdue: z.array(z.string()).meta({
      description: 'Open cases that were in support for longer than the contract or an instrument expects.',
    }),
    nothingSent: z.array(z.string()).meta({
      description:
        'Once a return of just this period falls due in seven days: the providers of whom nothing of it came. A partner sees itself alone.',
    }),
    warnings: z
      .array(
        z.object({
          kind: z.enum(warningKinds),
          case: z.string(),
          ref: z.string().optional().meta({ description: 'The assessment that it is about.' }),
          detail: z.string(),
        }),
      )
      .meta({
        description:
          'Of cases that closed in the period, of open ones in support during it, and of undecided ones referred in it.',
      }),
  })
  .meta({ id: 'Quality' })

const show = ({
  period: { label, from, to },
  warnings,
  ...answer
}: QualityAnswer): z.output<typeof quality> => ({
  ...answer,
  period: label,
  from,
  to,
  warnings: warnings.map(({ caseRef, ...warning }) => ({ case: caseRef, ...warning })),
})

/** Quality: what its provider should look at in the data of a period. */
export const qualityRoutes =
  (services: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    app.get(
      '/contracts/:contract/quality',
      {
        config: { access: 'casework' },
        schema: {
          tags: ['outcomes'],
          summary: 'How complete the data of a period are, and what looks wrong in them',
          description: '`Prefer: wait=10` waits up to so many seconds for pending work.',
          params: z.strictObject({ contract: identifier }),
          querystring: z.strictObject({ period }),
          response: replies({ 200: quality }, 'read'),
        },
      },
      async (request, reply) => {
        const answer = await services.readQuality(
          organisationOf(request),
          request.params.contract,
          request.query.period,
          preferredWait(request.headers.prefer),
        )
        return reply.send(show(answer))
      },
    )
    done()
  }
