import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { contractOf } from '../../support/people.ts'
import { startService, type TestService } from '../../support/service.ts'

/** Against a real server, with transactions that are held open as those of slow writes are. */

let service: TestService
let owner: postgres.Sql
let provider: string
let writes = 0

t.before(async () => {
  // Without workers, marks stay and can be looked at.
  service = await startService({ workers: false })
  owner = postgres({ ...service.database.address, max: 4 })
  provider = await service.join('prov', 'provider')
  await service.join('comm', 'commissioner')
})
t.teardown(async () => {
  await owner.end()
  await service.stop()
})

/** The months that are marked of a contract. */
const marks = async (contract: string): Promise<number[]> => {
  const rows = await owner<{ month: number }[]>`
    select distinct month from marks where contract_id = ${contract} order by month`
  return rows.map(({ month }) => month)
}
const clear = (contract: string) => owner`delete from marks where contract_id = ${contract}`
const put = (contract: string, measures: string[]) =>
  service.operate('PUT', `/v1/contracts/${contract}`, { ...contractOf('prov', 'comm'), measures })
const isPending = async (contract: string) => {
  const path = `/v1/contracts/${contract}/outcomes?period=2019-M05`
  return (await service.send('GET', path, { key: provider })).body.pending as boolean
}

type Flag = 'has_referral_counts' | 'has_entry_counts' | 'has_session_counts' | 'has_life_counts'
const flagOf = async (sql: postgres.ISql, contract: string, flag: Flag): Promise<boolean | undefined> => {
  const rows = await sql<Record<string, boolean>[]>`
    select ${sql(flag)} as is_on from contracts where contract_id = ${contract}`
  return rows[0]?.is_on
}

/** A write that has read what it has to mark and then takes its time; `end` writes a referral in May and keeps it all. */
async function slowWrite(
  contract: string,
): Promise<{ hasFlag: boolean | undefined; end: () => Promise<void> }> {
  let end = (): void => undefined
  const isToEnd = new Promise<void>((resolve) => {
    end = resolve
  })
  return new Promise((resolve, reject) => {
    const work = owner.begin(async (sql) => {
      const hasFlag = await flagOf(sql, contract, 'has_referral_counts')
      resolve({
        hasFlag,
        end: async () => {
          end()
          await work
        },
      })
      await isToEnd
      await sql`
        insert into cases (contract_id, case_ref, delivered_by, referred_on)
        values (${contract}, ${`slow-${++writes}`}, 'prov', '2019-05-31')`
    })
    work.catch(reject)
  })
}

t.test('what a write under way did not know to mark is marked once it has ended', async (t) => {
  await put('asked-more', ['personal-safety-resolved'])
  t.equal(await isPending('asked-more'), false)
  const write = await slowWrite('asked-more')
  t.equal(write.hasFlag, false, 'referrals need no marks yet')

  let isAnswered = false
  const answer = put('asked-more', ['personal-safety-resolved', 'referrals']).then((reply) => {
    isAnswered = true
    return reply
  })
  while ((await flagOf(owner, 'asked-more', 'has_referral_counts')) !== true) await pause(5)
  // Whoever begins now knows, and need not be waited for.
  const path = '/v1/contracts/asked-more/cases/quick'
  const quick = await service.send('PUT', path, { key: provider, body: { referredOn: '2019-02-01' } })
  t.equal(quick.status, 201)
  t.same(await marks('asked-more'), [201902])
  t.equal(isAnswered, false, 'it waits for the other')
  t.equal(await isPending('asked-more'), true, 'and nobody is told meanwhile that all is counted')

  await write.end()
  t.equal((await answer).status, 200)
  t.same(await marks('asked-more'), [201902, 201905])
  t.equal(await isPending('asked-more'), true)
  await clear('asked-more')
  t.equal(await isPending('asked-more'), false)
})

t.test('a new contract, too, waits for what was written before it was told', async (t) => {
  await put('other', ['personal-safety-resolved'])
  const write = await slowWrite('other')
  const answer = put('new', ['referrals'])
  while ((await flagOf(owner, 'new', 'has_referral_counts')) !== true) await pause(5)
  t.equal(await isPending('new'), true)
  await write.end()
  t.equal((await answer).status, 201)
  t.equal(await isPending('new'), false)
})

t.test('nothing is waited for where writes have no more to mark than before', async (t) => {
  await put('as-before', ['referrals'])
  await service.send('PUT', '/v1/contracts/as-before/cases/one', {
    key: provider,
    body: { referredOn: '2019-02-01' },
  })
  await clear('as-before')
  const write = await slowWrite('as-before')
  t.equal(write.hasFlag, true)
  await put('as-before', ['referrals', 'personal-safety-resolved'])
  t.same(await marks('as-before'), [201902], 'a measure more')
  await clear('as-before')
  await put('as-before', ['personal-safety-resolved'])
  t.same(await marks('as-before'), [201902], 'and one less')
  t.equal(await flagOf(owner, 'as-before', 'has_referral_counts'), false)
  await write.end()
})

t.test('contracts that are changed at once are all marked', async (t) => {
  const write = await slowWrite('other')
  await put('at-once', ['personal-safety-resolved'])
  await service.send('PUT', '/v1/contracts/at-once/cases/one', {
    key: provider,
    body: { referredOn: '2019-02-01' },
  })
  await clear('at-once')
  const first = put('at-once', ['referrals'])
  while ((await flagOf(owner, 'at-once', 'has_referral_counts')) !== true) await pause(5)
  const second = put('at-once', ['referrals', 'people-supported'])
  while ((await flagOf(owner, 'at-once', 'has_life_counts')) !== true) await pause(5)
  t.same(await marks('at-once'), [])
  t.same(await flagOf(owner, 'at-once', 'has_referral_counts'), true)
  await write.end()
  await Promise.all([first, second])
  t.same(await marks('at-once'), [0, 201902])
})
