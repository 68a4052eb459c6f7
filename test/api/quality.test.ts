import { join } from 'node:path'
import t from 'tap'
import { loadDefinitions } from '../../src/definitions.ts'
import { contractOf, londonDate, makeKeys, makePeople, pointersOf, type People } from '../support/people.ts'
import { OPERATOR_KEY, startService, type TestService } from '../support/service.ts'
import { testSurveys } from '../support/surveys.ts'

const mood = testSurveys.instruments['mood.v1.yaml'].replace('instrument: mood', 'instrument: brief')
const surveys = (expectedDays: string) => ({
  ...testSurveys,
  instruments: { ...testSurveys.instruments, 'brief.v1.yaml': `${mood}expectedDays: ${expectedDays}\n` },
})

let service: TestService
let keys: { provider: string; commissioner: string }
let scenes = 0

t.before(async () => {
  service = await startService({ surveysDir: t.testdir(surveys('30')) })
  keys = await makeKeys(service)
})
t.teardown(() => service.stop())

const scene = (changes: object = {}) => makePeople(service, keys, `scene-${++scenes}`, changes)
const ask = (people: People, period: string, key = keys.provider) =>
  service.send('GET', `/v1/contracts/${people.contract}/quality?period=${period}`, {
    key,
    headers: { prefer: 'wait=30' },
  })
const quality = async (people: People, period: string, key?: string) => {
  const { status, body, text } = await ask(people, period, key)
  if (status !== 200 || body.pending !== false) throw new Error(`${status} ${text}`)
  return body
}
const safety = (value: number) => ({ 'personal-safety': value })
const end = { stage: 'end' }

t.test('a period with nobody in it', async (t) => {
  const people = await scene()
  t.same(await quality(people, '2018-19-Q4'), {
    contract: people.contract,
    period: '2018-19-Q4',
    from: '2019-01-01',
    to: '2019-03-31',
    pending: false,
    completeness: { closedCases: 0, withStart: 0, paired: 0, rate: null },
    startsWithoutEnd: [],
    overdue: [],
    nothingSent: [],
    warnings: [],
  })
})

t.test('completeness as the outcomes say it, and who is behind the difference', async (t) => {
  const people = await scene()
  await people.resolved(2, 0, '2019-02-01')
  for (const id of ['b', 'A', 'a.1']) {
    await people.assess(id, safety(2))
    await people.putCase(id, { closedOn: '2019-02-03' })
  }
  await people.putCase('unasked', { startedOn: '2019-01-02', closedOn: '2019-02-03' })
  await people.assess('open', safety(2))
  const { completeness, startsWithoutEnd, warnings } = await quality(people, '2019-M02')
  t.same(completeness, { closedCases: 6, withStart: 5, paired: 2, rate: 2 / 6 })
  t.same(completeness, (await people.outcomes('2019-M02')).body.completeness)
  t.same(startsWithoutEnd, ['A', 'a.1', 'b'])
  t.same(warnings, [])
  t.same((await quality(people, '2019-M03')).startsWithoutEnd, [])
})

t.test('every kind of warning, by case', async (t) => {
  const people = await scene()
  await people.assess('early-end', safety(1), { ref: 'early-start', on: '2019-02-02' })
  await people.assess('early-end', safety(1), { ...end, ref: 'early-end' })
  await people.putCase('dates', { referredOn: '2019-01-09', startedOn: '2019-01-08', closedOn: '2019-02-01' })
  await people.assess('jump', safety(3), { ref: 'jump-start' })
  await people.assess('jump', safety(0), { ...end, ref: 'jump-end' })
  for (const ref of ['twice-2', 'twice-1']) await people.assess('twice', safety(1), { ref })
  await people.assess('twice', safety(1), { ...end, ref: 'twice-end' })
  await people.putCase('first', { client: 'C-1', startedOn: '2018-10-01', closedOn: '2019-01-04' })
  await people.putCase('second', { client: 'C-1', startedOn: '2019-02-01' })
  await people.putCase('twin-b', { client: 'C-2', startedOn: '2019-02-05' })
  await people.putCase('twin-a', { client: 'C-2', startedOn: '2019-02-05' })
  const { warnings } = await quality(people, '2019-M02')
  t.same(
    warnings,
    [
      { kind: 'dates-out-of-order', case: 'dates', detail: 'startedOn is before referredOn' },
      {
        kind: 'end-before-start',
        case: 'early-end',
        ref: 'early-end',
        detail: 'the end is dated before the start that it pairs with, early-start',
      },
      {
        kind: 'implausible-jump',
        case: 'jump',
        ref: 'jump-end',
        detail: 'from the start to this end, the whole range was crossed by personal-safety',
      },
      {
        kind: 'possible-re-entry',
        case: 'second',
        detail: 'started at most 28 days after another case of the same client, first, closed',
      },
      {
        kind: 'possible-re-entry',
        case: 'twin-a',
        detail: 'was open at the same time as another case of the same client, twin-b',
      },
      {
        kind: 'likely-duplicate',
        case: 'twin-b',
        detail: 'started on the same day as another case of the same client, twin-a',
      },
      {
        kind: 'possible-re-entry',
        case: 'twin-b',
        detail: 'was open at the same time as another case of the same client, twin-a',
      },
      {
        kind: 'likely-duplicate',
        case: 'twice',
        ref: 'twice-2',
        detail: 'has the instrument, stage, respondent and date of twice-1',
      },
    ].sort((a, b) => (a.case < b.case ? -1 : a.case > b.case ? 1 : 0)),
  )
})

t.test('a referral of which nothing came yet, in the period of the referral', async (t) => {
  const people = await scene()
  const wrong = { referredOn: '2019-01-31', firstContactOn: '2019-01-30' }
  await people.putCase('undecided', wrong)
  await people.putCase('in-support', { ...wrong, startedOn: '2019-02-01' })
  await people.putCase('declined', { ...wrong, closedOn: '2019-02-01', closure: 'declined' })
  const warned = async (period: string) =>
    (await quality(people, period)).warnings.map(({ kind, case: of, detail }: any) => [kind, of, detail])
  const warning = (of: string) => ['dates-out-of-order', of, 'firstContactOn is before referredOn']
  t.same(await warned('2018-M12'), [])
  t.same(await warned('2019-M01'), [warning('undecided')])
  t.same(await warned('2019-M02'), [warning('declined'), warning('in-support')])
  const both = ['declined', 'in-support', 'undecided'].map(warning)
  t.same(await warned('2018-19-Q4'), both, 'each once')
})

t.test(
  'overdue by what the contract expects, else by the instrument; today where the period goes on',
  async (t) => {
    const people = await scene({ instruments: ['victim-needs', 'brief'] })
    await people.assess('brief', { mood: 3 }, { instrument: 'brief', on: '2019-01-01' })
    await people.assess('long', safety(2), { on: '2018-12-01' })
    await people.putCase('referred', { referredOn: '2018-12-01' })
    const overdue = async (period: string) => (await quality(people, period)).overdue
    t.same(await overdue('2019-M01'), [], '30 days')
    t.same(await overdue('2019-M02'), ['brief'], '58 days; the other instrument expects nothing')
    const change = (expectedDays: number) =>
      service.operate('PUT', `/v1/contracts/${people.contract}`, {
        ...contractOf('prov', 'comm'),
        instruments: ['victim-needs', 'brief'],
        expectedDays,
      })
    await change(60)
    t.same(await overdue('2019-M01'), ['long'], '30 and 61 days')
    t.same(await overdue('2019-M03'), ['brief', 'long'])
    await people.assess('long', safety(0), { ...end, on: '2019-05-02' })
    t.same(await overdue('2019-M01'), [], 'closed since')

    await people.putCase('now', { startedOn: londonDate(-60) })
    const months = `2019-M01..${londonDate(400).slice(0, 4)}-M12`
    t.same(await overdue(months), ['brief'])
    await people.putCase('now', { startedOn: londonDate(-61) })
    t.same(await overdue(months), ['brief', 'now'])
  },
)

t.test('expectedDays of a contract: kept, shown, cleared, and 1 to 3650', async (t) => {
  const path = '/v1/contracts/expecting'
  const put = (more: object) => ({ ...contractOf('prov', 'comm'), ...more })
  const made = await service.operate('PUT', path, put({ expectedDays: 90 }))
  t.equal(made.body.expectedDays, 90)
  const again = await service.operate('PUT', path, put({ expectedDays: 90 }))
  t.equal(again.headers.etag, made.headers.etag)
  t.equal((await service.operate('GET', path)).body.expectedDays, 90)
  t.notOk('expectedDays' in (await service.operate('PUT', path, put({}))).body)
  for (const good of [1, 3650]) await service.operate('PUT', path, put({ expectedDays: good }))
  for (const bad of [0, 3651, 1.5, '90', null]) {
    const reply = await service.send('PUT', path, { key: OPERATOR_KEY, body: put({ expectedDays: bad }) })
    t.equal(reply.status, 422)
    t.same(pointersOf(reply), ['/expectedDays'], String(bad))
  }
})

t.test('expectedDays of an instrument: whole, 1 to 3650', async (t) => {
  const load = (expectedDays: string) => () => loadDefinitions([t.testdir(surveys(expectedDays))])
  t.equal(load('3650')().instrument('brief')?.expectedDays, 3650)
  for (const [bad, reason] of [
    ['0', 'at least 1'],
    ['3651', 'at most 3650'],
    ['1.5', 'a whole number'],
    ['soon', 'a number'],
  ] as const) {
    const line = surveys(bad).instruments['brief.v1.yaml'].trimEnd().split('\n').length
    const file = join('instruments', 'brief.v1.yaml')
    t.throws(load(bad), { message: new RegExp(`${file}:${line}: expectedDays must be ${reason}$`) }, bad)
  }
})

t.test('a partner sees the cases that it delivers', async (t) => {
  const partner = await service.join('partner', 'provider')
  const people = await scene({ partners: ['partner'] })
  const wrong = { referredOn: '2019-01-09', startedOn: '2019-01-08', closedOn: '2019-02-01', client: 'C' }
  await people.putCase('own', wrong)
  await people.putCase('theirs', { ...wrong, deliveredBy: 'partner' })
  await people.assess('own', safety(2))
  await people.assess('theirs', safety(2))
  const all = await quality(people, '2019-M02')
  t.same(all.startsWithoutEnd, ['own', 'theirs'])
  const theirs = await quality(people, '2019-M02', partner)
  t.same(theirs.startsWithoutEnd, ['theirs'])
  t.match(theirs.completeness, { closedCases: 1, withStart: 1, paired: 0, rate: 0 })
  t.same(theirs.warnings, [
    { kind: 'dates-out-of-order', case: 'theirs', detail: 'startedOn is before referredOn' },
  ])
  t.notMatch(JSON.stringify(theirs), /own/, "nor a word of the client's other case")
})

t.test('a provider only: 404 to a commissioner and to others, 403 to the operator', async (t) => {
  const people = await scene()
  const stranger = await service.join('stranger', 'provider')
  const hidden = await ask(people, '2019-M02', keys.commissioner)
  t.equal(hidden.status, 404)
  const other = await ask(people, '2019-M02', stranger)
  t.equal(other.status, 404)
  t.equal(other.text, hidden.text)
  t.equal((await ask(people, 'nonsense', keys.commissioner)).status, 404, 'whatever is asked')
  t.equal((await ask(people, '2019-M02', OPERATOR_KEY)).status, 403)
  t.same(pointersOf(await ask(people, 'nonsense')), ['/period'])
  t.same(pointersOf(await ask(people, '2019-M02&colour=red')), ['/colour'])
})
