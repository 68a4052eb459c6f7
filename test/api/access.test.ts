import t from 'tap'
import { contractOf } from '../support/people.ts'
import { OPERATOR_KEY, startService, type Reply, type TestService } from '../support/service.ts'

let service: TestService
let keys: Record<'mine' | 'theirs' | 'part' | 'comm' | 'otherComm' | 'operator', string>

const assessment = (of: string) => ({
  case: of,
  instrument: 'victim-needs',
  stage: 'start',
  assessedOn: '2019-01-08',
  answers: { health: 2 },
})

t.before(async () => {
  service = await startService()
  keys = {
    mine: await service.join('prov', 'provider'),
    theirs: await service.join('other-prov', 'provider'),
    part: await service.join('part', 'provider'),
    comm: await service.join('comm', 'commissioner'),
    otherComm: await service.join('other-comm', 'commissioner'),
    operator: OPERATOR_KEY,
  }
  await service.operate('PUT', '/v1/contracts/mine', { ...contractOf('prov', 'comm'), partners: ['part'] })
  await service.operate('PUT', '/v1/contracts/theirs', contractOf('other-prov', 'other-comm'))
  await put(keys.theirs, '/v1/contracts/theirs/cases/c', { client: 'x' })
  await put(keys.theirs, '/v1/contracts/theirs/assessments/a', assessment('c'))
  await put(keys.mine, '/v1/contracts/mine/cases/c', { client: 'x' })
  await put(keys.mine, '/v1/contracts/mine/assessments/a', assessment('c'))
})
t.teardown(() => service.stop())

const put = (key: string, path: string, body: unknown, headers = {}) =>
  service.send('PUT', path, { key, body, headers })
const get = (key: string, path: string) => service.send('GET', path, { key })

/** All that a stranger could tell two replies apart by. */
const looks = ({ status, text, headers }: Reply) => {
  const told = ['content-type', 'content-length', 'etag', 'link', 'cache-control', 'retry-after']
  return { status, text, headers: told.map((name) => headers[name]) }
}

const requests: [method: string, rest: string, body?: unknown, headers?: Record<string, string>][] = [
  ['GET', 'cases'],
  ['GET', 'cases?colour=red'],
  ['GET', 'cases/c'],
  ['GET', 'assessments'],
  ['GET', 'assessments?case=c'],
  ['GET', 'assessments/a'],
  ['GET', 'assessments/a?revisions=true'],
  ['GET', 'assessments/a?revisions=nonsense'],
  ['PUT', 'cases/c', { client: 'x' }],
  ['PUT', 'cases/c', { colour: 'nonsense' }],
  ['PUT', 'cases/c', { client: 'x' }, { 'if-match': '*' }],
  ['PUT', 'cases/c', { client: 'x' }, { 'if-match': '"x"' }],
  ['PUT', 'assessments/a', assessment('c')],
  ['PUT', 'assessments/a', { ...assessment('c'), answers: { nonsense: 7 } }],
  ['PUT', 'assessments/a', { ...assessment('c'), instrument: 'nonsense' }],
]

t.test('another provider’s contract is as one that is not there', async (t) => {
  for (const [method, rest, body, headers] of [...requests, ['GET', 'outcomes?period=2019-20'] as const]) {
    const sent = { key: keys.mine, body, ...(headers && { headers }) }
    const other = await service.send(method, `/v1/contracts/theirs/${rest}`, sent)
    const absent = await service.send(method, `/v1/contracts/absent/${rest}`, sent)
    t.same(looks(other), looks(absent), `${method} ${rest}`)
    t.ok(
      other.status === 404 || (other.status === 422 && /nonsense|colour/.test(JSON.stringify(body) + rest)),
    )
  }
  t.equal((await get(keys.theirs, '/v1/contracts/theirs/cases/c')).body.client, 'x', 'nothing was written')
  const unknown = await get(keys.mine, '/v1/contracts/mine/cases/absent')
  const foreign = await get(keys.mine, '/v1/contracts/theirs/cases/c')
  t.same(looks(foreign).status, looks(unknown).status)
})

t.test('a commissioner gets 404 on cases and assessments, always', async (t) => {
  const replies = new Set<string>()
  const more: typeof requests = [
    ['PUT', 'cases/c', '{'],
    ['PUT', 'assessments/a', '{'],
    ['PUT', 'cases/c', 'x', { 'content-type': 'text/plain' }],
    ['PUT', 'cases/c', 'x'.repeat(1_100_000)],
    ['PUT', 'cases/a%20b', {}],
    ['GET', 'cases/a%20b'],
    ['GET', 'cases?limit=0'],
    ['GET', 'assessments?updatedSince=nonsense'],
    ['PUT', 'assessments/new', assessment('new')],
  ]
  for (const [method, rest, body, headers] of [...requests, ...more]) {
    for (const contract of ['mine', 'theirs', 'absent']) {
      const sent = { key: keys.comm, body, ...(headers && { headers }) }
      const reply = await service.send(method, `/v1/contracts/${contract}/${rest}`, sent)
      t.equal(reply.status, 404, `${method} ${contract}/${rest} ${JSON.stringify(body ?? '').slice(0, 60)}`)
      replies.add(JSON.stringify(looks(reply)))
    }
  }
  t.equal(replies.size, 1, 'all alike')
  t.equal((await get(keys.mine, '/v1/contracts/mine/assessments/new')).status, 404)
})

t.test('a commissioner’s key to read only gets 404, too', async (t) => {
  const { body } = await service.operate('POST', '/v1/organisations/comm/keys', {
    label: 'x',
    scopes: ['read'],
  })
  t.equal((await put(String(body.key), '/v1/contracts/mine/cases/c', {})).status, 404)
})

t.test('an operator gets 403 on cases, assessments and outcomes', async (t) => {
  const replies = new Set<string>()
  for (const [method, rest, body, headers] of [...requests, ['GET', 'outcomes?period=2019-20'] as const]) {
    for (const contract of ['mine', 'theirs', 'absent']) {
      const sent = { key: keys.operator, body, ...(headers && { headers }) }
      const reply = await service.send(method, `/v1/contracts/${contract}/${rest}`, sent)
      t.equal(reply.status, 403, `${method} ${contract}/${rest}`)
      t.match(reply.headers['content-type'], /^application\/problem\+json/)
      replies.add(reply.text)
    }
  }
  t.equal(replies.size, 1)
})

t.test('a commissioner reads the outcomes of the contracts that name it only', async (t) => {
  const outcomes = (key: string, contract: string) =>
    get(key, `/v1/contracts/${contract}/outcomes?period=2019-20`)
  t.equal((await outcomes(keys.comm, 'mine')).status, 200)
  t.equal((await outcomes(keys.comm, 'theirs')).status, 404)
  t.same(looks(await outcomes(keys.comm, 'theirs')), looks(await outcomes(keys.comm, 'absent')))
  await service.operate('PUT', '/v1/contracts/mine', {
    ...contractOf('prov', 'comm'),
    partners: ['part'],
    commissioners: ['comm', 'other-comm'],
  })
  t.equal((await outcomes(keys.otherComm, 'mine')).status, 200, 'jointly funded')
})

t.test('a partner reaches only the cases it delivers', async (t) => {
  const root = '/v1/contracts/mine'
  const made = await put(keys.part, `${root}/cases/p`, { client: 'own' })
  t.match([made.status, made.body.deliveredBy], [201, 'part'])
  t.equal((await put(keys.part, `${root}/assessments/pa`, assessment('p'))).status, 201)
  const byAssessment = await put(keys.part, `${root}/assessments/pb`, assessment('p-new'))
  t.equal(byAssessment.status, 201)
  t.equal((await get(keys.part, `${root}/cases/p-new`)).body.deliveredBy, 'part')

  for (const path of ['cases/c', 'assessments/a', 'assessments/a?revisions=true']) {
    const absent = path.replace(/\/\w/, '/absent')
    t.same(
      looks(await get(keys.part, `${root}/${path}`)),
      looks(await get(keys.part, `${root}/${absent}`)),
      path,
    )
    t.equal((await get(keys.part, `${root}/${path}`)).status, 404)
  }
  const before = (await get(keys.mine, `${root}/cases/c`)).text
  for (const [path, body] of [
    ['cases/c', { client: 'stolen' }],
    ['assessments/a', assessment('p')],
    ['assessments/new', assessment('c')],
    ['assessments/pa', assessment('c')],
  ] as const) {
    const reply = await put(keys.part, `${root}/${path}`, body)
    t.ok([404, 422].includes(reply.status), `${path}: ${reply.status}`)
  }
  t.equal((await get(keys.mine, `${root}/cases/c`)).text, before)
  t.equal((await get(keys.mine, `${root}/assessments/a`)).body.case, 'c')
  t.equal((await get(keys.mine, `${root}/assessments/new`)).status, 404)
  t.equal((await get(keys.mine, `${root}/assessments/pa`)).body.case, 'p')

  const casesOf = async (key: string) =>
    (await get(key, `${root}/cases`)).body.items.map((one: { case: string }) => one.case).sort()
  t.same(await casesOf(keys.part), ['p', 'p-new'])
  t.same(await casesOf(keys.mine), ['c', 'p', 'p-new'])
  const refs = (await get(keys.part, `${root}/assessments`)).body.items.map((one: { ref: string }) => one.ref)
  t.same(refs.sort(), ['pa', 'pb'])
  t.same((await get(keys.part, `${root}/assessments?case=c`)).body.items, [])

  const claimed = await put(keys.part, `${root}/cases/q`, { deliveredBy: 'prov' })
  t.ok(claimed.status >= 400 || claimed.body.deliveredBy === 'part', 'never delivered by another')
  const strange = await put(keys.mine, `${root}/cases/c`, { deliveredBy: 'other-prov' })
  t.same([strange.status, strange.body.errors?.[0]?.pointer], [422, '/deliveredBy'])
})

t.test('a partner loses what it no longer delivers, and everything with the contract', async (t) => {
  const root = '/v1/contracts/mine'
  t.equal((await put(keys.mine, `${root}/cases/p`, { deliveredBy: 'prov' })).status, 200)
  t.equal((await get(keys.part, `${root}/cases/p`)).status, 404)
  t.equal((await get(keys.part, `${root}/assessments/pa`)).status, 404)
  t.equal((await get(keys.part, `${root}/cases/p-new`)).status, 200)
  await service.operate('PUT', '/v1/contracts/mine', contractOf('prov', 'comm'))
  t.equal((await get(keys.part, `${root}/cases/p-new`)).status, 404)
  t.equal((await put(keys.part, `${root}/cases/p-more`, {})).status, 404)
  t.equal((await get(keys.part, `${root}/cases`)).status, 404)
})

t.test('a partner’s outcomes are of its own cases', async (t) => {
  const body = { ...contractOf('prov', 'comm'), partners: ['part'] }
  await service.operate('PUT', '/v1/contracts/shared', body)
  const closed = { startedOn: '2019-01-02', closedOn: '2019-02-02' }
  for (const of of ['a', 'b']) await put(keys.mine, `/v1/contracts/shared/cases/${of}`, closed)
  await put(keys.part, '/v1/contracts/shared/cases/c', closed)
  const reply = await service.send('GET', '/v1/contracts/shared/outcomes?period=2019-M02', {
    key: keys.part,
    headers: { prefer: 'wait=30' },
  })
  t.equal(reply.status, 200)
  t.equal(reply.body.completeness?.closedCases, 1)
})
