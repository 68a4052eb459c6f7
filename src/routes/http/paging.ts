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
    .transform((cursor, context) => {
      const key = keyIn(cursor)
      if (key !== undefined) return key
      context.addIssue({ code: 'custom', message: 'must be a cursor from an earlier answer' })
      return z.NEVER
    })
    .optional()
    .meta({ description: '`next` of the page before' }),
}

const cursorTo = (key: string): string => Buffer.from(`after:${key}`).toString('base64url')

/** The key of the entry that a cursor stands after; undefined if no list of ours can have given it. */
function keyIn(cursor: string): string | undefined {
  const key = /^after:([!-~]+)$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  return key !== undefined && cursorTo(key) === cursor ? key : undefined
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
  const rows = await read({ limit: limit + 1, after: cursor ?? null })
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  const next = last === undefined ? null : cursorTo(keyOf(last))
  if (next !== null) {
    const url = new URL(request.url, 'http://localhost')
    url.searchParams.set('cursor', next)
    reply.header('link', `<${url.pathname}${url.search}>; rel="next"`)
  }
  return { items: page.map(show), next }
}

/** A page of a list that is in memory, ordered by its keys. */
export const pageFrom =
  <T>(all: readonly T[], keyOf: (one: T) => string) =>
  ({ limit, after }: PageRequest): Promise<T[]> =>
    Promise.resolve(all.filter((one) => after === null || keyOf(one) > after).slice(0, limit))
