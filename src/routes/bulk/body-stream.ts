import type { Readable } from 'node:stream'
import { Problem } from '../../domain/problem.ts'

/**
 * A request's body piece by piece, at the pace at which it is taken; whoever stops taking leaves the connection open.
 *
 * @throws {Problem} `bad-request` if it breaks off
 */
export async function* bytesOf(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    // Those of unpacking are told as they are (http/problem-reply.ts).
    throw code.startsWith('Z_') ? error : new Problem('bad-request', 'The body broke off.')
  }
}
