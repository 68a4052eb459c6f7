import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { MOST_CASES, MOST_MINUTES } from '../domain/casework/contact.ts'
import { tagOf } from '../domain/precondition.ts'
import type { Services } from '../services/services.ts'
import type { StoredContact } from '../store/casework/contacts.ts'
import { organisationOf } from './http/access.ts'
import { pageOf, pageQuery, sendPage } from './http/paging.ts'
import { identifier, kebabIdentifier, londonDate, readBody, timestamp } from './http/reading.ts'
import { replies } from './http/replies.ts'

const contactBody = z
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

const contact = z
  .object({
    ref: z.string(),
    contract: z.string(),
    cases: z.array(z.string()).meta({ description: 'In the order of their bytes.' }),
    on: z.string(),
    kind: z.string(),
    minutes: z.number().optional(),
    reached: z.boolean(),
    attendees: z.number().optional(),
    revision: z.number(),
    sourceUpdatedAt: z.string().optional(),
    receivedAt: z.string(),
  })
  .meta({ id: 'Contact', description: 'One contact with people, or one group session.' })

const inPath = z.strictObject({ contract: identifier, ref: identifier })

/** What is not known is left out. */
const show = (stored: StoredContact): z.output<typeof contact> => ({
  ref: stored.ref,
  contract: stored.contractId,
  cases: [...stored.caseRefs],
  on: stored.heldOn,
  kind: stored.kind,
  minutes: stored.minutes ?? undefined,
  reached: stored.reached,
  attendees: stored.attendees ?? undefined,
  revision: stored.revision,
  sourceUpdatedAt: stored.sourceUpdatedAt ?? undefined,
  receivedAt: stored.receivedAt,
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
          organisationOf(request).organisation,
          { contractId: request.params.contract, ref: request.params.ref },
          readBody(contactBody, request.body),
          request.headers['if-match'],
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
          response: replies({ 200: contact }, 'read'),
        },
      },
      async (request, reply) => {
        const stored = await services.getContact(organisationOf(request).organisation, {
          contractId: request.params.contract,
          ref: request.params.ref,
        })
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
          organisationOf(request).organisation,
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
          summary: 'The contacts of a contract, by their refs',
          params: z.strictObject({ contract: identifier }),
          querystring: z.strictObject({ ...pageQuery, case: identifier.optional() }),
          response: replies({ 200: pageOf(contact) }, 'read'),
        },
      },
      (request, reply) => {
        const { case: caseRef, ...asked } = request.query
        const { organisation } = organisationOf(request)
        return sendPage(
          { request, reply },
          asked,
          (page) => services.listContacts(organisation, request.params.contract, caseRef, page),
          { keyOf: (row) => row.ref, show },
        )
      },
    )
    done()
  }
