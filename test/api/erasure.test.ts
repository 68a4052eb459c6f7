import postgres from 'postgres'
import t from 'tap'
import { setTimeout as pause } from 'node:timers/promises'
import { digestOfCase } from '../../src/services/erasure/digests.ts'
import { contractOf } from '../support/people.ts'
import { startService, type TestService } from '../support/service.ts'

/** Without workers, so that marks stay and can be looked at. */
let still: TestService
let service: TestService
let owner: postgres.Sql
let provider: string
let partner: string
let other: string

t.before(async () => {
  still = await startService({ workers: false })
  service = await startService()
  owner = postgres({ ...still.database.address, max: 1 })
  provider = await still.join('prov', 'provider')
  partner = await still.join('part', 'provider')
  other = await still.join('other', 'provider')
  await still.join('comm', 'commissioner')
  for (const contract of ['c', 'd'])
    await still.operate('PUT', `/v1/contracts/${contract}`, {
      ...contractOf('prov', 'comm'),
      partners: ['part'],
      measures: ['personal-safety-resolved', 'contacts', 'referrals', 'people-supported'],
    })
  await still.operate('PUT', '/v1/contracts/o', contractOf('other', 'comm'))
})
t.teardown(async () => {
  await owner.end()
  await still.stop()
  await service.stop()
})

const ask = (method: string, path: string, body?: unknown, headers = {}, key = provider) =>
  still.send(method, `/v1/contracts/${path}`, { key, body, headers })
const statusOf = async (...asked: Parameters<typeof ask>): Promise<number> => (await ask(...asked)).status
const put = async (path: string, body: unknown, key = provider): Promise<void> => {
  const { status, text } = await ask('PUT', path, body, {}, key)
  if (status !== 200 && status !== 201) throw new Error(`${path}: ${text}`)
}
const assessment = (of: string, health = 2) => ({
  case: of,
  instrument: 'victim-needs',
  stage: 'start',
  assessedOn: '2019-02-08',
  answers: { health },
})
const contact = (...cases: string[]) => ({ cases, on: '2019-03-09', kind: 'group' })

/** Every row of the database that has a text in it, by its table. */
const rowsNaming = async (text: string): Promise<string[]> => {
  const tables = await owner<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`
  const found: string[] = []
  for (const { name } of tables) {
    const { count } = await owner.unsafe(`select from ${name} t where to_jsonb(t)::text like '%${text}%'`)
    if (count > 0) found.push(name)
  }
  return found
}

t.test('an erased case leaves nothing, and every later write to it is 410', async (t) => {
  await put('c/cases/gone-1', {
    client: 'gone-client',
    referredOn: '2018-11-03',
    startedOn: '2018-12-08',
    closedOn: '2019-04-02',
  })
  await put('c/assessments/gone-a', assessment('gone-1'))
  await put('c/assessments/gone-a', assessment('gone-1', 3))
  // One that was the case's and is another's now, and one the other way round.
  await put('c/assessments/left', assessment('gone-1', 1))
  await put('c/assessments/left', assessment('stays', 1))
  await put('c/assessments/gone-b', assessment('stays'))
  await put('c/assessments/gone-b', assessment('gone-1'))
  const posted = await ask('POST', 'c/assessments', assessment('gone-1'), { 'idempotency-key': 'k' })
  t.equal(posted.status, 201)
  await put('c/contacts/gone-c', contact('gone-1'))
  await put('c/contacts/gone-c', { ...contact('gone-1'), minutes: 5 })
  await put('c/contacts/shared', contact('gone-1', 'stays'))
  await put('c/contacts/shared', { ...contact('gone-1', 'stays', 'third'), minutes: 5 })
  await put('c/contacts/former', contact('gone-1'))
  await put('c/contacts/former', contact('stays'))
  t.same(await rowsNaming('gone-1'), [
    'assessment_revisions',
    'assessments',
    'cases',
    'contact_cases',
    'contact_revisions',
  ])
  await owner`delete from marks`

  const erased = await ask('DELETE', 'c/cases/gone-1')
  t.same([erased.status, erased.text], [204, ''])
  t.same(await rowsNaming('gone-'), [])
  t.same(await rowsNaming(String(posted.body.ref)), [])
  t.equal((await owner`select from idempotency_keys`).length, 0)

  const months = await owner<
    { month: number }[]
  >`select distinct month from marks where contract_id = 'c' order by 1`
  t.same(
    months.map(({ month }) => month),
    [0, 201811, 201903, 201904],
    'whole life, referral, its contacts, closing',
  )

  const shared = (await ask('GET', 'c/contacts/shared?revisions=true')).body
  t.same(shared.cases, ['stays', 'third'])
  t.same(
    shared.revisions.map((one: any) => one.cases),
    [['stays'], ['stays', 'third']],
  )
  t.same(await owner`select case_count from contacts where ref = 'shared'`, [{ case_count: 2 }])
  const left = (await ask('GET', 'c/assessments/left?revisions=true')).body
  t.same([left.case, left.revisions.length], ['stays', 1], 'what it said while it was the case’s is gone')
  t.equal((await ask('GET', 'c/contacts/former?revisions=true')).body.revisions.length, 1)

  t.equal(await statusOf('GET', 'c/cases/gone-1'), 404)
  const again = await ask('PUT', 'c/cases/gone-1', { startedOn: '2019-01-08' })
  t.match(again.body, { type: '/problems/gone', status: 410 })
  t.equal(await statusOf('DELETE', 'c/cases/gone-1'), 410)
  t.equal(await statusOf('PUT', 'c/assessments/new', assessment('gone-1')), 410)
  t.equal(await statusOf('PUT', 'c/assessments/left', assessment('gone-1')), 410, 'nor moved to it')
  t.equal(await statusOf('PUT', 'c/contacts/new', contact('stays', 'gone-1')), 410)
  t.equal(await statusOf('PUT', 'c/contacts/shared', contact('stays', 'gone-1')), 410)
  const retried = await ask('POST', 'c/assessments', assessment('gone-1'), { 'idempotency-key': 'k' })
  t.equal(retried.status, 410)
  t.same(await rowsNaming('gone-'), [], 'none of which left anything')
  t.equal(await statusOf('PUT', 'd/cases/gone-1', {}), 201, 'in another contract it is another case')
})

t.test('writes that meet an erasure are kept and erased, or refused', async (t) => {
  await put('c/cases/race-1', {})
  const writes = Array.from({ length: 30 }, (_, n) =>
    n % 3 === 0
      ? statusOf('PUT', `c/contacts/race-${n}`, contact('race-1', `other-${n}`))
      : statusOf('PUT', `c/assessments/race-${n}`, assessment('race-1')),
  )
  const [erased, ...written] = await Promise.all([statusOf('DELETE', 'c/cases/race-1'), ...writes])
  t.equal(erased, 204)
  t.same(
    written.filter((status) => status !== 201 && status !== 410),
    [],
  )
  t.same(await owner`select from assessments where case_ref = 'race-1'`, [])
  t.same(await owner`select from contact_cases where case_ref = 'race-1'`, [])
  const wrong = await owner`
    select from contacts k where case_count <> (
      select count(*) from contact_cases l where l.contract_id = k.contract_id and l.ref = k.ref
    )`
  t.equal(wrong.length, 0)
})

t.test('in bulk, a line that names an erased case is refused, and the others are kept', async (t) => {
  await put('c/cases/bulk-gone', {})
  t.equal(await statusOf('DELETE', 'c/cases/bulk-gone'), 204)
  const kinds = {
    cases: (of: string) => ({ case: of }),
    assessments: (of: string) => ({ ref: `bulk-${of}`, ...assessment(of) }),
    contacts: (of: string) => ({ ref: `bulk-${of}`, ...contact(of) }),
  }
  for (const [kind, line] of Object.entries(kinds)) {
    const body = [line('bulk-gone'), line(`fine-${kind}`)].map((one) => JSON.stringify(one)).join('\n')
    const reply = await ask('POST', `c/${kind}/bulk`, body, { 'content-type': 'application/x-ndjson' })
    t.match(reply.body, { received: 2, created: 1, rejected: 1, errors: [{ line: 1 }] }, kind)
    t.match(reply.body.errors[0].errors[0].detail, /erased/)
  }
  t.same(await rowsNaming('bulk-gone'), [])
})

t.test('If-Match, what is not there, and who may', async (t) => {
  await put('c/cases/seen', {})
  await put('c/cases/theirs', {}, partner)
  t.equal(await statusOf('DELETE', 'c/cases/seen', undefined, { 'if-match': '"7"' }), 412)
  t.equal(await statusOf('DELETE', 'c/cases/never'), 404)
  t.equal(await statusOf('DELETE', 'nowhere/cases/seen'), 404)
  for (const key of [partner, other])
    t.equal(await statusOf('DELETE', 'c/cases/seen', undefined, {}, key), 404)
  t.equal(await statusOf('DELETE', 'c/cases/theirs', undefined, {}, other), 404)
  const { headers } = await ask('GET', 'c/cases/seen')
  t.equal(await statusOf('DELETE', 'c/cases/seen', undefined, { 'if-match': headers.etag }), 204)
  t.equal(await statusOf('DELETE', 'c/cases/seen', undefined, {}, partner), 404, 'not a partner’s to know')
  t.equal(await statusOf('PUT', 'c/cases/seen', {}, {}, partner), 404)

  await put('c/contacts/joint', contact('theirs', 'stays'))
  t.equal(await statusOf('DELETE', 'c/cases/theirs', undefined, {}, partner), 204)
  t.equal(await statusOf('PUT', 'c/cases/theirs', {}, {}, partner), 410)
  t.equal(await statusOf('PUT', 'c/cases/theirs', {}), 410)
  t.same((await ask('GET', 'c/contacts/joint')).body.cases, ['stays'], 'of which the partner sees nothing')
})

t.test('a person is erased in all contracts of the provider', async (t) => {
  const erase = async (client: string, key = provider) =>
    (await still.send('DELETE', `/v1/clients/${client}`, { key })).status
  for (const at of ['c/cases/p-1', 'c/cases/p-2', 'd/cases/p-3']) await put(at, { client: 'person' })
  await put('c/cases/p-4', { client: 'person' }, partner)
  await put('o/cases/p-5', { client: 'person' }, other)
  await put('c/cases/p-6', { client: 'somebody' })

  t.equal(await erase('nobody'), 404)
  t.equal(await erase('person', partner), 204, 'a partner: its own case only')
  t.equal(await statusOf('GET', 'c/cases/p-1'), 200)
  t.equal(await statusOf('PUT', 'c/cases/p-4', {}), 410)
  t.equal(await erase('person'), 204)
  for (const at of ['c/cases/p-1', 'c/cases/p-2', 'd/cases/p-3']) t.equal(await statusOf('PUT', at, {}), 410)
  t.equal(await erase('person'), 410)
  t.equal(await statusOf('GET', 'o/cases/p-5', undefined, {}, other), 200, 'another provider’s person')
  t.equal(await statusOf('GET', 'c/cases/p-6'), 200)
  const named = await owner`select from cases where client = 'person' and contract_id <> 'o'`
  t.equal(named.length, 0)

  await put('c/cases/p-7', { client: 'person' })
  t.equal(await erase('person'), 204, 'who comes back with a new case can be erased again')
})

t.test('the audit log tells that it was done, and nothing of whom', async (t) => {
  await put('c/cases/quiet-case', { client: 'quiet-client' })
  await put('c/cases/quiet-more', { client: 'quiet-client' })
  t.equal(await statusOf('DELETE', 'c/cases/quiet-case'), 204)
  t.equal((await still.send('DELETE', '/v1/clients/quiet-client', { key: provider })).status, 204)
  const entries = await owner<{ said: unknown[] }[]>`
    select jsonb_build_array(actor_kind, action, subject_kind, details) as said from audit_log
    where organisation_id = 'prov' order by entry desc limit 2`
  t.same(
    entries.map(({ said }) => said),
    [
      ['provider', 'erased', 'client', { contracts: ['c'], cases: 1 }],
      ['provider', 'erased', 'case', { contract: 'c', cases: 1 }],
    ],
  )
  t.same(await rowsNaming('quiet-'), [])
})

t.test('erased people leave the counts', async (t) => {
  const key = await service.join('prov', 'provider')
  await service.join('comm', 'commissioner')
  await service.operate('PUT', '/v1/contracts/c', contractOf('prov', 'comm'))
  const send = (method: string, path: string, body?: unknown, headers = {}) =>
    service.send(method, `/v1/contracts/c/${path}`, { key, body, headers })
  for (const of of ['one', 'two'])
    for (const [stage, value, on] of [
      ['start', 2, '2019-01-08'],
      ['end', 0, '2019-04-01'],
    ] as const)
      await send('PUT', `assessments/${of}-${stage}`, {
        ...{ case: of, instrument: 'victim-needs', stage, assessedOn: on },
        answers: { 'personal-safety': value },
      })
  const figure = async () => {
    const { body } = await send('GET', 'outcomes?period=2019-20-Q1', undefined, { prefer: 'wait=30' })
    return [body.measures[0].numerator, body.measures[0].denominator]
  }
  t.same(await figure(), [2, 2])
  t.equal((await send('DELETE', 'cases/one')).status, 204)
  t.same(await figure(), [1, 1])
})

t.test('a write that waited while its case was erased does not bring it back', async (t) => {
  await put('c/cases/waited-1', { referredOn: '2018-11-03', startedOn: '2018-12-08' })
  const [row] = await owner<{ secret: string }[]>`select secret from installation`
  const waiting = async (): Promise<boolean> => {
    const { count } = await owner`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    return count === 2
  }
  const eraser = postgres({ ...still.database.address, max: 1 })
  const late = await eraser.begin(async (sql) => {
    await sql`select from cases where case_ref = 'waited-1' for update`
    const writes = [
      statusOf('PUT', 'c/assessments/waited-a', assessment('waited-1')),
      statusOf('PUT', 'c/cases/waited-1', { referredOn: '2018-11-03' }),
    ]
    while (!(await waiting())) await pause(10)
    await sql`delete from cases where case_ref = 'waited-1'`
    await sql`
      insert into erasures (contract_id, digest, delivered_by)
      values ('c', ${digestOfCase(row?.secret ?? '', 'c', 'waited-1')}, 'prov')`
    return { writes }
  })
  t.same(await Promise.all(late.writes), [410, 410])
  t.same(await rowsNaming('waited-1'), [])
  await eraser.end()
})
