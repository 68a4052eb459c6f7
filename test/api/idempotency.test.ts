import postgres from 'postgres'
import t from 'tap'
import { isProblem } from '../support/is-problem.ts'
import { contractOf, pointersOf } from '../support/people.ts'
import { startService, type TestService } from '../support/service.ts'

let service: TestService
let owner: postgres.Sql
let key: string
let partner: string
let commissioner: string

t.before(async () => {
  service = await startService()
  owner = postgres({ ...service.database.address, max: 1 })
  key = await service.join('prov', 'provider')
  partner = await service.join('part', 'provider')
  commissioner = await service.join('comm', 'commissioner')
  for (const contract of ['c', 'd'])
    await service.operate('PUT', `/v1/contracts/${contract}`, {
      ...contractOf('prov', 'comm'),
      partners: ['part'],
    })
})
t.teardown(async () => {
  await owner.end()
  await service.stop()
})

const body = (changes: object = {}) => ({
  case: 'one',
  instrument: 'victim-needs',
  stage: 'start',
  assessedOn: '2019-01-08',
  // PostgreSQL keeps shorter names first.
  answers: { 'personal-safety': 1, health: 2 },
  ...changes,
})
const post = (idempotencyKey: string | undefined, sent: unknown = body(), contract = 'c', by = key) =>
  service.send('POST', `/v1/contracts/${contract}/assessments`, {
    key: by,
    body: sent,
    ...(idempotencyKey !== undefined && { headers: { 'idempotency-key': idempotencyKey } }),
  })
const keysOf = async (contract: string): Promise<number> => {
  const [row] = await owner`select count(*)::int as n from idempotency_keys where contract_id = ${contract}`
  return Number(row?.n)
}

t.test('an assessment without a reference is given one', async (t) => {
  const made = await post('first')
  t.equal(made.status, 201)
  t.match(made.body, { ref: /^[A-Za-z0-9._-]{1,128}$/, contract: 'c', case: 'one', revision: 1 })
  t.match(made.body.scores, { health: { value: 2, need: true } })
  t.notOk('idempotency-replayed' in made.headers)
  const found = await service.send('GET', `/v1/contracts/c/assessments/${made.body.ref}`, { key })
  t.same([found.status, found.body], [200, made.body])
})

t.test('the same key and body give the first reply again', async (t) => {
  const first = await post('again')
  const again = await post('again', {
    answers: { health: 2, 'personal-safety': 1 },
    assessedOn: '2019-01-08',
    stage: 'start',
    instrument: 'victim-needs',
    case: 'one',
  })
  t.same([again.status, again.text, again.headers.etag], [201, first.text, first.headers.etag])
  t.equal(again.headers['idempotency-replayed'], 'true')

  const path = `/v1/contracts/c/assessments/${first.body.ref}`
  const corrected = await service.send('PUT', path, { key, body: body({ answers: { health: 0 } }) })
  t.equal(corrected.body.revision, 2)
  t.equal((await service.send('GET', path, { key })).text, corrected.text, 'one ETag, the same bytes')
  t.same((await post('again')).body, first.body, 'also after a correction')
  await service.send('DELETE', path, { key })
  t.same((await post('again')).body, first.body, 'also after it was withdrawn')
  t.equal((await service.send('GET', path, { key })).status, 404, 'and a replay writes nothing')
})

t.test('another body under the same key is refused', async (t) => {
  await post('other')
  for (const changes of [{ answers: { health: 1 } }, { stage: 'never' }, { colour: 'red' }]) {
    const reply = await post('other', body(changes))
    isProblem(t, reply, 422, JSON.stringify(changes))
    t.same(pointersOf(reply), ['/Idempotency-Key'])
  }
})

t.test('a key is required, and a header can carry it', async (t) => {
  isProblem(t, await post(undefined), 400, 'none')
  t.match((await post(undefined)).body.detail, /Idempotency-Key/)
  isProblem(t, await post(''), 400, 'an empty one')
  isProblem(t, await post('x'.repeat(256)), 422, 'too long')
  t.equal((await post('~'.repeat(255))).status, 201)
  t.equal((await post('"a key, with; punctuation"')).status, 201)
})

t.test('a failed try uses up no key', async (t) => {
  const bad = await post('failing', body({ answers: { health: 9 } }))
  isProblem(t, bad, 422, 'bad answer')
  t.same(pointersOf(bad), ['/answers/health'])
  isProblem(t, await post('failing', '{'), 400, 'no JSON')
  const deep = `{"answers":${'{"a":'.repeat(90_000)}1${'}'.repeat(90_001)}`
  isProblem(t, await post('failing', deep), 400, 'nested too deeply')
  const good = await post('failing')
  t.equal(good.status, 201)
  t.notOk('idempotency-replayed' in good.headers)
})

t.test('a key is one organisation’s in one contract', async (t) => {
  const refs = []
  for (const [contract, by] of [
    ['c', key],
    ['d', key],
    ['c', partner],
  ] as const) {
    const made = await post(
      'shared',
      body({ case: `of-${contract}-${by === key ? 'p' : 'q'}` }),
      contract,
      by,
    )
    t.equal(made.status, 201)
    refs.push(made.body.ref)
  }
  t.equal(new Set(refs).size, 3)
  isProblem(t, await post('shared', body(), 'nowhere'), 404, 'no contract')
  isProblem(t, await post('shared', body(), 'c', commissioner), 404, 'a commissioner')
  isProblem(t, await post('hidden', body({ case: 'of-c-p' }), 'c', partner), 404, 'a case of the provider’s')
})

t.test('of fifty at the same moment one does the work', async (t) => {
  const before = await keysOf('d')
  const replies = await Promise.all(Array.from({ length: 50 }, () => post('at-once', body(), 'd')))
  for (const reply of replies) {
    if (reply.status === 409) {
      isProblem(t, reply, 409, 'under way')
      t.ok(reply.headers['retry-after'])
    } else t.equal(reply.status, 201)
  }
  const made = replies.filter(({ status }) => status === 201)
  t.equal(made.filter(({ headers }) => !('idempotency-replayed' in headers)).length, 1)
  t.equal(new Set(made.map(({ body: { ref } }) => String(ref))).size, 1)
  t.equal((await keysOf('d')) - before, 1)
})

t.test('while a try is under way, the same key is told to wait', async (t) => {
  const taken = await post('slow', body({ case: 'slow' }))
  t.equal(taken.status, 201)
  // Whoever holds the case holds up whoever writes to it.
  const blocker = await owner.reserve()
  await blocker`begin`
  await blocker`select from cases where contract_id = 'c' and case_ref = 'slow' for update`
  const first = post('waiting', body({ case: 'slow' }))
  const waiting = async (): Promise<boolean> => {
    const [row] = await blocker`select count(*)::int as n from pg_locks where not granted`
    return Number(row?.n) > 0
  }
  while (!(await waiting())) await new Promise(setImmediate)
  isProblem(t, await post('waiting', body({ case: 'slow' })), 409, 'under way')
  await blocker`commit`
  blocker.release()
  t.equal((await first).status, 201)
  t.equal((await post('waiting', body({ case: 'slow' }))).headers['idempotency-replayed'], 'true')
})

t.test('neither key nor body is kept, and both are forgotten after a day', async (t) => {
  const made = await post('secret-key', body({ case: 'kept' }))
  const rows = await owner`select * from idempotency_keys where ref = ${made.body.ref}`
  t.equal(rows.length, 1)
  t.notMatch(
    JSON.stringify(rows.map((row) => Object.values(row).map(String))),
    /secret-key|victim-needs|kept/,
  )
  const [[row], columns] = [rows, Object.keys(rows[0] ?? {})]
  t.same(columns.sort(), [
    'body_hash',
    'contract_id',
    'created_at',
    'key_hash',
    'organisation_id',
    'ref',
    'revision',
  ])
  t.equal(row?.key_hash.length, 32)

  await post('young', body({ case: 'young' }))
  await owner`
    update idempotency_keys set created_at = now() - interval '24 hours 1 second' where ref = ${made.body.ref}`
  while ((await owner`select from idempotency_keys where ref = ${made.body.ref}`).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 50))
  t.equal((await post('young', body({ case: 'young' }))).headers['idempotency-replayed'], 'true')
  const anew = await post('secret-key', body({ case: 'kept' }))
  t.equal(anew.status, 201)
  t.not(anew.body.ref, made.body.ref)
})

t.test('the database shows a key to the organisation that used it, and to nobody else', async (t) => {
  await post('guarded', body({ case: 'guarded' }))
  const seenBy = (role: string, organisation: string, columns = 'ref') =>
    owner
      .begin(async (sql) => {
        await sql`
          select set_config('role', ${`waymark_${role}`}, true), set_config('waymark.organisation', ${organisation}, true)`
        return (await sql.unsafe(`select ${columns} from idempotency_keys`)).length > 0
      })
      .catch((error: unknown) => (error instanceof postgres.PostgresError ? error.code : String(error)))
  const refused = '42501'
  t.equal(await seenBy('provider', 'prov'), true)
  t.equal(await seenBy('provider', 'other'), false)
  t.equal(await seenBy('commissioner', 'comm'), refused)
  t.equal(await seenBy('operator', ''), refused)
  t.equal(await seenBy('connection', ''), refused)
  t.equal(await seenBy('worker', ''), refused)
  t.equal(await seenBy('worker', '', 'created_at'), false, 'none is a day old')
  const [row] = await owner`select secret from installation`
  t.match(row?.secret, /^[0-9a-f]{64}$/)
})
