import postgres from 'postgres'
import t from 'tap'
import type { Access } from '../../src/routes/http/access.ts'
import { contractOf } from '../support/people.ts'
import { OPERATOR_KEY, startService, type Reply, type Sent, type TestService } from '../support/service.ts'

/**
 * Every route and method of the OpenAPI document, with ids of another tenant, by each kind of key: what is another's looks to
 * the byte like what is not there. A route without a row below fails.
 */

/** Every name is of the same length, so that replies that repeat one are as long. */
const names = (who: string) => ({
  org: who,
  contract: `${who}-0001`,
  case: `${who}-case`,
  assessment: `${who}-aref`,
  contact: `${who}-cref`,
  client: `${who}-pers`,
  keyId: who.padEnd(16, '0'),
})
type Names = ReturnType<typeof names>

interface Row {
  access: Access
  /** Of the entitled, with their own names. */
  status: number
  path: (of: Names) => string
  body?: (of: Names) => unknown
  headers?: Record<string, string>
}

const contractForm = {
  ...contractOf('mine', 'comm'),
  partners: ['pone', 'ptwo'],
  commissioners: ['comm', 'join'],
  returns: [{ template: 'csp-plan', frequency: 'quarterly' }],
}
const assessment = ({ case: of }: Names) => ({
  case: of,
  instrument: 'victim-needs',
  stage: 'start',
  assessedOn: '2019-01-08',
  answers: { 'personal-safety': 2 },
})
const contact = ({ case: of }: Names) => ({ cases: [of], on: '2019-01-09', kind: 'phone' })
const ndjson = { 'content-type': 'application/x-ndjson' }
const MEASURE = 'personal-safety-resolved'
const ofContract =
  (rest: string) =>
  ({ contract }: Names) =>
    `/v1/contracts/${contract}/${rest}`
const aCase = (of: Names) => ofContract(`cases/${of.case}`)(of)
const anAssessment = (of: Names) => ofContract(`assessments/${of.assessment}`)(of)
const aContact = (of: Names) => ofContract(`contacts/${of.contact}`)(of)
const anOrganisation = ({ org }: Names) => `/v1/organisations/${org}`
const aContract = ({ contract }: Names) => `/v1/contracts/${contract}`
const aReturn = ({ org }: Names) => `/v1/returns/${org}-return`
const aWebhook = ({ org }: Names) => `/v1/webhooks/${org}-hook`
const fixed = (path: string) => () => path

const rows: Readonly<Record<string, Row>> = {
  'GET /healthz': { access: 'open', status: 200, path: fixed('/healthz') },
  'GET /readyz': { access: 'open', status: 200, path: fixed('/readyz') },
  'GET /metrics': { access: 'open', status: 200, path: fixed('/metrics') },

  'GET /v1/instruments': { access: 'definitions', status: 200, path: fixed('/v1/instruments') },
  'GET /v1/instruments/{id}@{version}': {
    access: 'definitions',
    status: 200,
    path: fixed('/v1/instruments/victim-needs@1'),
  },
  'GET /v1/measures': { access: 'definitions', status: 200, path: fixed('/v1/measures') },
  'GET /v1/lists': { access: 'definitions', status: 200, path: fixed('/v1/lists') },
  'GET /v1/returns/templates': { access: 'definitions', status: 200, path: fixed('/v1/returns/templates') },

  'PUT /v1/organisations/{org}': {
    access: 'operation',
    status: 200,
    path: anOrganisation,
    body: ({ org }) => ({ name: org, kind: 'provider' }),
  },
  'GET /v1/organisations/{org}': { access: 'operation', status: 200, path: anOrganisation },
  'GET /v1/organisations': { access: 'operation', status: 200, path: fixed('/v1/organisations') },
  'POST /v1/organisations/{org}/keys': {
    access: 'operation',
    status: 201,
    path: (of) => `${anOrganisation(of)}/keys`,
    body: () => ({ label: 'x' }),
  },
  'GET /v1/organisations/{org}/keys': {
    access: 'operation',
    status: 200,
    path: (of) => `${anOrganisation(of)}/keys`,
  },
  'DELETE /v1/organisations/{org}/keys/{id}': {
    access: 'operation',
    status: 204,
    path: (of) => `${anOrganisation(of)}/keys/${of.keyId}`,
  },
  'PUT /v1/contracts/{contract}': {
    access: 'operation',
    status: 200,
    path: aContract,
    body: () => contractForm,
  },
  'GET /v1/contracts/{contract}': { access: 'operation', status: 200, path: aContract },
  'GET /v1/contracts': { access: 'operation', status: 200, path: fixed('/v1/contracts') },

  'PUT /v1/contracts/{contract}/cases/{case}': {
    access: 'casework',
    status: 200,
    path: aCase,
    body: () => ({ startedOn: '2019-01-08', area: 'new' }),
  },
  'GET /v1/contracts/{contract}/cases/{case}': { access: 'casework', status: 200, path: aCase },
  'GET /v1/contracts/{contract}/cases': { access: 'casework', status: 200, path: ofContract('cases') },
  'POST /v1/contracts/{contract}/cases/bulk': {
    access: 'casework',
    status: 200,
    path: ofContract('cases/bulk'),
    body: (of) => JSON.stringify({ case: of.case, area: 'bulk' }),
    headers: ndjson,
  },
  'PUT /v1/contracts/{contract}/assessments/{ref}': {
    access: 'casework',
    status: 200,
    path: anAssessment,
    body: assessment,
  },
  'GET /v1/contracts/{contract}/assessments/{ref}': {
    access: 'casework',
    status: 200,
    path: (of) => `${anAssessment(of)}?revisions=true`,
  },
  'DELETE /v1/contracts/{contract}/assessments/{ref}': {
    access: 'casework',
    status: 204,
    path: anAssessment,
  },
  'POST /v1/contracts/{contract}/assessments': {
    access: 'casework',
    status: 201,
    path: ofContract('assessments'),
    body: assessment,
    headers: { 'idempotency-key': 'matrix' },
  },
  'GET /v1/contracts/{contract}/assessments': {
    access: 'casework',
    status: 200,
    path: ofContract('assessments'),
  },
  'POST /v1/contracts/{contract}/assessments/bulk': {
    access: 'casework',
    status: 200,
    path: ofContract('assessments/bulk'),
    body: (of) => JSON.stringify({ ref: of.assessment, ...assessment(of) }),
    headers: ndjson,
  },
  'PUT /v1/contracts/{contract}/contacts/{ref}': {
    access: 'casework',
    status: 200,
    path: aContact,
    body: contact,
  },
  'GET /v1/contracts/{contract}/contacts/{ref}': {
    access: 'casework',
    status: 200,
    path: (of) => `${aContact(of)}?revisions=true`,
  },
  'DELETE /v1/contracts/{contract}/contacts/{ref}': { access: 'casework', status: 204, path: aContact },
  'GET /v1/contracts/{contract}/contacts': { access: 'casework', status: 200, path: ofContract('contacts') },
  'POST /v1/contracts/{contract}/contacts/bulk': {
    access: 'casework',
    status: 200,
    path: ofContract('contacts/bulk'),
    body: (of) => JSON.stringify({ ref: of.contact, ...contact(of) }),
    headers: ndjson,
  },
  'DELETE /v1/contracts/{contract}/cases/{case}': { access: 'casework', status: 204, path: aCase },
  'DELETE /v1/clients/{client}': {
    access: 'casework',
    status: 204,
    path: ({ client }) => `/v1/clients/${client}`,
  },
  'PUT /v1/contracts/{contract}/figures/{period}': {
    access: 'casework',
    status: 200,
    path: ofContract('figures/2019-20-Q1'),
    body: () => ({ complaints: 1 }),
  },
  'GET /v1/contracts/{contract}/figures/{period}': {
    access: 'casework',
    status: 200,
    path: ofContract('figures/2019-20-Q1'),
  },
  'GET /v1/contracts/{contract}/figures': { access: 'casework', status: 200, path: ofContract('figures') },
  'GET /v1/contracts/{contract}/quality': {
    access: 'casework',
    status: 200,
    path: ofContract('quality?period=2018-19-Q4'),
  },
  'GET /v1/contracts/{contract}/outcomes/{measure}/cases': {
    access: 'casework',
    status: 200,
    path: ofContract(`outcomes/${MEASURE}/cases?period=2018-19-Q4`),
  },

  'GET /v1/contracts/{contract}/outcomes': {
    access: 'outcomes',
    status: 200,
    path: ofContract('outcomes?period=2018-19-Q4&by=delivered-by'),
  },
  'GET /v1/contracts/{contract}/trend': {
    access: 'outcomes',
    status: 200,
    path: ofContract(`trend?measure=${MEASURE}&last=12`),
  },
  'GET /v1/contracts/{contract}/transitions': {
    access: 'outcomes',
    status: 200,
    path: ofContract('transitions?period=2018-19-Q4&instrument=victim-needs&score=personal-safety'),
  },
  'GET /v1/compare': {
    access: 'outcomes',
    status: 200,
    path: fixed(`/v1/compare?measure=${MEASURE}&period=2018-19-Q4`),
  },

  // It is not made yet.
  'POST /v1/returns': {
    access: 'returns',
    status: 202,
    path: fixed('/v1/returns'),
    body: () => ({ template: 'csp-plan', period: '2018-19-Q4' }),
  },
  'GET /v1/returns': { access: 'returns', status: 200, path: fixed('/v1/returns') },
  'POST /v1/returns/{id}/submission': {
    access: 'returns',
    status: 200,
    path: (of) => `${aReturn(of)}/submission`,
    body: () => ({ signedOffBy: 'x' }),
  },
  'GET /v1/returns/{id}': { access: 'returns', status: 200, path: aReturn },
  'GET /v1/returns/{id}.csv': { access: 'returns', status: 200, path: (of) => `${aReturn(of)}.csv` },
  'GET /v1/returns/{id}.xlsx': { access: 'returns', status: 200, path: (of) => `${aReturn(of)}.xlsx` },
  'GET /v1/returns/{id}.ods': { access: 'returns', status: 200, path: (of) => `${aReturn(of)}.ods` },
  'GET /v1/returns/{id}.html': { access: 'returns', status: 200, path: (of) => `${aReturn(of)}.html` },
  'PUT /v1/webhooks/{id}': {
    access: 'webhooks',
    status: 200,
    path: aWebhook,
    body: () => ({ url: 'http://127.0.0.1:9/new', events: ['outcomes.changed'] }),
  },
  'GET /v1/webhooks': { access: 'webhooks', status: 200, path: fixed('/v1/webhooks') },
  'GET /v1/webhooks/{id}': { access: 'webhooks', status: 200, path: aWebhook },
  'GET /v1/webhooks/{id}/deliveries': {
    access: 'webhooks',
    status: 200,
    path: (of) => `${aWebhook(of)}/deliveries`,
  },
  'DELETE /v1/webhooks/{id}': { access: 'webhooks', status: 204, path: aWebhook },
  'GET /v1/returns/{id}/differences': {
    access: 'returns',
    status: 200,
    path: (of) => `${aReturn(of)}/differences`,
  },
}

const table = Object.entries(rows).map(([route, row]) => ({
  ...row,
  route,
  method: route.split(' ')[0] ?? '',
  namesContract: route.includes('{contract}'),
}))
function rowOf(route: string): (typeof table)[number] {
  const found = table.find((row) => row.route === route)
  if (found === undefined) throw new Error(`${route} has no row`)
  return found
}
const withKey = table.filter(({ access }) => access !== 'open')
const of = (...accesses: Access[]) => table.filter(({ access }) => accesses.includes(access))

const [mine, them, none] = [names('mine'), names('them'), names('none')]

let service: TestService
let owner: postgres.Sql
let keys: Record<'mine' | 'them' | 'pone' | 'ptwo' | 'comm' | 'join' | 'ocom' | 'operator', string>
const useless: Record<'revoked' | 'expired', string> = { revoked: '', expired: '' }

const ask = (row: (typeof table)[number], of: Names, key?: string): Promise<Reply> => {
  const { method, path, body, headers } = row
  const sent: Sent = { ...(key !== undefined && { key }), body: body?.(of), ...(headers && { headers }) }
  return service.send(method, path(of), sent)
}

/** Every byte of a reply that two askers could compare: all but the time and the counters of the asker's own requests. */
const bytes = ({ status, text, headers }: Reply) => {
  const told = Object.entries(headers).filter(
    ([name]) => name !== 'x-request-id' && name !== 'date' && !name.startsWith('ratelimit'),
  )
  return { status, text, headers: told.sort(([one], [other]) => (one < other ? -1 : 1)) }
}

async function fill(of: Names, key: string, own: Names): Promise<void> {
  const at = { ...own, contract: of.contract }
  for (const route of [
    'PUT /v1/contracts/{contract}/cases/{case}',
    'PUT /v1/contracts/{contract}/assessments/{ref}',
    'PUT /v1/contracts/{contract}/contacts/{ref}',
  ]) {
    const reply = await ask(rowOf(route), at, key)
    if (reply.status !== 201) throw new Error(`${route}: ${reply.text}`)
  }
}

t.before(async () => {
  service = await startService()
  owner = postgres({ ...service.database.address, max: 1, onnotice: () => undefined })
  keys = {
    mine: await service.join('mine', 'provider'),
    them: await service.join('them', 'provider'),
    pone: await service.join('pone', 'provider'),
    ptwo: await service.join('ptwo', 'provider'),
    comm: await service.join('comm', 'commissioner'),
    join: await service.join('join', 'commissioner'),
    ocom: await service.join('ocom', 'commissioner'),
    operator: OPERATOR_KEY,
  }
  await service.operate('PUT', '/v1/contracts/mine-0001', contractForm)
  await service.operate('PUT', '/v1/contracts/them-0001', contractOf('them', 'ocom'))
  await fill(mine, keys.mine, mine)
  await fill(them, keys.them, them)
  for (const partner of ['pone', 'ptwo'] as const) await fill(mine, keys[partner], names(partner))
  for (const [contract, key] of [
    ['mine-0001', keys.mine],
    ['them-0001', keys.them],
  ] as const) {
    const figures = { key, body: { complaints: 1 } }
    await service.send('PUT', `/v1/contracts/${contract}/figures/2019-20-Q1`, figures)
    const { client } = contract === mine.contract ? mine : them
    await service.send('PUT', `/v1/contracts/${contract}/cases/person`, { key, body: { client } })
  }
  for (const what of ['revoked', 'expired'] as const) {
    const { body } = await service.operate('POST', '/v1/organisations/mine/keys', { label: what })
    useless[what] = String(body.key)
    if (what === 'revoked') await service.operate('DELETE', `/v1/organisations/mine/keys/${body.id}`)
    else await owner`update api_keys set expires_on = '2020-01-01' where key_id = ${body.id}`
  }
  // As old as its contract; the first time that it is asked for, it is made again in its place.
  await owner`
    insert into returns (return_id, commissioner_id, template, template_version, first_month, last_month, version,
      provisional, content, checks, sha256, generated_at)
    select who || '-return', lead, 'csp-plan', 1, 201901, 201903, 1, true,
      '{ "template": "csp-plan", "period": "2018-19-Q4", "contracts": [], "sections": [] }', '[]', '', now()
    from (values ('mine', 'comm'), ('them', 'ocom')) as t (who, lead)`
  await owner`
    insert into webhooks (organisation_id, webhook_id, url, events, salt)
    select who, who || '-hook', 'http://127.0.0.1:9/', '{outcomes.changed}', '' from unnest(array['mine', 'them']) who`
  await owner`
    insert into api_keys (key_id, organisation_id, digest, label, scopes)
    values (${mine.keyId}, 'mine', '', 'x', '{read}'), (${them.keyId}, 'them', '', 'x', '{read}')`
})
t.teardown(async () => {
  await owner.end()
  await service.stop()
})

/** Everything that is the other tenant's, as the database has it. */
const dump = async (contract: string, like: string): Promise<unknown> => {
  const kept: unknown[] = []
  for (const name of [
    'cases',
    'assessments',
    'contacts',
    'figures',
    'assessment_revisions',
    'idempotency_keys',
  ]) {
    kept.push(
      await owner.unsafe(
        `select to_jsonb(t) as row from ${name} t
         where contract_id = $1 and to_jsonb(t)::text like $2 order by to_jsonb(t)::text`,
        [contract, like],
      ),
    )
  }
  return kept
}

t.test('every route of the document has a row, and every row a route', async (t) => {
  const { body } = await service.send('GET', '/openapi.json')
  const routes = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  t.same(routes.sort(), Object.keys(rows).sort())
})

t.test('another tenant’s is as what is not there, to the byte', async (t) => {
  const before = await dump(them.contract, '%')
  const strangers = { casework: ['mine', 'pone'], outcomes: ['mine', 'pone', 'comm', 'join'] } as const
  for (const access of ['casework', 'outcomes'] as const) {
    for (const row of of(access).filter(({ namesContract }) => namesContract)) {
      for (const kind of strangers[access]) {
        const foreign = await ask(row, them, keys[kind])
        t.equal(foreign.status, 404, `${kind}: ${row.route}`)
        t.same(bytes(foreign), bytes(await ask(row, none, keys[kind])), `${kind}: ${row.route}`)
      }
    }
  }
  t.same(await dump(them.contract, '%'), before, 'and nothing of it has changed')
})

t.test('in one’s own contract, another tenant’s names are as any others', async (t) => {
  for (const row of of('casework').filter(({ method }) => method === 'GET' || method === 'DELETE')) {
    const [foreign, random] = [them, none].map((one) => ({ ...one, contract: mine.contract }))
    if (foreign === undefined || random === undefined || row.path(foreign) === row.path(random)) continue
    const reply = await ask(row, foreign, keys.mine)
    t.equal(reply.status, 404, row.route)
    t.same(bytes(reply), bytes(await ask(row, random, keys.mine)), row.route)
  }
})

t.test('another commissioner’s return is as what is not there, a joint funder’s too', async (t) => {
  for (const row of of('returns').filter(({ route }) => route.includes('{id}'))) {
    for (const kind of ['comm', 'join'] as const) {
      const foreign = await ask(row, them, keys[kind])
      t.equal(foreign.status, 404, `${kind}: ${row.route}`)
      t.same(bytes(foreign), bytes(await ask(row, none, keys[kind])), `${kind}: ${row.route}`)
    }
    t.equal((await ask(row, mine, keys.join)).status, 404, row.route)
  }
  const [kept] = await owner`select status, sha256 from returns where return_id = 'them-return'`
  t.same({ ...kept }, { status: 'draft', sha256: '' })
})

t.test('another organisation’s webhook is as what is not there', async (t) => {
  for (const row of of('webhooks').filter(
    ({ route, method }) => route.includes('{id}') && method !== 'PUT',
  )) {
    for (const kind of ['mine', 'pone', 'comm'] as const) {
      const foreign = await ask(row, them, keys[kind])
      t.equal(foreign.status, 404, `${kind}: ${row.route}`)
      t.same(bytes(foreign), bytes(await ask(row, none, keys[kind])), `${kind}: ${row.route}`)
    }
  }
  const list = await ask(rowOf('GET /v1/webhooks'), mine, keys.pone)
  t.same(list.body.items, [])
  const kept = await owner`select organisation_id, url from webhooks where webhook_id = 'them-hook'`
  t.same([...kept], [{ organisation_id: 'them', url: 'http://127.0.0.1:9/' }])
})

const aGet = rowOf('GET /v1/contracts/{contract}/cases/{case}')

t.test('a partner reaches no case of another partner, nor of the provider', async (t) => {
  for (const whose of ['ptwo', 'mine'] as const) {
    const before = await dump(mine.contract, `%${whose}-%`)
    const [foreign, random] = [names(whose), none].map((one) => ({ ...one, contract: mine.contract }))
    if (foreign === undefined || random === undefined) throw new Error('both are named above')
    for (const row of of('casework')) {
      const reply = await ask(row, foreign, keys.pone)
      if (row.path(foreign) !== row.path(random)) {
        // Under a name that nobody has, a PUT would make something: there is nothing like that to compare it with.
        const absent =
          row.method === 'PUT' ? await ask(aGet, random, keys.pone) : await ask(row, random, keys.pone)
        t.equal(reply.status, 404, `${whose}: ${row.route}`)
        t.same(bytes(reply), bytes(absent), `${whose}: ${row.route}`)
      }
      const echoed = row.method === 'POST' || row.method === 'PUT'
      if (!echoed) t.notMatch(reply.text, new RegExp(`${whose}-(case|aref|cref)`), row.route)
    }
    t.same(await dump(mine.contract, `%${whose}-%`), before, `nothing of ${whose} has changed`)
  }
  const cases = await service.send('GET', '/v1/contracts/mine-0001/cases', { key: keys.pone })
  t.same(
    (cases.body.items as { case: string }[]).map((one) => one.case),
    ['pone-case'],
  )
})

t.test('to a commissioner, what is about single people is never there', async (t) => {
  const looks = new Set<string>()
  for (const row of of('casework')) {
    for (const kind of ['comm', 'join', 'ocom'] as const) {
      for (const whose of [mine, them, none]) {
        const reply = await ask(row, whose, keys[kind])
        t.equal(reply.status, 404, `${kind}: ${row.route} ${whose.contract}`)
        looks.add(JSON.stringify(bytes(reply)))
      }
    }
  }
  t.equal(looks.size, 1, 'all alike')
})

t.test('403 by the kind of key alone, whatever is there', async (t) => {
  const kinds: [readonly Access[], (keyof typeof keys)[]][] = [
    [['casework', 'outcomes', 'webhooks'], ['operator']],
    [['operation'], ['mine', 'pone', 'comm', 'join']],
    [['returns'], ['operator', 'mine', 'pone']],
  ]
  for (const [accesses, refused] of kinds) {
    const looks = new Set<string>()
    for (const row of of(...accesses)) {
      for (const kind of refused) {
        for (const whose of [mine, them, none]) {
          const reply = await ask(row, whose, keys[kind])
          t.equal(reply.status, 403, `${kind}: ${row.route} ${whose.contract}`)
          looks.add(JSON.stringify(bytes(reply)))
        }
      }
    }
    t.equal(looks.size, 1, 'all alike')
  }
})

t.test('no key, a revoked one and an expired one: 401, all alike', async (t) => {
  const looks = new Set<string>()
  for (const row of withKey) {
    for (const [what, key] of [['no key', undefined], ...Object.entries(useless)] as const) {
      for (const whose of [mine, none]) {
        const reply = await ask(row, whose, key)
        t.equal(reply.status, 401, `${what}: ${row.route}`)
        t.equal(reply.headers['www-authenticate'], 'Bearer')
        looks.add(JSON.stringify(bytes(reply)))
      }
    }
  }
  t.equal(looks.size, 1)
})

t.test('whoever may, does: no row above is refused for being wrong', async (t) => {
  const entitled: Readonly<Record<Access, readonly (keyof typeof keys | 'nobody')[]>> = {
    open: ['nobody', 'mine'],
    definitions: ['operator', 'mine', 'pone', 'comm', 'join'],
    operation: ['operator'],
    casework: ['mine'],
    outcomes: ['mine', 'pone', 'comm', 'join'],
    returns: ['comm'],
    webhooks: ['mine'],
  }
  const order = ['PUT', 'POST', 'GET', 'DELETE']
  const inOrder = [...table].sort((one, other) => order.indexOf(one.method) - order.indexOf(other.method))
  for (const row of inOrder) {
    for (const kind of entitled[row.access]) {
      const reply = await ask(row, mine, kind === 'nobody' ? undefined : keys[kind])
      t.equal(reply.status, row.status, `${kind}: ${row.route} ${reply.text.slice(0, 200)}`)
      if (row.access === 'casework' || row.access === 'outcomes')
        t.notMatch(reply.text, /them-/, `${row.route} names nothing of another tenant`)
    }
  }
})

t.test('an operator is told what is not there', async (t) => {
  const asked = of('operation').filter(({ route, method }) => route.includes('{') && method !== 'PUT')
  for (const row of asked) t.equal((await ask(row, none, keys.operator)).status, 404, row.route)
})
