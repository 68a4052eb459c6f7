import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { tagOf } from '../domain/precondition.ts'
import { webhookEvents } from '../domain/webhooks/event.ts'
import type { Services } from '../services/services.ts'
import type { Delivery } from '../store/webhooks/deliveries.ts'
import type { StoredWebhook } from '../store/webhooks/webhooks.ts'
import { organisationOf } from './http/access.ts'
import { pageOf, pageQuery, sendPage } from './http/paging.ts'
import { identifier, readBody, text } from './http/reading.ts'
import { replies } from './http/replies.ts'

const event = z.enum(webhookEvents)

const webhookBody = z
  .strictObject({
    url: text(2000).meta({
      description: 'https, at a public address. In development, http to this machine is taken, too.',
      example: 'https://example.org/waymark',
    }),
    events: z.array(event).min(1).max(webhookEvents.length).meta({
      description:
        'return.ready and return.submitted: of the returns that a commissioner leads, so that a provider is told of none. outcomes.changed: a figure that is shown changed.',
    }),
  })
  .meta({ id: 'WebhookBody' })

const webhook = z
  .object({
    id: z.string(),
    url: z.string(),
    events: z.array(event),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Webhook' })

const madeWebhook = webhook
  .extend({
    secret: z.string().meta({
      description: 'Shown here only: what messages are signed with, as Standard Webhooks says.',
    }),
  })
  .meta({ id: 'MadeWebhook' })

const delivery = z
  .object({
    id: z.string().meta({ description: 'The header `webhook-id` of every try.' }),
    event,
    data: z.record(z.string(), z.union([z.string(), z.number()])),
    createdAt: z.string(),
    status: z.enum(['pending', 'delivered', 'given-up']),
    tries: z.number().int(),
    statusCode: z.number().int().nullable().meta({ description: 'Of the last try; null: no answer.' }),
    failure: z.string().nullable().meta({
      description:
        'Why the last try failed: refused, too-slow, no-answer, name-not-found, tls-failed, address-refused.',
    }),
    lastTriedAt: z.string().nullable(),
    nextTryAt: z.string().nullable(),
    deliveredAt: z.string().nullable(),
  })
  .meta({ id: 'WebhookDelivery' })

const inPath = z.strictObject({ id: identifier })

const show = ({ webhookId, url, events, createdAt, updatedAt }: StoredWebhook): z.output<typeof webhook> => ({
  id: webhookId,
  url,
  events: [...events],
  createdAt,
  updatedAt,
})

const showDelivery = ({
  deliveryId,
  event,
  data,
  createdAt,
  status,
  tries,
  statusCode,
  failure,
  lastTriedAt,
  nextTryAt,
  deliveredAt,
}: Delivery): z.output<typeof delivery> => ({
  id: deliveryId,
  event,
  data: { ...data },
  createdAt,
  status,
  tries,
  statusCode,
  failure,
  lastTriedAt,
  nextTryAt,
  deliveredAt,
})

/** Webhooks: each organisation's own. */
export const webhookRoutes =
  (services: Services): FastifyPluginCallbackZod =>
  (app, _options, done) => {
    const config = { access: 'webhooks' } as const
    const tags = ['webhooks']

    app.put(
      '/webhooks/:id',
      {
        config,
        schema: {
          tags,
          summary: 'Make or change a webhook; its secret is shown when it is made, and only then',
          description:
            'Messages are signed as Standard Webhooks says, and sent again for a day until they are answered with a 2xx. They say that something happened and where, never a figure.',
          params: inPath,
          body: webhookBody,
          response: replies({ 200: webhook, 201: madeWebhook }, 'write'),
        },
      },
      async (request, reply) => {
        const { created, stored, secret } = await services.putWebhook(
          organisationOf(request),
          request.params.id,
          readBody(webhookBody, request.body),
          request.headers['if-match'],
        )
        reply.header('etag', tagOf(stored.revision))
        if (created && secret !== undefined) return reply.code(201).send({ ...show(stored), secret })
        return reply.code(200).send(show(stored))
      },
    )

    app.get(
      '/webhooks',
      {
        config,
        schema: {
          tags,
          summary: 'Webhooks, by their ids',
          querystring: z.strictObject(pageQuery),
          response: replies({ 200: pageOf(webhook) }, 'read'),
        },
      },
      (request, reply) => {
        const owner = organisationOf(request)
        return sendPage({ request, reply }, request.query, (page) => services.listWebhooks(owner, page), {
          keyOf: ({ webhookId }) => webhookId,
          show,
        })
      },
    )

    app.get(
      '/webhooks/:id',
      {
        config,
        schema: {
          tags,
          summary: 'One webhook, without its secret',
          params: inPath,
          response: replies({ 200: webhook }, 'read'),
        },
      },
      async (request, reply) => {
        const stored = await services.getWebhook(organisationOf(request), request.params.id)
        return reply.header('etag', tagOf(stored.revision)).send(show(stored))
      },
    )

    app.get(
      '/webhooks/:id/deliveries',
      {
        config,
        schema: {
          tags,
          summary: 'What it was told and is to be told, oldest first, for 30 days',
          params: inPath,
          querystring: z.strictObject(pageQuery),
          response: replies({ 200: pageOf(delivery) }, 'read'),
        },
      },
      (request, reply) => {
        const owner = organisationOf(request)
        const read = (page: Parameters<typeof services.listWebhooks>[1]) =>
          services.listDeliveries(owner, request.params.id, page)
        return sendPage({ request, reply }, request.query, read, {
          keyOf: ({ deliveryId }) => deliveryId,
          show: showDelivery,
        })
      },
    )

    app.delete(
      '/webhooks/:id',
      {
        config,
        schema: {
          tags,
          summary: 'Take a webhook away: nothing more is sent to it',
          params: inPath,
          response: replies({ 204: z.null() }, 'write'),
        },
      },
      async (request, reply) => {
        await services.deleteWebhook(organisationOf(request), request.params.id, request.headers['if-match'])
        return reply.code(204).send(null)
      },
    )
    done()
  }
