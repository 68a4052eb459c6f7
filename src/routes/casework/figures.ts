import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { tagOf } from '../../domain/precondition.ts'
import { invalid } from '../../domain/problem.ts'
import type { Services } from '../../services/services.ts'
import type { StoredFigures } from '../../store/casework/figures.ts'
import { organisationOf } from '../http/access.ts'
import { pageOf, pageQuery, sendPage } from '../http/paging.ts'
import { identifier, period } from '../http/reading.ts'
import { replies } from '../http/replies.ts'

const figureValue = z.union([z.number(), z.string()])

const figuresBody = z.record(z.string(), figureValue).meta({
  id: 'FiguresBody',
  description: 'Numbers, or text not about a person, by the names that the definitions give.',
  example: { 'idva-fte': 3.4, complaints: 0, commentary: 'One post was vacant in May.' },
})

const figures = z
  .object({ contract: z.string(), period: z.string(), updatedAt: z.string() })
  .catchall(figureValue)
  .meta({ id: 'Figures', description: 'What no case holds, of one period.' })

const inPath = z.strictObject({ contract: identifier, period })

/** By their names, as the database keeps no order: one ETag, the same bytes. */
const show = ({ contractId, period, values, updatedAt }: StoredFigures): z.output<typeof figures> => ({
  ...Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))),
  contract: contractId,
  period,
  updatedAt,
})

/** Which names there are and what each takes only the definitions know, so that values are checked behind. */
function readValues(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid([{ pointer: '', detail: 'must be an object' }])
  }
  return body as Record<string, unknown>
}

/** What no case of a contract holds, period by period: its own provider's, and no partner's. */
export const figureRoutes =
  (services: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    const config = { access: 'casework' } as const
    const tags = ['casework']

    app.put(
      '/contracts/:contract/figures/:period',
      {
        config,
        schema: {
          tags,
          summary: 'Send what no case holds of a period: a figure left out is cleared',
          params: inPath,
          body: figuresBody,
          response: replies({ 200: figures, 201: figures }, 'write'),
        },
      },
      async (request, reply) => {
        const { created, stored } = await services.putFigures(
          organisationOf(request).organisation,
          { contractId: request.params.contract, period: request.params.period },
          readValues(request.body),
          request.headers['if-match'],
        )
        return reply
          .code(created ? 201 : 200)
          .header('etag', tagOf(stored.revision))
          .send(show(stored))
      },
    )

    app.get(
      '/contracts/:contract/figures/:period',
      {
        config,
        schema: {
          tags,
          summary: 'What no case holds of a period',
          params: inPath,
          response: replies({ 200: figures }, 'read'),
        },
      },
      async (request, reply) => {
        const stored = await services.getFigures(organisationOf(request).organisation, {
          contractId: request.params.contract,
          period: request.params.period,
        })
        return reply.header('etag', tagOf(stored.revision)).send(show(stored))
      },
    )

    app.get(
      '/contracts/:contract/figures',
      {
        config,
        schema: {
          tags,
          summary: 'What no case of a contract holds, by the names of the periods',
          params: z.strictObject({ contract: identifier }),
          querystring: z.strictObject(pageQuery),
          response: replies({ 200: pageOf(figures) }, 'read'),
        },
      },
      (request, reply) =>
        sendPage(
          { request, reply },
          request.query,
          (page) => services.listFigures(organisationOf(request).organisation, request.params.contract, page),
          { keyOf: (row) => row.period, show },
        ),
    )
    done()
  }
