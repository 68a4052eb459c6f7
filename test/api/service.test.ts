import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import t from 'tap'
import { parse } from 'yaml'
import { readConfig } from '../../src/config.ts'
import { makeLogger } from '../../src/process/logger.ts'
import { packageFile } from '../../src/process/package-file.ts'
import { startServer } from '../../src/server.ts'
import { makeKeys, makePeople } from '../support/people.ts'
import { OPERATOR_KEY, startService, type TestService } from '../support/service.ts'

let service: TestService
let keys: { provider: string; commissioner: string }

t.before(async () => {
  service = await startService()
  keys = await makeKeys(service)
})
t.teardown(() => service.stop())

const get = (path: string, key = keys.provider) => service.send('GET', path, { key })

t.test('a port that is taken is named', async (t) => {
  const config = {
    ...readConfig({ PORT: new URL(service.server.url).port, LOG_LEVEL: 'silent' }),
    databaseUrl: service.database.url,
    operatorKey: OPERATOR_KEY,
  }
  await t.rejects(startServer(config, makeLogger(config.logLevel)), { message: /^PORT \d+ [^\n]* is taken/ })
})

t.test('healthz and readyz need no key', async (t) => {
  t.equal((await service.send('GET', '/healthz')).status, 200)
  t.equal((await service.send('GET', '/readyz')).status, 200)
})

t.test('metrics name no tenant, case or key', async (t) => {
  const people = await makePeople(service, keys, 'planted-contract')
  await people.assess('planted-case', { 'personal-safety': 2 }, { ref: 'planted-ref' })
  await people.outcomes('2019-M02')
  await people.outcomes('2019-M02', keys.commissioner)
  await get('/v1/contracts/planted-unknown/cases/planted-none')
  const { status, text, headers } = await service.send('GET', '/metrics')
  t.match([status, headers['content-type']], [200, /^text\/plain/])
  t.match(text, /^# TYPE \w+ \w+$/m)
  t.notMatch(text, /planted|"prov"|"comm"|wm_/)
})

t.test('every figure that an alert rule asks for is there', async (t) => {
  const rules = readFileSync(packageFile('ops/alerts.yaml'), 'utf8')
  const { text } = await service.send('GET', '/metrics')
  const asked = new Set([...rules.matchAll(/\b(?:waymark|nodejs)_\w+/g)].map(([name]) => name))
  t.ok(asked.size >= 6)
  for (const name of asked)
    t.match(text, new RegExp(`^# TYPE ${name.replace(/_(bucket|count)$/, '')} `, 'm'), name)
  const { groups } = parse(rules) as { groups: { rules: { alert: string; expr: string }[] }[] }
  t.same(
    groups.flatMap(({ rules }) => rules).filter(({ alert, expr }) => alert === '' || expr === ''),
    [],
  )
})

t.test('the OpenAPI document is valid and lists every route', async (t) => {
  const { status, body } = await service.send('GET', '/openapi.json')
  t.equal(status, 200)
  t.match(body.openapi, /^3\.1\.\d+$/)
  const { valid, errors } = await new Validator().validate(structuredClone(body))
  t.equal(valid, true, JSON.stringify(errors))
  const listed = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const contract = '/v1/contracts/{contract}'
  for (const route of [
    'PUT /v1/organisations/{org}',
    'GET /v1/organisations',
    'POST /v1/organisations/{org}/keys',
    'GET /v1/organisations/{org}/keys',
    'DELETE /v1/organisations/{org}/keys/{id}',
    'GET /v1/contracts',
    `GET ${contract}`,
    `PUT ${contract}`,
    `PUT ${contract}/cases/{case}`,
    `GET ${contract}/cases/{case}`,
    `GET ${contract}/cases`,
    `PUT ${contract}/assessments/{ref}`,
    `GET ${contract}/assessments/{ref}`,
    `GET ${contract}/assessments`,
    `GET ${contract}/outcomes`,
    'GET /v1/instruments',
    'GET /v1/measures',
    'GET /v1/returns/templates',
    'GET /healthz',
    'GET /readyz',
    'GET /metrics',
  ]) {
    t.ok(listed.includes(route), route)
  }
  t.ok(
    listed.some((route) => route.startsWith('GET /v1/instruments/{')),
    'one instrument',
  )
})

t.test('each operation tells its parameters, body and replies', async (t) => {
  const { paths } = (await service.send('GET', '/openapi.json')).body
  const outcomes = paths['/v1/contracts/{contract}/outcomes'].get
  const names = outcomes.parameters.map(({ name }: { name: string }) => name)
  t.ok(['contract', 'period'].every((name) => names.includes(name)))
  const period = outcomes.parameters.find(({ name }: { name: string }) => name === 'period')
  t.match(period, { in: 'query', required: true })
  t.same(Object.keys(paths['/metrics'].get.responses[200].content as object), ['text/plain'])
  const assess = paths['/v1/contracts/{contract}/assessments/{ref}'].put
  t.ok(assess.requestBody.content['application/json'].schema)
  for (const status of ['200', '201']) t.ok(assess.responses[status], status)
  for (const [path, methods] of Object.entries(paths as Record<string, Record<string, any>>)) {
    for (const [method, { responses, security }] of Object.entries(methods)) {
      t.ok(Object.keys(responses as object).length > 0, `${method} ${path} has replies`)
      if (path.startsWith('/v1/')) t.not(JSON.stringify(security), '[]', `${method} ${path} needs a key`)
    }
  }
})

t.test('each operation names the headers that it takes and gives', async (t) => {
  const { paths } = (await service.send('GET', '/openapi.json')).body
  const taken = (method: string, path: string): string[] =>
    (paths[path][method].parameters ?? [])
      .filter((one: { in: string }) => one.in === 'header')
      .map(({ name }: { name: string }) => name)
  const given = (method: string, path: string, status = 200): string[] =>
    Object.keys((paths[path][method].responses[status].headers ?? {}) as object)
  const contract = '/v1/contracts/{contract}'
  for (const path of [
    ...['/cases/{case}', '/assessments/{ref}', '/contacts/{ref}', '/figures/{period}', ''].map(
      (rest) => contract + rest,
    ),
    ...['/v1/organisations/{org}', '/v1/webhooks/{id}'],
  ]) {
    t.same(taken('put', path), ['If-Match'], path)
    for (const status of [200, 201]) t.same(given('put', path, status), ['ETag'], path)
    t.same([taken('get', path), given('get', path)], [[], ['ETag']], path)
    if (paths[path].delete) t.same([taken('delete', path), given('delete', path, 204)], [['If-Match'], []])
  }
  for (const path of ['/v1/clients/{client}', '/v1/organisations/{org}/keys/{id}'])
    t.same(taken('delete', path), [], path)
  for (const path of ['/v1/contracts', '/v1/returns', `${contract}/cases`, '/v1/measures'])
    t.same(given('get', path), ['Link'], path)
  for (const path of ['outcomes', 'transitions', 'quality'].map((name) => `${contract}/${name}`))
    t.same([taken('get', path), given('get', path)], [['Prefer'], []], path)
  t.same(given('post', '/v1/returns', 202), ['ETag', 'Location'])
  t.same(given('get', '/v1/returns/{id}.csv'), ['ETag'])
  t.same(taken('post', '/v1/returns/{id}/submission'), ['If-Match'])
  t.same(taken('post', `${contract}/assessments`), ['idempotency-key'])
  t.same(given('post', `${contract}/assessments`, 201), ['ETag'])
  t.same(given('get', '/v1/instruments/{id}@{version}'), ['ETag'])

  // What is named of a single resource is what comes.
  const { headers } = await get('/v1/instruments/victim-needs@1')
  t.match(headers, { etag: /^"/ })
  t.match((await get('/v1/measures?limit=1')).headers, { link: /rel="next"$/ })
})

t.test('the documentation can be read without a key', async (t) => {
  let reply = await service.send('GET', '/docs')
  if (reply.status >= 300 && reply.status < 400) {
    reply = await service.send('GET', new URL(String(reply.headers.location), 'http://x/docs').pathname)
  }
  t.match([reply.status, reply.headers['content-type']], [200, /^text\/html/])
})

t.test('instruments are listed, and one has a schema of its answers', async (t) => {
  const list = await get('/v1/instruments')
  t.equal(list.status, 200)
  t.ok(JSON.stringify(list.body.items).includes('victim-needs'))
  t.equal(list.body.next, null)
  const one = await get('/v1/instruments/victim-needs@1')
  t.equal(one.status, 200)
  t.ok(one.headers.etag)
  const answers = one.body.answersSchema ?? one.body.answers
  t.same(Object.keys(answers.properties as object), [
    ...['personal-safety', 'health', 'accommodation', 'family', 'education'],
    ...['substances', 'finance', 'outlook', 'social'],
  ])
  t.match(answers.properties.health, { type: 'integer', minimum: 0, maximum: 3 })
  t.equal(answers.additionalProperties, false)
  t.equal(one.text.includes('Mental and physical health'), true)
  const wrong = [
    'victim-needs@2',
    'nothing@1',
    'victim-needs',
    'victim-needs@',
    'victim-needs@1.0',
    '@1',
    '%00@1',
  ]
  for (const id of [...wrong, 'victim-needs@01', 'victim-needs@1e0']) {
    const { status, headers } = await get(`/v1/instruments/${id}`)
    t.ok([404, 422].includes(status), `${id}: ${status}`)
    t.match(headers['content-type'], /^application\/problem\+json/)
  }
})

t.test('measures and templates are lists', async (t) => {
  const measures = await get('/v1/measures?limit=500')
  t.equal(measures.status, 200)
  const found = measures.body.items.find(({ id }: { id: string }) => id === 'health-resolved')
  t.match(found, { kind: 'resolved', version: String, title: String })
  const templates = await get('/v1/returns/templates')
  t.equal(templates.status, 200)
  t.ok(Array.isArray(templates.body.items))
  const page = await get('/v1/measures?limit=1')
  t.equal(page.body.items.length, 1)
  t.type(page.body.next, 'string')
  t.equal((await get('/v1/measures?colour=red')).status, 422)
})

t.test('every kind of key reads the definitions, and none is refused', async (t) => {
  for (const path of ['/v1/instruments', '/v1/instruments/victim-needs@1', '/v1/measures']) {
    t.equal((await get(path, keys.commissioner)).status, 200, path)
    t.equal((await service.send('GET', path, { key: 'wrong' })).status, 401, path)
  }
})
