import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { scopes } from '../domain/caller.ts'
import { tagOf } from '../domain/precondition.ts'
import type { Services } from '../services/services.ts'
import type { ApiKey } from '../store/keys.ts'
import type { StoredOrganisation } from '../store/organisations.ts'
import { pageOf, pageQuery, sendPage } from './http/paging.ts'
import { identifier, londonDate, readBody, text } from './http/reading.ts'
import { replies } from './http/replies.ts'

const organisationBody = z
  .strictObject({
    name: text(200),
    kind: z.enum(['provider', 'commissioner']),
    areaCode: text(20).optional(),
    exactReturns: z.boolean().optional().meta({
      description: "Lets a commissioner's returns carry exact small counts: a data-sharing decision.",
    }),
  })
  .meta({ id: 'OrganisationBody' })

const organisation = z
  .object({
    organisation: z.string(),
    name: z.string(),
    kind: z.enum(['provider', 'commissioner']),
    areaCode: z.string().optional(),
    exactReturns: z.boolean(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Organisation' })

const keyBody = z
  .strictObject({
    label: text(200),
    expiresOn: londonDate.optional().meta({ description: 'Its last day, in London.' }),
    scopes: z.array(z.enum(scopes)).min(1).max(2).optional(),
  })
  .meta({ id: 'KeyBody' })

const key = z
  .object({
    id: z.string(),
    label: z.string(),
    scopes: z.array(z.enum(scopes)),
    createdAt: z.string(),
    expiresOn: z.string().nullable(),
    lastUsedAt: z.string().nullable().meta({ description: 'To the minute.' }),
  })
  .meta({ id: 'Key' })

const issuedKey = key
  .extend({ key: z.string().meta({ description: 'Shown here only.' }) })
  .meta({ id: 'IssuedKey' })

const inPath = z.strictObject({ org: identifier })
const keyInPath = z.strictObject({ org: identifier, id: identifier })

const showOrganisation = (stored: StoredOrganisation): z.output<typeof organisation> => ({
  organisation: stored.organisationId,
  name: stored.name,
  kind: stored.kind,
  ...(stored.areaCode !== null && { areaCode: stored.areaCode }),
  exactReturns: stored.exactReturns,
  createdAt: stored.createdAt,
  updatedAt: stored.updatedAt,
})

const showKey = ({
  keyId,
  label,
  scopes,
  createdAt,
  expiresOn,
  lastUsedAt,
}: ApiKey): z.output<typeof key> => ({
  id: keyId,
  label,
  scopes,
  createdAt,
  expiresOn,
  lastUsedAt,
})

/** Organisations and their keys: the operator's. */
export const organisationRoutes =
  (services: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    const config = { access: 'operation' } as const
    const tags = ['operator']

    app.put(
      '/organisations/:org',
      {
        config,
        schema: {
          tags,
          summary: 'Make or change an organisation',
          params: inPath,
          body: organisationBody,
          response: replies({ 200: organisation, 201: organisation }, 'write'),
        },
      },
      async (request, reply) => {
        const reading = readBody(organisationBody, request.body)
        const { created, stored } = await services.putOrganisation(
          request.params.org,
          reading,
          request.headers['if-match'],
        )
        return reply
          .code(created ? 201 : 200)
          .header('etag', tagOf(stored.revision))
          .send(showOrganisation(stored))
      },
    )

    app.get(
      '/organisations/:org',
      {
        config,
        schema: {
          tags,
          summary: 'One organisation',
          params: inPath,
          response: replies({ 200: organisation }, 'read'),
        },
      },
      async (request, reply) => {
        const stored = await services.getOrganisation(request.params.org)
        return reply.header('etag', tagOf(stored.revision)).send(showOrganisation(stored))
      },
    )

    app.get(
      '/organisations',
      {
        config,
        schema: {
          tags,
          summary: 'All organisations, by their ids',
          querystring: z.strictObject(pageQuery),
          response: replies({ 200: pageOf(organisation) }, 'read'),
        },
      },
      (request, reply) =>
        sendPage({ request, reply }, request.query, services.listOrganisations, {
          keyOf: (row) => row.organisationId,
          show: showOrganisation,
        }),
    )

    app.post(
      '/organisations/:org/keys',
      {
        config,
        schema: {
          tags,
          summary: 'Issue a key; its secret is shown here only',
          params: inPath,
          body: keyBody,
          response: replies({ 201: issuedKey }, 'write'),
        },
      },
      async (request, reply) => {
        const issued = await services.issueKey(request.params.org, readBody(keyBody, request.body))
        return reply.code(201).send({ ...showKey(issued), key: issued.key })
      },
    )

    app.get(
      '/organisations/:org/keys',
      {
        config,
        schema: {
          tags,
          summary: 'The keys of an organisation, without their secrets',
          params: inPath,
          querystring: z.strictObject(pageQuery),
          response: replies({ 200: pageOf(key) }, 'read'),
        },
      },
      (request, reply) =>
        sendPage({ request, reply }, request.query, (page) => services.listKeys(request.params.org, page), {
          keyOf: (row) => row.keyId,
          show: showKey,
        }),
    )

    app.delete(
      '/organisations/:org/keys/:id',
      {
        config,
        schema: {
          tags,
          summary: 'Revoke a key: refused everywhere within a second',
          params: keyInPath,
          response: replies({ 204: z.null() }, 'write'),
        },
      },
      async (request, reply) => {
        await services.revokeKey(request.params.org, request.params.id)
        return reply.code(204).send(null)
      },
    )
    done()
  }
