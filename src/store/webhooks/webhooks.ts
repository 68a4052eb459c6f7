import type { WebhookEvent } from '../../domain/webhooks/event.ts'
import type { Sql } from '../database.ts'
import type { PageRequest } from '../store.ts'

export interface Webhook {
  organisationId: string
  webhookId: string
  url: string
  events: readonly WebhookEvent[]
}

export type StoredWebhook = Webhook & {
  /** Of which its secret is made. */
  salt: Uint8Array
  revision: number
  createdAt: string
  updatedAt: string
}

export const webhooksIn = (sql: Sql) => {
  const columns = sql`organisation_id, webhook_id, url, events, salt, revision, created_at, updated_at`
  return {
    async find(organisationId: string, webhookId: string): Promise<StoredWebhook | undefined> {
      const rows = await sql<StoredWebhook[]>`
        select ${columns} from webhooks where organisation_id = ${organisationId} and webhook_id = ${webhookId}`
      return rows[0]
    },

    /** Locks the row, so that whoever changes it next sees this change first. */
    async lock(organisationId: string, webhookId: string): Promise<StoredWebhook | undefined> {
      const rows = await sql<StoredWebhook[]>`
        select ${columns} from webhooks
        where organisation_id = ${organisationId} and webhook_id = ${webhookId} for update`
      return rows[0]
    },

    async list(organisationId: string, { limit, after }: PageRequest): Promise<StoredWebhook[]> {
      return sql<StoredWebhook[]>`
        select ${columns} from webhooks
        where organisation_id = ${organisationId} and webhook_id > ${after ?? ''} order by webhook_id limit ${limit}`
    },

    /** @returns undefined if somebody else made it in the same moment */
    async insert(webhook: Webhook & { salt: Buffer }): Promise<StoredWebhook | undefined> {
      const rows = await sql<StoredWebhook[]>`
        insert into webhooks ${sql({ ...webhook, events: [...webhook.events] })}
        on conflict do nothing returning ${columns}`
      return rows[0]
    },

    async update({ organisationId, webhookId, url, events }: Webhook): Promise<StoredWebhook> {
      const rows = await sql<[StoredWebhook]>`
        update webhooks set url = ${url}, events = ${events as string[]}, revision = revision + 1, updated_at = now()
        where organisation_id = ${organisationId} and webhook_id = ${webhookId} returning ${columns}`
      return rows[0]
    },

    /** With all that it was told, and was still to be told. */
    async remove(organisationId: string, webhookId: string): Promise<void> {
      await sql`delete from webhooks where organisation_id = ${organisationId} and webhook_id = ${webhookId}`
    },

    /** Which of some organisations want to be told of an event. */
    async wanting(event: WebhookEvent, organisations: readonly string[]): Promise<string[]> {
      const rows = await sql<{ organisationId: string }[]>`
        select distinct organisation_id from webhooks
        where organisation_id = any(${organisations as string[]}) and ${event} = any(events)`
      return rows.map(({ organisationId }) => organisationId)
    },

    /** Every organisation that wants to be told of an event. */
    async everyWanting(event: WebhookEvent): Promise<string[]> {
      const rows = await sql<{ organisationId: string }[]>`
        select distinct organisation_id from webhooks where ${event} = any(events)`
      return rows.map(({ organisationId }) => organisationId)
    },
  }
}
