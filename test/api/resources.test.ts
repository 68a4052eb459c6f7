import t from 'tap'
import { isProblem } from '../support/is-problem.ts'
import { contractOf, pointersOf } from '../support/people.ts'
import { OPERATOR_KEY, startService, type Reply, type TestService } from '../support/service.ts'

let service: TestService
let key: string

t.before(async () => {
  service = await startService()
  key = await service.join('prov', 'provider')
  await service.join('comm', 'commissioner')
  await service.operate('PUT', '/v1/contracts/mine', contractOf('prov', 'comm'))
  await put(CASE, {})
})
t.teardown(() => service.stop())

const CASE = '/v1/contracts/mine/cases/c'
const put = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  service.send('PUT', path, { key, body, headers })
const get = (path: string) => service.send('GET', path, { key })

t.test('a PUT honours If-Match', async (t) => {
  const assessment = '/v1/contracts/mine/assessments/matched'
  const body = {
    case: 'm',
    instrument: 'victim-needs',
    stage: 'start',
    assessedOn: '2019-01-08',
    answers: { health: 2 },
  }
  for (const [path, first, second] of [
    ['/v1/contracts/mine/cases/matched', { client: 'one' }, { client: 'two' }],
    [assessment, body, { ...body, answers: { health: 1 } }],
  ] as const) {
    isProblem(t, await put(path, first, { 'if-match': '*' }), 412, 'nothing there')
    isProblem(t, await put(path, first, { 'if-match': '"x"' }), 412, 'nothing there')
    t.equal((await get(path)).status, 404)
    const made = await put(path, first)
    const etag = String(made.headers.etag)
    t.match(etag, /^"[^"]+"$/, 'a strong one')
    t.equal((await get(path)).headers.etag, etag)
    isProblem(t, await put(path, second, { 'if-match': '"other"' }), 412, 'another')
    isProblem(t, await put(path, second, { 'if-match': `W/${etag}` }), 412, 'a weak one never matches')
    t.equal((await get(path)).headers.etag, etag, 'nothing has changed')
    const changed = await put(path, second, { 'if-match': `"other", ${etag}` })
    t.equal(changed.status, 200)
    t.not(changed.headers.etag, etag)
    isProblem(t, await put(path, first, { 'if-match': etag }), 412, 'the former')
    t.equal((await put(path, first, { 'if-match': '*' })).status, 200)
  }
  const contract = await service.send('GET', '/v1/contracts/mine', { key: OPERATOR_KEY })
  const stale = await service.send('PUT', '/v1/contracts/mine', {
    key: OPERATOR_KEY,
    body: contractOf('prov', 'comm'),
    headers: { 'if-match': '"other"' },
  })
  t.ok(contract.headers.etag)
  isProblem(t, stale, 412, 'a contract')
})

t.test('lists come in pages', async (t) => {
  await service.operate('PUT', '/v1/contracts/paged', contractOf('prov', 'comm'))
  const refs = ['A', 'B', 'Z', '_', 'a', 'a-c', 'a.c', 'ab', 'z']
  for (const ref of [...refs].reverse()) {
    const body = {
      case: `c${ref}`,
      instrument: 'victim-needs',
      stage: 'start',
      assessedOn: '2019-01-08',
      answers: {},
    }
    t.equal((await put(`/v1/contracts/paged/assessments/${ref}`, body)).status, 201)
  }
  for (const [list, name, expected] of [
    ['/v1/contracts/paged/assessments?limit=2', 'ref', refs],
    ['/v1/contracts/paged/cases?limit=2', 'case', refs.map((ref) => `c${ref}`)],
  ] as const) {
    const found: string[] = []
    let path: string | undefined = list
    while (path !== undefined) {
      const { status, body, headers }: Reply = await get(path)
      t.equal(status, 200)
      t.ok(body.items.length <= 2)
      found.push(...body.items.map((one: Record<string, string>) => one[name]))
      const link = /^<([^>]+)>; rel="?next"?$/.exec(String(headers.link ?? ''))?.[1]
      t.equal(link === undefined, body.next === null, 'Link goes with next')
      const next = link === undefined ? undefined : new URL(link, 'http://x/')
      if (next) t.equal(next.searchParams.get('cursor'), body.next)
      path = next && next.pathname + next.search
    }
    t.same([...found].sort(), [...expected].sort(), 'each once')
  }
  t.equal((await get('/v1/contracts/paged/cases?limit=9')).body.next, null, 'exactly as many')
  for (let n = 0; n < 92; n++) await put(`/v1/contracts/paged/cases/more-${n}`, {})
  t.equal((await get('/v1/contracts/paged/cases')).body.items.length, 100, 'a hundred unless said')
  t.equal((await get('/v1/contracts/paged/cases?limit=500')).body.items.length, 101)
  for (const limit of ['0', '501', 'x', '-1', '1.5', '', '1e2']) {
    const reply = await get(`/v1/contracts/paged/cases?limit=${limit}`)
    t.same([reply.status, pointersOf(reply)], [422, ['/limit']], limit)
  }
  const given: string = (await get('/v1/contracts/paged/cases?limit=2')).body.next
  const forged = Buffer.from(`${Buffer.from(given, 'base64url').toString()}\0`).toString('base64url')
  for (const cursor of ['%21%21', '', 'bm90aGluZw%00', 'bm90aGluZw', `${given}%20`, `${given}%3D`, forged]) {
    const reply = await get(`/v1/contracts/paged/cases?cursor=${cursor}`)
    isProblem(t, reply, 422, `cursor ${cursor}`)
    t.same(pointersOf(reply), ['/cursor'])
  }
})

t.test('the next page keeps the filter', async (t) => {
  for (const ref of ['kept-1', 'kept-2', 'other']) {
    const stage = ref === 'other' ? 'review' : 'end'
    const body = { case: 'kept', instrument: 'victim-needs', stage, assessedOn: '2019-01-08', answers: {} }
    await put(`/v1/contracts/mine/assessments/${ref}`, body)
  }
  const first = await get('/v1/contracts/mine/assessments?case=kept&stage=end&limit=1')
  t.equal(first.status, 200)
  const link = new URL(/^<([^>]+)>/.exec(String(first.headers.link))?.[1] ?? '', 'http://x/')
  const second = await get(link.pathname + link.search)
  t.same(
    [first.body.items[0]?.ref, second.body.items.map(({ ref }: { ref: string }) => ref), second.body.next],
    ['kept-1', ['kept-2'], null],
  )
})

t.test('what is not known is refused by name', async (t) => {
  const period = '/v1/contracts/mine/outcomes?period=2019-20'
  const lists = ['cases', 'assessments'].map((name) => `/v1/contracts/mine/${name}?limit=1`)
  const served = ['/v1/instruments?limit=1', '/v1/measures?limit=1', '/v1/returns/templates?limit=1']
  for (const path of [period, ...lists, ...served, `${CASE}?a=b`.replace('a=b', 'x=')]) {
    const reply = await get(`${path}&colour=red`)
    t.equal(reply.status, 422, path)
    t.ok(pointersOf(reply).includes('/colour'), path)
  }
  for (const path of ['/v1/organisations', '/v1/contracts', '/v1/organisations/prov/keys']) {
    const reply = await service.send('GET', `${path}?colour=red`, { key: OPERATOR_KEY })
    t.same([reply.status, pointersOf(reply)], [422, ['/colour']], path)
  }
  for (const [method, path, by] of [
    ['PUT', CASE, key],
    ['PUT', '/v1/contracts/mine/assessments/a', key],
    ['PUT', '/v1/contracts/mine', OPERATOR_KEY],
    ['PUT', '/v1/organisations/prov', OPERATOR_KEY],
    ['POST', '/v1/organisations/prov/keys', OPERATOR_KEY],
    ['DELETE', '/v1/organisations/prov/keys/none', OPERATOR_KEY],
  ] as const) {
    const body = method === 'DELETE' ? undefined : {}
    const written = await service.send(method, `${path}?colour=red`, { key: by, body })
    t.equal(written.status, 422, `${method} ${path}`)
    t.ok(pointersOf(written).includes('/colour'), `${method} ${path}`)
  }
  const deep = await put(CASE, { colour: 1, 'a/b~c': 1, characteristics: { sex: 'female', shoe: 'x' } })
  t.same([deep.status, pointersOf(deep)], [422, ['/a~1b~0c', '/characteristics/shoe', '/colour']])
})

t.test('a name that JavaScript has a meaning for is no name here', async (t) => {
  const answers = '{"health":2,"__proto__":1}'
  const assessment = `{"case":"w","instrument":"victim-needs","stage":"start","assessedOn":"2019-01-08","answers":${answers}}`
  const path = '/v1/contracts/mine/assessments/named'
  const named = await put(path, assessment)
  t.same([named.status, pointersOf(named)], [422, ['/answers/__proto__']])
  t.equal((await get(path)).status, 404, 'nothing is stored')
  const line = await service.send('POST', '/v1/contracts/mine/assessments/bulk', {
    key,
    body: assessment.replace('{', '{"ref":"named",'),
    headers: { 'content-type': 'application/x-ndjson' },
  })
  t.match(line.body, { rejected: 1, errors: [{ ref: 'named', errors: [{ pointer: '/answers/__proto__' }] }] })
  for (const [body, pointer] of [
    ['{"__proto__":{"client":"x"}}', '/__proto__'],
    ['{"characteristics":{"__proto__":{"sex":"female"}}}', '/characteristics/__proto__'],
  ] as const) {
    const reply = await put(CASE, body)
    t.same([reply.status, pointersOf(reply)], [422, [pointer]], body)
  }
  const figures = await put('/v1/contracts/mine/figures/2019-20-Q1', '{"__proto__":1}')
  t.same([figures.status, pointersOf(figures)], [422, ['/__proto__']])
  const contract = JSON.stringify({ ...contractOf('prov', 'comm'), targets: {} })
  const targets = await service.send('PUT', '/v1/contracts/mine', {
    key: OPERATOR_KEY,
    body: contract.replace('"targets":{}', '"targets":{"__proto__":{"atLeast":1}}'),
  })
  t.same([targets.status, pointersOf(targets)], [422, ['/targets/__proto__']])
})

t.test('every fault at once, none with the value of an answer', async (t) => {
  const worst = await put(CASE, {
    client: 'a b',
    referredOn: '2019-02-30',
    closedOn: '2019-01-01T00:00:00',
    reportedToPolice: 'yes',
    cohorts: ['idva', 'Not Kebab'],
    sourceUpdatedAt: '2026-11-22',
    shoe: 42,
  })
  t.equal(worst.status, 422)
  const pointers = [
    '/client',
    '/closedOn',
    '/cohorts/1',
    '/referredOn',
    '/reportedToPolice',
    '/shoe',
    '/sourceUpdatedAt',
  ]
  t.same(pointersOf(worst), pointers)
  const source = await put(CASE, { referralSource: 'carrier-pigeon', closure: 'moved-away' })
  t.same(pointersOf(source), ['/referralSource'], 'one of four, where any reason to close is taken')
  const coded = await put(CASE, { characteristics: { sex: 'X9', ageBand: 'a b', shoe: 'x' } })
  t.same(
    pointersOf(coded),
    ['ageBand', 'sex', 'shoe'].map((name) => `/characteristics/${name}`),
  )
  const asked = { longTermCondition: 'A B', activitiesReduced: 'no', disability: 'yes' }
  t.same(
    pointersOf(await put(CASE, { characteristics: asked })),
    ['/characteristics/longTermCondition'],
    'what follows is not known',
  )
  const path = '/v1/contracts/mine/assessments/wrong'
  const shape = await put(path, { stage: 'begin', assessedOn: 'x', answers: {}, colour: 1, case: 'a b' })
  t.same(pointersOf(shape), ['/assessedOn', '/case', '/colour', '/instrument', '/stage'])
  const homeless = await put(path, {
    instrument: 'victim-needs',
    stage: 'begin',
    assessedOn: 'x',
    answers: {},
  })
  t.same(pointersOf(homeless), ['/assessedOn', '/case', '/stage'])
  t.same(
    pointersOf(await put(path, {})),
    ['/assessedOn', '/case', '/instrument', '/stage'],
    'a case may be left out only where the instrument says so',
  )
  const unknown = { instrument: 'unheard-of', stage: 'start', assessedOn: '2019-01-08', answers: {} }
  t.same(pointersOf(await put(path, unknown)), ['/case', '/instrument'])
  const misnamed = await put(path, { ...unknown, instrument: 'victim-needs', case: 'a b' })
  t.same(pointersOf(misnamed), ['/case'], 'one fault, of how it is written: it is not missing as well')
  const answers = await put(path, {
    case: 'w',
    instrument: 'victim-needs',
    stage: 'start',
    assessedOn: '2019-01-08',
    answers: { health: 987654, family: 'secretly', social: 1.53197, shoe: 86421, finance: 3 },
  })
  t.same(
    [answers.status, pointersOf(answers)],
    [422, ['/answers/family', '/answers/health', '/answers/shoe', '/answers/social']],
  )
  t.notMatch(answers.text, /987654|secretly|53197|86421/)
  t.equal((await get(path)).status, 404, 'nothing is stored')
  t.equal((await get('/v1/contracts/mine/cases/w')).status, 404, 'nor a case made')
})

t.test('of many equal writes at once one makes, the others find it made', async (t) => {
  const body = {
    case: 'race',
    instrument: 'victim-needs',
    stage: 'start',
    assessedOn: '2019-01-08',
    answers: {},
  }
  const path = '/v1/contracts/mine/assessments/race'
  const replies = await Promise.all(Array.from({ length: 20 }, () => put(path, body)))
  t.same(replies.map(({ status }) => status).sort(), [...Array.from({ length: 19 }, () => 200), 201])
  t.ok(replies.every((reply) => reply.body.revision === 1))
})

t.test('of many writes at once that saw the same, If-Match lets one through', async (t) => {
  const path = '/v1/contracts/mine/cases/race-2'
  const seen = String((await put(path, { client: 'first' })).headers.etag)
  const writes = Array.from({ length: 10 }, (_, n) => put(path, { client: `w-${n}` }, { 'if-match': seen }))
  const statuses = (await Promise.all(writes)).map(({ status }) => status)
  t.same(statuses.sort(), [200, ...Array.from({ length: 9 }, () => 412)])
})
