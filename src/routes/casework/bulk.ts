import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Problem } from '../../domain/problem.ts'
import { LONGEST_LINE } from '../../lines/physical-lines.ts'
import type { Line } from '../../services/intake/line.ts'
import type { Place } from '../../services/intake/take-batch.ts'
import type { BulkSummary } from '../../services/intake/tally.ts'
import type { Services } from '../../services/services.ts'
import { bytesOf } from '../bulk/body-stream.ts'
import { readLines, type BulkType, type LineShape } from '../bulk/read-lines.ts'
import { spool } from '../bulk/spool.ts'
import { senderOf } from '../http/access.ts'
import { problemBody } from '../http/problem-reply.ts'
import { identifier } from '../http/reading.ts'
import { replies } from '../http/replies.ts'
import { assessmentBody } from './assessments.ts'
import { caseBody } from './cases.ts'
import { contactBody } from './contacts.ts'

const TYPES = ['application/x-ndjson', 'text/csv'] as const satisfies readonly BulkType[]

const lineCount = z.number().int()

const bulkSummary = z
  .object({
    received: lineCount,
    created: lineCount,
    corrected: lineCount.meta({ description: 'Changed or withdrawn.' }),
    unchanged: lineCount.meta({
      description: 'The same as stored, older than stored, or withdrawn already.',
    }),
    rejected: lineCount,
    errors: z
      .array(
        z.object({
          line: z.number().int().meta({
            description: 'Counted from 1, the header included; of a record over several lines, its first.',
          }),
          ref: z.string().optional().meta({ description: 'Of a case: its id.' }),
          errors: z.array(z.object({ pointer: z.string(), detail: z.string() })),
        }),
      )
      .meta({ description: 'At most 1,000; `rejected` counts all.' }),
  })
  .meta({ id: 'BulkSummary', description: 'What came of the lines; every kept line is durable.' })

const how = z.strictObject({
  mode: z
    .enum(['atomic'])
    .optional()
    .meta({ description: 'One bad line and nothing is kept (422, same body); at most 100,000 lines.' }),
  dryRun: z.enum(['true', 'false']).optional().meta({ description: 'Checks and counts, and keeps nothing.' }),
})

/** What may come in bulk, with the services that take it. */
const kindsOf = (services: Services) => ({
  assessments: taking(services, {
    shape: { body: assessmentBody, key: 'ref', canWithdraw: true },
    takeLines: services.receiveAssessmentLines,
    takeWhole: services.receiveAssessmentsWhole,
  }),
  cases: taking(services, {
    shape: { body: caseBody, key: 'case', canWithdraw: false },
    takeLines: services.receiveCaseLines,
    takeWhole: services.receiveCasesWhole,
  }),
  contacts: taking(services, {
    shape: { body: contactBody, key: 'ref', canWithdraw: true },
    takeLines: services.receiveContactLines,
    takeWhole: services.receiveContactsWhole,
  }),
})

interface Kind<Body extends z.ZodObject> {
  shape: LineShape<Body>
  takeLines: (at: Place, lines: AsyncIterable<Line<z.output<Body>>>) => Promise<BulkSummary>
  takeWhole: (
    at: Place,
    lines: () => AsyncIterable<Line<z.output<Body>>>,
    how: { isAtomic: boolean; isDryRun: boolean },
  ) => Promise<BulkSummary>
}

type Take = (
  at: Place,
  body: Readable,
  how: { type: BulkType; isAtomic: boolean; isDryRun: boolean },
) => Promise<BulkSummary>

const taking =
  <Body extends z.ZodObject>(services: Services, { shape, takeLines, takeWhole }: Kind<Body>): Take =>
  async (at, body, { type, isAtomic, isDryRun }) => {
    const instruments = await services.readInstruments(at.sender.provider, at.contractId)
    const bytes = bytesOf(body)
    if (!isAtomic && !isDryRun) return takeLines(at, readLines(bytes, type, shape, instruments))
    const aside = await spool(bytes)
    try {
      return await takeWhole(at, () => readLines(aside.read(), type, shape, instruments), {
        isAtomic,
        isDryRun,
      })
    } finally {
      await aside.close()
    }
  }

/** Many cases, assessments or contacts in one request, as newline-delimited JSON or as a table. */
export const bulkRoutes =
  (services: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser([...TYPES], (_request, payload, parsed) => {
      parsed(null, payload)
    })
    app.addContentTypeParser('*', (_request, payload, parsed) => {
      payload.resume()
      parsed(new Problem('wrong-media-type', `The body must be ${TYPES.join(' or ')}.`))
    })

    for (const [name, take] of Object.entries(kindsOf(services))) {
      app.post(
        `/contracts/:contract/${name}/bulk`,
        {
          config: { access: 'casework', isLong: true },
          schema: {
            tags: ['casework'],
            summary: `Send many ${name}, each line as its PUT; good lines are kept, bad ones reported`,
            description: [
              'One JSON object a line, or a table whose header names the fields:',
              '`characteristics.sex` for a field within a field, one column an item for answers, lists joined by `;`.',
              `A line has at most ${LONGEST_LINE / 1024} KiB; the body may have any number of them.`,
            ].join(' '),
            params: z.strictObject({ contract: identifier }),
            querystring: how,
            consumes: [...TYPES],
            body: z.string(),
            response: {
              ...replies({ 200: bulkSummary }, 'write'),
              422: {
                description: 'The header or the query is wrong; or mode=atomic, and some line is',
                content: {
                  'application/problem+json': { schema: problemBody },
                  'application/json': { schema: bulkSummary },
                },
              },
            },
          },
        },
        async (request, reply) => {
          const { mode, dryRun } = request.query
          const isAtomic = mode === 'atomic'
          // A request without a body holds no lines.
          const body: unknown = request.body
          const stream = body instanceof Readable ? body : Readable.from([])
          const at = { sender: senderOf(request), contractId: request.params.contract }
          const how = { type: typeOf(request), isAtomic, isDryRun: dryRun === 'true' }
          try {
            const summary = await take(at, stream, how)
            return await reply
              .code(isAtomic && summary.rejected > 0 ? 422 : 200)
              .type('application/json; charset=utf-8')
              .send(summary)
          } finally {
            // What is not taken, since the answer is clear already, is read and thrown away: closing the connection would keep
            // the answer from its sender.
            stream.resume()
          }
        },
      )
    }
    done()
  }

function typeOf({ headers: { 'content-type': given = '' } }: FastifyRequest): BulkType {
  const [type = '', ...parameters] = given.toLowerCase().split(';')
  const charset = parameters.find((one) => one.trim().startsWith('charset='))?.split('=')[1]
  if (charset !== undefined && !['utf-8', '"utf-8"', 'utf8'].includes(charset.trim()))
    throw new Problem('wrong-media-type', 'The body must be in UTF-8.')
  return type.trim() === 'text/csv' ? 'text/csv' : 'application/x-ndjson'
}
