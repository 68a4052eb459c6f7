import { randomBytes } from 'node:crypto'
import type { Caller } from '../../domain/caller.ts'
import { checkPrecondition } from '../../domain/precondition.ts'
import { whole, type Fault, type Reading } from '../../domain/problem.ts'
import type { WebhookEvent } from '../../domain/webhooks/event.ts'
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
 * Makes or changes a webhook. Its secret is in the answer that made it and nowhere else. Whoever asks for an event of what it
 * does not read is never told of it: a provider of no return.
 *
 * @throws {Problem} `invalid` if the address is none that may be sent to
 */
export const putWebhook =
  ({ transact, outbound, secret }: Pick<Needs, 'transact' | 'outbound' | 'secret'>) =>
  async (
    { kind, organisation: organisationId }: Organisation,
    webhookId: string,
    reading: Reading<WebhookBody>,
    ifMatch?: string,
  ): Promise<Put<StoredWebhook> & { secret?: string }> => {
    const { url, events } = whole(reading, await faultsOfUrl(reading.given.url))
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
