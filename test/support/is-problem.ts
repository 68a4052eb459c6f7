import type { Test } from 'tap'
import type { Reply } from './service.ts'

/** Every error is a problem of its status, told by its content type, with the fields that RFC 9457 and we promise. */
export const isProblem = (t: Test, reply: Reply, status: number | number[], what: string) => {
  t.ok([status].flat().includes(reply.status), `${what}: ${reply.status}`)
  t.match(String(reply.headers['content-type']), /^application\/problem\+json/, what)
  t.match(reply.body, { type: /^\/problems\/[a-z-]+$/, title: /./, status: reply.status, detail: /./ }, what)
  t.ok(reply.headers['x-request-id'], `${what} carries X-Request-Id`)
  t.notMatch(
    reply.text,
    /select |insert |postgres|node_modules|\.ts:|\bat .*:\d+/i,
    `${what} shows no innards`,
  )
}
