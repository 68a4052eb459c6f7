import { randomBytes } from 'node:crypto'
import type { Caller } from '../../domain/caller.ts'
import { checkPrecondition } from '../../domain/precondition.ts'
import { whole, type Fault, type Reading } from '../../domain/problem.ts'
import { eventsOf, type WebhookEvent } from '../../domain/webhooks/event.ts'
import { Overtaken } from '../../store/database.ts'
import type { StoredWebhook } from '../../store/webhooks/webhooks.ts'
import { changedFields } from '../changed-fields.ts'
import type { Needs, Put } from '../needs.ts'
import { secretOf } from './secret.ts'

export interface WebhookBody {
  url: string
  events: WebhookEvent[]
}

type Organisation = Pick<Exclude<Caller, { kind: 'operator' }>, 'kind' | 'organisation'>

const SALT_BYTES = 32

/**
 * Makes or changes a webhook. Its secret is in the answer that made it and nowhere else.
 *
 * @throws {Problem} `invalid` if the address is none that may be sent to, or an event is none of this kind of organisation
 */
export const putWebhook =
  ({ transact, outbound, secret }: Pick<Needs, 'transact' | 'outbound' | 'secret'>) =>
  async (
    { kind, organisation: organisationId }: Organisation,
    webhookId: string,
    reading: Reading<WebhookBody>,
    ifMatch?: string,
  ): Promise<Put<StoredWebhook> & { secret?: string }> => {
    const faults = [...(await faultsOfUrl(reading.given.url)), ...faultsOfEvents(reading.given.events, kind)]
    const { url, events } = whole(reading, faults)
    const wanted = { organisationId, webhookId, url, events: [...new Set(events)] }
    return transact({ role: kind, organisation: organisationId }, async (store) => {
      const known = await store.webhooks.lock(organisationId, webhookId)
      checkPrecondition(ifMatch, known?.revision)
      if (known === undefined) {
        const stored = await store.webhooks.insert({ ...wanted, salt: randomBytes(SALT_BYTES) })
        if (stored === undefined) throw new Overtaken()
        return { created: true, stored, secret: secretOf(secret, stored) }
      }
      const isSame =
        changedFields<Pick<StoredWebhook, 'url' | 'events'>>(known, { url, events: wanted.events }).length ===
        0
      return { created: false, stored: isSame ? known : await store.webhooks.update(wanted) }
    })

    async function faultsOfUrl(given: string | undefined): Promise<Fault[]> {
      const detail = given === undefined ? undefined : await outbound.faultOf(given)
      return detail === undefined ? [] : [{ pointer: '/url', detail }]
    }
  }

const faultsOfEvents = (events: readonly WebhookEvent[] | undefined, kind: Organisation['kind']): Fault[] =>
  (events ?? []).flatMap((event, at) =>
    eventsOf(kind).includes(event)
      ? []
      : [{ pointer: `/events/${at}`, detail: 'is of returns, which only commissioners read' }],
  )
