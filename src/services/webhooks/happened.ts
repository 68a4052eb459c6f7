import { randomBytes } from 'node:crypto'
import type { WebhookData, WebhookEvent } from '../../domain/webhooks/event.ts'
import type { Happened } from '../../store/webhooks/deliveries.ts'

/** Something that has just happened, under an id of its own; ids sort as things happened. */
export const happenedAt = (now: Date, event: WebhookEvent, data: WebhookData): Happened => ({
  id: `${now.getTime().toString(16).padStart(12, '0')}${randomBytes(10).toString('hex')}`,
  event,
  data,
  at: now.toISOString(),
})
