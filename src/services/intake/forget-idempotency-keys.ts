import type { Needs } from '../needs.ts'

/** Forgets the idempotency keys of yesterday: they are kept for 24 hours. */
export const forgetIdempotencyKeys =
  ({ transact }: Pick<Needs, 'transact'>) =>
  (): Promise<void> =>
    transact({ role: 'worker' }, (store) => store.idempotencyKeys.deleteOld())
