import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { contractOf, londonDate, pointersOf } from '../support/people.ts'
import { OPERATOR_KEY, startService, type TestService } from '../support/service.ts'

let service: TestService
let provider: string

t.before(async () => {
  service = await startService()
  provider = await service.join('prov', 'provider')
  await service.join('part', 'provider')
  await service.join('comm', 'commissioner')
  await put('/v1/contracts/taken', contractOf('prov', 'comm'))
})
t.teardown(() => service.stop())

const operator = (method: string, path: string, body?: unknown) =>
  service.send(method, path, { key: OPERATOR_KEY, body })
const put = (path: string, body: unknown) => operator('PUT', path, body)

t.test('an organisation is made, kept, changed', async (t) => {
  const path = '/v1/organisations/area'
  const body = { name: 'Área', kind: 'commissioner', areaCode: 'E23000021', exactReturns: true }
  t.equal((await put(path, body)).status, 201)
  t.equal((await put(path, body)).status, 200)
  t.equal((await put(path, { ...body, name: 'New' })).status, 200)
  const { items } = (await operator('GET', '/v1/organisations')).body
  const found = items.find((one: { name: string }) => one.name === 'New')
  t.match(found, { kind: 'commissioner', areaCode: 'E23000021', exactReturns: true })
  const changed = await put(path, { ...body, kind: 'provider' })
  t.match([changed.status, changed.headers['content-type']], [409, /application\/problem\+json/])
  t.match((await put('/v1/organisations/plain', { name: 'x', kind: 'commissioner' })).body, {
    exactReturns: false,
  })
})

t.test('every fault of an organisation at once', async (t) => {
  const reply = await put('/v1/organisations/x', { kind: 'charity', exactReturns: 'yes', colour: 'red' })
  t.equal(reply.status, 422)
  t.same(pointersOf(reply), ['/colour', '/exactReturns', '/kind', '/name'])
  for (const id of ['a%20b', 'x'.repeat(129), '%C3%A1', 'a%00']) {
    const bad = await put(`/v1/organisations/${id}`, { name: 'x', kind: 'provider' })
    t.same([bad.status, pointersOf(bad)], [422, ['/org']], id)
  }
  t.equal((await put(`/v1/organisations/${'x'.repeat(128)}`, { name: 'x', kind: 'provider' })).status, 201)
  t.equal((await put('/v1/organisations/A.b_c-9', { name: 'x', kind: 'provider' })).status, 201)
})

t.test('a key is shown once', async (t) => {
  const made = await operator('POST', '/v1/organisations/prov/keys', { label: 'case system' })
  t.equal(made.status, 201)
  t.match(made.body, { id: String, key: /^wm_/, label: 'case system', createdAt: /^\d{4}-.*Z$/ })
  t.same([made.body.scopes, made.body.expiresOn], [['read', 'write'], null])
  const list = await operator('GET', '/v1/organisations/prov/keys')
  t.ok(list.body.items.some(({ id }: { id: string }) => id === made.body.id))
  t.notOk(list.text.includes(String(made.body.key)) || list.text.includes('"key"'))
})

t.test('the faults of a key', async (t) => {
  const keys = '/v1/organisations/prov/keys'
  for (const [body, pointers] of [
    [{}, ['/label']],
    [{ label: 'x', expiresOn: londonDate(-1) }, ['/expiresOn']],
    [{ label: 'x', expiresOn: '2031-02-29' }, ['/expiresOn']],
    [{ label: 'x', scopes: ['read', 'erase'] }, ['/scopes/1']],
    [
      { expiresOn: londonDate(-1), scopes: 'read', colour: 1 },
      ['/colour', '/expiresOn', '/label', '/scopes'],
    ],
  ] as const) {
    const reply = await operator('POST', keys, body)
    t.same([reply.status, pointersOf(reply)], [422, pointers], JSON.stringify(body))
  }
  t.equal((await operator('POST', '/v1/organisations/nobody/keys', { label: 'x' })).status, 404)
  t.equal((await operator('GET', '/v1/organisations/nobody/keys')).status, 404)
})

t.test('a key works to its last day and within its scopes', async (t) => {
  const keyOf = async (body: object): Promise<string> => {
    const made = await operator('POST', '/v1/organisations/prov/keys', { label: 'x', ...body })
    t.equal(made.status, 201)
    return String(made.body.key)
  }
  const path = '/v1/contracts/taken/cases/scoped'
  const lastDay = await keyOf({ expiresOn: londonDate() })
  t.equal((await service.send('PUT', path, { key: lastDay, body: {} })).status, 201)
  const reader = await keyOf({ scopes: ['read'] })
  t.equal((await service.send('GET', path, { key: reader })).status, 200)
  t.equal((await service.send('PUT', path, { key: reader, body: {} })).status, 403)
  const writer = await keyOf({ scopes: ['write'] })
  t.equal((await service.send('PUT', path, { key: writer, body: {} })).status, 200)
  t.equal((await service.send('GET', path, { key: writer })).status, 403)
  const assessment = '/v1/contracts/taken/assessments/scoped'
  t.equal((await service.send('PUT', assessment, { key: reader, body: {} })).status, 403, 'before the body')
})

t.test('a revoked key is refused within a second', async (t) => {
  const { body } = await operator('POST', '/v1/organisations/prov/keys', { label: 'x' })
  const path = '/v1/contracts/taken/cases'
  t.equal((await service.send('GET', path, { key: body.key })).status, 200)
  t.equal((await operator('DELETE', `/v1/organisations/part/keys/${body.id}`)).status, 404, 'not its own')
  t.equal((await service.send('GET', path, { key: body.key })).status, 200)
  const gone = await operator('DELETE', `/v1/organisations/prov/keys/${body.id}`)
  t.same([gone.status, gone.text], [204, ''])
  await sleep(1000)
  t.equal((await service.send('GET', path, { key: body.key })).status, 401)
  t.equal((await operator('DELETE', `/v1/organisations/prov/keys/${body.id}`)).status, 404)
  for (const id of ['nothing', '%00', '1']) {
    t.match((await operator('DELETE', `/v1/organisations/prov/keys/${id}`)).status, /^4/, id)
  }
})

t.test('a contract is made and read with its defaults', async (t) => {
  const body = {
    ...contractOf('prov', 'comm'),
    follows: 'taken',
    partners: ['part'],
    measures: ['personal-safety-resolved', { measure: 'health-resolved', from: '2019-04-01' }],
    targets: {
      'personal-safety-resolved': [{ from: '2018-10-01', green: 90, amber: 70 }],
      'health-resolved': { green: 10, amber: 30, better: 'lower' },
    },
    funding: [{ stream: 'moj-core', commissioner: 'comm', year: '2019-20', amount: 543752 }],
    retention: { monthsAfterEnd: 72, hold: false },
  }
  const made = await put('/v1/contracts/full', body)
  t.equal(made.status, 201)
  t.equal((await put('/v1/contracts/full', body)).status, 200)
  const read = await operator('GET', '/v1/contracts/full')
  t.match(read.body, { ...body, minimumCount: 5 })
  t.equal(read.headers.etag, made.headers.etag)
  t.equal((await put('/v1/contracts/plain', contractOf('prov', 'comm'))).status, 201)
  const plain = (await operator('GET', '/v1/contracts/plain')).body
  t.same([plain.partners, plain.minimumCount, plain.funding, plain.returns], [[], 5, [], []])
  const { items } = (await operator('GET', '/v1/contracts')).body
  t.ok(['full', 'plain', 'taken'].every((id) => JSON.stringify(items).includes(`"${id}"`)))
  t.equal((await operator('GET', '/v1/contracts/nothing')).status, 404)
})

t.test('a timestamp is taken as the London date in a contract, too', async (t) => {
  await put('/v1/contracts/dated', {
    ...contractOf('prov', 'comm'),
    startsOn: '2018-09-30T23:30:00Z',
    endsOn: '2021-09-30T23:30:00+02:00',
  })
  const { startsOn, endsOn } = (await operator('GET', '/v1/contracts/dated')).body
  t.same([startsOn, endsOn], ['2018-10-01', '2021-09-30'])
})

const faults: [change: object, pointer: string | RegExp, named?: string][] = [
  [{ provider: 'nobody' }, '/provider', 'nobody'],
  [{ provider: 'comm' }, '/provider', 'comm'],
  [{ partners: ['part', 'nobody'] }, '/partners/1', 'nobody'],
  [{ partners: ['comm'] }, '/partners/0', 'comm'],
  [{ commissioners: ['comm', 'nobody'] }, '/commissioners/1', 'nobody'],
  [{ commissioners: ['prov'] }, '/commissioners/0', 'prov'],
  [{ commissioners: [] }, '/commissioners'],
  [{ instruments: ['victim-needs', 'nothing'] }, '/instruments/1', 'nothing'],
  [{ instruments: ['victim-needs@9'] }, '/instruments/0', 'victim-needs@9'],
  [{ measures: ['personal-safety-resolved', 'nothing'] }, '/measures/1', 'nothing'],
  [{ measures: [{ measure: 'nothing', from: '2019-04-01' }] }, /^\/measures\/0/, 'nothing'],
  [{ measures: [{ measure: 'health-resolved', from: '2019-02-29' }] }, '/measures/0/from'],
  [{ returns: [{ template: 'nothing', frequency: 'quarterly' }] }, /^\/returns\/0/, 'nothing'],
  [{ returns: [{ template: 'nothing', frequency: 'daily' }] }, /^\/returns\/0/],
  [{ follows: 'nothing' }, '/follows', 'nothing'],
  [{ minimumCount: 2 }, '/minimumCount'],
  [{ minimumCount: 4.5 }, '/minimumCount'],
  [{ minimumCount: '5' }, '/minimumCount'],
  [{ startsOn: '2018-10-01T00:00:00' }, '/startsOn'],
  [{ startsOn: '1989-12-31' }, '/startsOn'],
  [{ endsOn: '2018-09-30' }, '/endsOn'],
  [{ endsOn: undefined }, '/endsOn'],
  [{ title: undefined }, '/title'],
  [{ title: 7 }, '/title'],
  [{ colour: 'red' }, '/colour'],
  [{ retention: { hold: false, forever: true } }, '/retention/forever'],
  [
    { funding: [{ stream: 'moj-core', commissioner: 'nobody', year: '2019-20', amount: 1 }] },
    /^\/funding\/0/,
  ],
  [
    { funding: [{ stream: 'moj-core', commissioner: 'comm', year: '2019-21', amount: 1 }] },
    '/funding/0/year',
  ],
  [
    { targets: { 'personal-safety-resolved': { green: 60, amber: 70 } } },
    /^\/targets\/personal-safety-resolved/,
  ],
  [{ targets: { 'personal-safety-resolved': { green: 60 } } }, /^\/targets\/personal-safety-resolved/],
  [{ targets: { nothing: { green: 90, amber: 70 } } }, /^\/targets\/nothing/],
]
for (const [change, pointer, named = ''] of faults) {
  t.test(`a contract with ${JSON.stringify(change)} is refused`, async (t) => {
    const reply = await put('/v1/contracts/wrong', { ...contractOf('prov', 'comm'), ...change })
    t.equal(reply.status, 422)
    t.match(pointersOf(reply), [pointer])
    t.ok(reply.text.includes(named), 'names it')
    t.equal((await operator('GET', '/v1/contracts/wrong')).status, 404, 'nothing is stored')
  })
}

t.test('all faults of a contract at once', async (t) => {
  const reply = await put('/v1/contracts/wrong', {
    provider: 'nobody',
    commissioners: ['nobody'],
    startsOn: 'soon',
    endsOn: '2021-09-30',
    instruments: ['nothing'],
    measures: ['nothing'],
    minimumCount: 1,
    colour: 'red',
  })
  t.equal(reply.status, 422)
  t.same(pointersOf(reply), [
    ...['/colour', '/commissioners/0', '/instruments/0', '/measures/0'],
    ...['/minimumCount', '/provider', '/startsOn', '/title'],
  ])
})

for (const [change, pointers] of [
  [{ measures: ['nothing', 7] }, ['/measures/0', '/measures/1']],
  [{ measures: [7, 'nothing', 'nothing'] }, ['/measures/0', '/measures/1', '/measures/2', '/measures/2']],
  [{ partners: ['nobody', 'a b'] }, ['/partners/0', '/partners/1']],
  [{ partners: ['a b', 'prov', 'part'] }, ['/partners/0', '/partners/1']],
  [{ commissioners: ['comm', 'a b', 'prov'] }, ['/commissioners/1', '/commissioners/2']],
  [{ instruments: ['Needs', 'nothing'] }, ['/instruments/0', '/instruments/1']],
  [
    { returns: [{ template: 'nothing', frequency: 'yearly' }, { template: 'nothing' }] },
    ['/returns/0/template', '/returns/1/frequency', '/returns/1/template'],
  ],
  [
    { returns: [{ frequency: 'daily' }, { frequency: 'yearly' }] },
    ['/returns/0/frequency', '/returns/0/template', '/returns/1/template'],
  ],
  [
    { measures: [{ measure: 'nothing', from: 'soon' }, { from: '2019-04-01' }, { from: '2019-04-01' }] },
    ['/measures/0', '/measures/0/from', '/measures/1/measure', '/measures/2/measure'],
  ],
  [
    { funding: [{ commissioner: 'nobody', stream: 'A B', year: '2019-20', amount: 1 }] },
    ['/funding/0/commissioner', '/funding/0/stream'],
  ],
  [
    { funding: [{ shoe: 1 }, { stream: 'nhs', commissioner: 'nobody', year: '2019-20', amount: 1 }] },
    [
      ...['/funding/0/amount', '/funding/0/commissioner', '/funding/0/shoe', '/funding/0/stream'],
      ...['/funding/0/year', '/funding/1/commissioner'],
    ],
  ],
  [
    { targets: { nothing: { atLeast: 1 }, 'health-resolved': { atLeast: 'x' }, 'A B': { atLeast: 1 } } },
    ['/targets/A B', '/targets/health-resolved/atLeast', '/targets/nothing'],
  ],
  [
    { targets: { 'health-resolved': { green: 'x', better: 'up', shoe: 1 } } },
    ['better', 'green', 'shoe'].map((field) => `/targets/health-resolved/${field}`),
  ],
  [
    {
      targets: {
        'health-resolved': [
          { green: 9, amber: 7 },
          { from: 'soon', amber: 101 },
        ],
      },
    },
    ['/targets/health-resolved/1/amber', '/targets/health-resolved/1/from'],
  ],
  [{ targets: { 'health-resolved': 7 } }, ['/targets/health-resolved']],
  [{ targets: { 'health-resolved': { green: 60 } } }, ['/targets/health-resolved/amber']],
  [{ targets: { 'health-resolved': [{ green: 60, amber: 70 }] } }, ['/targets/health-resolved/0/amber']],
] as const) {
  t.test(`no entry of ${JSON.stringify(change)} hides another`, async (t) => {
    const reply = await put('/v1/contracts/wrong', { ...contractOf('prov', 'comm'), ...change })
    t.same([reply.status, pointersOf(reply)], [422, pointers])
  })
}

t.test('more entries than are taken are no more than that', async (t) => {
  const measures = ['nothing', 7, ...Array.from({ length: 1000 }, (_, index) => `m-${index}`)]
  const reply = await put('/v1/contracts/wrong', { ...contractOf('prov', 'comm'), measures })
  t.same([reply.status, pointersOf(reply)], [422, ['/measures']])
})

t.test('the provider of a contract never changes', async (t) => {
  const changed = await put('/v1/contracts/taken', contractOf('part', 'comm'))
  t.equal(changed.status, 409)
  const [standing, partner] = [contractOf('prov', 'comm'), contractOf('part', 'comm')]
  t.equal(
    (await put('/v1/contracts/taken', { ...partner, partners: ['part'] })).status,
    409,
    'nor to a partner',
  )
  t.equal(
    (await put('/v1/contracts/taken', { ...partner, partners: ['prov'] })).status,
    409,
    'nor are they swapped',
  )
  const own = await put('/v1/contracts/taken', { ...standing, partners: ['prov'] })
  t.same([own.status, pointersOf(own)], [422, ['/partners/0']])
  const unknown = await put('/v1/contracts/taken', contractOf('nobody', 'comm'))
  t.same([unknown.status, pointersOf(unknown)], [422, ['/provider']])
  t.equal((await operator('GET', '/v1/contracts/taken')).body.provider, 'prov')
  t.equal((await put('/v1/contracts/taken', { ...contractOf('prov', 'comm'), minimumCount: 3 })).status, 200)
})

t.test('nobody else may use the operator’s routes, whatever is there', async (t) => {
  const commissioner = await service.join('comm-2', 'commissioner')
  const routes = [
    ['PUT', '/v1/organisations/prov', '/v1/organisations/nothing'],
    ['GET', '/v1/organisations', '/v1/organisations'],
    ['POST', '/v1/organisations/prov/keys', '/v1/organisations/nothing/keys'],
    ['GET', '/v1/organisations/prov/keys', '/v1/organisations/nothing/keys'],
    ['DELETE', '/v1/organisations/prov/keys/x', '/v1/organisations/nothing/keys/x'],
    ['PUT', '/v1/contracts/taken', '/v1/contracts/nothing'],
  ] as const
  for (const key of [provider, commissioner]) {
    for (const [method, there, absent] of routes) {
      const body = method === 'GET' || method === 'DELETE' ? undefined : { nonsense: true }
      const [one, other] = [
        await service.send(method, there, { key, body }),
        await service.send(method, absent, { key, body }),
      ]
      t.same([one.status, one.text], [403, other.text], `${method} ${there}`)
    }
  }
})
