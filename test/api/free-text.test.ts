import { setTimeout as pause } from 'node:timers/promises'
import { unzipSync } from 'fflate'
import t from 'tap'
import { readConfig } from '../../src/config.ts'
import { makeLogger } from '../../src/process/logger.ts'
import { startServer } from '../../src/server.ts'
import { makeKeys, makePeople } from '../support/people.ts'
import { OPERATOR_KEY, startService, type Reply, type TestService } from '../support/service.ts'

/**
 * Free words of a person have one place, an item of type text with its consent item, and are their provider's. No route
 * quotes them to a commissioner, with consent or without: asked is every GET of the OpenAPI document, so that a route that
 * comes later is asked, too.
 */

const WORDS = 'Planted words she-said-it'
const COMMENTARY = 'Planted commentary of a provider'

const instrument = `instrument: feedback
version: 1
title: Feedback
source: made up
licence: free
inForce: { from: 2001-01-01 }
items:
  - { id: satisfied, text: I am satisfied, type: choice, values: [agree, disagree] }
  - { id: comment, text: In my own words, type: text, consentItem: may-be-quoted }
  - { id: may-be-quoted, text: My words may be quoted, type: yes-no }
`
const measure = `- measure: satisfied-at-end
  title: Satisfied
  instrument: feedback
  item: satisfied
  kind: answered
  in: [agree]
`

let service: TestService
let keys: { provider: string; commissioner: string }

t.before(async () => {
  const surveysDir = t.testdir({
    instruments: { 'feedback.v1.yaml': instrument },
    measures: { 'feedback.yaml': measure },
  })
  service = await startService({ surveysDir })
  keys = await makeKeys(service)
})
t.teardown(() => service.stop())

/** On a machine with too much else to do the service asks to come again. */
async function get(path: string, key: string): Promise<Reply> {
  const reply = await service.send('GET', path, { key })
  if (reply.status !== 503) return reply
  await pause(200)
  return get(path, key)
}

/** Twelve people with their consent, and three who did not give it or were not asked. */
async function plant(): Promise<void> {
  const people = await makePeople(service, keys, 'vf', {
    instruments: ['feedback'],
    measures: ['satisfied-at-end'],
    returns: [{ template: 'moj-victims', frequency: 'quarterly' }],
  })
  for (let n = 0; n < 15; n++) {
    const consent = n < 12 ? { 'may-be-quoted': true } : n < 14 ? { 'may-be-quoted': false } : {}
    const answers = { satisfied: n % 2 === 0 ? 'agree' : 'disagree', comment: `${WORDS} ${n}`, ...consent }
    const ref = `a-${n}`
    await people.putCase(`case-${n}`, { startedOn: '2018-12-01', closedOn: '2019-02-01', crimeType: 'theft' })
    await people.assess(`case-${n}`, answers, { ref, instrument: 'feedback', stage: 'end' })
  }
  await service.send('PUT', '/v1/contracts/vf/figures/2018-19-Q4', {
    key: keys.provider,
    body: { commentary: COMMENTARY },
  })
  await people.outcomes('2018-19-Q4')
  await service.send('PUT', '/v1/webhooks/hook', {
    key: keys.commissioner,
    body: { url: 'http://127.0.0.1:9/', events: ['return.ready', 'outcomes.changed'] },
  })
  const made = await service.send('POST', '/v1/returns', {
    key: keys.commissioner,
    body: { template: 'moj-victims', period: '2018-19-Q4' },
  })
  returnId = String(made.body.id)
}
let returnId = ''

/** What stands for the parameters of the routes; a new name has to be added here. */
const nameOf = (parameter: string): string => {
  const names: Record<string, string> = {
    contract: 'vf',
    case: 'case-0',
    ref: 'a-0',
    id: returnId,
    period: '2018-19-Q4',
    measure: 'satisfied-at-end',
    version: '1',
    org: 'comm',
  }
  const found = names[parameter]
  if (found === undefined) throw new Error(`what stands for {${parameter}}?`)
  return found
}

/** Where `id` is that of no return. */
const ID_OF = [
  ['/v1/webhooks', 'hook'],
  ['/v1/instruments', 'feedback'],
] as const

const QUERIES: Readonly<Record<string, readonly string[]>> = {
  outcomes: ['?period=2018-19-Q4', '?period=2018-19-Q4&by=crime-type'],
  'outcomes/{measure}/cases': ['?period=2018-19-Q4'],
  quality: ['?period=2018-19-Q4'],
  transitions: ['?period=2018-19-Q4&instrument=feedback&score=none'],
  trend: ['?measure=satisfied-at-end&last=32'],
  compare: ['?measure=satisfied-at-end&period=2018-19-Q4'],
  '{ref}': ['', '?revisions=true'],
}

async function everyGet(): Promise<string[]> {
  const { body } = await service.send('GET', '/openapi.json')
  const routes = Object.entries(body.paths as Record<string, object>).filter(([, of]) => 'get' in of)
  return routes.flatMap(([route]) => {
    const [, rest = ''] = /^\/v1\/(?:contracts\/\{contract\}\/)?(.*)$/.exec(route) ?? []
    const last = route.split('/').at(-1) ?? ''
    const own = ID_OF.find(([start]) => route.startsWith(start))?.[1]
    const path = route
      .replace('{id}', own ?? '{id}')
      .replaceAll(/\{(\w+)\}/g, (_, parameter: string) => nameOf(parameter))
    return (QUERIES[rest] ?? QUERIES[last] ?? ['']).map((query) => `${path}${query}`)
  })
}

t.test('its provider reads the words as they were said, where assessments are read', async (t) => {
  await plant()
  const telling: string[] = []
  for (const path of await everyGet()) {
    if ((await get(path, keys.provider)).text.includes('she-said-it')) telling.push(path)
  }
  const root = '/v1/contracts/vf/assessments'
  t.same(telling.sort(), [root, `${root}/a-0`, `${root}/a-0?revisions=true`])
  const { status, body } = await get('/v1/contracts/vf/assessments/a-0', keys.provider)
  t.equal(status, 200)
  t.equal(body.answers.comment, `${WORDS} 0`)
})

t.test('no route shows them to a commissioner, or to the operator', async (t) => {
  const paths = await everyGet()
  const answered = { commissioner: 0, operator: 0 }
  for (const [who, key] of [
    ['commissioner', keys.commissioner],
    ['operator', OPERATOR_KEY],
  ] as const) {
    for (const path of paths) {
      const reply = await get(path, key)
      if (reply.status === 200) answered[who]++
      t.notOk(reply.text.includes('she-said-it'), `${who} ${path}`)
      t.notOk(JSON.stringify(reply.headers).includes('she-said-it'), `${who} ${path}, headers`)
    }
  }
  t.ok(answered.commissioner >= 16, `a commissioner is answered by ${answered.commissioner}`)
  t.ok(answered.operator >= 8, `the operator is answered by ${answered.operator}`)
})

t.test('a spreadsheet has them neither', async (t) => {
  for (const type of ['csv', 'html', 'xlsx', 'ods']) {
    const reply = await service.server.app.inject({
      url: `/v1/returns/${returnId}.${type}`,
      headers: { authorization: `Bearer ${keys.commissioner}` },
    })
    t.equal(reply.statusCode, 200, type)
    // The files of a package are compressed each by itself.
    const parts = ['xlsx', 'ods'].includes(type)
      ? Object.values(unzipSync(reply.rawPayload))
      : [reply.rawPayload]
    t.notOk(
      parts.some((part) => Buffer.from(part).includes('she-said-it')),
      type,
    )
  }
})

t.test('nothing else that is sent about a person takes words', async (t) => {
  const { body } = await service.send('GET', '/openapi.json')
  const bodyOf = (path: string): any => {
    const { schema } =
      body.paths[`/v1/contracts/{contract}/${path}`].put.requestBody.content['application/json']
    const name = /^#\/components\/schemas\/(.*)$/.exec(String(schema.$ref))?.[1]
    return name === undefined ? schema : body.components.schemas[name]
  }
  const bodies: Record<string, Record<string, any>> = {
    'cases/case-0': { schema: bodyOf('cases/{case}'), given: {} },
    'contacts/c-0': {
      schema: bodyOf('contacts/{ref}'),
      given: { cases: ['case-0'], on: '2019-01-08', kind: 'phone' },
    },
    'assessments/a-0': {
      schema: bodyOf('assessments/{ref}'),
      given: { case: 'case-0', instrument: 'feedback', stage: 'end', assessedOn: '2019-02-01', answers: {} },
    },
  }
  for (const [path, { schema, given }] of Object.entries(bodies)) {
    const fields = fieldsOf(schema)
    t.ok(fields.length >= 3, `${path} has ${fields.length} fields of text`)
    for (const { at, value } of fields) {
      const sent = await service.send('PUT', `/v1/contracts/vf/${path}`, {
        key: keys.provider,
        body: { ...given, ...value },
      })
      t.equal(sent.status, 422, `${path} ${at}`)
    }
    const stray = await service.send('PUT', `/v1/contracts/vf/${path}`, {
      key: keys.provider,
      body: { ...given, notes: WORDS },
    })
    t.match(stray.body.errors, [{ pointer: '/notes' }], path)
  }
})

/** Every field of a body that takes a string, with words in it; `answers` is told by its instrument. */
interface Field {
  at: string
  value: Record<string, unknown>
}

function fieldsOf(schema: any): Field[] {
  return Object.entries(schema.properties as Record<string, any>).flatMap(([name, field]): Field[] => {
    if (name === 'answers') return []
    const kinds = [field, ...(field.anyOf ?? [])]
    if (kinds.some(({ type }) => type === 'string')) return [{ at: name, value: { [name]: WORDS } }]
    if (field.items?.type === 'string') return [{ at: name, value: { [name]: [WORDS] } }]
    if (field.type !== 'object') return []
    return fieldsOf(field).map(({ at, value }) => ({ at: `${name}.${at}`, value: { [name]: value } }))
  })
}

t.test('an instrument with a text item without its consent item stops the start', async (t) => {
  for (const [from, to, reason] of [
    [', consentItem: may-be-quoted', '', /item comment: consentItem is missing/],
    ['consentItem: may-be-quoted', 'consentItem: other', /there is none "other"/],
    ['consentItem: may-be-quoted', 'consentItem: satisfied', /must be a yes-no item/],
  ] as const) {
    const surveysDir = t.testdir({
      instruments: { 'feedback.v1.yaml': instrument.replace(from, to) },
      measures: {},
    })
    const config = { ...readConfig({ LOG_LEVEL: 'silent', PORT: '0' }), surveysDir }
    await t.rejects(startServer({ ...config, databaseUrl: service.database.url }, makeLogger('silent')), {
      message: reason,
    })
  }
})
