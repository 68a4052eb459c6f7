import t from 'tap'
import { startService, type TestService } from '../support/service.ts'

/**
 * Every kind of measure through the API: what is sent, what is counted, by which groups, and who is behind it.
 * Five cases of a small contract, worked out by hand.
 */

const surveys = {
  instruments: {
    'conduct.v1.yaml': `instrument: conduct
version: 1
title: Conduct
source: made up
licence: free
inForce: { from: 2001-01-01 }
items:
  - { id: offences, text: Offences in six months, type: count }
  - { id: police, text: Involved with the police, type: yes-no }
scores:
  - { id: offences, title: Offences, items: [offences], method: value, range: [0, 1000000], better: lower }
  - { id: police, title: Police, items: [police], method: value, range: [0, 1], better: lower }
`,
    'voice.v1.yaml': `instrument: voice
version: 1
title: Voice
source: made up
licence: free
inForce: { from: 2001-01-01 }
anonymous: allowed
items:
  - { id: satisfied, text: I am satisfied, type: choice, values: [agree, neither, disagree] }
`,
  },
  measures: {
    'kinds.yaml': `- { measure: k-voice-satisfied, title: Satisfied, kind: answered, instrument: voice, item: satisfied, in: [agree] }
- { measure: k-offences-fewer, title: Fewer offences, kind: reduction, instrument: conduct, score: offences }
- { measure: k-offences-so-far, title: Fewer so far, kind: reduction, instrument: conduct, score: offences, end: review, countedBy: assessed }
- { measure: k-police, title: Police, kind: before-after, instrument: conduct, score: police }
- { measure: k-police-gone, title: No police, kind: improved, instrument: conduct, score: police, of: could-improve }
- { measure: k-offences-gone, title: Fewer offences, kind: improved, instrument: conduct, score: offences }
- { measure: k-both, title: Both, kind: all-of, measures: [k-police-gone, k-offences-gone], counted: any }
- { measure: k-planned, title: Planned, kind: share, achieved: { closure: [planned] } }
- { measure: k-completions, title: Completed, kind: completed, closure: [planned], window: rolling-year }
- { measure: k-seen-in-5-days, title: Seen in five days, kind: within-days, to: firstContactOn, days: 5 }
- { measure: k-weekly-contact, title: A contact a week, kind: contact-every, days: 7 }
- { measure: k-referred, title: Referred, kind: count, of: referred }
- { measure: k-open, title: Open, kind: count, of: open-at-end }
- { measure: k-people, title: People, kind: count, of: people }
- { measure: k-countries, title: Nationalities, kind: count, distinct: nationality }
- { measure: k-hours, title: Hours, kind: count, of: hours }
- { measure: k-all-attendances, title: Attendances, kind: count, of: attendances }
- { measure: k-all-offences, title: Offences at the end, kind: count, instrument: conduct, item: offences }
`,
  },
}

let service: TestService
let provider: string
let commissioner: string

async function put(path: string, body: unknown): Promise<void> {
  const reply = await service.send('PUT', `/v1/contracts/k/${path}`, { key: provider, body })
  if (reply.status >= 300) throw new Error(`${path}: ${reply.status} ${reply.text}`)
}

const assess = (
  ref: string,
  caseRef: string | undefined,
  stage: string,
  on: string,
  answers: object,
  instrument = 'conduct',
) => put(`assessments/${ref}`, { case: caseRef, instrument, stage, assessedOn: on, answers })

t.before(async () => {
  service = await startService({ surveysDir: t.testdir(surveys) })
  provider = await service.join('p', 'provider')
  commissioner = await service.join('c', 'commissioner')
  await service.operate('PUT', '/v1/contracts/k', {
    title: 'k',
    provider: 'p',
    commissioners: ['c'],
    startsOn: '2019-04-01',
    endsOn: '2021-03-31',
    instruments: ['conduct', 'voice'],
    measures: [...surveys.measures['kinds.yaml'].matchAll(/measure: ([a-z0-9-]+)/g)].map(([, id]) => id),
    targets: {
      'k-referred': { atLeast: 4 },
      'k-hours': { atLeast: 2.5 },
      'k-all-offences': { atLeast: 7 },
      'k-offences-fewer': { green: 40, amber: 20 },
    },
  })
  // Ann: two cases of one person; the first closed as planned in May, the second still open.
  await put('cases/ann-1', {
    client: 'ann',
    referredOn: '2019-04-02',
    firstContactOn: '2019-04-07',
    startedOn: '2019-04-08',
    closedOn: '2019-05-06',
    closure: 'planned',
    crimeType: 'burglary',
    characteristics: { nationality: 'GB' },
  })
  await put('cases/ann-2', {
    client: 'ann',
    referredOn: '2019-06-03',
    startedOn: '2019-06-10',
    crimeType: 'burglary',
    characteristics: { nationality: 'GB' },
  })
  // Ben: seen too late, left in June; Cat: taken over, closed in June; Dan: never came into support.
  await put('cases/ben', {
    client: 'ben',
    referredOn: '2019-04-10',
    firstContactOn: '2019-04-16',
    startedOn: '2019-04-20',
    closedOn: '2019-06-20',
    closure: 'disengaged',
    crimeType: 'fraud',
    characteristics: { nationality: 'PL' },
  })
  await put('cases/cat', {
    referredOn: '2019-01-05',
    startedOn: '2019-02-01',
    closedOn: '2019-06-28',
    closure: 'planned',
    continues: true,
    characteristics: { nationality: 'GB' },
  })
  await put('cases/dan', { referredOn: '2019-05-05', closedOn: '2019-05-20', closure: 'declined' })

  await assess('ann-s', 'ann-1', 'start', '2019-04-08', { offences: 6, police: true })
  await assess('ann-r', 'ann-1', 'review', '2019-04-25', { offences: 4, police: true })
  await assess('ann-e', 'ann-1', 'end', '2019-05-06', { offences: 2, police: false })
  await assess('ben-s', 'ben', 'start', '2019-04-20', { offences: 4, police: true })
  await assess('ben-r1', 'ben', 'review', '2019-05-02', { offences: 3, police: true })
  await assess('ben-r2', 'ben', 'review', '2019-06-02', { offences: 5, police: true })
  await assess('ben-e', 'ben', 'end', '2019-06-20', { offences: 5, police: true })
  await assess('cat-s', 'cat', 'start', '2019-02-01', { offences: 0, police: false })
  await assess('cat-e', 'cat', 'end', '2019-06-28', { offences: 0, police: false })
  await assess('ann-v', 'ann-1', 'end', '2019-05-06', { satisfied: 'agree' }, 'voice')
  await assess('ben-v', 'ben', 'end', '2019-06-20', {}, 'voice')
  await assess('nobody', undefined, 'end', '2019-06-11', { satisfied: 'disagree' }, 'voice')

  // Ann is reached every seven days; Ben once, and once in vain. One session for both, of 90 minutes.
  for (const [ref, cases, on, more] of [
    ['k1', ['ann-1'], '2019-04-15', { minutes: 30 }],
    ['k2', ['ann-1', 'ben'], '2019-04-22', { minutes: 90, attendees: 7 }],
    ['k3', ['ann-1'], '2019-04-29', {}],
    ['k4', ['ben'], '2019-04-27', { reached: false }],
  ] as const) {
    await put(`contacts/${ref}`, { cases, on, kind: 'one-to-one', ...more })
  }
})
t.teardown(() => service.stop())

async function outcomes(query: string, key = provider) {
  const { status, body, text } = await service.send('GET', `/v1/contracts/k/outcomes?${query}`, {
    key,
    headers: { prefer: 'wait=20' },
  })
  if (status !== 200) throw new Error(`${query}: ${status} ${text}`)
  if (body.pending) throw new Error('still pending')
  return body
}

async function measure(id: string, query = 'period=2019-20-Q1') {
  const body = await outcomes(query)
  return body.measures.find((one: { measure: string }) => one.measure === id)
}

t.test('each kind gives its own figure', async (t) => {
  t.match(await measure('k-voice-satisfied'), {
    eligible: 3,
    asked: 2,
    answered: 2,
    numerator: 1,
    denominator: 2,
    rate: 0.5,
  })
  t.match(await measure('k-offences-fewer'), {
    startTotal: 10,
    endTotal: 7,
    rate: 1 - 7 / 10,
    interval: null,
    rag: 'amber',
  })
  t.match(await measure('k-police'), {
    start: { numerator: 2, denominator: 3 },
    end: { numerator: 1, denominator: 3 },
    rate: 1 / 3,
    difference: { value: -1 / 3, p: 1 },
  })
  t.match(await measure('k-police-gone'), { numerator: 1, denominator: 2 })
  t.match(
    await measure('k-both'),
    { numerator: 1, denominator: 3 },
    'Cat is counted by the one and met by none',
  )
  t.match(await measure('k-planned'), { numerator: 2, denominator: 3 }, 'Dan was never in support')
  t.match(
    await measure('k-completions'),
    { numerator: 2, denominator: 3 },
    'Ann, Ben and Cat; Dan was never in support',
  )
  t.match(
    await measure('k-seen-in-5-days'),
    { numerator: 1, denominator: 4, median: 5.5 },
    'Cat is taken over; two were never seen',
  )
  t.match(await measure('k-weekly-contact'), { numerator: 1, denominator: 3 })
  t.match(await measure('k-referred'), {
    count: 4,
    rag: 'green',
    rate: null,
    numerator: null,
    denominator: null,
  })
  t.match(await measure('k-open'), { count: 1 })
  t.match(await measure('k-people'), { count: 3 })
  t.match(await measure('k-countries'), { count: 2 })
  t.match(await measure('k-hours'), { count: 2, rag: 'red' }, 'the session of two is there once')
  t.match(await measure('k-all-attendances'), { count: 1 + 7 + 1 }, 'nobody came to the one in vain')
  t.match(await measure('k-all-offences'), { count: 3, total: 7, rag: 'green' }, 'three answers: 2, 5 and 0')
})

t.test('a case counts once by its latest assessment in the period, however long that is', async (t) => {
  t.match(await measure('k-offences-so-far', 'period=2019-M04'), { startTotal: 6, endTotal: 4 })
  t.match(await measure('k-offences-so-far', 'period=2019-M05'), { startTotal: 4, endTotal: 3 })
  t.match(await measure('k-offences-so-far', 'period=2019-M04..2019-M05'), { startTotal: 10, endTotal: 7 })
  t.match(await measure('k-offences-so-far', 'period=2019-20-Q1'), { startTotal: 10, endTotal: 9 })
})

t.test('different people and open cases month by month', async (t) => {
  for (const [month, people, open] of [
    ['2019-M03', 1, 1],
    ['2019-M04', 3, 3],
    ['2019-M05', 3, 2],
    ['2019-M06', 3, 1],
    ['2019-M07', 1, 1],
  ] as const) {
    t.match(await measure('k-people', `period=${month}`), { count: people }, month)
    t.match(await measure('k-open', `period=${month}`), { count: open }, month)
  }
})

t.test('groups are the same figures of those with a value', async (t) => {
  const { groups } = await outcomes('period=2019-20-Q1&by=crime-type')
  t.same(
    groups.map(({ by, value }: { by: string; value: string }) => [by, value]),
    [
      ['crime-type', 'burglary'],
      ['crime-type', 'fraud'],
      ['crime-type', 'not-stated'],
    ],
  )
  const of = (value: string, id: string) =>
    groups
      .find((group: { value: string }) => group.value === value)
      .measures.find((one: { measure: string }) => one.measure === id)
  t.match(of('burglary', 'k-people'), { count: 1 }, 'two cases of one person')
  t.match(of('burglary', 'k-referred'), { count: 2 })
  t.match(of('fraud', 'k-offences-fewer'), { startTotal: 4, endTotal: 5, rate: 1 - 5 / 4 })
  t.match(of('not-stated', 'k-planned'), { numerator: 1, denominator: 1 })
  t.match(of('not-stated', 'k-voice-satisfied'), { denominator: 1 }, 'the answer without a case')
  const refused = await service.send('GET', '/v1/contracts/k/outcomes?period=2019-20-Q1&by=colour', {
    key: provider,
  })
  t.equal(refused.status, 422)
  t.equal(refused.body.errors[0].pointer, '/by')
})

t.test('verdicts of cases add up to the figure', async (t) => {
  const { measures } = await outcomes('period=2019-20-Q1')
  for (const one of measures) {
    const { status, body } = await service.send(
      'GET',
      `/v1/contracts/k/outcomes/${one.measure}/cases?period=2019-20-Q1&limit=500`,
      { key: provider },
    )
    if (['k-hours', 'k-all-attendances'].includes(one.measure)) {
      t.equal(status, 422, one.measure)
      continue
    }
    const how = (verdict: string): number =>
      body.items.filter((item: { verdict: string }) => item.verdict === verdict).length
    if (one.kind === 'count') t.equal(how('met'), one.count, one.measure)
    else if (one.kind === 'reduction') t.equal(how('met') + how('not-met'), one.denominator, one.measure)
    else if (one.kind === 'before-after') t.equal(how('met'), one.numerator, one.measure)
    else {
      t.equal(how('met'), one.numerator, one.measure)
      t.equal(how('met') + how('not-met'), one.denominator, one.measure)
    }
  }
  const { body } = await service.send(
    'GET',
    '/v1/contracts/k/outcomes/k-police-gone/cases?period=2019-20-Q1',
    {
      key: provider,
    },
  )
  t.same(body.items, [
    { case: 'ann-1', verdict: 'met', reason: 'achieved', start: 1, end: 0 },
    { case: 'ben', verdict: 'not-met', reason: 'not achieved', start: 1, end: 1 },
    { case: 'cat', verdict: 'excluded', reason: 'was at the best score at the start', start: 0, end: 0 },
    {
      case: 'dan',
      verdict: 'excluded',
      reason: 'has no start and end assessment that go together',
      start: null,
      end: null,
    },
  ])
  const page = await service.send(
    'GET',
    '/v1/contracts/k/outcomes/k-police-gone/cases?period=2019-20-Q1&limit=3',
    { key: provider },
  )
  t.equal(page.body.items.length, 3)
  const next = await service.send(
    'GET',
    `/v1/contracts/k/outcomes/k-police-gone/cases?period=2019-20-Q1&limit=3&cursor=${page.body.next}`,
    { key: provider },
  )
  t.same(
    next.body.items.map((item: { case: string }) => item.case),
    ['dan'],
  )
})

t.test('who is behind a figure is not there for a commissioner', async (t) => {
  const reply = await service.send('GET', '/v1/contracts/k/outcomes/k-police-gone/cases?period=2019-20-Q1', {
    key: commissioner,
  })
  t.equal(reply.status, 404)
})

t.test('a small figure of any kind is hidden from a commissioner', async (t) => {
  const { measures, groups } = await outcomes('period=2019-20-Q1&by=crime-type', commissioner)
  for (const one of measures) {
    const isNothing = one.measure === 'k-all-attendances'
    t.equal(one.suppressed, !isNothing, one.measure)
    if (isNothing) continue
    for (const name of [
      'numerator',
      'denominator',
      'rate',
      'interval',
      'count',
      'total',
      'startTotal',
      'median',
    ]) {
      t.notOk(one[name], `${one.measure} ${name}`)
    }
  }
  t.ok(
    groups.every((group: { measures: { measure: string; suppressed: boolean }[] }) =>
      group.measures.every((one) => one.suppressed || one.measure === 'k-all-attendances'),
    ),
  )
})

t.test('a trend runs over the quarters that have ended, and says why where there is none', async (t) => {
  const { status, body } = await service.send('GET', '/v1/contracts/k/trend?measure=k-planned&last=40', {
    key: provider,
  })
  t.equal(status, 200)
  t.equal(body.quarters.length, 40)
  const quarter = body.quarters.find((one: { period: string }) => one.period === '2019-20-Q1')
  t.match(quarter, { numerator: 2, denominator: 3, rate: 2 / 3, suppressed: false, signals: [] })
  t.equal(body.chart, null, 'one quarter makes no chart')
  const unknown = await service.send('GET', '/v1/contracts/k/trend?measure=nothing', { key: provider })
  t.equal(unknown.status, 422)
  t.equal(unknown.body.errors[0].pointer, '/measure')
})

t.test('the trend of a count item is that of what its answers add up to', async (t) => {
  const { body } = await service.send('GET', '/v1/contracts/k/trend?measure=k-all-offences&last=40', {
    key: provider,
  })
  const quarter = body.quarters.find((one: { period: string }) => one.period === '2019-20-Q1')
  t.match(quarter, { count: 3, total: 7, rate: null })
  t.equal(body.chart.mean, 7 / 40)
})

t.test('contracts are compared on a rate; what has none is not comparable', async (t) => {
  const { body } = await service.send('GET', '/v1/compare?measure=k-police-gone&period=2019-20-Q1', {
    key: provider,
  })
  t.match(body, {
    measure: 'k-police-gone',
    pooled: { numerator: 1, denominator: 2, rate: 0.5 },
    contracts: [
      { contract: 'k', numerator: 1, denominator: 2, expected: 0.5, pairedRate: 1, flag: 'within' },
    ],
  })
  const count = await service.send('GET', '/v1/compare?measure=k-people&period=2019-20-Q1', { key: provider })
  t.match(count.body, {
    pooled: { numerator: null, denominator: null, rate: null },
    contracts: [{ contract: 'k', numerator: null, rate: null, expected: null, flag: 'not-comparable' }],
  })
})

t.test('every kind is compared and has a trend', async (t) => {
  const { measures } = await outcomes('period=2019-20-Q1')
  t.equal(measures.length, 18)
  for (const { measure: id, kind, numerator, denominator, rate, count } of measures) {
    for (const key of [provider, commissioner]) {
      const compared = await service.send('GET', `/v1/compare?measure=${id}&period=2019-20-Q1`, { key })
      t.equal(compared.status, 200, `${id} compared`)
      const trend = await service.send('GET', `/v1/contracts/k/trend?measure=${id}&last=40`, { key })
      t.equal(trend.status, 200, `the trend of ${id}`)
      if (key === commissioner) continue
      const { pooled, contracts } = compared.body
      t.same(pooled, { numerator, denominator, rate }, 'one contract is the pool')
      const isRate = kind !== 'count' && kind !== 'reduction'
      t.equal(contracts[0].flag, isRate ? 'within' : 'not-comparable', id)
      for (const of of ['limits', 'expected']) t.equal(contracts[0][of] !== null, isRate, `${id} ${of}`)
      const quarter = trend.body.quarters.find((one: { period: string }) => one.period === '2019-20-Q1')
      t.match(quarter, { numerator, denominator, rate, ...(kind === 'count' && { count }) }, id)
    }
  }
})

t.test('a change of a case moves every month that it is counted in', async (t) => {
  await put('cases/dan', { referredOn: '2019-07-05', startedOn: '2019-07-06', client: 'dan' })
  t.match(await measure('k-referred'), { count: 3, rag: 'red' })
  t.match(await measure('k-referred', 'period=2019-M07'), { count: 1 })
  t.match(await measure('k-people', 'period=2019-M07'), { count: 2 })
  await service.send('DELETE', '/v1/contracts/k/contacts/k2', { key: provider })
  t.match(await measure('k-hours'), { count: 0.5 })
  t.match(await measure('k-weekly-contact'), { numerator: 0, denominator: 3 })
})

t.test('a corrected date of referral moves the month of referral alone', async (t) => {
  const referred = async (month: string) => Number((await measure('k-referred', `period=${month}`)).count)
  const before = [await referred('2019-M04'), await referred('2019-M05')]
  await put('cases/eve', { referredOn: '2019-05-02', startedOn: '2019-08-03' })
  t.equal(await referred('2019-M05'), Number(before[1]) + 1)
  await put('cases/eve', { referredOn: '2019-04-30', startedOn: '2019-08-03' })
  t.same([await referred('2019-M04'), await referred('2019-M05')], [Number(before[0]) + 1, before[1]])
})

t.test('a case that changes moves the groups of its contacts', async (t) => {
  const hoursOf = async () => {
    const { groups } = await outcomes('period=2019-20-Q1&by=crime-type')
    return groups.flatMap((group: { value: string; measures: { measure: string; count: number }[] }) => {
      const count = group.measures.find(({ measure: id }) => id === 'k-hours')?.count
      return count ? [[group.value, count]] : []
    })
  }
  await put('contacts/k5', { cases: ['ann-1'], on: '2019-06-05', kind: 'one-to-one', minutes: 60 })
  t.same(await hoursOf(), [['burglary', 1.5]])
  const { body } = await service.send('GET', '/v1/contracts/k/cases/ann-1', { key: provider })
  const { case: _, contract: _k, updatedAt: _at, ...known } = body
  await put('cases/ann-1', { ...known, crimeType: 'arson' })
  t.same(await hoursOf(), [['arson', 1.5]], 'in the month of referral, and in one that nothing else marks')
})

t.test('a trend runs on through the contracts before, each from when it had the measure', async (t) => {
  const terms = { provider: 'p', commissioners: ['c'], instruments: ['conduct', 'voice'] }
  await service.operate('PUT', '/v1/contracts/k2', {
    ...{ title: 'k2', ...terms, startsOn: '2021-04-01', endsOn: '2023-03-31', follows: 'k' },
    measures: [{ measure: 'k-planned', from: '2021-04-01' }],
  })
  for (let n = 0; n < 20; n++) {
    const dates = { startedOn: '2021-04-02', closedOn: '2021-05-03', closure: n < 10 ? 'planned' : 'failed' }
    const { status } = await service.send('PUT', `/v1/contracts/k2/cases/x-${n}`, {
      key: provider,
      body: dates,
    })
    t.equal(status, 201)
  }
  const wait = { prefer: 'wait=20' }
  await service.send('GET', '/v1/contracts/k2/outcomes?period=2021-22-Q1', { key: provider, headers: wait })
  const trend = async (key: string) => {
    const { body } = await service.send('GET', '/v1/contracts/k2/trend?measure=k-planned&last=60', { key })
    return (period: string) => body.quarters.find((one: { period: string }) => one.period === period)
  }
  const exact = await trend(provider)
  t.match(exact('2019-20-Q1'), { numerator: 2, denominator: 3 })
  t.match(exact('2021-22-Q1'), { numerator: 10, denominator: 20, rate: 0.5 })
  const shown = await trend(commissioner)
  t.match(shown('2019-20-Q1'), { numerator: null, denominator: null, rate: null, suppressed: true })
  t.match(shown('2021-22-Q1'), { numerator: 10, denominator: 20, suppressed: false })
  // A late closing under the former contract: with those of the new one it would be 11 of 21.
  await put('cases/late', { startedOn: '2021-03-01', closedOn: '2021-05-04', closure: 'planned' })
  await outcomes('period=2021-22-Q1')
  t.match((await trend(provider))('2021-22-Q1'), { numerator: 11, denominator: 21 })
  t.match((await trend(commissioner))('2021-22-Q1'), { numerator: null, denominator: null, suppressed: true })
})

t.test('what a commissioner compares is made of the contracts that are shown', async (t) => {
  const ask = (key: string) => service.send('GET', '/v1/compare?measure=k-planned&period=2021-22-Q1', { key })
  t.match((await ask(provider)).body.pooled, { numerator: 11, denominator: 21 })
  const { body } = await ask(commissioner)
  t.match(body.pooled, { numerator: 10, denominator: 20, rate: 0.5 })
  t.match(body.contracts, [
    { contract: 'k', numerator: null, rate: null, suppressed: true, flag: 'not-comparable' },
    { contract: 'k2', numerator: 10, rate: 0.5, expected: 0.5, suppressed: false },
  ])
})

t.test('an answer without a case is refused of a partner, whose it could not be', async (t) => {
  const partner = await service.join('q', 'provider')
  const { body: contract } = await service.operate('GET', '/v1/contracts/k')
  const { contract: _, createdAt: _made, updatedAt: _changed, ...known } = contract
  await service.operate('PUT', '/v1/contracts/k', { ...known, partners: ['q'] })
  const reply = await service.send('PUT', '/v1/contracts/k/assessments/of-nobody', {
    key: partner,
    body: { instrument: 'voice', stage: 'end', assessedOn: '2019-06-11', answers: { satisfied: 'agree' } },
  })
  t.equal(reply.status, 422)
  t.same(reply.body.errors, [{ pointer: '/case', detail: 'is required of a partner' }])
})

t.test('few who changed are not told by the difference of before and after', async (t) => {
  await service.operate('PUT', '/v1/contracts/k3', {
    ...{ title: 'k3', provider: 'p', commissioners: ['c'], instruments: ['conduct'], measures: ['k-police'] },
    ...{ startsOn: '2019-04-01', endsOn: '2020-03-31' },
  })
  const people = [
    ...Array<[boolean, boolean]>(10).fill([true, true]),
    ...Array<[boolean, boolean]>(3).fill([true, false]),
    ...Array<[boolean, boolean]>(10).fill([false, false]),
  ]
  for (const [at, answers] of people.entries()) {
    for (const [stage, police] of [
      ['start', answers[0]],
      ['end', answers[1]],
    ] as const) {
      const { status } = await service.send('PUT', `/v1/contracts/k3/assessments/${stage}-${at}`, {
        key: provider,
        body: {
          ...{ case: `x-${at}`, instrument: 'conduct', stage, answers: { offences: 0, police } },
          assessedOn: stage === 'start' ? '2019-04-02' : '2019-05-03',
        },
      })
      t.equal(status, 201)
    }
  }
  const read = async (key: string) => {
    const headers = { prefer: 'wait=20' }
    const { body } = await service.send('GET', '/v1/contracts/k3/outcomes?period=2019-M05', { key, headers })
    return body.measures[0]
  }
  const exact = await read(provider)
  t.match(exact, { start: { numerator: 13 }, end: { numerator: 10 } })
  t.equal(exact.difference.p.toFixed(12), '0.250000000000', 'twice the chance that three go one way')
  t.match(await read(commissioner), {
    ...{ start: { numerator: 13, denominator: 23 }, end: { numerator: 10, denominator: 23 } },
    difference: { interval: null, p: null },
  })
})
