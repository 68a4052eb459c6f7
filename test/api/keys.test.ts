import { createHash } from 'node:crypto'
import postgres from 'postgres'
import t from 'tap'
import { isProblem } from '../support/is-problem.ts'
import { OPERATOR_KEY, startService, type Reply, type TestService } from '../support/service.ts'

let service: TestService
let good: string

t.before(async () => {
  service = await startService()
  good = await service.join('prov', 'provider')
})
t.teardown(() => service.stop())

const issue = async (body: object = {}): Promise<{ id: string; key: string }> => {
  const reply = await service.operate('POST', '/v1/organisations/prov/keys', { label: 'x', ...body })
  return reply.body as { id: string; key: string }
}

/** A request from an address of its own. */
async function from(address: string, authorization?: string): Promise<Reply> {
  const reply = await service.server.app.inject({
    method: 'GET',
    url: '/v1/instruments',
    remoteAddress: address,
    headers: authorization === undefined ? {} : { authorization },
  })
  return { status: reply.statusCode, headers: reply.headers, text: reply.body, body: reply.json() }
}
const bearer = (address: string, key: string) => from(address, `Bearer ${key}`)

t.test('ten bad keys a minute from one address; then 429, but never for a good one', async (t) => {
  const wrong = (n: number) => `wm_0123456789abcdef_${String(n).padStart(43, 'A')}`
  for (let n = 0; n < 10; n++) isProblem(t, await bearer('10.0.0.1', wrong(n)), 401, `bad key ${n + 1}`)
  for (const key of [wrong(10), wrong(0), 'nonsense']) {
    const refused = await bearer('10.0.0.1', key)
    isProblem(t, refused, 429, 'one more')
    const seconds = Number(refused.headers['retry-after'])
    t.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60, `Retry-After: ${seconds}`)
  }
  t.equal((await bearer('10.0.0.1', good)).status, 200, 'a good key works at once')
  t.equal((await bearer('10.0.0.1', OPERATOR_KEY)).status, 200)
  t.equal((await bearer('10.0.0.1', (await issue()).key)).status, 200, 'and so does one made just now')
  t.equal((await from('10.0.0.1')).status, 401, 'no key is no guess')
  t.equal((await bearer('10.0.0.2', wrong(1))).status, 401, 'another address')
})

t.test('good keys never use up the tries of bad ones', async (t) => {
  for (let n = 0; n < 30; n++) t.equal((await bearer('10.0.0.3', good)).status, 200)
  t.equal((await bearer('10.0.0.3', 'nonsense')).status, 401)
})

t.test('a whole network of version 6 is one address', async (t) => {
  for (let n = 0; n < 10; n++) await bearer(`2001:db8:0:1::${n}`, 'nonsense')
  t.equal((await bearer('2001:db8:0:1:ffff::', 'nonsense')).status, 429)
  t.equal((await bearer('2001:db8:0:2::1', 'nonsense')).status, 401)
})

t.test('keys are changed without a gap: several are valid at once', async (t) => {
  const [old, next] = [await issue(), await issue({ scopes: ['read'] })]
  for (const { key } of [old, next]) t.equal((await bearer('10.0.0.4', key)).status, 200)
  await service.operate('DELETE', `/v1/organisations/prov/keys/${old.id}`)
  t.equal((await bearer('10.0.0.4', next.key)).status, 200)
  t.equal((await bearer('10.0.0.4', good)).status, 200)
})

t.test('the database holds the SHA-256 of a key and nothing else of its secret', async (t) => {
  const { id, key } = await issue()
  const owner = postgres({ ...service.database.address, max: 1, onnotice: () => undefined })
  const [row] = await owner<{ digest: Buffer; whole: string }[]>`
    select digest, k::text as whole from api_keys k where key_id = ${id}`
  await owner.end()
  t.same(row?.digest, createHash('sha256').update(key).digest())
  t.notOk(row?.whole.includes(key.slice('wm_'.length + id.length + 1)))
})

t.test('when a key was last used is told', async (t) => {
  const { id, key } = await issue()
  const read = async (): Promise<unknown> => {
    const { body } = await service.operate('GET', '/v1/organisations/prov/keys')
    return (body.items as { id: string; lastUsedAt: unknown }[]).find((one) => one.id === id)?.lastUsedAt
  }
  t.equal(await read(), null)
  const before = Date.now()
  await bearer('10.0.0.5', key)
  const told = Date.parse(String(await read()))
  t.ok(told >= before && told <= Date.now())
})
