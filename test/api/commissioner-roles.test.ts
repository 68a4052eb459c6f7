import postgres from 'postgres'
import t from 'tap'
import { loadDefinitions, surveysFolder } from '../../src/definitions.ts'
import { recountMonth } from '../../src/services/counting/recount-month.ts'
import { releaseAgain } from '../../src/services/webhooks/release-again.ts'
import { connectPool, transactOn } from '../../src/store/database.ts'
import { makePeople } from '../support/people.ts'
import { startService, type TestService } from '../support/service.ts'

/**
 * What commissioners read is decided and released by a role that can reach no person. The role that counts people may do nothing
 * any more, and all that was counted is still released, read, submitted and told: the same bytes as where it may.
 */

let service: TestService
let owner: postgres.Sql
let stopPool: () => Promise<void>
let needs: Parameters<typeof releaseAgain>[0]
let provider: string

t.before(async () => {
  service = await startService({ workers: false })
  owner = postgres({ ...service.database.address, max: 1, onnotice: () => undefined })
  const pool = connectPool(service.database.address, 2)
  stopPool = () => pool.end({ timeout: 5 })
  needs = {
    transact: transactOn(pool),
    definitions: loadDefinitions([surveysFolder]),
    clock: { now: () => new Date(), today: () => '2026-11-28' },
    returnGraceDays: 10,
  }
  provider = await service.join('prov', 'provider')
})
t.teardown(async () => {
  await stopPool()
  await owner.end()
  await service.stop()
})

async function countAll(): Promise<void> {
  const waiting = await owner<{ contractId: string; month: number }[]>`
    select distinct contract_id as "contractId", month from marks`
  for (const one of waiting) await recountMonth(needs)(one)
}

/** A commissioner who wants to be told, and its contract with 20 people, of whom 12 have been shown to it. */
async function commissionerOf(
  contract: string,
): Promise<(method: string, path: string, body?: object) => Promise<string>> {
  const key = await service.join(`of-${contract}`, 'commissioner')
  const people = await makePeople(service, { provider, commissioner: key }, contract, {
    commissioners: [`of-${contract}`],
    measures: ['personal-safety-resolved', 'planned-closures', 'referrals'],
    returns: ['moj-victims', 'csp-plan'].map((template) => ({ template, frequency: 'quarterly' })),
  })
  const ask = async (method: string, path: string, body?: object): Promise<string> => {
    const { status, text } = await service.send(method, `/v1/${path}`, {
      key,
      body,
      headers: { prefer: 'wait=1' },
    })
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`)
    return text
  }
  const url = 'http://127.0.0.1:9/'
  await ask('PUT', 'webhooks/w', { url, events: ['outcomes.changed'] })
  await people.resolved(6, 6)
  await countAll()
  await ask('GET', `contracts/${contract}/outcomes?period=2018-19`)
  await people.resolved(8, 0, '2019-02-02')
  for (let n = 0; n < 6; n++) {
    const dates = { startedOn: '2018-12-03', closedOn: '2019-02-01', closure: 'planned' }
    await people.putCase(`p-2019-02-01-${n}`, { ...dates, characteristics: { sex: 'female' } })
  }
  await countAll()
  return ask
}

/** All that a commissioner can ask of what is counted; what differs from asking to asking is left out. */
async function readAll(contract: string): Promise<string[]> {
  const ask = asking.get(contract)
  if (ask === undefined) throw new Error('nobody reads it')
  const told: string[] = []
  const read = async (method: string, path: string, body?: object): Promise<string> => {
    const text = await ask(method, path, body)
    told.push(`${method} ${path} ${text}`)
    return text
  }
  const root = `contracts/${contract}`
  await read('GET', `${root}/outcomes?period=2018-19`)
  await read('GET', `${root}/outcomes?period=2018-19-Q4&by=sex`)
  await read('GET', `${root}/trend?measure=personal-safety-resolved&last=2`)
  await read('GET', 'compare?measure=personal-safety-resolved&period=2018-19-Q4')
  await read('GET', `${root}/transitions?period=2019-M02&instrument=victim-needs&score=personal-safety`)
  for (const template of ['moj-victims', 'csp-plan']) {
    const made = JSON.parse(await read('POST', 'returns', { template, period: '2018-19-Q4' })) as {
      id: string
      checks: { id: string; level: string; passed: boolean }[]
    }
    const failed = made.checks.filter(({ level, passed }) => level === 'error' && !passed)
    const reasons = Object.fromEntries(failed.map(({ id }) => [id, 'so it is']))
    await read('GET', `returns/${made.id}`)
    await read('GET', `returns/${made.id}.csv`)
    await read('POST', `returns/${made.id}/submission`, { signedOffBy: 'A. Person', reasons })
    await read('GET', `returns/${made.id}/differences`)
  }
  await read('GET', 'returns')
  await read('GET', 'webhooks/w/deliveries')
  await owner`insert into marks (contract_id, month) values (${contract}, 201901)`
  await read('GET', `${root}/outcomes?period=2018-19-Q4`)
  return told.map((text) =>
    text
      .replaceAll(contract, 'k')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then')
      .replaceAll(/(?:msg_)?[0-9a-f]{28,}/g, 'id'),
  )
}

const asking = new Map<string, Awaited<ReturnType<typeof commissionerOf>>>()

t.test('what is counted is released and read without the role that counts', async (t) => {
  for (const contract of ['contract-1', 'contract-2']) asking.set(contract, await commissionerOf(contract))
  const before = await readAll('contract-1')
  t.match(before[0], /"numerator":14,"denominator":20,/, 'the figures are shown')
  t.match(before.at(-2), /"event":"outcomes.changed"/, 'and told')
  t.match(before.at(-1), /"pending":true/)

  await owner`revoke all on all tables in schema public from waymark_worker`
  const count = needs.transact({ role: 'worker', contract: 'contract-2' }, (store) => store.marks.waiting())
  await t.rejects(count, { code: '42501' }, 'nobody can count any more')
  t.same(await readAll('contract-2'), before)
})

t.test('so is what is released once more, since somebody wants to be told', async (t) => {
  await owner`grant select on webhooks to waymark_worker`
  await owner`delete from marks`
  await owner`update recounts set times = times + 1`
  const stamps = () =>
    owner`select contract_id, first_month, last_month, stamp from releases order by 1, 2, 3`
  const before = await stamps()
  t.ok(before.length > 0)
  await releaseAgain(needs)()
  const after = await stamps()
  t.equal(after.length, before.length)
  t.same(
    after.filter(({ stamp }, at) => stamp === before[at]?.stamp),
    [],
  )
})
