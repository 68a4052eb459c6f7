import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import postgres from 'postgres'
import { Webhook } from 'standardwebhooks'
import t from 'tap'
import { loadDefinitions, surveysFolder } from '../../src/definitions.ts'
import { londonDateOf } from '../../src/domain/period.ts'
import { makeOutbound } from '../../src/outbound/outbound.ts'
import type { Needs } from '../../src/services/needs.ts'
import { recountMonth } from '../../src/services/counting/recount-month.ts'
import { releaseAgain } from '../../src/services/webhooks/release-again.ts'
import { sendDeliveries } from '../../src/services/webhooks/send-deliveries.ts'
import { connectPool, transactOn } from '../../src/store/database.ts'
import { isProblem } from '../support/is-problem.ts'
import { contractOf, pointersOf } from '../support/people.ts'
import { OPERATOR_KEY, startService, type Reply, type TestService } from '../support/service.ts'

/** Without workers: each test sends, counts and shows by itself, at the time that it says. */

interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

let service: TestService
let owner: postgres.Sql
let receiver: Server
let base: string
let received: Received[] = []
/** What the next messages are answered with; undefined: nothing. */
let answer: { status: number; headers?: Record<string, string> } | undefined = { status: 204 }
/** What happens while a message is being received. */
let meanwhile: () => Promise<void> = () => Promise.resolve()
const keys = { prov: '', partner: '', pcc: '', other: '' }
let now = new Date()
let stopPool: () => Promise<void>
let needs: Pick<Needs, 'transact' | 'clock' | 'definitions' | 'returnGraceDays' | 'outbound' | 'secret'>

t.before(async () => {
  service = await startService({ workers: false })
  owner = postgres({ ...service.database.address, max: 1, onnotice: () => undefined })
  keys.prov = await service.join('prov', 'provider')
  keys.partner = await service.join('partner', 'provider')
  keys.pcc = await service.join('pcc', 'commissioner')
  keys.other = await service.join('other', 'commissioner')
  receiver = createServer((request, reply) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { url = '', headers } = request
      received.push({ path: url, headers, body: Buffer.concat(chunks).toString() })
      void meanwhile().then(() => {
        if (answer === undefined) request.socket.destroy()
        else reply.writeHead(answer.status, answer.headers).end('x'.repeat(100_000))
      })
    })
  })
  await new Promise<void>((resolve) => {
    receiver.listen(0, '127.0.0.1', resolve)
  })
  base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
  const pool = connectPool(service.database.address, 4)
  stopPool = () => pool.end({ timeout: 5 })
  const [{ secret } = { secret: '' }] = await owner<{ secret: string }[]>`select secret from installation`
  needs = {
    transact: transactOn(pool),
    clock: { now: () => now, today: () => londonDateOf(now) },
    definitions: loadDefinitions([surveysFolder]),
    returnGraceDays: 10,
    outbound: makeOutbound({ toLoopback: true }),
    secret,
  }
})
t.teardown(async () => {
  await stopPool()
  receiver.close()
  await owner.end()
  await service.stop()
})
t.beforeEach(async () => {
  await owner`delete from webhooks`
  received = []
  answer = { status: 204 }
  meanwhile = () => Promise.resolve()
  now = new Date()
})

const send = (key: string, method: string, path: string, body?: unknown): Promise<Reply> =>
  service.send(method, `/v1/${path}`, { key, ...(body !== undefined && { body }) })
const hook = (key: string, name: string, events: readonly string[], url = `${base}/${name}`) =>
  send(key, 'PUT', `webhooks/${name}`, { url, events })
const deliveriesOf = async (key: string, name: string): Promise<Record<string, unknown>[]> =>
  (await send(key, 'GET', `webhooks/${name}/deliveries`)).body.items
/** The service's own clock is the machine's. */
const catchUp = (): void => {
  now = new Date(Math.max(now.getTime(), Date.now()))
}
const sendAll = (): Promise<number> => {
  catchUp()
  return sendDeliveries(needs)()
}
const later = (seconds: number): void => {
  now = new Date(now.getTime() + seconds * 1_000)
}

/** A return that is made anew, of another period each time. */
let quarters = 0
async function makeReturn(key = keys.pcc): Promise<string> {
  quarters += 1
  const name = `returned-${quarters}`
  const period = `20${18 + Math.floor(quarters / 4)}-${19 + Math.floor(quarters / 4)}-Q${1 + (quarters % 4)}`
  await service.operate('PUT', `/v1/contracts/${name}`, {
    ...contractOf('prov', 'pcc'),
    ...{ commissioners: ['pcc', 'other'], startsOn: '2018-04-01' },
    returns: [{ template: 'csp-plan', frequency: 'quarterly' }],
  })
  await countAll()
  const made = await send(key, 'POST', 'returns', { template: 'csp-plan', period })
  if (made.status !== 202) throw new Error(made.text)
  return String(made.body.id)
}

async function countAll(): Promise<void> {
  const recount = recountMonth(needs)
  const waiting = await owner<{ contractId: string; month: number }[]>`
    select distinct contract_id as "contractId", month from marks`
  for (const one of waiting) await recount(one)
}

t.test('the secret is shown once, and everything else as often as it is asked for', async (t) => {
  const made = await hook(keys.pcc, 'w', ['return.ready'])
  t.equal(made.status, 201)
  t.match(made.body.secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  t.match(made.body, { id: 'w', url: `${base}/w`, events: ['return.ready'] })
  const again = await hook(keys.pcc, 'w', ['return.ready'])
  t.equal(again.status, 200)
  t.notOk('secret' in again.body)
  t.equal(again.headers.etag, made.headers.etag, 'nothing has changed')
  const changed = await hook(keys.pcc, 'w', ['return.ready', 'return.submitted'])
  t.equal(changed.status, 200)
  t.not(changed.headers.etag, made.headers.etag)
  const read = await send(keys.pcc, 'GET', 'webhooks/w')
  t.same(read.body, changed.body)
  const list = await send(keys.pcc, 'GET', 'webhooks')
  t.same(list.body, { items: [read.body], next: null })
  t.notMatch(read.text + list.text + changed.text, /whsec|secret|salt/)
  const [row] = await owner`select to_jsonb(w)::text as row from webhooks w`
  const inHex = Buffer.from(String(made.body.secret).slice(6), 'base64').toString('hex')
  t.notOk(String(row?.row).includes(inHex), 'nor does it stand in the table')
  const stale = { key: keys.pcc, headers: { 'if-match': String(made.headers.etag) } }
  isProblem(t, await service.send('DELETE', '/v1/webhooks/w', stale), 412, 'a stale tag')
  t.equal((await send(keys.pcc, 'GET', 'webhooks/w')).status, 200)
})

t.test('what is wrong with one is named', async (t) => {
  for (const url of [
    ...['http://example.org/', 'ftp://example.org/', 'nonsense', 'https://10.0.0.1/', 'https://[fd00::1]/'],
    ...['https://169.254.169.254/latest', 'https://[::ffff:10.0.0.1]/', 'https://user:word@example.org/'],
    ...['http://10.1.2.3/', 'https://100.64.0.1/', 'https://0x0a000001/'],
  ]) {
    const reply = await hook(keys.pcc, 'bad', ['return.ready'], url)
    isProblem(t, reply, 422, url)
    t.same(pointersOf(reply), ['/url'], url)
    t.notMatch(reply.text, /10\.|169\.|fd00|user:word/, 'it repeats nothing')
  }
  const both = await hook(keys.pcc, 'bad', ['return.made'], 'https://10.0.0.1/')
  t.same(pointersOf(both).sort(), ['/events/0', '/url'])
  t.same(pointersOf(await send(keys.pcc, 'PUT', 'webhooks/bad', { url: base })), ['/events'])
  t.equal((await send(keys.pcc, 'GET', 'webhooks/bad')).status, 404)
  isProblem(t, await hook(OPERATOR_KEY, 'bad', ['return.ready']), 403, 'an operator')
})

t.test('a return is told, signed as its receiver can check, and without a figure', async (t) => {
  const { body } = await hook(keys.pcc, 'w', ['return.ready', 'return.submitted'])
  await hook(keys.pcc, 'deaf', ['outcomes.changed'])
  await hook(keys.other, 'joint', ['return.ready', 'return.submitted'])
  const id = await makeReturn()
  await send(keys.pcc, 'GET', `returns/${id}`)
  t.equal(await sendAll(), 1, 'read again it is the same')
  const reasons = (await send(keys.pcc, 'GET', `returns/${id}`)).body.checks as {
    id: string
    level: string
    passed: boolean
  }[]
  const failed = reasons.filter(({ level, passed }) => level === 'error' && !passed)
  const submitted = await send(keys.pcc, 'POST', `returns/${id}/submission`, {
    signedOffBy: 'A. Person',
    reasons: Object.fromEntries(failed.map((check) => [check.id, 'so it is'])),
  })
  t.equal(submitted.status, 200, submitted.text)
  t.equal(await sendAll(), 1)
  t.same(
    received.map(({ path }) => path),
    ['/w', '/w'],
    'a joint funder does not read it, and is not told',
  )
  const period = submitted.body.period as string
  for (const [at, type] of ['return.ready', 'return.submitted'].entries()) {
    const message = received[at]
    if (message === undefined) throw new Error('nothing came')
    const said = new Webhook(String(body.secret)).verify(
      message.body,
      message.headers as Record<string, string>,
    ) as { timestamp: string }
    t.match(said.timestamp, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    t.same(said, {
      type,
      timestamp: said.timestamp,
      data: { return: id, template: 'csp-plan', period, version: 1 },
    })
    t.equal(message.headers['content-type'], 'application/json; charset=utf-8')
    t.throws(() => new Webhook(String(body.secret)).verify(`${message.body} `, message.headers as never))
  }
  t.notMatch(JSON.stringify(received), /Person|so it is/)
  const list = await deliveriesOf(keys.pcc, 'w')
  t.same(
    list.map(({ event, status, tries, statusCode, failure, nextTryAt }) => {
      return { event, status, tries, statusCode, failure, nextTryAt }
    }),
    ['return.ready', 'return.submitted'].map((event) => {
      return { event, status: 'delivered', tries: 1, statusCode: 204, failure: null, nextTryAt: null }
    }),
  )
  t.same(
    list.map((one) => one.id),
    received.map(({ headers }) => headers['webhook-id']),
  )
})

const waitOf = (delivery: Record<string, unknown> | undefined): number =>
  Date.parse(String(delivery?.nextTryAt)) - Date.parse(String(delivery?.lastTriedAt))

t.test('what fails is sent again, under the same id', async (t) => {
  await hook(keys.pcc, 'w', ['return.ready'])
  await makeReturn()
  answer = { status: 500 }
  t.equal(await sendAll(), 1)
  t.equal(await sendAll(), 0, 'not at once')
  const [first] = await deliveriesOf(keys.pcc, 'w')
  t.match(first, { status: 'pending', tries: 1, statusCode: 500, failure: 'refused', deliveredAt: null })
  t.equal(waitOf(first), 5_000)
  later(5)
  answer = undefined
  t.equal(await sendAll(), 1)
  const [second] = await deliveriesOf(keys.pcc, 'w')
  t.match(second, { status: 'pending', tries: 2, statusCode: null, failure: 'no-answer' })
  t.equal(waitOf(second), 20_000)
  later(19)
  t.equal(await sendAll(), 0)
  later(1)
  answer = { status: 302, headers: { location: `${base}/elsewhere` } }
  t.equal(await sendAll(), 1)
  t.match((await deliveriesOf(keys.pcc, 'w'))[0], { status: 'pending', statusCode: 302 })
  later(80)
  answer = { status: 200 }
  t.equal(await sendAll(), 1)
  t.match((await deliveriesOf(keys.pcc, 'w'))[0], { status: 'delivered', tries: 4, statusCode: 200 })
  t.same(
    received.map(({ path }) => path),
    ['/w', '/w', '/w', '/w'],
    'no redirect is followed',
  )
  t.equal(new Set(received.map(({ headers }) => headers['webhook-id'])).size, 1)
})

t.test('a provider may ask for the events of returns, and is told of none', async (t) => {
  const events = ['return.ready', 'return.submitted', 'outcomes.changed']
  const made = await hook(keys.prov, 'all', events)
  t.match([made.status, made.body.events], [201, events])
  await hook(keys.pcc, 'w', ['return.ready'])
  await makeReturn()
  await sendAll()
  t.same(
    (await deliveriesOf(keys.prov, 'all')).filter(({ event }) => event !== 'outcomes.changed'),
    [],
  )
  t.equal((await deliveriesOf(keys.pcc, 'w')).length, 1, 'its commissioner is')
})

t.test('after a day it is given up', async (t) => {
  await hook(keys.pcc, 'w', ['return.ready'])
  await makeReturn()
  answer = { status: 503 }
  const [{ createdAt } = { createdAt: '' }] = await deliveriesOf(keys.pcc, 'w')
  const end = Date.parse(String(createdAt)) + 86_400_000
  for (;;) {
    await sendAll()
    const [one] = await deliveriesOf(keys.pcc, 'w')
    if (one?.status !== 'pending') break
    now = new Date(String(one.nextTryAt))
    t.ok(now.getTime() <= end)
  }
  t.equal(now.getTime(), end, 'the last time a day after')
  const [one] = await deliveriesOf(keys.pcc, 'w')
  t.match(one, { status: 'given-up', statusCode: 503, nextTryAt: null, deliveredAt: null })
  // 0, 5, 25, 105, 425, 1705, 6825 seconds; then every four hours up to a day.
  t.equal(one?.tries, 13)
  later(86_400)
  t.equal(await sendAll(), 0)
})

t.test('two senders at once send it once', async (t) => {
  await hook(keys.pcc, 'w', ['return.ready'])
  for (let n = 0; n < 5; n++) await makeReturn()
  const sent = await Promise.all([sendAll(), sendAll(), sendAll()])
  t.equal(
    sent.reduce((sum, one) => sum + one, 0),
    5,
  )
  t.equal(received.length, 5)
  t.equal(new Set(received.map(({ headers }) => headers['webhook-id'])).size, 5)
})

t.test('what a process died over is taken up by another', async (t) => {
  await hook(keys.pcc, 'w', ['return.ready'])
  await makeReturn()
  catchUp()
  await needs.transact({ role: 'worker' }, (store) =>
    store.deliveries.claim({
      now: now.toISOString(),
      until: new Date(now.getTime() + 60_000).toISOString(),
      most: 1,
    }),
  )
  t.equal(await sendAll(), 0)
  later(60)
  t.equal(await sendAll(), 1)
  t.match((await deliveriesOf(keys.pcc, 'w'))[0], { status: 'delivered', tries: 2 })
})

t.test('a webhook that is taken away is told nothing more', async (t) => {
  await hook(keys.pcc, 'w', ['return.ready'])
  await makeReturn()
  t.equal((await send(keys.other, 'DELETE', 'webhooks/w')).status, 404, 'another’s is not there')
  t.equal((await send(keys.other, 'GET', 'webhooks/w/deliveries')).status, 404)
  t.equal((await send(keys.pcc, 'DELETE', 'webhooks/w')).status, 204)
  t.equal(await sendAll(), 0)
  t.same(received, [])
  t.equal((await send(keys.pcc, 'GET', 'webhooks/w/deliveries')).status, 404)
  t.equal((await send(keys.pcc, 'DELETE', 'webhooks/w')).status, 404)
  const [rows] = await owner`select count(*)::int as n from webhook_deliveries`
  t.equal(rows?.n, 0)
})

t.test('a name that points inwards by the time of sending is not connected to', async (t) => {
  let points = '192.31.196.9'
  const outbound = makeOutbound({
    toLoopback: false,
    resolve: () => Promise.resolve([{ address: points, family: 4 }]),
  })
  t.equal(await outbound.faultOf('https://hook.example/'), undefined)
  for (const inward of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '0.0.0.0', '224.0.0.1']) {
    points = inward
    t.equal(await outbound.faultOf('https://hook.example/'), 'must be at a public address', inward)
    t.same(await outbound.post('https://hook.example/', '{}', {}), { failure: 'address-refused' }, inward)
  }
  t.same(await outbound.post(`${base}/plain`, '{}', {}), { failure: 'address-refused' })
  t.same(received, [])
})

t.test('the address that was checked is the one that is connected to', async (t) => {
  const asked: string[] = []
  const outbound = makeOutbound({
    toLoopback: true,
    resolve: (host) => {
      asked.push(host)
      return Promise.resolve([{ address: '127.0.0.1', family: 4 }])
    },
  })
  const url = base.replace('127.0.0.1', 'hook.invalid')
  t.same(await outbound.post(`${url}/named`, '{}', {}), { statusCode: 204 })
  t.same(asked, ['hook.invalid'], 'once')
  t.equal(received[0]?.path, '/named')
})

const assess = async (contract: string, name: string, safety: number, deliveredBy = 'prov') => {
  const key = deliveredBy === 'prov' ? keys.prov : keys.partner
  for (const [stage, assessedOn, value] of [
    ['start', '2019-01-08', 2],
    ['end', '2019-03-31', safety],
  ] as const) {
    const body = {
      ...{ case: name, instrument: 'victim-needs', stage, assessedOn },
      answers: { 'personal-safety': value },
    }
    const reply = await send(key, 'PUT', `contracts/${contract}/assessments/${stage}-${name}`, body)
    if (reply.status >= 300) throw new Error(reply.text)
  }
}

t.test('a provider is told when what it reads changed, a partner when its own did', async (t) => {
  await service.operate('PUT', '/v1/contracts/counted', {
    ...contractOf('prov', 'pcc'),
    partners: ['partner'],
  })
  await countAll()
  await hook(keys.prov, 'w', ['outcomes.changed'])
  await hook(keys.partner, 'p', ['outcomes.changed'])
  await assess('counted', 'one', 0)
  await countAll()
  await assess('counted', 'two', 0)
  await countAll()
  t.equal((await deliveriesOf(keys.prov, 'w')).length, 1, 'at most one waits')
  t.same(await deliveriesOf(keys.partner, 'p'), [])
  await sendAll()
  t.same(
    received.map(({ path, body }) => [path, JSON.parse(body).type, JSON.parse(body).data]),
    [['/w', 'outcomes.changed', { contract: 'counted' }]],
  )
  await owner`insert into marks (contract_id, month) values ('counted', 201903)`
  await countAll()
  t.equal(await sendAll(), 0, 'counted again, it is the same')
  await assess('counted', 'three', 0, 'partner')
  meanwhile = async () => {
    meanwhile = () => Promise.resolve()
    await assess('counted', 'four', 1)
    await countAll()
  }
  await countAll()
  t.equal(await sendAll(), 2)
  t.equal(await sendAll(), 1, 'what changes while it is told is told once more')
  t.same(received.map(({ path }) => path).sort(), ['/p', '/w', '/w', '/w'])
})

t.test('a commissioner is told when what it is shown changed, and never of what is hidden', async (t) => {
  await service.operate('PUT', '/v1/contracts/shown', contractOf('prov', 'pcc'))
  for (let n = 0; n < 20; n++) await assess('shown', `c${n}`, n < 10 ? 0 : 2)
  await countAll()
  await hook(keys.pcc, 'w', ['outcomes.changed'])
  await hook(keys.other, 'stranger', ['outcomes.changed'])
  const read = async () => {
    const reply = await send(keys.pcc, 'GET', 'contracts/shown/outcomes?period=2018-19-Q4')
    const { completeness, measures, changes } = reply.body as {
      completeness: { closedCases: number }
      measures: { numerator: number; denominator: number }[]
      changes: { pairs: number; improved: number }[]
    }
    // Figures of the same people move on one day.
    t.match(measures[0], { numerator: completeness.closedCases / 2, denominator: completeness.closedCases })
    t.match(changes[0], { pairs: completeness.closedCases, improved: completeness.closedCases / 2 })
    return completeness.closedCases
  }
  t.equal(await read(), 20)
  t.equal(await sendAll(), 0, 'what is shown for the first time is no change')
  await assess('shown', 'c20', 0)
  await countAll()
  await releaseAgain(needs)()
  t.equal(await read(), 20, 'one more is too few to be shown')
  t.equal(await sendAll(), 0, 'nor told')
  for (let n = 21; n < 40; n++) await assess('shown', `c${n}`, n < 30 ? 0 : 2)
  await countAll()
  t.same(await deliveriesOf(keys.pcc, 'w'), [])
  await releaseAgain(needs)()
  t.equal(await sendAll(), 1, 'without anybody reading')
  t.same(JSON.parse(received[0]?.body ?? '').data, { contract: 'shown' })
  t.equal(await read(), 40)
  await releaseAgain(needs)()
  t.equal(await sendAll(), 0)
  t.same(await deliveriesOf(keys.other, 'stranger'), [])
})

t.test('the workers send by themselves', async (t) => {
  const whole = await startService()
  try {
    await whole.join('prov', 'provider')
    const key = await whole.join('pcc', 'commissioner')
    const arrived = new Promise<void>((resolve) => {
      meanwhile = () => {
        resolve()
        return Promise.resolve()
      }
    })
    const body = { url: `${base}/whole`, events: ['return.ready'] }
    await whole.send('PUT', '/v1/webhooks/w', { key, body })
    await whole.operate('PUT', '/v1/contracts/due', {
      ...contractOf('prov', 'pcc'),
      returns: [{ template: 'csp-plan', frequency: 'quarterly' }],
    })
    const asked = { template: 'csp-plan', period: '2019-20-Q1' }
    const made = await whole.send('POST', '/v1/returns', { key, body: asked })
    await arrived
    t.equal(JSON.parse(received[0]?.body ?? '').data.return, made.body.id)
  } finally {
    await whole.stop()
  }
})
