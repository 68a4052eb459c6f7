/** What a webhook can be told. A message says that something happened, where it can be read, and never a figure. */
export const webhookEvents = ['return.ready', 'return.submitted', 'outcomes.changed'] as const
export type WebhookEvent = (typeof webhookEvents)[number]

/** What a message says beside its type and time: ids, and the period in words. */
export type WebhookData = Readonly<Record<string, string | number>>

/** A message as it is sent. */
export const messageOf = (event: WebhookEvent, timestamp: string, data: WebhookData): string =>
  JSON.stringify({ type: event, timestamp, data })
