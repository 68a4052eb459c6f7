import postgres from 'postgres'
import t from 'tap'
import { loadDefinitions, surveysFolder } from '../../src/definitions.ts'
import { keptUntil } from '../../src/domain/contracts/retention.ts'
import { recountMonth } from '../../src/services/counting/recount-month.ts'
import { endRetention } from '../../src/services/erasure/end-retention.ts'
import { londonDateOf } from '../../src/domain/period.ts'
import { connectPool, transactOn, type Transact } from '../../src/store/database.ts'
import type { Pool } from '../../src/store/connections/pool.ts'
import { onceADay } from '../../workers/once-a-day.ts'
import { contractOf } from '../support/people.ts'
import { startService, type TestService } from '../support/service.ts'

/** Without workers, so that nothing is counted or erased but here. */
let service: TestService
let owner: postgres.Sql
let pool: Pool
let transact: Transact
let key: string

t.before(async () => {
  service = await startService({ workers: false })
  owner = postgres({ ...service.database.address, max: 1 })
  pool = connectPool(service.database.address, 2)
  transact = transactOn(pool)
  key = await service.join('prov', 'provider')
  await service.join('comm', 'commissioner')
})
t.teardown(async () => {
  await pool.end()
  await owner.end()
  await service.stop()
})

const put = (contract: string, retention?: object) =>
  service.operate('PUT', `/v1/contracts/${contract}`, {
    ...contractOf('prov', 'comm'),
    ...(retention && { retention }),
  })
const send = (method: string, path: string, body?: unknown) =>
  service.send(method, `/v1/contracts/${path}`, { key, body })
const casesOf = async (contract: string): Promise<number> =>
  (await owner`select from cases where contract_id = ${contract}`).length
const countAll = async (contract: string): Promise<void> => {
  const clock = { now: () => new Date(), today: () => londonDateOf(new Date()) }
  const recount = recountMonth({ transact, definitions: loadDefinitions([surveysFolder]), clock })
  const waiting = await owner<{ month: number }[]>`
    select distinct month from marks where contract_id = ${contract}`
  for (const { month } of waiting) await recount({ contractId: contract, month })
}
const endRetentionAt = (now: string): Promise<boolean> => {
  const secret = 'a secret of this test'
  const at = new Date(now)
  return endRetention({ transact, secret, clock: { now: () => at, today: () => londonDateOf(at) } })()
}

/** Two people assessed at start and end, one of whom met the measure, and a session of both. */
const fill = async (contract: string): Promise<void> => {
  for (const [of, end] of [
    ['one', 0],
    ['two', 2],
  ] as const) {
    await send('PUT', `${contract}/cases/${of}`, { client: `client-${of}` })
    for (const [stage, value, assessedOn] of [
      ['start', 2, '2019-01-08'],
      ['end', end, '2019-04-01'],
    ] as const) {
      const answers = { 'personal-safety': value }
      const body = { case: of, instrument: 'victim-needs', stage, assessedOn, answers }
      const { status } = await send('PUT', `${contract}/assessments/${of}-${stage}`, body)
      t.equal(status, 201)
    }
  }
  await send('PUT', `${contract}/contacts/s`, { cases: ['one', 'two'], on: '2019-02-01', kind: 'group' })
}

t.test('the last day on which people are kept', async (t) => {
  const ending = (endsOn: string, monthsAfterEnd: number, hold = false) =>
    keptUntil({ endsOn, retention: { monthsAfterEnd, hold } })
  t.equal(ending('2021-09-30', 72), '2027-09-30')
  t.equal(ending('2021-08-31', 6), '2022-02-28')
  t.equal(ending('2023-08-31', 6), '2024-02-29', 'a leap year')
  t.equal(ending('2021-02-28', 1), '2021-03-28')
  t.equal(ending('2021-09-15', 0), '2021-09-15')
  t.equal(ending('2021-09-30', 72, true), undefined)
  t.equal(keptUntil({ endsOn: '2021-09-30', retention: null }), undefined)
})

t.test('people go on the day after the last, in London, and figures stay', async (t) => {
  // Ended on 2021-09-30; the last day is 2027-09-30, in summer time.
  await put('due', { monthsAfterEnd: 72, hold: false })
  await put('held', { monthsAfterEnd: 0, hold: true })
  await put('endless')
  await put('later', { monthsAfterEnd: 73, hold: false })
  const contracts = ['due', 'held', 'endless', 'later']
  for (const contract of contracts) await fill(contract)
  for (const contract of contracts) await countAll(contract)
  const figure = async () => {
    const { body } = await send('GET', 'due/outcomes?period=2019-20-Q1')
    return [body.pending, body.measures[0].numerator, body.measures[0].denominator]
  }
  t.same(await figure(), [false, 1, 2])

  t.equal(await endRetentionAt('2027-09-30T22:59:59.999Z'), true)
  t.equal(await casesOf('due'), 2, 'a moment before midnight in London')
  t.equal(await endRetentionAt('2027-09-30T23:00:00.000Z'), true)
  t.same(await Promise.all(contracts.map(casesOf)), [0, 2, 2, 2])
  for (const table of [
    'assessments',
    'assessment_revisions',
    'contacts',
    'contact_cases',
    'contact_revisions',
  ])
    t.equal((await owner.unsafe(`select from ${table} where contract_id = 'due'`)).length, 0, table)
  t.same(await figure(), [false, 1, 2], 'figures are nobody’s data')

  t.same(
    await owner`
      select actor_kind, action, subject_kind, details from audit_log where actor_kind = 'service' order by entry`,
    [
      {
        actor_kind: 'service',
        action: 'retention-ended',
        subject_kind: 'contract',
        details: { contract: 'due', cases: 2 },
      },
    ],
  )
  t.equal(await endRetentionAt('2027-10-01T12:00:00.000Z'), true)
  t.equal((await owner`select from audit_log where actor_kind = 'service'`).length, 1, 'once')
})

t.test('what is written afterwards counts nothing away', async (t) => {
  const late = { case: 'late', instrument: 'victim-needs', stage: 'end', assessedOn: '2019-04-02' }
  t.equal((await send('PUT', 'due/assessments/late', { ...late, answers: { health: 0 } })).status, 201)
  await countAll('due')
  const { body } = await send('GET', 'due/outcomes?period=2019-20-Q1')
  t.same([body.pending, body.measures[0].numerator, body.measures[0].denominator], [false, 1, 2])
  await put('due', { monthsAfterEnd: 60, hold: false })
  t.equal((await send('GET', 'due/outcomes?period=2019-20-Q1')).body.measures[0].denominator, 2)
  await endRetentionAt('2027-10-02T12:00:00.000Z')
  t.equal(await casesOf('due'), 0, 'and goes the next day')
})

t.test('what is still to be counted is counted before people go', async (t) => {
  await put('waits', { monthsAfterEnd: 1, hold: false })
  await fill('waits')
  t.equal(await endRetentionAt('2027-10-02T12:00:00.000Z'), false, 'to be done again soon')
  t.equal(await casesOf('waits'), 2)
  await countAll('waits')
  t.equal(await endRetentionAt('2027-10-02T12:00:00.000Z'), true)
  t.equal(await casesOf('waits'), 0)
  const { body } = await send('GET', 'waits/outcomes?period=2019-20-Q1')
  t.equal(body.measures[0].denominator, 2)
})

t.test('what comes too many for one transaction goes, too', async (t) => {
  await put('many', { monthsAfterEnd: 1, hold: false })
  await countAll('many')
  await owner`
    insert into cases (contract_id, case_ref, delivered_by)
    select 'many', 'm-' || n, 'prov' from generate_series(1, 301) n`
  t.equal(await endRetentionAt('2027-10-02T12:00:00.000Z'), true)
  t.equal(await casesOf('many'), 0)
  const entries = await owner<{ cases: number }[]>`
    select (details ->> 'cases')::int as cases from audit_log
    where details ->> 'contract' = 'many' and action = 'retention-ended' order by entry`
  t.same(
    entries.map(({ cases }) => cases),
    [300, 1],
  )
})

t.test('the schedule asks once a day, and again where it was not done', async (t) => {
  let today = '2027-09-30'
  const asked: string[] = []
  const answers = [true, false, true]
  const ask = onceADay(
    () => today,
    () => {
      asked.push(today)
      return Promise.resolve(answers.shift() ?? true)
    },
  )
  await ask()
  await ask()
  today = '2027-10-01'
  await ask()
  await ask()
  await ask()
  t.same(asked, ['2027-09-30', '2027-10-01', '2027-10-01'])
})
