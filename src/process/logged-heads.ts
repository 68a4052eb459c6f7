import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { ChainHead } from '../store/audit/audit-log.ts'

const MESSAGE = 'audit head'

const loggedHead = z.object({
  msg: z.literal(MESSAGE),
  organisation: z.string(),
  entry: z.number().int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
})

/** One line for each chain, with nothing but where it ends. */
export function logHeads(logger: Pick<Logger, 'info'>, heads: readonly ChainHead[]): void {
  for (const { organisationId, entry, hash } of heads)
    logger.info({ organisation: organisationId, entry, hash: Buffer.from(hash).toString('hex') }, MESSAGE)
}

/**
 * The heads that a log tells of, in whatever order; other lines, and what a collector put before each line, are passed over.
 *
 * @throws {Error} if it cannot be read, or tells of none
 */
export async function readLoggedHeads(path: string): Promise<ChainHead[]> {
  const heads: ChainHead[] = []
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (!line.includes(MESSAGE)) continue
    const read = loggedHead.safeParse(parse(line.slice(line.indexOf('{'))))
    if (!read.success) continue
    const { organisation, entry, hash } = read.data
    heads.push({ organisationId: organisation, entry, hash: Buffer.from(hash, 'hex') })
  }
  if (heads.length === 0) throw new Error(`${path} has no line of an audit head.`)
  return heads
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
