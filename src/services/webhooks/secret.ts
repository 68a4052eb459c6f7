import { createHmac } from 'node:crypto'

/** The key that a webhook's messages are signed with, as Standard Webhooks writes one. It is made anew each time, and never kept. */
export function secretOf(
  secret: string,
  { organisationId, webhookId, salt }: { organisationId: string; webhookId: string; salt: Uint8Array },
): string {
  const text = `webhook ${organisationId} ${webhookId} ${Buffer.from(salt).toString('hex')}`
  return `whsec_${createHmac('sha256', secret).update(text).digest('base64')}`
}
