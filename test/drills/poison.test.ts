import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { connectPool, transactOn } from '../../src/store/database.ts'
import { makeKeys, makePeople } from '../support/people.ts'
import { spawnProgram } from '../support/process.ts'
import { startService, type TestService } from '../support/service.ts'

/** Drill 19, short: one contract cannot be counted; the others are, and it is itself once it can be. */

let service: TestService
let owner: postgres.Sql
let keys: { provider: string; commissioner: string }

t.before(async () => {
  service = await startService()
  owner = postgres({ ...service.database.address, max: 1 })
  keys = await makeKeys(service)
})
t.teardown(async () => {
  await owner.end()
  await service.stop()
})

/** What `npm run jobs` prints. */
async function jobs(command: string): Promise<string> {
  const child = spawnProgram('src/jobs-command.ts', { DATABASE_URL: service.database.url }, [command])
  let output = ''
  child.stdout?.on('data', (data) => (output += String(data)))
  child.stderr?.on('data', (data) => (output += String(data)))
  await once(child, 'close')
  return output
}

const failing = async (): Promise<number> => {
  const { body } = await service.send('GET', '/readyz')
  return (body as { waiting: { failing: number } }).waiting.failing
}

t.test('a contract that cannot be counted is put off, and seen', async (t) => {
  const poisoned = await makePeople(service, keys, 'poisoned')
  const sound = await makePeople(service, keys, 'sound')
  t.equal(await jobs('list'), 'Every month can be counted.\n')
  await owner`alter table counts add constraint poison check (contract_id <> 'poisoned') not valid`

  await poisoned.assess('one', { 'personal-safety': 2 }, { on: '2019-02-04' })
  await poisoned.assess('one', { 'personal-safety': 0 }, { stage: 'end', on: '2019-02-18' })
  await sound.assess('two', { 'personal-safety': 2 }, { on: '2019-02-04' })
  await sound.assess('two', { 'personal-safety': 0 }, { stage: 'end', on: '2019-02-18' })

  t.match((await sound.outcomes('2019-M02')).body, { pending: false, completeness: { closedCases: 1 } })
  while ((await failing()) === 0) await pause(50)
  t.match((await service.send('GET', '/metrics')).text, /^waymark_failing_months [1-9]/m)
  t.match(await jobs('list'), /^poisoned {2}201902 {2}failed \d+ times, tried again at \S+$/m)

  await owner`alter table counts drop constraint poison`
  t.match(await jobs('retry'), /^\d+ months are tried again within seconds\.$/m)
  t.match((await poisoned.outcomes('2019-M02')).body, { pending: false, completeness: { closedCases: 1 } })
  while ((await failing()) > 0) await pause(50)
})

t.test('it is put off twice as long each time, for a quarter of an hour at most', async (t) => {
  const pool = connectPool(service.database.address, 1)
  t.teardown(() => pool.end())
  const at = { contractId: 'elsewhere', month: 201903 }
  const waits = await transactOn(pool)({ role: 'worker', contract: at.contractId }, async (store) => {
    const times: number[] = []
    for (let failure = 1; failure <= 12; failure++) {
      await store.failedCounts.putOff(at)
      const [failed] = await store.failedCounts.list()
      t.equal(failed?.failures, failure)
      times.push(Date.parse(failed?.nextTryAt ?? ''))
    }
    return times.map((time) => (time - (times[0] ?? 0)) / 1000)
  })
  // After the first wait of 2 s: 4, 8, … 512 s, then 900 s.
  t.same(waits, [0, 2, 6, 14, 30, 62, 126, 254, 510, 898, 898, 898])
})
