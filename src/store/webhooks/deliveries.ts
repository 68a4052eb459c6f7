import type { WebhookData, WebhookEvent } from '../../domain/webhooks/event.ts'
import type { Sql, Write } from '../database.ts'
import type { PageRequest } from '../store.ts'

export interface DeliveryKey {
  organisationId: string
  webhookId: string
  deliveryId: string
}

export type Delivery = DeliveryKey & {
  event: WebhookEvent
  contractId: string | null
  data: WebhookData
  createdAt: string
  status: 'pending' | 'delivered' | 'given-up'
  /** So many have begun. */
  tries: number
  /** Null: it is not tried any more. */
  nextTryAt: string | null
  lastTriedAt: string | null
  /** What the last try was answered with; null: with nothing. */
  statusCode: number | null
  /** Why the last try failed. */
  failure: string | null
  deliveredAt: string | null
}

/** A delivery that this process is to send, and where to. */
export type ClaimedDelivery = Delivery & { url: string; salt: Uint8Array }

/** How a try ended. */
export type Tried = Pick<
  Delivery,
  'status' | 'nextTryAt' | 'lastTriedAt' | 'statusCode' | 'failure' | 'deliveredAt'
>

/** What has happened, and at which instant. */
export interface Happened {
  /** The same to every webhook that is told of it. */
  id: string
  event: WebhookEvent
  data: WebhookData
  at: string
}

export const deliveriesIn = (sql: Sql) => {
  const columns = sql`d.organisation_id, d.webhook_id, d.delivery_id, d.event, d.contract_id, d.data, d.created_at,
    d.status, d.tries, d.next_try_at, d.last_tried_at, d.status_code, d.failure, d.delivered_at`
  return {
    /** To all webhooks of an organisation that want it. */
    add(organisationId: string, { id, event, data, at }: Happened): Write {
      return sql`
        insert into webhook_deliveries (organisation_id, webhook_id, delivery_id, event, data, created_at, next_try_at)
        select organisation_id, webhook_id, ${id}, ${event}, ${sql.json(data)}, ${at}, ${at}
        from webhooks where organisation_id = ${organisationId} and ${event} = any(events)`
    },

    /** The same about a contract: what waits to be sent tells of this, too, and what is being sent is told once more. */
    addOfContract(
      contractId: string,
      organisations: readonly string[],
      { id, event, data, at }: Happened,
    ): Write {
      return sql`
        insert into webhook_deliveries as d
          (organisation_id, webhook_id, delivery_id, event, contract_id, data, created_at, next_try_at)
        select organisation_id, webhook_id, ${id}, ${event}, ${contractId}, ${sql.json(data)}, ${at}, ${at}
        from webhooks where organisation_id = any(${organisations as string[]}) and ${event} = any(events)
        order by organisation_id, webhook_id
        on conflict (organisation_id, webhook_id, contract_id) where event = 'outcomes.changed' and status = 'pending'
        do update set is_told_again = d.is_sending`
    },

    /** Takes what is due, so that nobody else does until an instant. */
    async claim({
      now,
      until,
      most,
    }: {
      now: string
      until: string
      most: number
    }): Promise<ClaimedDelivery[]> {
      return sql<ClaimedDelivery[]>`
        with due as (
          select organisation_id, webhook_id, delivery_id from webhook_deliveries
          where next_try_at <= ${now} order by next_try_at limit ${most} for update skip locked
        )
        update webhook_deliveries d set is_sending = true, tries = d.tries + 1, next_try_at = ${until}
        from due join webhooks w using (organisation_id, webhook_id)
        where (d.organisation_id, d.webhook_id, d.delivery_id) = (due.organisation_id, due.webhook_id, due.delivery_id)
        returning ${columns}, w.url, w.salt`
    },

    /**
     * Notes how a try ended, unless somebody else tries by now.
     *
     * @returns whether it is done, and the same has happened again meanwhile
     */
    async note(
      { organisationId, webhookId, deliveryId }: DeliveryKey,
      tries: number,
      tried: Tried,
    ): Promise<boolean> {
      const rows = await sql<{ isToldAgain: boolean }[]>`
        update webhook_deliveries set ${sql({ ...tried })}, is_sending = false,
          is_told_again = is_told_again and ${tried.status} <> 'pending'
        where organisation_id = ${organisationId} and webhook_id = ${webhookId} and delivery_id = ${deliveryId}
          and tries = ${tries} and is_sending
        returning is_told_again`
      return rows[0]?.isToldAgain ?? false
    },

    async list(
      organisationId: string,
      webhookId: string,
      { limit, after }: PageRequest,
    ): Promise<Delivery[]> {
      return sql<Delivery[]>`
        select ${columns} from webhook_deliveries d
        where d.organisation_id = ${organisationId} and d.webhook_id = ${webhookId} and d.delivery_id > ${after ?? ''}
        order by d.delivery_id limit ${limit}`
    },

    /** What is done, and happened before an instant. */
    async forget(before: string): Promise<void> {
      await sql`delete from webhook_deliveries where next_try_at is null and created_at < ${before}`
    },
  }
}
