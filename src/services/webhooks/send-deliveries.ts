import { Webhook } from 'standardwebhooks'
import { messageOf } from '../../domain/webhooks/event.ts'
import { nextTryAt } from '../../domain/webhooks/retry.ts'
import type { ClaimedDelivery, Tried } from '../../store/webhooks/deliveries.ts'
import type { Needs } from '../needs.ts'
import { happenedAt } from './happened.ts'
import { secretOf } from './secret.ts'

type SendNeeds = Pick<Needs, 'transact' | 'clock' | 'outbound' | 'secret'>

/** So many at once; the slowest of them keeps the next ones waiting. */
const AT_ONCE = 20
/** Longer than any try takes: after this, the process that claimed it is taken for dead. */
const LEASE_MILLISECONDS = 60_000
const KEPT_MILLISECONDS = 30 * 24 * 3_600_000

/**
 * Sends what is due, each by one process at a time, outside of any transaction. What is delivered once more, since a process
 * died before it could note it, has the same id.
 *
 * @returns how many tries were made
 */
export const sendDeliveries = (needs: SendNeeds) => {
  const { transact, clock, outbound, secret } = needs
  return async (): Promise<number> => {
    let sent = 0
    for (;;) {
      const now = clock.now()
      const until = new Date(now.getTime() + LEASE_MILLISECONDS).toISOString()
      const claimed = await transact({ role: 'worker' }, (store) =>
        store.deliveries.claim({ now: now.toISOString(), until, most: AT_ONCE }),
      )
      await Promise.all(claimed.map(sendOne))
      sent += claimed.length
      if (claimed.length < AT_ONCE) return sent
    }
  }

  async function sendOne(delivery: ClaimedDelivery): Promise<void> {
    const tried = await attempt(delivery)
    const { contractId, organisationId, event, data, tries } = delivery
    const as =
      contractId === null ? { role: 'worker' as const } : { role: 'worker' as const, contract: contractId }
    await transact(as, async (store) => {
      const isToldAgain = await store.deliveries.note(delivery, tries, tried)
      if (!isToldAgain || contractId === null) return
      // It was read, perhaps, before it changed again.
      const again = happenedAt(clock.now(), event, data)
      await store.deliveries.addOfContract(contractId, [organisationId], again)
    })
  }

  async function attempt(delivery: ClaimedDelivery): Promise<Tried> {
    const { deliveryId, event, data, createdAt, url, tries } = delivery
    const startedAt = clock.now()
    const body = messageOf(event, createdAt, data)
    const outcome = await outbound.post(url, body, {
      'webhook-id': deliveryId,
      'webhook-timestamp': String(Math.floor(startedAt.getTime() / 1_000)),
      'webhook-signature': new Webhook(secretOf(secret, delivery)).sign(deliveryId, startedAt, body),
    })
    const endedAt = clock.now()
    const tried = {
      lastTriedAt: startedAt.toISOString(),
      statusCode: 'statusCode' in outcome ? outcome.statusCode : null,
    }
    if (isTaken(tried.statusCode)) {
      const deliveredAt = endedAt.toISOString()
      return { ...tried, status: 'delivered', nextTryAt: null, failure: null, deliveredAt }
    }
    const next = nextTryAt(Date.parse(createdAt), endedAt.getTime(), tries)
    return {
      ...tried,
      status: next === undefined ? 'given-up' : 'pending',
      nextTryAt: next === undefined ? null : new Date(next).toISOString(),
      failure: 'failure' in outcome ? outcome.failure : 'refused',
      deliveredAt: null,
    }
  }
}

/** A redirect is none: it would lead past the check of the address. */
const isTaken = (statusCode: number | null): boolean =>
  statusCode !== null && statusCode >= 200 && statusCode < 300

/** Forgets deliveries that are done, a month after their events. */
export const forgetDeliveries =
  ({ transact, clock }: Pick<Needs, 'transact' | 'clock'>) =>
  (): Promise<void> =>
    transact({ role: 'worker' }, (store) =>
      store.deliveries.forget(new Date(clock.now().getTime() - KEPT_MILLISECONDS).toISOString()),
    )
