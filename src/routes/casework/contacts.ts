import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { MOST_CASES, MOST_MINUTES } from '../../domain/casework/contact.ts'
import { tagOf } from '../../domain/precondition.ts'
import type { Services } from '../../services/services.ts'
import type { ContactRevision, StoredContact } from '../../store/casework/contacts.ts'
import { organisationOf, senderOf } from '../http/access.ts'
import { pageOf, pageQuery, sendPage } from '../http/paging.ts'
import {
  changedQuery,
  historyQuery,
  identifier,
  kebabIdentifier,
  londonDate,
  readBody,
  showTimestamp,
  timestamp,
} from '../http/reading.ts'
import { replies } from '../http/replies.ts'

export const contactBody = z
  .strictObject({
    cases: z
      .array(identifier)
      .min(1)
      .max(MOST_CASES)
      .refine((refs) => new Set(refs).size === refs.length, { error: 'must not name a case twice' })
      .meta({
        description: 'Which cases it is about. One not known yet is made.',
        example: ['VF-2019-00123'],
      }),
    on: londonDate,
    kind: kebabIdentifier.meta({ description: 'one-to-one, group, phone, ...', example: 'one-to-one' }),
    minutes: z.number().int().min(0).max(MOST_MINUTES).optional(),
    reached: z
      .boolean()
      .optional()
      .meta({ description: 'Default: true. False: tried, and nobody was there.' }),
    attendees: z.number().int().min(0).max(1_000_000).optional(),
    sourceUpdatedAt: timestamp
      .optional()
      .meta({ description: 'A write with an older one than stored changes nothing.' }),
  })
  .meta({ id: 'ContactBody' })

const revisionShown = z.object({
  revision: z.number(),
  cases: z.array(z.string()).meta({ description: 'In the order of their bytes.' }),
  on: z.string(),
  kind: z.string(),
  minutes: z.number().optional(),
  reached: z.boolean(),
  attendees: z.number().optional(),
  receivedAt: z.string(),
})

const contact = z
  .object({
    ref: z.string(),
    contract: z.string(),
    ...revisionShown.shape,
    sourceUpdatedAt: z.string().optional(),
    revisions: z.array(revisionShown).optional(),
  })
  .meta({ id: 'Contact', description: 'One contact with people, or one group session.' })

const inPath = z.strictObject({ contract: identifier, ref: identifier })

/** What is not known is left out. */
const showRevision = (one: ContactRevision): z.output<typeof revisionShown> => ({
  revision: one.revision,
  cases: [...one.caseRefs],
  on: one.heldOn,
  kind: one.kind,
  minutes: one.minutes ?? undefined,
  reached: one.reached,
  attendees: one.attendees ?? undefined,
  receivedAt: one.receivedAt,
})

const show = (one: StoredContact & { revisions?: ContactRevision[] }): z.output<typeof contact> => ({
  ref: one.ref,
  contract: one.contractId,
  ...showRevision(one),
  sourceUpdatedAt: one.sourceUpdatedAt === null ? undefined : showTimestamp(one.sourceUpdatedAt),
  revisions: one.revisions?.map(showRevision),
})

/** Contacts of a contract: its provider's, and those about cases that a partner delivers itself. */
export const contactRoutes =
  (services: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    const config = { access: 'casework' } as const
    const tags = ['casework']

    app.put(
      '/contracts/:contract/contacts/:ref',
      {
        config,
        schema: {
          tags,
          summary: 'Send a contact or group session, or a correction of it; the same again changes nothing',
          params: inPath,
          body: contactBody,
          response: replies({ 200: contact, 201: contact }, 'write'),
        },
      },
      async (request, reply) => {
        const { created, stored } = await services.putContact(
          senderOf(request),
          { contractId: request.params.contract, ref: request.params.ref },
          { reading: readBody(contactBody, request.body), ifMatch: request.headers['if-match'] },
        )
        return reply
          .code(created ? 201 : 200)
          .header('etag', tagOf(stored.revision))
          .send(show(stored))
      },
    )

    app.get(
      '/contracts/:contract/contacts/:ref',
      {
        config,
        schema: {
          tags,
          summary: 'One contact',
          params: inPath,
          querystring: z.strictObject(historyQuery),
          response: replies({ 200: contact }, 'read'),
        },
      },
      async (request, reply) => {
        const stored = await services.getContact(
          organisationOf(request),
          { contractId: request.params.contract, ref: request.params.ref },
          request.query.revisions === 'true',
        )
        return reply.header('etag', tagOf(stored.revision)).send(show(stored))
      },
    )

    app.delete(
      '/contracts/:contract/contacts/:ref',
      {
        config,
        schema: {
          tags,
          summary: 'Withdraw a contact; sent again, it has the next revision',
          params: inPath,
          response: replies({ 204: z.null() }, 'write'),
        },
      },
      async (request, reply) => {
        await services.withdrawContact(
          senderOf(request),
          { contractId: request.params.contract, ref: request.params.ref },
          request.headers['if-match'],
        )
        return reply.code(204).send(null)
      },
    )

    app.get(
      '/contracts/:contract/contacts',
      {
        config,
        schema: {
          tags,
          summary: 'The contacts of a contract, by their refs; filters combine',
          params: z.strictObject({ contract: identifier }),
          querystring: z.strictObject({
            ...pageQuery,
            case: identifier.optional(),
            ...changedQuery,
          }),
          response: replies({ 200: pageOf(contact) }, 'read'),
        },
      },
      (request, reply) => {
        const { case: caseRef, updatedSince, ...asked } = request.query
        const reader = organisationOf(request)
        return sendPage(
          { request, reply },
          asked,
          (page) => services.listContacts(reader, request.params.contract, { caseRef, updatedSince }, page),
          { keyOf: (row) => row.ref, show },
        )
      },
    )
    done()
  }
