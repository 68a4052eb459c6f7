import { createHash } from 'node:crypto'
import { execFile } from 'node:child_process'
import postgres from 'postgres'
import t from 'tap'
import { recordEntry } from '../src/services/audit/record-entry.ts'
import { verifyChains, type Chain } from '../src/services/audit/verify-chains.ts'
import { connectPool, transactOn, type Transact } from '../src/store/database.ts'
import { migrate } from '../src/store/owner/migrate.ts'
import type { Pool } from '../src/store/connections/pool.ts'
import { makeDatabase, type TestDatabase } from './support/database.ts'
import { startService } from './support/service.ts'

let database: TestDatabase
let owner: postgres.Sql
let pool: Pool
let transact: Transact

t.before(async () => {
  database = await makeDatabase()
  await migrate(database.address)
  owner = postgres({ ...database.address, max: 1, onnotice: () => undefined })
  pool = connectPool(database.address, 8)
  transact = transactOn(pool)
})
t.teardown(async () => {
  await pool.end()
  await owner.end()
  await database.drop()
})

const AT = '2026-11-23T09:00:00.000Z'
const write = (organisation: string, key: string): Promise<void> =>
  transact({ role: 'operator' }, (store) =>
    recordEntry(store, organisation, {
      ...({ at: AT, actorKind: 'operator', action: 'key-issued', subjectKind: 'key' } as const),
      details: { key, scopes: ['read'] },
    }),
  )
const chainOf = async (organisation: string): Promise<Chain | undefined> =>
  (await verifyChains({ transact })()).find(({ organisationId }) => organisationId === organisation)

t.test('eight writers at once make one unbroken chain', async (t) => {
  await Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; n < 10; n++) await write('busy', `${writer}-${n}`)
    }),
  )
  t.match(await chainOf('busy'), { entries: 80, firstBad: undefined })
})

t.test('an entry’s hash can be worked out by hand', async (t) => {
  await write('plain', 'k')
  const said =
    `{"action":"key-issued","actorKind":"operator","at":"${AT}","details":{"key":"k","scopes":["read"]},` +
    `"entry":1,"organisationId":"plain","previousHash":"${'0'.repeat(64)}","subjectKind":"key"}`
  const [row] = await owner`select encode(hash, 'hex') as hash from audit_log where organisation_id = 'plain'`
  t.equal(row?.hash, createHash('sha256').update(said).digest('hex'))
})

const verify = (): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, DATABASE_URL: database.url }
    const args = ['--import', 'tsx', 'src/audit-verify.ts']
    execFile(process.execPath, args, { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })

/** What somebody with the database's login may do to `victim`, and which of its six entries is named for it. */
const tampering: Readonly<Record<string, readonly [statement: string, firstBad: number]>> = {
  'an edit': [`update audit_log set details = '{"key": "other"}' where entry = 3`, 3],
  'another time': [`update audit_log set at = at + interval '1 hour' where entry = 2`, 2],
  'another hash': [`update audit_log set hash = sha256('x') where entry = 4`, 4],
  'a removal': ['delete from audit_log where entry = 3', 4],
  'a removal of the first': ['delete from audit_log where entry = 1', 2],
  'a swap': [
    `update audit_log set entry = case entry when 2 then -5 else -2 end where entry in (2, 5);
    update audit_log set entry = -entry where entry < 0`,
    2,
  ],
  'an insertion at the end': [
    `insert into audit_log select organisation_id, 7, at, actor_kind, action, subject_kind, details, hash, hash
     from audit_log where entry = 6 and organisation_id = 'victim'`,
    7,
  ],
  'an insertion between': [
    `update audit_log set entry = entry + 100 where entry > 3; update audit_log set entry = entry - 99 where entry > 100;
     insert into audit_log select organisation_id, 4, at, actor_kind, action, subject_kind, details, hash, hash
     from audit_log where entry = 3 and organisation_id = 'victim'`,
    4,
  ],
}

t.test('whatever the owner does, the first bad entry is named', async (t) => {
  for (let n = 1; n <= 6; n++) await write('victim', String(n))
  const before = await owner`select * from audit_log where organisation_id = 'victim'`
  t.match(await chainOf('victim'), { entries: 6, firstBad: undefined })
  for (const [what, [statements, firstBad]] of Object.entries(tampering)) {
    for (const statement of statements.split(';')) {
      const of = statement.includes('insert') ? '' : ` and organisation_id = 'victim'`
      await owner.unsafe(statement + of)
    }
    t.match(await chainOf('victim'), { firstBad }, what)
    t.match(await chainOf('busy'), { entries: 80, firstBad: undefined }, 'the others hold')
    await owner`delete from audit_log where organisation_id = 'victim'`
    await owner`insert into audit_log ${owner(before as never)}`
  }
  t.match(await chainOf('victim'), { entries: 6, firstBad: undefined })
})

t.test('npm run audit:verify says so, with its exit code', async (t) => {
  const good = await verify()
  t.equal(good.code, 0, good.err)
  t.match(good.out, /^victim: 6 good, the last one [0-9a-f]{64}$/m)
  await owner`update audit_log set action = 'key-revoked' where organisation_id = 'victim' and entry = 5`
  const bad = await verify()
  t.equal(bad.code, 1)
  t.equal(bad.err, 'victim: entry 5 is the first that is not as it was written\n')
  t.match(bad.out, /^busy: 80 good/m)
})

t.test('no role changes an entry, or takes one away', async (t) => {
  for (const role of ['connection', 'operator', 'provider', 'commissioner', 'worker', 'releaser', 'eraser']) {
    for (const statement of [
      `update audit_log set action = 'x'`,
      'delete from audit_log',
      'truncate audit_log',
    ]) {
      const refused = owner.begin(async (sql) => {
        await sql.unsafe(`set local role waymark_${role}`)
        await sql.unsafe(statement)
      })
      await t.rejects(refused, { message: /permission denied/ }, `${role}: ${statement}`)
    }
  }
})

t.test('what is done to organisations, keys and contracts is told', async (t) => {
  const service = await startService({ workers: false })
  const log = postgres({ ...service.database.address, max: 1 })
  try {
    await service.join('prov', 'provider')
    await service.join('comm', 'commissioner')
    const organisation = { name: 'Somebody Else', kind: 'provider' }
    await service.operate('PUT', '/v1/organisations/prov', organisation)
    await service.operate('PUT', '/v1/organisations/prov', organisation)
    const contract = {
      ...{
        title: 'x',
        provider: 'prov',
        commissioners: ['comm'],
        startsOn: '2018-10-01',
        endsOn: '2021-09-30',
      },
      ...{ instruments: ['victim-needs'], measures: [] },
    }
    for (const minimumCount of [5, 5, 7])
      await service.operate('PUT', '/v1/contracts/c', { ...contract, minimumCount })
    const { body } = await service.operate('POST', '/v1/organisations/prov/keys', { label: 'Jane Doe' })
    await service.operate('DELETE', `/v1/organisations/prov/keys/${body.id}`)

    const rows = await log<{ action: string; details: Record<string, unknown> }[]>`
      select action, details from audit_log where organisation_id = 'prov' order by entry`
    t.same(
      rows.map(({ action }) => action),
      [
        ...['organisation-made', 'key-issued', 'organisation-changed', 'contract-made', 'contract-changed'],
        ...['key-issued', 'key-revoked'],
      ],
      'and what changes nothing is not told',
    )
    t.same(rows[2]?.details, { fields: ['name'], exactReturns: false })
    t.same(rows[4]?.details, { contract: 'c', fields: ['minimumCount'] })
    t.same(rows[6]?.details, { key: body.id })
    t.notMatch(JSON.stringify(rows), /Jane|Somebody|wm_/)
  } finally {
    await log.end()
    await service.stop()
  }
})

t.test('what is done with returns is told: by which key, and not by whom it was signed off', async (t) => {
  const service = await startService({ workers: false })
  const log = postgres({ ...service.database.address, max: 1 })
  try {
    await service.join('prov', 'provider')
    const key = await service.join('comm', 'commissioner')
    const contract = {
      ...{
        title: 'x',
        provider: 'prov',
        commissioners: ['comm'],
        instruments: ['victim-needs'],
        measures: [],
      },
      ...{ startsOn: '2019-04-01', endsOn: '2019-09-30' },
      returns: [{ template: 'csp-plan', frequency: 'quarterly' }],
    }
    await service.operate('PUT', '/v1/contracts/c', contract)
    t.same((await service.send('GET', '/v1/returns', { key })).body.items, [])
    const asked = { template: 'csp-plan', period: '2019-20-Q1' }
    const made = await service.send('POST', '/v1/returns', { key, body: asked })
    const path = `/v1/returns/${made.body.id}`
    for (const one of [path, ...['csv', 'xlsx', 'ods', 'html'].map((extension) => `${path}.${extension}`)])
      t.equal((await service.send('GET', one, { key })).status, 200, one)
    const failed = (made.body.checks as { id: string; level: string; passed: boolean }[]).filter(
      ({ level, passed }) => level === 'error' && !passed,
    )
    const reasons = Object.fromEntries(failed.map(({ id }) => [id, 'Jane knows']))
    const body = { signedOffBy: 'Jane Doe', reasons }
    t.equal((await service.send('POST', `${path}/submission`, { key, body })).status, 200)
    // What was submitted said something else, as if data had come since.
    await log`alter table returns disable trigger keep_submitted_return`
    await log`update returns set sha256 = 'former'`
    await log`alter table returns enable trigger keep_submitted_return`
    await log`delete from marks`
    await log`update contracts set counted_with = 'x' where counted_with is null`
    const next = await service.send('POST', '/v1/returns', { key, body: asked })
    t.equal(next.body.version, 2, next.text)
    const second = `/v1/returns/${next.body.id}`
    t.equal((await service.send('POST', `${second}/submission`, { key, body })).status, 200)
    t.equal((await service.send('GET', `${second}/differences`, { key })).status, 200)
    t.equal((await service.send('GET', '/v1/returns?limit=1', { key })).body.items.length, 1)
    t.equal((await service.send('GET', '/v1/returns', { key })).body.items.length, 2)

    const rows = await log<{ actor: string; action: string; details: Record<string, unknown> }[]>`
      select actor_kind as actor, action, details from audit_log
      where organisation_id = 'comm' and subject_kind = 'return' order by entry`
    t.same(
      rows.map(
        ({ actor, action, details }) => `${actor} ${action} ${String(details.version ?? details.returns)}`,
      ),
      [
        // Asked for, then read as JSON and as each kind of file.
        ...['return-made 1', 'return-read 1', ...Array.from({ length: 5 }, () => 'return-read 1')],
        ...['return-submitted 1', 'return-made 2', 'return-read 2', 'return-superseded 1'],
        ...['return-submitted 2', 'return-read 2', 'returns-listed 1', 'returns-listed 2'],
      ].map((action) => `commissioner ${action}`),
    )
    const { body: ofComm } = await service.operate('GET', '/v1/organisations/comm/keys')
    t.same(rows[7]?.details, {
      ...{ return: made.body.id, template: 'csp-plan', period: '2019-20-Q1', version: 1 },
      key: ofComm.items[0].id,
    })
    t.same(rows.at(-1)?.details, {
      ...{ first: made.body.id, last: next.body.id, returns: 2 },
      key: ofComm.items[0].id,
    })
    t.notMatch(JSON.stringify(rows), /Jane|wm_/)
    const own = connectPool(service.database.address, 1)
    const chains = await verifyChains({ transact: transactOn(own) })()
    await own.end()
    t.match(
      chains.find(({ organisationId }) => organisationId === 'comm'),
      { entries: 17, firstBad: undefined },
    )
  } finally {
    await log.end()
    await service.stop()
  }
})
