import postgres from 'postgres'
import t from 'tap'
import { verifyChains } from '../../src/services/audit/verify-chains.ts'
import { connectPool, transactOn } from '../../src/store/database.ts'
import { makePeople } from '../support/people.ts'
import { startService, type TestService } from '../support/service.ts'

/** Whoever reads about people is told of in the audit log; whom they read about is not. */

let service: TestService
let log: postgres.Sql
let keys: Record<'provider' | 'commissioner' | 'partner', string>

t.before(async () => {
  service = await startService({ workers: false })
  log = postgres({ ...service.database.address, max: 1 })
  keys = {
    provider: await service.join('prov', 'provider'),
    commissioner: await service.join('comm', 'commissioner'),
    partner: await service.join('part', 'provider'),
  }
  const people = await makePeople(service, keys, 'c', { partners: ['part'] })
  await people.putCase('jane-1', { client: 'jane-client' })
  await people.assess('jane-1', { 'personal-safety': 2 }, { ref: 'jane-start' })
  await people.assess('jane-1', { 'personal-safety': 0 }, { ref: 'jane-end', stage: 'end' })
  await people.putCase('jane-2', { closedOn: '2019-02-04' })
  await people.assess('jane-2', { health: 1 }, { ref: 'jane-alone' })
  await people.putCase('jane-3', { deliveredBy: 'part' })
  const contact = { cases: ['jane-1'], on: '2019-01-09', kind: 'phone' }
  await service.send('PUT', '/v1/contracts/c/contacts/jane-call', { key: keys.provider, body: contact })
})
t.teardown(async () => {
  await log.end()
  await service.stop()
})

const keyIdOf = async (organisation: string): Promise<string> =>
  String((await service.operate('GET', `/v1/organisations/${organisation}/keys`)).body.items[0].id)

/** What was told of one request: in whose chain, of what, of how many. */
async function told(key: string, path: string, status = 200): Promise<string[]> {
  const [before] = await log`select count(*)::int as entries from audit_log`
  const reply = await service.send('GET', `/v1/contracts/c/${path}`, { key })
  t.equal(reply.status, status, path)
  const [after] = await log`select count(*)::int as entries from audit_log`
  const rows = await log<{ organisation: string; details: { what: string; howMany: number } }[]>`
    select organisation_id as organisation, details from audit_log where action = 'cases-read'
    order by at desc, entry desc limit ${Number(after?.entries) - Number(before?.entries)}`
  return rows.map(({ organisation, details }) => `${organisation} ${details.what} ${details.howMany}`)
}

t.test('each request that shows people is one entry of the reader’s', async (t) => {
  const period = 'period=2018-19-Q4'
  for (const [path, expected] of [
    ['cases/jane-1', 'cases 1'],
    ['cases', 'cases 3'],
    // The third only tells that there is another page.
    ['cases?limit=2', 'cases 2'],
    ['assessments/jane-start', 'assessments 1'],
    ['assessments/jane-start?revisions=true', 'assessments 1'],
    ['assessments?case=jane-1', 'assessments 2'],
    ['contacts/jane-call', 'contacts 1'],
    ['contacts', 'contacts 1'],
    // Both closed in the quarter; one of them is left out of the figure, and is named with its reason.
    [`outcomes/personal-safety-resolved/cases?${period}`, 'cases-of-measure 2'],
    // The one that closed without an end.
    [`quality?${period}`, 'quality 1'],
  ] as const) {
    t.same(await told(keys.provider, path), [`prov ${expected}`], path)
  }
  t.same(await told(keys.partner, 'cases'), ['part cases 1'], 'in the chain of the partner who reads')
})

t.test('what shows nobody is not told', async (t) => {
  t.same(await told(keys.provider, 'assessments?updatedSince=2099-01-01T00:00:00Z'), [])
  t.same(await told(keys.provider, 'cases/nobody', 404), [])
  t.same(await told(keys.commissioner, 'cases', 404), [])
  t.same(await told(keys.commissioner, 'cases/jane-1', 404), [])
  t.same(await told(keys.provider, 'outcomes?period=2018-19-Q4'), [])
  t.same(await told(keys.provider, 'quality?period=2020-21-Q4'), [])
})

t.test('an entry names contract and key, and nobody; the chain holds', async (t) => {
  await Promise.all(
    Array.from({ length: 16 }, () =>
      service.send('GET', '/v1/contracts/c/cases/jane-1', { key: keys.provider }),
    ),
  )
  const rows = await log`select * from audit_log where action = 'cases-read' order by organisation_id, entry`
  t.equal(rows.length, 11 + 16)
  const { organisation_id, actor_kind, subject_kind, details } = rows.at(-1) ?? {}
  t.same(
    { organisation_id, actor_kind, subject_kind, details },
    {
      ...{ organisation_id: 'prov', actor_kind: 'provider', subject_kind: 'case' },
      details: { contract: 'c', what: 'cases', howMany: 1, key: await keyIdOf('prov') },
    },
  )
  t.notMatch(JSON.stringify(rows), /jane|wm_/)
  const pool = connectPool(service.database.address, 1)
  const chains = await verifyChains({ transact: transactOn(pool) })()
  await pool.end()
  t.same(
    chains.map(({ firstBad }) => firstBad),
    [undefined, undefined, undefined],
  )
})
