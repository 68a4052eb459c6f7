import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answersJsonSchema, respondents, stages, type Instrument } from '../domain/instrument.ts'
import {
  caseDates,
  endStages,
  measureKinds,
  type InstrumentName,
  type ItemQuestion,
  type Measure,
} from '../domain/measure.ts'
import type { Where } from '../domain/measures/where.ts'
import { notFound } from '../domain/problem.ts'
import type { Services } from '../services/services.ts'
import { pageFrom, pageOf, pageQuery, sendPage } from './http/paging.ts'
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

const conditions = z.record(z.string(), choice)

const measureShown = z
  .object({
    id: z.string(),
    version: z.string().meta({ description: 'A hash of its content: a changed measure is a new one.' }),
    title: z.string(),
    kind: z.enum(measureKinds),
    basis: z.string(),
    where: conditions.optional(),
    target: z
      .object({
        green: z.number().optional(),
        amber: z.number().optional(),
        better: z.literal('lower').optional(),
        atLeast: z.number().optional(),
        atMost: z.number().optional(),
      })
      .optional(),
    instrument: z.string().optional(),
    score: z.string().optional(),
    end: z.enum(endStages).optional(),
    countedBy: z.enum(['closed', 'assessed']).optional(),
    respondent: z.enum(respondents).optional(),
    of: z.string().optional().meta({ description: 'Who is in the denominator, or what is counted.' }),
    by: z.number().optional(),
    item: z.string().optional(),
    stage: z.enum(stages).optional(),
    in: z.array(z.union([z.string(), z.number(), z.boolean()])).optional(),
    measures: z.array(z.string()).optional(),
    counted: z.enum(['all', 'any']).optional(),
    achieved: z.union([z.enum(['all', 'any', 'none']), conditions]).optional(),
    closure: z.array(z.string()).optional(),
    window: z.enum(['rolling-year', 'period']).optional(),
    from: z.enum(caseDates).optional(),
    to: z.enum(caseDates).optional(),
    days: z.number().int().optional(),
    working: z.boolean().optional(),
    distinct: z.string().optional(),
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

type MeasureShown = z.output<typeof measureShown>

/** As its file says it, defaults filled in. */
function showMeasure(measure: Measure): MeasureShown {
  const { id, version, title, kind, basis, where, target } = measure
  return {
    ...{ id, version, title, kind, basis, ...fieldsOfKind(measure) },
    ...(where && { where: showWhere(where) }),
    ...(target && { target }),
  }
}

function fieldsOfKind(measure: Measure): Partial<MeasureShown> {
  switch (measure.kind) {
    case 'answered':
      return { ...showQuestion(measure), in: [...measure.in] }
    case 'all-of':
    case 'any-of': {
      const { measures, counted, achieved } = measure
      return { measures: [...measures], counted, achieved }
    }
    case 'share':
      return { of: measure.of, achieved: showWhere(measure.achieved) }
    case 'completed':
      return { closure: [...measure.closure], window: measure.window }
    case 'within-days': {
      const { from, to, days, working } = measure
      return { from, to, days, working }
    }
    case 'contact-every':
      return { days: measure.days }
    case 'count':
      if ('total' in measure) return showQuestion(measure.total)
      return 'distinct' in measure ? { distinct: measure.distinct } : { of: measure.of }
    default: {
      const { instrument, score, end, countedBy, respondent, of, by } = measure
      return { instrument: nameOf(instrument), score, end, countedBy, respondent, of, by }
    }
  }
}

const showQuestion = ({ instrument, item: id, stage, respondent }: ItemQuestion): Partial<MeasureShown> => ({
  instrument: nameOf(instrument),
  item: id,
  stage,
  respondent,
})

const nameOf = ({ id, version }: InstrumentName): string => (version === undefined ? id : `${id}@${version}`)

const showWhere = (where: Where): z.output<typeof conditions> =>
  Object.fromEntries(
    Object.entries(where).flatMap(([field, one]) =>
      one === undefined ? [] : [[field, 'not' in one ? { not: [...one.not] } : [...one]]],
    ),
  )

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
          response: replies({ 200: pageOf(measureShown) }, 'read'),
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
