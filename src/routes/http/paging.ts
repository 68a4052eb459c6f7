import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { PageRequest } from '../../store/store.ts'

const MOST = 500

export const pageQuery = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, { error: `must be 1 to ${MOST}` })
    .transform(Number)
    .refine((limit) => limit <= MOST, { error: `must be 1 to ${MOST}` })
    .optional()
    .meta({ description: `1 to ${MOST}, default 100` }),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,400}$/, { error: 'must be a cursor from an earlier answer' })
    .optional()
    .meta({ description: '`next` of the page before' }),
}

/** `next` is null on the last page. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable() })

/**
 * Answers with one page, and in `Link` with the way to the next one. One entry more than asked for is read,
 * which tells whether there is a next page.
 */
export async function sendPage<Row, Item>(
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  { limit = 100, cursor }: { limit?: number | undefined; cursor?: string | undefined },
  read: (page: PageRequest) => Promise<Row[]>,
  { keyOf, show }: { keyOf: (row: Row) => string; show: (row: Row) => Item },
): Promise<{ items: Item[]; next: string | null }> {
  const after = cursor === undefined ? null : Buffer.from(cursor, 'base64url').toString()
  const rows = await read({ limit: limit + 1, after })
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  const next = last === undefined ? null : Buffer.from(keyOf(last)).toString('base64url')
  if (next !== null) {
    const url = new URL(request.url, 'http://localhost')
    url.searchParams.set('cursor', next)
    reply.header('link', `<${url.pathname}${url.search}>; rel="next"`)
  }
  return { items: page.map(show), next }
}
