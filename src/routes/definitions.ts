import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answersJsonSchema, respondents, stages, type Instrument } from '../domain/instrument.ts'
import {
  caseDates,
  caseSelections,
  endStages,
  measureKinds,
  sessionSelections,
  type InstrumentName,
  type ItemQuestion,
  type Measure,
} from '../domain/measure.ts'
import { whereFields, type Where, type WhereField } from '../domain/measures/where.ts'
import { notFound } from '../domain/problem.ts'
import { shownNumbers, type ReturnTemplate } from '../domain/returns/template.ts'
import type { Services } from '../services/services.ts'
import { pageFrom, pageOf, pageQuery, sendPage } from './http/paging.ts'
import { identifier } from './http/reading.ts'
import { replies } from './http/replies.ts'
import { listRoutes } from './lists.ts'

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

const KINDS = `
resolved: had the need at the start, and none at the end. improved, improved-or-sustained, deteriorated: better, as good or
better, worse at the end than at the start. reliably-improved, reliably-deteriorated: by at least the published reliable
change. reliably-recovered: resolved, and reliably improved. answered: gave one of the answers. before-after: the proportions
with the need (or a yes) at both ends, of the same people. reduction: 1 - total at the end / total at the start. all-of,
any-of: several measures, judged person by person. share: cases of which something holds. completed: people in support who
closed in one of the ways. within-days: from one date of a case to another in time. contact-every: never longer without a
contact that reached the person. count: a number without a denominator.
`
  .trim()
  .replaceAll('\n', ' ')

const choice = z.union([z.array(z.string()), z.object({ not: z.array(z.string()) })])

const whereField = z.enum(whereFields as [WhereField, ...WhereField[]])

const conditions = z.partialRecord(whereField, choice)

/** What an option of a measure is about, and which kinds have it. */
const option = <T extends z.ZodType>(type: T, description: string) => type.optional().meta({ description })

const measureShown = z
  .object({
    id: z.string(),
    version: z.string().meta({ description: 'A hash of its content: a changed measure is a new one.' }),
    title: z.string(),
    kind: z.enum(measureKinds).meta({ description: KINDS }),
    basis: z.string().meta({ description: 'Who is in the denominator, in words.' }),
    where: option(
      conditions,
      'Only cases with any of the values, or with none of those under `not`. Of a case without a value it is `not-stated`.',
    ),
    target: option(
      z.object({
        green: z.number().optional(),
        amber: z.number().optional(),
        better: z.literal('lower').optional(),
        atLeast: z.number().optional(),
        atMost: z.number().optional(),
      }),
      "In percent: above `green` is green, from `amber` to `green` amber; `better: lower` turns it round. Of a count `atLeast` or `atMost`. A contract's own wins.",
    ),
    instrument: option(z.string(), 'Kinds that look at answers or scores. Without a version: any.'),
    score: option(z.string(), 'Kinds that pair a start with an end: the score that they look at.'),
    end: option(z.enum(endStages), 'The same kinds: which later assessment the start is paired with.'),
    countedBy: option(
      z.enum(['closed', 'assessed']),
      'The same kinds. closed: a case counts when it closed. assessed: open ones, too, by their latest such assessment in the period.',
    ),
    respondent: option(z.enum(respondents), "Who answered it; absent: the instrument's own."),
    of: option(
      z.enum(['need-at-start', 'could-improve', ...caseSelections, ...sessionSelections, 'people']),
      'improved: who is in the denominator. share: of which cases. count: what is counted; people are counted once, contacts and hours once a session.',
    ),
    by: option(z.number(), "improved: the least step that counts, in the score's own units."),
    item: option(z.string(), 'answered, and count of a count item.'),
    stage: option(z.enum(stages), 'With `item`: at which stage it is asked.'),
    in: option(
      z.array(z.union([z.string(), z.number(), z.boolean()])),
      'answered: the answers that count as achieved.',
    ),
    measures: option(z.array(z.string()), 'all-of, any-of: the measures that are combined.'),
    counted: option(z.enum(['all', 'any']), 'all-of, any-of: in the denominator of all of them, or of any.'),
    achieved: option(
      z.union([z.enum(['all', 'any', 'none']), conditions]),
      'all-of, any-of: of how many of the measures the own condition holds, also for people outside its denominator. share: which cases are achieved.',
    ),
    closure: option(z.array(z.string()), 'completed: how a case has to be closed, any of the person’s.'),
    window: option(
      z.enum(['rolling-year', 'period']),
      'completed: the period, or the year that ends with it.',
    ),
    from: option(z.enum(caseDates), 'within-days: from which date of the case.'),
    to: option(z.enum(caseDates), 'within-days: up to and including which; absent when due is not met.'),
    days: option(z.number().int(), 'within-days, contact-every: at most so many.'),
    working: option(z.boolean(), "within-days: without weekends and England's bank holidays."),
    distinct: option(whereField, 'count: so many different values of this.'),
  })
  .meta({ id: 'Measure' })

const template = z
  .object({
    id: z.string(),
    version: z.number().int(),
    title: z.string(),
    status: z.enum(['unconfirmed', 'confirmed']).meta({
      description: 'confirmed once a person has checked it against the form of whoever asks for it.',
    }),
    source: z.string(),
    disclosure: z.enum(['none', 'publication']),
    streams: option(z.array(z.string()), 'Only cases of these funding streams.'),
    rounding: z.object({ percent: z.number().int(), mode: z.enum(['half-up', 'truncate']) }),
    sections: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        rows: z.array(
          z.object({
            id: z.string(),
            label: z.string(),
            measure: z.string().optional(),
            where: conditions.optional(),
            show: z.array(z.enum(shownNumbers)).optional(),
            basis: z.string().optional(),
            figure: z.string().optional(),
          }),
        ),
      }),
    ),
    checks: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        level: z.enum(['error', 'warning']),
        equal: z.array(z.array(z.string())).optional(),
        ascending: z.array(z.string()).optional(),
      }),
    ),
    hash: z.string(),
  })
  .meta({ id: 'ReturnTemplate', description: 'A published version of a return; it never changes.' })

const showTemplate = ({ streams, sections, checks, ...rest }: ReturnTemplate): z.output<typeof template> => ({
  ...rest,
  ...(streams && { streams: [...streams] }),
  sections: sections.map(({ rows, ...section }) => ({
    ...section,
    rows: rows.map((row) => {
      const { id, label } = row
      if ('figure' in row) return { id, label, figure: row.figure }
      const { where, basis } = row.measure
      return {
        ...{ id, label, measure: row.measure.id, show: [...row.show], basis },
        ...(where && { where: showWhere(where) }),
      }
    }),
  })),
  checks: checks.map(({ equal, ascending, ...rest }) => ({
    ...rest,
    ...(equal && { equal: equal.map((side) => [...side]) }),
    ...(ascending && { ascending: [...ascending] }),
  })),
})

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
const versionKey = ({ id, version }: { id: string; version: number }): string =>
  `${id}@${String(version).padStart(6, '0')}`

/** What is asked and how it is counted: instruments, measures, lists and return templates. */
export const definitionRoutes =
  (services: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    const { definitions } = services
    const config = { access: 'definitions' } as const
    const tags = ['definitions']
    const instruments = [...definitions.instruments].sort((a, b) => (versionKey(a) < versionKey(b) ? -1 : 1))
    const templates = [...definitions.templateVersions].sort((a, b) =>
      versionKey(a) < versionKey(b) ? -1 : 1,
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
        sendPage({ request, reply }, request.query, pageFrom(instruments, versionKey), {
          keyOf: versionKey,
          show: showInstrument,
        }),
    )

    app.get(
      // A parameter of a path that ends before anything but a slash, a hyphen or a dot needs its pattern.
      '/instruments/:id([^/@]+)@:version',
      {
        config,
        schema: {
          tags,
          summary: 'One version of an instrument, with a JSON Schema of its answers',
          params: z.strictObject({
            id: identifier.meta({ example: 'victim-needs' }),
            version: z
              .string()
              .regex(/^[A-Za-z0-9._-]{1,20}$/, { error: 'must be a version, such as 1' })
              .meta({ example: '1' }),
          }),
          response: replies({ 200: instrumentWithSchema }, 'read'),
        },
      },
      async (request, reply) => {
        const asked = `${request.params.id}@${request.params.version}`
        const found = instruments.find(({ id, version }) => `${id}@${version}` === asked)
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
          summary: 'All versions of all return templates',
          querystring: z.strictObject(pageQuery),
          response: replies({ 200: pageOf(template) }, 'read'),
        },
      },
      (request, reply) =>
        sendPage({ request, reply }, request.query, pageFrom(templates, versionKey), {
          keyOf: versionKey,
          show: showTemplate,
        }),
    )
    app.register(listRoutes(services))
    done()
  }
