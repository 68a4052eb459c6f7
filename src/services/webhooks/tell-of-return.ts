import { periodOfMonths } from '../../domain/period.ts'
import type { WebhookEvent } from '../../domain/webhooks/event.ts'
import type { StoredReturn } from '../../store/returns/returns.ts'
import type { Store } from '../../store/store.ts'
import type { Needs } from '../needs.ts'
import { happenedAt } from './happened.ts'

/** Tells its commissioner of a return, in the transaction that made or submitted it. */
export async function tellOfReturn(
  { deliveries }: Pick<Store, 'deliveries'>,
  clock: Needs['clock'],
  event: Extract<WebhookEvent, `return.${string}`>,
  { returnId, commissionerId, template, firstMonth, lastMonth, version }: StoredReturn,
): Promise<void> {
  const period = periodOfMonths(firstMonth, lastMonth).label
  const data = { return: returnId, template, period, version }
  await deliveries.add(commissionerId, happenedAt(clock.now(), event, data))
}
