import postgres from 'postgres'
import t from 'tap'
import { startService, type TestService } from '../support/service.ts'

let service: TestService
let owner: postgres.Sql
let provider: string

const contract = {
  title: 'Victim First',
  provider: 'catch-22',
  commissioners: ['pcc'],
  startsOn: '2018-10-01',
  endsOn: '2021-09-30',
  instruments: ['victim-needs'],
  measures: ['personal-safety-resolved'],
}

t.before(async () => {
  service = await startService()
  owner = postgres({ ...service.database.address, max: 1 })
  provider = await service.join('catch-22', 'provider')
  await service.join('pcc', 'commissioner')
  await service.operate('PUT', '/v1/contracts/vf', contract)
})
t.teardown(async () => {
  await owner.end()
  await service.stop()
})

const assess = async (ref: string, body: object) => {
  const { status, text } = await service.send('PUT', `/v1/contracts/vf/assessments/${ref}`, {
    key: provider,
    body: { instrument: 'victim-needs', ...body },
  })
  if (status >= 300) throw new Error(text)
}

const closeCase = async (name: string, safety: number, on = '2019-03-31') => {
  await assess(`s-${name}`, {
    case: name,
    stage: 'start',
    assessedOn: '2019-01-08',
    answers: { 'personal-safety': 2 },
  })
  await assess(`e-${name}`, {
    case: name,
    stage: 'end',
    assessedOn: on,
    answers: { 'personal-safety': safety },
  })
}

const march = async () => {
  const { body } = await service.send('GET', '/v1/contracts/vf/outcomes?period=2019-M03', {
    key: provider,
    headers: { prefer: 'wait=30' },
  })
  t.equal(body.pending, false)
  return body
}

/** Until every month that the tests use is counted. */
const allMonths = async () => {
  const { body } = await service.send('GET', '/v1/contracts/vf/outcomes?period=2018-M10..2019-M12', {
    key: provider,
    headers: { prefer: 'wait=30' },
  })
  t.equal(body.pending, false)
}

/** Every month's transitions made again from the raw assessments, by SQL that shares nothing with the service. */
const recount = () => owner`
  with ends as (
    select distinct on (a.contract_id, a.case_ref) a.contract_id, a.case_ref, a.assessed_on,
      (a.answers ->> 'personal-safety')::int as score
    from assessments a where a.stage = 'end' and a.response = 'completed' and a.withdrawn_at is null
    order by a.contract_id, a.case_ref, a.assessed_on desc, a.ref collate "C" desc
  ), starts as (
    select distinct on (a.contract_id, a.case_ref) a.contract_id, a.case_ref,
      (a.answers ->> 'personal-safety')::int as score
    from assessments a where a.stage = 'start' and a.response = 'completed' and a.withdrawn_at is null
    order by a.contract_id, a.case_ref, a.assessed_on, a.ref collate "C"
  )
  select to_char(coalesce(c.closed_on, e.assessed_on), 'YYYYMM')::int as month, s.score as x, e.score as y,
    count(*)::int as n
  from ends e join starts s using (contract_id, case_ref) join cases c using (contract_id, case_ref)
  where s.score is not null and e.score is not null
  group by 1, 2, 3 order by 1, 2, 3`

const stored = () => owner`
  select month, x, y, n from counts where subject = 'score/victim-needs@1/personal-safety' and by = ''
  order by month, x, y`

t.test('a bell that was never rung is made up for by the sweep', async (t) => {
  await closeCase('one', 0)
  t.match((await march()).measures[0], { numerator: 1, denominator: 1 })
  // As if the process had died between the commit and the bell: the count is gone, only its mark is there.
  await owner`delete from counts`
  await owner`insert into marks (contract_id, month) values ('vf', 201903)`
  t.match((await march()).measures[0], { numerator: 1, denominator: 1 })
})

t.test('many writes to one month at once are each counted once', async (t) => {
  await Promise.all(Array.from({ length: 60 }, (_, n) => closeCase(`many-${n}`, n % 4)))
  const answer = await march()
  t.match(answer.measures[0], { numerator: 16, denominator: 61 }, '15 of 60, and the one before')
  t.same(await stored(), await recount())
})

t.test('the same reference from fifty senders at once makes one assessment', async (t) => {
  const body = { case: 'race', stage: 'start', assessedOn: '2019-01-08', answers: { 'personal-safety': 3 } }
  const replies = await Promise.all(
    Array.from({ length: 50 }, () =>
      service.send('PUT', '/v1/contracts/vf/assessments/race', {
        key: provider,
        body: { instrument: 'victim-needs', ...body },
      }),
    ),
  )
  t.equal(replies.filter(({ status }) => status === 201).length, 1)
  t.equal(replies.filter(({ status }) => status === 200).length, 49)
  t.ok(replies.every(({ body: { revision } }) => revision === 1))
})

t.test('fifty corrections of one assessment between two cases at once leave one revision each', async (t) => {
  await closeCase('left', 0, '2019-06-30')
  await closeCase('right', 0, '2019-06-30')
  const replies = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      service.send('PUT', '/v1/contracts/vf/assessments/wanderer', {
        key: provider,
        body: {
          instrument: 'victim-needs',
          case: n % 2 ? 'left' : 'right',
          stage: 'end',
          assessedOn: `2019-0${1 + (n % 9)}-15`,
          answers: { health: n % 4 },
        },
      }),
    ),
  )
  t.same([...new Set(replies.map(({ status }) => status))].sort(), [200, 201])
  const revisions = replies.map(({ body: { revision } }) => revision as number)
  const last = Math.max(...revisions)
  const { body } = await service.send('GET', '/v1/contracts/vf/assessments/wanderer?revisions=true', {
    key: provider,
  })
  t.equal(body.revision, last)
  t.same(
    body.revisions.map((one: { revision: number }) => one.revision),
    Array.from({ length: last }, (_, index) => index + 1),
  )
  await allMonths()
  t.same(await stored(), await recount())
})

t.test('a measure that is agreed later counts its past by itself', async (t) => {
  await service.operate('PUT', '/v1/contracts/vf', {
    ...contract,
    measures: ['personal-safety-worse', 'personal-safety-resolved'],
  })
  const answer = await march()
  t.match(answer.measures[0], { measure: 'personal-safety-worse', denominator: 61 })
  t.equal(answer.measures[0].numerator, 15, 'of the sixty, every fourth went from 2 to 3')
})

t.test('what commits while a month is being counted is counted afterwards', async (t) => {
  // The worker waits for this lock with its own: once it is let go, the count must include the case made meanwhile.
  await owner.begin(async (sql) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('vf 201903', 0))`
    await closeCase('meanwhile-1', 0)
    await closeCase('meanwhile-2', 0)
  })
  await allMonths()
  t.same(await stored(), await recount())
})
