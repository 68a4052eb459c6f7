import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answersJsonSchema, respondents, type Instrument } from '../domain/instrument.ts'
import { endStages, pairKinds, type Measure } from '../domain/measure.ts'
import { notFound } from '../domain/problem.ts'
import type { Services } from '../services/services.ts'
import type { PageRequest } from '../store/store.ts'
import { pageOf, pageQuery, sendPage } from './http/paging.ts'
import { replies } from './http/replies.ts'

const limit = z.union([z.object({ atLeast: z.number() }), z.object({ atMost: z.number() })])

const score = z.object({
  id: z.string(),
  title: z.string(),
  items: z.array(z.string()),
  scores: z.array(z.string()).optional(),
  method: z.enum(['sum', 'mean', 'count-needs', 'value']),
  range: z.array(z.number()).length(2),
  better: z.enum(['lower', 'higher']),
  places: z.number(),
  missing: z.object({ prorateUpTo: z.number() }),
  need: limit.optional(),
  reliableChange: z
    .union([
      z.object({ atLeast: z.number() }),
      z.object({ sd: z.number(), reliability: z.number(), level: z.number() }),
    ])
    .optional(),
  convert: z.record(z.string(), z.number()).optional(),
})

const item = z.object({
  id: z.string(),
  type: z.enum(['scale', 'decimal', 'yes-no', 'count', 'choice', 'text']),
  required: z.boolean(),
  text: z.string().optional(),
  reverse: z.boolean().optional(),
  range: z.array(z.number()).length(2).optional(),
  labels: z.array(z.string()).optional(),
  places: z.number().optional(),
  values: z.array(z.string()).optional(),
  consentItem: z.string().optional(),
})

const instrument = z
  .object({
    id: z.string(),
    version: z.number(),
    title: z.string(),
    source: z.string(),
    licence: z.string(),
    inForce: z.object({ from: z.string().optional(), until: z.string().optional() }),
    respondent: z.enum(respondents),
    anonymous: z.boolean(),
    itemsWithheld: z.boolean(),
    items: z.array(item),
    scores: z.array(score),
    comparableWith: z.array(z.number()),
    hash: z.string(),
  })
  .meta({ id: 'Instrument', description: 'A published version of a questionnaire; it never changes.' })

const instrumentWithSchema = instrument
  .extend({
    answersSchema: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of `answers`.' }),
  })
  .meta({ id: 'InstrumentWithSchema' })

const choice = z.union([z.array(z.string()), z.object({ not: z.array(z.string()) })])

const measure = z
  .object({
    id: z.string(),
    version: z.string().meta({ description: 'A hash of its content: a changed measure is a new one.' }),
    title: z.string(),
    kind: z.enum(pairKinds),
    basis: z.string(),
    instrument: z.string(),
    score: z.string(),
    end: z.enum(endStages),
    respondent: z.enum(respondents).optional(),
    of: z.enum(['need-at-start', 'could-improve']).optional(),
    by: z.number().optional(),
    where: z.record(z.string(), choice).optional(),
    target: z
      .object({ green: z.number(), amber: z.number(), better: z.literal('lower').optional() })
      .optional(),
  })
  .meta({ id: 'Measure' })

const template = z
  .object({ id: z.string(), version: z.number(), title: z.string() })
  .meta({ id: 'ReturnTemplate' })

/** `items: withheld` means that the licence forbids showing what the items say. */
const showInstrument = (one: Instrument): z.output<typeof instrument> => ({
  ...one,
  comparableWith: [...one.comparableWith],
  items: one.items.map(({ text, ...rest }) => ({
    ...rest,
    ...(!one.itemsWithheld && text !== undefined && { text }),
    ...('range' in rest && { range: [...rest.range] }),
    ...('labels' in rest && rest.labels && { labels: [...rest.labels] }),
    ...('values' in rest && { values: [...rest.values] }),
  })) as z.output<typeof item>[],
  scores: one.scores.map(({ convert, ...rest }) => ({
    ...rest,
    items: [...rest.items],
    scores: rest.scores && [...rest.scores],
    range: [...rest.range],
    ...(convert && { convert: Object.fromEntries(convert) }),
  })),
})

const showMeasure = ({ instrument: { id, version }, where, ...rest }: Measure): z.output<typeof measure> => ({
  ...rest,
  instrument: version === undefined ? id : `${id}@${version}`,
  ...(where && { where: where as z.output<typeof measure>['where'] }),
})

/** A page of a list that is in memory, ordered by its keys. */
const pageFrom =
  <T>(all: readonly T[], keyOf: (one: T) => string) =>
  ({ limit, after }: PageRequest): Promise<T[]> =>
    Promise.resolve(all.filter((one) => after === null || keyOf(one) > after).slice(0, limit))

/** Zero-padded, so that version 10 comes after version 9. */
const instrumentKey = ({ id, version }: Instrument): string => `${id}@${String(version).padStart(6, '0')}`

/** What is asked and how it is counted: instruments, measures and return templates. */
export const definitionRoutes =
  ({ definitions }: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    const config = { access: 'definitions' } as const
    const tags = ['definitions']
    const instruments = [...definitions.instruments].sort((a, b) =>
      instrumentKey(a) < instrumentKey(b) ? -1 : 1,
    )
    const measures = [...definitions.measures.values()].sort((a, b) => (a.id < b.id ? -1 : 1))

    app.get(
      '/instruments',
      {
        config,
        schema: {
          tags,
          summary: 'All versions of all instruments',
          querystring: z.strictObject(pageQuery),
          response: replies({ 200: pageOf(instrument) }, 'read'),
        },
      },
      (request, reply) =>
        sendPage({ request, reply }, request.query, pageFrom(instruments, instrumentKey), {
          keyOf: instrumentKey,
          show: showInstrument,
        }),
    )

    app.get(
      '/instruments/:name',
      {
        config,
        schema: {
          tags,
          summary: 'One version of an instrument, with a JSON Schema of its answers',
          params: z.strictObject({
            name: z.string().regex(/^[A-Za-z0-9._-]{1,128}(@[A-Za-z0-9._-]{1,20})?$/, {
              error: 'must be an instrument and its version, such as victim-needs@1',
            }),
          }),
          response: replies({ 200: instrumentWithSchema }, 'read'),
        },
      },
      async (request, reply) => {
        const found = instruments.find(({ id, version }) => `${id}@${version}` === request.params.name)
        if (found === undefined) throw notFound()
        return reply
          .header('etag', `"${found.hash}"`)
          .send({ ...showInstrument(found), answersSchema: answersJsonSchema(found) })
      },
    )

    app.get(
      '/measures',
      {
        config,
        schema: {
          tags,
          summary: 'All measures',
          querystring: z.strictObject(pageQuery),
          response: replies({ 200: pageOf(measure) }, 'read'),
        },
      },
      (request, reply) =>
        sendPage(
          { request, reply },
          request.query,
          pageFrom(measures, ({ id }) => id),
          {
            keyOf: ({ id }) => id,
            show: showMeasure,
          },
        ),
    )

    app.get(
      '/returns/templates',
      {
        config,
        schema: {
          tags,
          summary: 'All return templates; none is published yet',
          querystring: z.strictObject(pageQuery),
          response: replies({ 200: pageOf(template) }, 'read'),
        },
      },
      (request, reply) =>
        sendPage(
          { request, reply },
          request.query,
          pageFrom<z.output<typeof template>>([], ({ id }) => id),
          {
            keyOf: ({ id }) => id,
            show: (one) => one,
          },
        ),
    )
    done()
  }
