import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { isProblem } from '../support/is-problem.ts'
import { contractOf, pointersOf } from '../support/people.ts'
import { OPERATOR_KEY, startService, type TestService } from '../support/service.ts'

let service: TestService
let key: string

t.before(async () => {
  service = await startService()
  key = await service.join('prov', 'provider')
  await service.join('comm', 'commissioner')
  await service.operate('PUT', '/v1/contracts/mine', contractOf('prov', 'comm'))
})
t.teardown(() => service.stop())

const CASE = '/v1/contracts/mine/cases/c'
const put = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  service.send('PUT', path, { key, body, headers })
const get = (path: string) => service.send('GET', path, { key })

t.test('no key or a bad one is 401', async (t) => {
  for (const authorization of [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    `Basic ${key}`,
    key,
    'Bearer é',
  ]) {
    const headers = authorization === undefined ? {} : { authorization }
    for (const path of [CASE, '/v1/contracts/nothing/cases/c', '/v1/organisations', '/v1/instruments']) {
      const reply = await service.send('GET', path, { headers })
      isProblem(t, reply, 401, `${String(authorization)} ${path}`)
      t.match(reply.headers['www-authenticate'], /^Bearer/)
    }
  }
  const early = await service.send('PUT', CASE, { body: '{' })
  isProblem(t, early, 401, 'before the body is read')
})

t.test('unknown routes and methods', async (t) => {
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/v1'],
    ['GET', '/v1/nothing'],
    ['GET', '/v1/contracts/mine/cases/c/d'],
    ['POST', CASE],
    ['PATCH', CASE],
    ['GET', '/V1/contracts'],
    ['OPTIONS', '/v1/nothing'],
  ] as const) {
    isProblem(t, await service.send(method, path, { key }), [404, 405], `${method} ${path}`)
    t.ok([401, 404, 405].includes((await service.send(method, path)).status), `${method} ${path} without key`)
  }
})

t.test('a body that is no JSON is 400', async (t) => {
  for (const body of [
    '{',
    '',
    'null,',
    '{"client":}',
    "{'a':1}",
    '{"client":"x",}',
    '\u0000',
    '[1',
    '{"client":NaN}',
  ]) {
    isProblem(t, await put(CASE, body), 400, JSON.stringify(body))
  }
  isProblem(
    t,
    await put(CASE, Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d])),
    400,
    'bad UTF-8 name',
  )
  isProblem(t, await put(CASE, Buffer.from('7b22636c69656e74223a22ff227d', 'hex')), 400, 'bad UTF-8')
  isProblem(t, await put(CASE, `${'['.repeat(10_000)}${']'.repeat(10_000)}`), [400, 422], 'deep')
  for (const body of ['[]', 'null', '"x"', '7', 'true']) isProblem(t, await put(CASE, body), 422, body)
  isProblem(t, await put(CASE, '{"__proto__":{"client":"x"}}'), [400, 422], '__proto__')
  isProblem(t, await put(CASE, '{"constructor":{"prototype":{}}}'), [400, 422], 'constructor')
})

t.test('text that the database cannot keep is refused, not a failure', async (t) => {
  for (const [name, json] of Object.entries({
    nul: '{"client":"a\\u0000b"}',
    surrogate: '{"referralSource":"\\ud800"}',
    number: '{"reportedToPolice":1e400}',
  })) {
    isProblem(t, await put(CASE, json), [400, 422], name)
  }
  for (const title of ['a\\u0000b', '\\ud800', '\\udc00x']) {
    const body = JSON.stringify(contractOf('prov', 'comm')).replace('Victim First', title)
    const reply = await service.send('PUT', '/v1/contracts/odd', { key: OPERATOR_KEY, body })
    isProblem(t, reply, [400, 422], title)
  }
})

t.test('only JSON is a media type', async (t) => {
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'text/csv',
    'application/x-ndjson',
    'x',
  ]) {
    isProblem(t, await put(CASE, '{}', { 'content-type': type }), 415, type)
  }
  isProblem(t, await put(CASE, '{}', { 'content-type': '' }), 415, 'none')
  t.equal((await put(CASE, '{}', { 'content-type': 'application/json; charset=utf-8' })).status, 201)
})

t.test('a DELETE without a body may name any type', async (t) => {
  const types = ['application/json', 'application/json; charset=utf-8', 'text/csv', 'x', '']
  const empty: Record<string, string>[] = [{}, { 'content-length': '0' }, { 'content-encoding': 'gzip' }]
  for (const [index, headers] of types
    .flatMap((type) => empty.map((more) => ({ ...more, 'content-type': type })))
    .entries()) {
    const path = `/v1/contracts/mine/cases/gone-${index}`
    t.equal((await put(path, {})).status, 201)
    const reply = await service.send('DELETE', path, { key, headers })
    t.match([reply.status, reply.text], [204, ''], JSON.stringify(headers))
  }
  isProblem(t, await service.send('DELETE', CASE, { key, body: '{' }), 400, 'one that is there is read')
})

t.test('1 MiB is taken, more is 413', async (t) => {
  const sized = (bytes: number) => `{"client":"x"${' '.repeat(bytes - 14)}}`
  t.equal((await put(CASE, sized(1_048_576))).status, 200)
  isProblem(t, await put(CASE, sized(1_048_577)), 413, 'one more')
  t.equal((await put(CASE, gzipSync(sized(1_048_576)), { 'content-encoding': 'gzip' })).status, 200)
  isProblem(
    t,
    await put(CASE, gzipSync(sized(1_048_577)), { 'content-encoding': 'gzip' }),
    413,
    'once unpacked',
  )
  const bomb = gzipSync(Buffer.alloc(200_000_000, ' '))
  isProblem(t, await put(CASE, bomb, { 'content-encoding': 'gzip' }), 413, 'a bomb')
})

t.test('gzip is taken, other encodings are not', async (t) => {
  const packed = gzipSync('{"client":"packed"}')
  const taken = await put(CASE, packed, { 'content-encoding': 'gzip' })
  t.match([taken.status, taken.body.client], [200, 'packed'])
  t.equal(
    (await put(CASE, packed, { 'content-encoding': 'GZIP' })).status,
    200,
    'names of codings have no case',
  )
  isProblem(t, await put(CASE, packed.subarray(0, 12), { 'content-encoding': 'gzip' }), 400, 'cut off')
  isProblem(t, await put(CASE, '{}', { 'content-encoding': 'gzip' }), 400, 'not packed')
  isProblem(t, await put(CASE, gzipSync('{'), { 'content-encoding': 'gzip' }), 400, 'packed nonsense')
  for (const coding of ['br', 'deflate', 'gzip, gzip', 'x']) {
    isProblem(t, await put(CASE, packed, { 'content-encoding': coding }), 415, coding)
  }
})

t.test('malformed addresses', async (t) => {
  for (const id of [
    '%zz',
    '%',
    '%c3%28',
    '%00',
    'a%00',
    'a%20b',
    '%2e%2e%2fx',
    'a%2Fb',
    'é',
    "';--",
    'x'.repeat(129),
  ]) {
    isProblem(t, await get(`/v1/contracts/mine/cases/${id}`), [400, 404, 422], id)
    isProblem(t, await put(`/v1/contracts/mine/cases/${id}`, {}), [400, 404, 422], id)
  }
  const reply = await put('/v1/contracts/mine/cases/a%20b', {})
  t.same([reply.status, pointersOf(reply)], [422, ['/case']])
  t.equal((await put(`/v1/contracts/mine/cases/${'x'.repeat(128)}`, {})).status, 201)
  for (const length of [129, 1025, 15_000]) {
    const long = await put(`/v1/contracts/mine/cases/${'x'.repeat(length)}`, {})
    t.same([long.status, pointersOf(long)], [422, ['/case']], `${length} characters`)
  }
  isProblem(t, await get(`/v1/contracts/mine/cases?cursor=%zz`), [400, 422], 'query')
})

t.test('faults of path, query and body are told together', async (t) => {
  const all = await put('/v1/contracts/c/cases/a%20b?colour=red', { shoe: 1, closure: 'Planned' })
  t.same([all.status, pointersOf(all).sort()], [422, ['/case', '/closure', '/colour', '/shoe']])
  const list = await put('/v1/contracts/a%20b/cases/a%20b', [])
  t.same([list.status, pointersOf(list).sort()], [422, ['', '/case', '/contract']])
  const read = await get('/v1/contracts/a%20b/trend?last=0')
  t.same([read.status, pointersOf(read).sort()], [422, ['/contract', '/last', '/measure']])
})

t.test('what is no HTTP is a problem, too', async (t) => {
  const { port } = new URL(service.server.url)
  const raw = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(text))
      let reply = ''
      socket.on('data', (data) => (reply += data.toString()))
      socket.on('close', () => {
        resolve(reply)
      })
      socket.on('error', reject)
    })
  for (const [text, status] of [
    ['NONSENSE\r\n\r\n', 400],
    ['GET /v1/contracts HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['GET /v1/contracts HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n', 400],
    [`GET /v1/contracts HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ] as const) {
    const reply = await raw(text)
    t.match(reply, new RegExp(`^HTTP/1.1 ${status} `))
    t.match(reply, /content-type: application\/problem\+json/i)
    t.match(reply, /\r\nx-request-id: \S+/i)
    t.match(JSON.parse(reply.slice(reply.indexOf('\r\n\r\n'))), {
      type: /^\/problems\//,
      status,
      detail: /./,
    })
  }
})

t.test('every reply has an id of its own', async (t) => {
  const ids = new Set<unknown>()
  for (const path of [CASE, '/healthz', '/v1/nothing', '/v1/contracts/nothing/cases', '/openapi.json']) {
    ids.add((await get(path)).headers['x-request-id'])
  }
  ids.add((await service.send('GET', CASE)).headers['x-request-id'])
  t.equal(ids.size, 6)
  t.notOk(ids.has(undefined))
})

t.test('data is not stored on the way', async (t) => {
  for (const path of [CASE, '/v1/contracts/mine/cases', '/v1/contracts/mine/outcomes?period=2019-20']) {
    t.equal((await get(path)).headers['cache-control'], 'no-store', path)
  }
  t.equal((await put(CASE, {})).headers['cache-control'], 'no-store')
})
