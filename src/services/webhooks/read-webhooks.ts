import { checkPrecondition } from '../../domain/precondition.ts'
import { notFound } from '../../domain/problem.ts'
import type { PageRequest } from '../../store/store.ts'
import type { Delivery } from '../../store/webhooks/deliveries.ts'
import type { StoredWebhook } from '../../store/webhooks/webhooks.ts'
import type { Needs } from '../needs.ts'

/** Whose webhooks are meant. */
interface Owner {
  kind: 'provider' | 'commissioner'
  organisation: string
}

const actorOf = ({ kind, organisation }: Owner) => ({ role: kind, organisation }) as const

/** @throws {Problem} `not-found` if this organisation has no such webhook */
export const getWebhook =
  ({ transact }: Pick<Needs, 'transact'>) =>
  async (owner: Owner, webhookId: string): Promise<StoredWebhook> => {
    const found = await transact(actorOf(owner), (store) =>
      store.webhooks.find(owner.organisation, webhookId),
    )
    if (found === undefined) throw notFound()
    return found
  }

/** An organisation's webhooks by their ids. */
export const listWebhooks =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (owner: Owner, page: PageRequest): Promise<StoredWebhook[]> =>
    transact(actorOf(owner), (store) => store.webhooks.list(owner.organisation, page))

/** What a webhook was told and is to be told, from the oldest on. */
export const listDeliveries =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (owner: Owner, webhookId: string, page: PageRequest): Promise<Delivery[]> =>
    transact(actorOf(owner), async (store) => {
      if ((await store.webhooks.find(owner.organisation, webhookId)) === undefined) throw notFound()
      return store.deliveries.list(owner.organisation, webhookId, page)
    })

/** Nothing more is sent to it; what is on its way in this moment may still arrive. */
export const deleteWebhook =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (owner: Owner, webhookId: string, ifMatch?: string): Promise<void> =>
    transact(actorOf(owner), async (store) => {
      const known = await store.webhooks.lock(owner.organisation, webhookId)
      if (known === undefined) throw notFound()
      checkPrecondition(ifMatch, known.revision)
      await store.webhooks.remove(owner.organisation, webhookId)
    })
