import t from 'tap'
import { londonDateOf, quarterOf } from '../../src/domain/period.ts'
import { startService, type Reply, type TestService } from '../support/service.ts'

/** Of whom nothing of a period came, as the provider sees it in `quality` and its commissioner in the return. */

const keys = { lead: '', part: '', exact: '', shown: '' }
let service: TestService

t.before(async () => {
  service = await startService()
  for (const who of ['lead', 'part'] as const) keys[who] = await service.join(who, 'provider')
  for (const who of ['exact', 'shown'] as const) keys[who] = await service.join(who, 'commissioner')
  await service.operate('PUT', '/v1/organisations/exact', {
    ...{ name: 'exact', kind: 'commissioner', exactReturns: true },
  })
})
t.teardown(() => service.stop())

const contract = (name: string, commissioner: string, changes: object = {}): Promise<Reply> =>
  service.operate('PUT', `/v1/contracts/${name}`, {
    ...{ title: name, provider: 'lead', partners: ['part'], commissioners: [commissioner] },
    ...{ startsOn: '2018-10-01', endsOn: '2035-03-31', instruments: ['victim-needs'], measures: [] },
    ...{ returns: [{ template: 'moj-victims', frequency: 'quarterly' }], ...changes },
  })

async function put(key: string, path: string, body: object): Promise<void> {
  const reply = await service.send('PUT', `/v1/contracts/${path}`, { key, body })
  if (reply.status >= 300) throw new Error(`${path}: ${reply.text}`)
}

const nothingSent = async (key: string, name: string, period = '2019-20-Q1') => {
  const { body, text } = await service.send('GET', `/v1/contracts/${name}/quality?period=${period}`, { key })
  if (body.nothingSent === undefined) throw new Error(text)
  return body.nothingSent
}

const lateIn = async (key: string, period = '2019-20-Q1') => {
  const { status, body, text } = await service.send('POST', '/v1/returns', {
    key,
    body: { template: 'moj-victims', period },
  })
  if (status >= 300) throw new Error(`${status}: ${text}`)
  const checks = body.checks as { id: string; level: string; passed: boolean; detail: string }[]
  return checks.find(({ id }) => id === 'late-providers')
}
const named = (names: string) => ({
  ...{ id: 'late-providers', level: 'warning', passed: false },
  detail: `These providers have sent nothing of the period: ${names}.`,
})
const NOBODY = { passed: true, detail: 'No provider is known to have sent nothing of the period.' }

t.test('each provider is named until something of the period comes from it', async (t) => {
  await contract('k', 'exact')
  const start = { instrument: 'victim-needs', stage: 'start', answers: { health: 1 } }
  for (const who of ['lead', 'part'] as const) {
    // Of the quarter before.
    await put(keys[who], `k/cases/${who}`, { startedOn: '2019-01-10', deliveredBy: who })
    await put(keys[who], `k/assessments/${who}`, { ...start, case: who, assessedOn: '2019-01-10' })
  }
  t.same(await nothingSent(keys.lead, 'k'), ['lead', 'part'])
  t.same(await nothingSent(keys.part, 'k'), ['part'], 'of the other it knows nothing')
  t.same(await lateIn(keys.exact), named('lead (k), part (k)'))

  await put(keys.lead, 'k/contacts/1', { cases: ['lead'], on: '2019-06-30', kind: 'one-to-one' })
  t.same(await nothingSent(keys.lead, 'k'), ['part'])
  t.same(await lateIn(keys.exact), named('part (k)'))

  await put(keys.part, 'k/assessments/review', {
    ...{ ...start, stage: 'review', case: 'part', assessedOn: '2019-04-01' },
  })
  t.same(await nothingSent(keys.lead, 'k'), [])
  t.same(await nothingSent(keys.part, 'k'), [])
  t.match(await lateIn(keys.exact), NOBODY)

  for (const path of ['contacts/1', 'assessments/review'])
    await service.send('DELETE', `/v1/contracts/k/${path}`, { key: keys.lead })
  t.same(await nothingSent(keys.lead, 'k'), ['lead', 'part'], 'what was withdrawn never came')
})

t.test('figures are the provider’s; other periods than those of a return are not asked after', async (t) => {
  await contract('figures', 'exact')
  t.same(await nothingSent(keys.lead, 'figures', '2019-20-Q2'), ['lead', 'part'])
  await put(keys.lead, 'figures/figures/2019-20-Q2', { 'idva-fte': 1 })
  t.same(await nothingSent(keys.lead, 'figures', '2019-20-Q2'), ['part'])
  t.same(await nothingSent(keys.lead, 'figures', '2019-M08'), [])
  await contract('no-return', 'exact', { returns: [] })
  t.same(await nothingSent(keys.lead, 'no-return'), [])
})

t.test('nobody is late before it is time', async (t) => {
  const { label, to } = quarterOf(londonDateOf(new Date()))
  t.same(await nothingSent(keys.lead, 'k', label), [])
  const check = await lateIn(keys.exact, label)
  t.match(check, { passed: true })
  // Ten days of grace: made on the eleventh day after the last, and seven days before that is the fourth.
  const fourth = new Date(Date.parse(to) + 4 * 86_400_000).toISOString().slice(0, 10)
  t.match(check?.detail, new RegExp(`are named from ${fourth}, seven days before it falls due\\.$`))
})

t.test('without exact counts, no more than what is shown', async (t) => {
  await contract('m', 'shown')
  const isCounted = await service.send('GET', '/v1/contracts/m/outcomes?period=2019-20-Q1', {
    ...{ key: keys.shown, headers: { prefer: 'wait=30' } },
  })
  t.match(isCounted.body, { pending: false })
  t.same(await lateIn(keys.shown), named('lead (m)'))
  await put(keys.lead, 'm/figures/2019-20-Q1', { 'idva-fte': 1 })
  t.match(await lateIn(keys.shown), NOBODY, 'of the partner it is told nothing')
  t.same(await nothingSent(keys.lead, 'm'), ['part'])
})
