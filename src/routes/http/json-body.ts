import { createGunzip } from 'node:zlib'
import { pipeline } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '../../domain/problem.ts'

/** 1 MiB for one resource, counted after unpacking. */
export const BODY_LIMIT = 1024 * 1024

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Takes JSON in UTF-8 and nothing else, packed by gzip if the sender likes; a DELETE has no body to be of any type. */
export function takeJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    if (body.length === 0) {
      done(new Problem('bad-json', 'The body is empty.'))
      return
    }
    const parsed = parse(body as Buffer)
    if (parsed instanceof Problem) done(parsed)
    else done(null, parsed.value)
  })
  app.addHook('preParsing', async (request, _reply, payload) => {
    if (request.method === 'DELETE' && hasNoBody(request)) {
      // Many clients name a type on every request.
      delete request.headers['content-type']
      return payload
    }
    const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase()
    if (encoding === 'identity') return payload
    if (encoding !== 'gzip') throw new Problem('wrong-media-type', 'Content-Encoding must be gzip or absent.')
    // The length that was announced is the packed one; the limit is on what comes out.
    delete request.headers['content-length']
    delete request.headers['content-encoding']
    return pipeline(payload, createGunzip(), () => undefined).on('error', () => undefined)
  })
}

const hasNoBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0'

function parse(body: Buffer): { value: unknown } | Problem {
  try {
    return { value: JSON.parse(utf8.decode(body)) as unknown }
  } catch {
    // The parser's own words may quote the body, so they are not passed on.
    return new Problem('bad-json', 'The body is not well-formed JSON in UTF-8.')
  }
}
