import { z } from 'zod'

/** Sends JSON to the service with one key, over real HTTP. */
export interface ApiClient {
  /** Makes or changes something; nothing is read of the reply. */
  put: (path: string, body: object) => Promise<void>
  post: (path: string, body: object, headers?: Record<string, string>) => Promise<unknown>
  /** Sends lines of NDJSON; throws if one of them is rejected. */
  bulk: (path: string, lines: readonly object[]) => Promise<void>
  get: (path: string, headers?: Record<string, string>) => Promise<unknown>
  /** A file as it is, whatever is in it. */
  download: (path: string) => Promise<Uint8Array>
  delete: (path: string) => Promise<void>
}

const bulkShape = z.object({ rejected: z.number(), errors: z.array(z.unknown()) })

/**
 * Connections are kept open and used again, as fetch does.
 *
 * @param signal once it is given, no further request is made
 * @returns calls that throw where the service does not answer with a 2xx, in one line that says what it answered
 */
export function connectTo(url: string, key: string, signal?: AbortSignal): ApiClient {
  const request = async (
    method: string,
    path: string,
    body?: object | string,
    headers: Record<string, string> = {},
  ): Promise<Buffer> => {
    // Not handed to fetch: thousands of requests would leave as many listeners on it.
    signal?.throwIfAborted()
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    // Read to its end in any case: only then the connection is free again.
    const bytes = Buffer.from(await reply.arrayBuffer())
    if (!reply.ok) throw new Error(`${method} ${path} was answered with ${reply.status}: ${bytes.toString()}`)
    return bytes
  }
  const send = async (...sent: Parameters<typeof request>): Promise<unknown> => {
    const text = (await request(...sent)).toString()
    return text === '' ? undefined : JSON.parse(text)
  }
  return {
    put: async (path, body) => {
      await send('PUT', path, body)
    },
    post: (path, body, headers) => send('POST', path, body, headers),
    bulk: async (path, lines) => {
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
      const reply = await send('POST', path, text, { 'content-type': 'application/x-ndjson' })
      const { rejected, errors } = bulkShape.parse(reply)
      if (rejected > 0)
        throw new Error(`POST ${path} rejected ${rejected} lines: ${JSON.stringify(errors[0])}`)
    },
    get: (path, headers) => send('GET', path, undefined, headers),
    download: (path) => request('GET', path),
    delete: async (path) => {
      await send('DELETE', path)
    },
  }
}

/** Works on all items, at most so many at a time. The first failure ends it: no further item is begun. */
export async function inFlight<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = oneAfterTheOther(items)
  const takeTurns = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: limit }, takeTurns))
}

/** Shared by several loops, and over for all of them when one breaks off: a list's own iterator would go on. */
function* oneAfterTheOther<T>(items: Iterable<T>): Generator<T> {
  yield* items
}
