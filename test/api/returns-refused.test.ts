import t from 'tap'
import { readConfig } from '../../src/config.ts'
import { londonDateOf, periodOfMonths, quarterOf } from '../../src/domain/period.ts'
import { makeLogger } from '../../src/process/logger.ts'
import { startServer } from '../../src/server.ts'
import { isProblem } from '../support/is-problem.ts'
import { pointersOf } from '../support/people.ts'
import { OPERATOR_KEY, startService, type Reply, type TestService } from '../support/service.ts'

/** What is asked wrongly of returns, or at the wrong time; and what a commissioner is shown who reads no exact counts. */

const template = (version: number, label: string): string => `return: plain
version: ${version}
title: Plain
status: unconfirmed
source: made up
disclosure: none
sections:
  - id: demand
    title: Demand
    rows: [{ id: all, label: ${label}, measure: referrals }]
`
const first = { 'plain.v1.yaml': template(1, 'All') }
const both = { ...first, 'plain.v2.yaml': template(2, 'All of them') }

let service: TestService
let provider = ''
const keys = { exact: '', shown: '' }

t.before(async () => {
  service = await startService({ surveysDir: t.testdir({ first: { returns: first } }) + '/first' })
  provider = await service.join('prov', 'provider')
  for (const who of ['exact', 'shown'] as const) keys[who] = await service.join(who, 'commissioner')
  await service.operate('PUT', '/v1/organisations/exact', {
    ...{ name: 'exact', kind: 'commissioner', exactReturns: true },
  })
})
t.teardown(() => service.stop())

const contract = (name: string, lead: string, changes: object = {}): Promise<Reply> =>
  service.operate('PUT', `/v1/contracts/${name}`, {
    ...{ title: name, provider: 'prov', commissioners: [lead], instruments: ['victim-needs'], measures: [] },
    ...{ startsOn: '2019-04-01', endsOn: '2020-03-31' },
    ...{ returns: [{ template: 'plain', frequency: 'quarterly' }], ...changes },
  })

const send = (key: string, method: string, path: string, body?: object): Promise<Reply> =>
  service.send(method, `/v1/${path}`, { key, ...(body && { body }) })

const put = async (path: string, body: object): Promise<void> => {
  const reply = await send(provider, 'PUT', `contracts/${path}`, body)
  if (reply.status >= 300) throw new Error(`${path}: ${reply.text}`)
}

/** So many cases from the first number on. */
async function putCases(name: string, from: number, many: number, body: object): Promise<void> {
  for (let n = from; n < from + many; n++) await put(`${name}/cases/${n}`, body)
}

const counted = async (name: string): Promise<void> => {
  const path = `/v1/contracts/${name}/outcomes?period=2015-M01..2026-M12`
  const { body } = await service.send('GET', path, { key: provider, headers: { prefer: 'wait=30' } })
  if (body.pending !== false) throw new Error('still pending')
}

const ask = (key: string, period: string, name = 'plain'): Promise<Reply> =>
  send(key, 'POST', 'returns', { template: name, period })

const rowOf = ({ body }: Pick<Reply, 'body'>, id: string) =>
  (body.sections as { rows: { id: string }[] }[]).flatMap(({ rows }) => rows).find((row) => row.id === id)

t.test('a period that has not ended: it is made, and provisional', async (t) => {
  const today = londonDateOf(new Date())
  await contract('open', 'exact', { startsOn: '2020-04-01', endsOn: '2099-03-31' })
  await put('open/cases/a', { referredOn: today })
  const { firstMonth, lastMonth } = quarterOf(today)
  const { label } = periodOfMonths(firstMonth, lastMonth)
  const made = await ask(keys.exact, label)
  t.match(made, { status: 202, body: { status: 'draft', provisional: true, period: label } })
  await counted('open')
  const again = await ask(keys.exact, label)
  t.match(again, { body: { id: made.body.id, provisional: true } }, 'also when all of it is counted')
  t.match(rowOf(again, 'all'), { value: 1 })
})

t.test('a period that has ended is not provisional, though changes wait to be counted', async (t) => {
  const uncounted = await startService({ workers: false })
  t.teardown(() => uncounted.stop())
  const key = await uncounted.join('exact', 'commissioner')
  const sender = await uncounted.join('prov', 'provider')
  await uncounted.operate('PUT', '/v1/contracts/waiting', {
    ...{ title: 'x', provider: 'prov', commissioners: ['exact'], instruments: [], measures: [] },
    ...{ startsOn: '2019-04-01', endsOn: '2020-03-31' },
    returns: [{ template: 'csp-plan', frequency: 'quarterly' }],
  })
  const body = { referredOn: '2019-04-10' }
  await uncounted.send('PUT', '/v1/contracts/waiting/cases/a', { key: sender, body })
  const asked = { template: 'csp-plan', period: '2019-20-Q1' }
  const made = await uncounted.send('POST', '/v1/returns', { key, body: asked })
  t.match([made.status, made.body.provisional], [202, false])
  t.match(
    made.body.checks.find(({ id }: { id: string }) => id === 'counted'),
    { level: 'warning', passed: false },
  )
  t.equal(
    (await uncounted.send('POST', '/v1/returns', { key, body: asked })).status,
    202,
    'it does not stand',
  )
})

t.test('an unknown template, a range no contract covers, no period, and the two together', async (t) => {
  await contract('covered', 'exact')
  for (const [period, name, pointers] of [
    ['2019-20-Q1', 'nothing', ['/template']],
    ['2011-12', 'plain', ['/period']],
    ['1995-M01..1995-M02', 'plain', ['/period']],
    ['2019-13', 'plain', ['/period']],
    ['2020-Q1..2019-Q1', 'nothing', ['/period', '/template']],
  ] as const) {
    const refused = await ask(keys.exact, period, name)
    isProblem(t, refused, 422, `${period} ${name}`)
    t.same(pointersOf(refused), pointers, `${period} ${name}`)
  }
})

t.test('submitting twice, by a provider, by the operator, or by nobody', async (t) => {
  await contract('twice', 'exact', { startsOn: '2018-01-01', endsOn: '2018-12-31' })
  const { body } = await ask(keys.exact, '2018-19-Q1')
  const path = `returns/${body.id}/submission`
  const by = { signedOffBy: 'A. Person' }
  for (const key of [provider, OPERATOR_KEY]) t.equal((await send(key, 'POST', path, by)).status, 403)
  t.same(pointersOf(await send(keys.exact, 'POST', path, {})), ['/signedOffBy'])
  t.same(pointersOf(await send(keys.exact, 'POST', path, { signedOffBy: ' ' })), ['/signedOffBy'])
  t.equal((await send(keys.exact, 'GET', `returns/${body.id}`)).body.status, 'draft', 'none of it was taken')
  t.equal((await send(keys.exact, 'POST', path, by)).status, 200)
  isProblem(t, await send(keys.exact, 'POST', path, by), 409, 'a second time')
})

t.test('a template that changed under a submitted return: that return keeps its own', async (t) => {
  await contract('kept', 'exact', { startsOn: '2017-01-01', endsOn: '2017-12-31' })
  await put('kept/cases/a', { referredOn: '2017-05-01' })
  await counted('kept')
  const { body } = await ask(keys.exact, '2017-18-Q1')
  const by = { signedOffBy: 'A. Person' }
  const submitted = await send(keys.exact, 'POST', `returns/${body.id}/submission`, by)
  t.match(submitted.body, { templateVersion: 1, status: 'submitted' })
  const page = await send(keys.exact, 'GET', `returns/${body.id}.html`)

  // Another process, with the next version beside the first.
  const config = {
    ...readConfig({ PORT: '0', LOG_LEVEL: 'silent' }),
    ...{ databaseUrl: service.database.url, operatorKey: OPERATOR_KEY },
    surveysDir: t.testdir({ returns: both }),
  }
  const later = await startServer(config, makeLogger('silent'))
  t.teardown(() => later.stop())
  const read = async (path: string, sent?: object) => {
    const reply = await fetch(`${later.url}/v1/returns${path}`, {
      method: sent ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${keys.exact}`, 'content-type': 'application/json' },
      ...(sent && { body: JSON.stringify(sent) }),
    })
    return reply.text()
  }
  t.same(JSON.parse(await read(`/${body.id}`)), submitted.body)
  t.equal(await read(`/${body.id}.html`), page.text, 'to the byte')
  const other = JSON.parse(await read('', { template: 'plain', period: '2017-18-Q2' }))
  t.match(other, { templateVersion: 2, sections: [{ rows: [{ label: 'All of them' }] }] })
  const same = JSON.parse(await read('', { template: 'plain', period: '2017-18-Q1' }))
  t.match(same, { id: body.id, version: 1, status: 'submitted', templateVersion: 1 })
})

t.test('a publication hides what is small and rounds the rest, whatever was agreed on', async (t) => {
  const returns = [{ template: 'six-monthly-grant', frequency: 'six-monthly' }]
  for (const [lead, name] of [
    ['exact', 'printed'],
    ['shown', 'printed-too'],
  ] as const) {
    await contract(name, lead, { returns })
    // 23 referred, and 21 of them closed, 13 as planned: 13/21 = 61.9%, and of the rounded counts 15/20 = 75%.
    const body = { referredOn: '2019-04-10', startedOn: '2019-04-12' }
    const closed = { ...body, closedOn: '2019-06-10' }
    await putCases(name, 0, 13, { ...closed, closure: 'planned' })
    await putCases(name, 13, 8, { ...closed, closure: 'disengaged' })
    await putCases(name, 21, 2, body)
    // Three from before the quarter.
    await putCases(name, 23, 3, { startedOn: '2019-03-02' })
    await put(`${name}/figures/2019-20-Q1`, { spend: 1234.5 })
    await counted(name)
    const made = await ask(keys[lead], '2019-20-Q1', 'six-monthly-grant')
    t.match(rowOf(made, 'referred'), { status: 'ok', value: 25 }, '23, to the nearest 5')
    t.match(rowOf(made, 'planned'), { status: 'ok', value: 62, numerator: 15, denominator: 20 })
    t.match(rowOf(made, 'supported-held'), { status: 'hidden', value: null }, '3 are few')
    t.match(rowOf(made, 'cope'), { status: 'not-collected', value: null })
    t.match(rowOf(made, 'spend'), { status: 'ok', value: 1234.5 }, 'money is about nobody')
    const csv = await send(keys[lead], 'GET', `returns/${made.body.id}.csv`)
    t.match(csv.text, ',,results,planned,planned-closures,62,15,20,ok,')
    t.match(csv.text, ',,reach,supported-held,cases-held,,,,hidden,')
    const html = await send(keys[lead], 'GET', `returns/${made.body.id}.html`)
    t.match(html.text, 'Rounded to the nearest 5; what is small was hidden before.')
  }
})

t.test('sound counts fail no check of their sum for being rounded', async (t) => {
  const returns = [{ template: 'six-monthly-grant', frequency: 'six-monthly' }]
  await contract('rounded', 'shown', { startsOn: '2018-04-01', endsOn: '2019-03-31', returns })
  // 7 who came and 6 held are told as 5 and 5, and 13 as 15.
  await putCases('rounded', 0, 7, { referredOn: '2018-04-10', startedOn: '2018-04-12' })
  await putCases('rounded', 7, 6, { startedOn: '2018-03-02' })
  await counted('rounded')
  const made = await ask(keys.shown, '2018-19-Q1', 'six-monthly-grant')
  t.match(rowOf(made, 'supported'), { status: 'ok', value: 15 })
  t.match(rowOf(made, 'supported-new'), { status: 'ok', value: 5 })
  t.match(rowOf(made, 'supported-held'), { status: 'ok', value: 5 })
  t.match(made.body.checks[0], {
    ...{ id: 'new-and-held', passed: true },
    detail: 'In support are those new and held, as far as rounded counts tell: 15 and 10.',
  })
})

t.test('a contract outside the period is named where its outcomes have cases, and only there', async (t) => {
  for (const lead of ['exact', 'shown'] as const) {
    await contract(`within-${lead}`, lead, { startsOn: '2016-04-01', endsOn: '2017-03-31' })
    await contract(`ended-${lead}`, lead, { startsOn: '2015-04-01', endsOn: '2016-03-31' })
    // What came before the period is shown, and so is that nothing came in it.
    const before = { startedOn: '2015-05-01', closedOn: '2015-06-10', closure: 'planned' }
    await putCases(`ended-${lead}`, 0, 6, before)
  }
  /** Whether it is named, beside what its outcomes of the same period show. */
  const look = async (lead: 'exact' | 'shown') => {
    await counted(`ended-${lead}`)
    const { body } = await ask(keys[lead], '2016-17-Q1')
    const path = `contracts/ended-${lead}/outcomes?period=2016-17-Q1`
    const { closedCases } = (await send(keys[lead], 'GET', path)).body.completeness
    const isNamed = body.contracts.includes(`ended-${lead}`)
    return { isNamed, closedCases, referred: rowOf({ body }, 'all') }
  }
  const late = { startedOn: '2015-05-01', closedOn: '2016-05-10', closure: 'planned' }
  for (const lead of ['exact', 'shown'] as const) {
    t.match(await look(lead), { isNamed: false, closedCases: 0, referred: { value: 0 } }, lead)
    await putCases(`ended-${lead}`, 6, 1, late)
    t.match(await look(lead), { isNamed: true, closedCases: null }, `${lead}: one is hidden, and not absent`)
    await putCases(`ended-${lead}`, 7, 5, late)
    t.match(await look(lead), { isNamed: true, closedCases: 6 }, `${lead}: six are shown`)
  }
})
