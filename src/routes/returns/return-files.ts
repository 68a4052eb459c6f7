import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { returnSheets } from '../../domain/returns/return-sheets.ts'
import type { ReturnTemplate } from '../../domain/returns/template.ts'
import type { Workbook } from '../../domain/returns/workbook.ts'
import { asHtml } from '../../files/html.ts'
import { asOds } from '../../files/ods.ts'
import { asXlsx } from '../../files/xlsx.ts'
import type { Services } from '../../services/services.ts'
import type { StoredReturn } from '../../store/returns/returns.ts'
import { organisationOf } from '../http/access.ts'
import { identifier } from '../http/reading.ts'
import { replies } from '../http/replies.ts'
import { returnAsCsv } from './return-csv.ts'
import { fileNameOf, labelOf, tag } from './return-names.ts'

interface ReturnFile {
  body: string | Buffer
  headers?: Readonly<Record<string, string>>
}

interface Format {
  extension: string
  type: string
  disposition: 'attachment' | 'inline'
  summary: string
  description: string
  write: (stored: StoredReturn, template: ReturnTemplate | undefined) => ReturnFile
}

const SHEETS =
  'A cover, contents, notes, checks, and one table a section; what has no number says [c], [x] or [z].'

const formats: readonly Format[] = [
  {
    extension: 'csv',
    type: 'text/csv; charset=utf-8',
    disposition: 'attachment',
    summary: 'The same as a table whose columns never change',
    description: 'a line over all contracts has none in `contract`.',
    write: (stored) => ({ body: returnAsCsv(stored) }),
  },
  {
    extension: 'xlsx',
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    disposition: 'attachment',
    summary: 'The same as an accessible spreadsheet, Office Open XML',
    description: SHEETS,
    write: (stored, template) => ({ body: asXlsx(workbookOf(stored, template)) }),
  },
  {
    extension: 'ods',
    type: 'application/vnd.oasis.opendocument.spreadsheet',
    disposition: 'attachment',
    summary: 'The same as an accessible spreadsheet, OpenDocument',
    description: SHEETS,
    write: (stored, template) => ({ body: asOds(workbookOf(stored, template)) }),
  },
  {
    extension: 'html',
    type: 'text/html; charset=utf-8',
    disposition: 'inline',
    summary: 'The same as a page to read and to print, with charts of its percents',
    description: 'it needs no script and no other file.',
    write: (stored, template) => {
      const { html, contentSecurityPolicy } = asHtml(workbookOf(stored, template))
      return { body: html, headers: { 'content-security-policy': contentSecurityPolicy } }
    },
  },
]

/** One version of a return as a file, in each format. */
export const returnFileRoutes =
  (services: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    for (const { extension, type, disposition, summary, description, write } of formats) {
      const file: z.ZodType<string | Buffer> = z
        .string()
        .meta({ description: `${type.replace(/;.*/, '')}; ${description}` })
      app.get(
        `/returns/:id.${extension}`,
        {
          config: { access: 'returns' },
          schema: {
            tags: ['returns'],
            summary,
            params: z.strictObject({ id: identifier }),
            response: replies({ 200: file }, 'read'),
          },
        },
        async (request, reply) => {
          const { organisation, keyId } = organisationOf(request)
          const stored = await services.getReturn(organisation, request.params.id, keyId)
          const template = services.definitions.templateVersions.find(
            ({ id, version }) => id === stored.template && version === stored.templateVersion,
          )
          const { body, headers = {} } = write(stored, template)
          return reply
            .type(type)
            .headers(headers)
            .header('etag', tag(stored))
            .header('content-disposition', `${disposition}; filename="${fileNameOf(stored)}.${extension}"`)
            .send(body)
        },
      )
    }
    done()
  }

/** What was submitted stays the same to the byte, even when a later version supersedes it. */
const workbookOf = (stored: StoredReturn, template: ReturnTemplate | undefined): Workbook =>
  returnSheets({ ...stored, period: labelOf(stored), isSubmitted: stored.status !== 'draft' }, template)
