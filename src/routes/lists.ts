import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { listedCharacteristics, type HarmonisedList } from '../domain/casework/harmonise.ts'
import type { Services } from '../services/services.ts'
import { pageFrom, pageOf, pageQuery, sendPage } from './http/paging.ts'
import { replies } from './http/replies.ts'

const values = z.array(z.object({ value: z.string(), label: z.string(), codes: z.array(z.string()) }))

const list = z
  .object({
    list: z.string(),
    version: z.number().int(),
    title: z.string(),
    source: z.string(),
    characteristic: z.string().meta({ description: 'The field of a case.' }),
    values: values.meta({ description: 'A code is kept as the value that it stands for.' }),
    unstated: values.meta({ description: 'Why there is no value; a field may be left out as well.' }),
    questions: z.array(z.object({ question: z.string(), text: z.string(), values })).meta({
      description: 'Asked instead: the characteristic follows from the answers.',
    }),
    derived: z
      .array(z.object({ value: z.string(), where: z.record(z.string(), z.array(z.string())).optional() }))
      .meta({ description: 'What follows: the first that fits.' }),
  })
  .meta({ id: 'List', description: 'Harmonised values of a characteristic; other values are taken, too.' })

const show = ({ id, hash: _hash, derived, ...rest }: HarmonisedList): z.output<typeof list> => ({
  list: id,
  characteristic: listedCharacteristics[id],
  ...rest,
  values: listed(rest.values),
  unstated: listed(rest.unstated),
  questions: rest.questions.map((one) => ({ ...one, values: listed(one.values) })),
  derived: derived.map(({ value, where }) => ({
    value,
    ...(where && {
      where: Object.fromEntries(
        Object.entries(where).flatMap(([question, among]) => (among ? [[question, [...among]]] : [])),
      ),
    }),
  })),
})

const listed = (all: HarmonisedList['values']): z.output<typeof values> =>
  all.map(({ codes, ...one }) => ({ ...one, codes: [...codes] }))

/** The known lists: all versions, by name. */
export const listRoutes =
  ({ definitions }: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    const keyOf = ({ id, version }: HarmonisedList): string => `${id}@${String(version).padStart(6, '0')}`
    app.get(
      '/lists',
      {
        config: { access: 'definitions' },
        schema: {
          tags: ['definitions'],
          summary: 'All versions of the lists of harmonised values',
          querystring: z.strictObject(pageQuery),
          response: replies({ 200: pageOf(list) }, 'read'),
        },
      },
      (request, reply) =>
        sendPage({ request, reply }, request.query, pageFrom(definitions.listVersions, keyOf), {
          keyOf,
          show,
        }),
    )
    done()
  }
