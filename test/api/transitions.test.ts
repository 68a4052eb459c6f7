import t from 'tap'
import { makeKeys, makePeople, pointersOf, type People } from '../support/people.ts'
import { OPERATOR_KEY, startService, type TestService } from '../support/service.ts'
import { testSurveys } from '../support/surveys.ts'

let service: TestService
let keys: { provider: string; commissioner: string }
let scenes = 100

t.before(async () => {
  service = await startService({ surveysDir: t.testdir(testSurveys) })
  keys = await makeKeys(service)
})
t.teardown(() => service.stop())

const scene = (changes: object = {}) => makePeople(service, keys, `scene-${++scenes}`, changes)
const SAFETY = 'period=2019-M02&instrument=victim-needs&score=personal-safety'
const MOOD = 'period=2019-20&score=mood&instrument'

const ask = (people: People, query = SAFETY, key = keys.provider) =>
  service.send('GET', `/v1/contracts/${people.contract}/transitions?${query}`, {
    key,
    headers: { prefer: 'wait=30' },
  })
const table = async (people: People, query?: string, key?: string) => {
  const { status, body, text } = await ask(people, query, key)
  if (status !== 200 || body.pending !== false) throw new Error(`${status} ${text}`)
  return body
}

/** So many people who moved from one value to another. */
async function move(people: People, many: number, from: number, to: number) {
  for (let n = 0; n < many; n++) {
    const of = `p-${from}-${to}-${n}`
    await people.assess(of, { 'personal-safety': from })
    await people.assess(of, { 'personal-safety': to }, { stage: 'end' })
  }
}
async function moveMood(people: People, version: number, many: number, from: number, to: number) {
  const instrument = `mood@${version}`
  for (let n = 0; n < many; n++) {
    const of = `p-${version}-${from}-${to}-${n}`
    await people.assess(of, { mood: from }, { instrument })
    await people.assess(of, { mood: to }, { instrument, stage: 'end', on: '2019-08-01' })
  }
}

t.test('every move with its people, by start, then end', async (t) => {
  const people = await scene()
  await move(people, 1, 3, 0)
  await move(people, 2, 0, 3)
  await move(people, 3, 3, 3)
  await people.assess('unpaired', { 'personal-safety': 2 })
  await people.assess('unpaired', { health: 1 }, { stage: 'end' })
  const { computedAt, ...body } = await table(people)
  t.match(computedAt, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  t.same(body, {
    contract: people.contract,
    period: '2019-M02',
    from: '2019-02-01',
    to: '2019-02-28',
    pending: false,
    provisional: false,
    instrument: 'victim-needs@1',
    versions: [1],
    score: 'personal-safety',
    suppressed: false,
    counts: [
      { start: 0, end: 3, n: 2 },
      { start: 3, end: 0, n: 1 },
      { start: 3, end: 3, n: 3 },
    ],
  })
  t.same((await table(people, SAFETY.replace('victim-needs', 'victim-needs@1'))).counts, body.counts)
  t.same((await table(people, SAFETY.replace('M02', 'M03'))).counts, [])
})

t.test('to a commissioner the table is whole or hidden, and then always the same bytes', async (t) => {
  const shown = async (small: number) => {
    const people = await scene()
    await move(people, 6, 3, 0)
    await move(people, small, 2, 1)
    const { text } = await ask(people, SAFETY, keys.commissioner)
    return text.replace(/"computedAt":"[^"]*"/, '').replace(people.contract, '')
  }
  t.match(await shown(0), /"suppressed":false,"counts":\[\{"start":3,"end":0,"n":6\}\]/)
  const hidden = await shown(1)
  t.match(hidden, /"suppressed":true,"counts":null/)
  t.equal(await shown(4), hidden)
  t.match(await shown(5), /"suppressed":false,"counts":\[\{"start":2,"end":1,"n":5\}/)
})

t.test('few pairs are hidden by the minimum count of the contract; nobody is not', async (t) => {
  const people = await scene({ minimumCount: 7 })
  t.match(
    await table(people, SAFETY.replace('M02', 'M01'), keys.commissioner),
    { suppressed: false, counts: [] },
    'nobody',
  )
  await move(people, 6, 3, 0)
  t.match(await table(people, SAFETY, keys.commissioner), { suppressed: true, counts: null })
  t.same((await table(people)).counts, [{ start: 3, end: 0, n: 6 }], 'the provider sees all')
})

t.test('versions with the same score are added; one hides the sum as it hides itself', async (t) => {
  const people = await scene({ instruments: ['mood'], measures: [] })
  await moveMood(people, 1, 6, 2, 5)
  await moveMood(people, 2, 4, 2, 5)
  await moveMood(people, 2, 5, 10, 9)
  const both = await table(people, `${MOOD}=mood`)
  t.match(both, { instrument: 'mood', versions: [1, 2] })
  t.same(both.counts, [
    { start: 2, end: 5, n: 10 },
    { start: 10, end: 9, n: 5 },
  ])
  t.match(await table(people, `${MOOD}=mood@1`), {
    instrument: 'mood@1',
    counts: [{ start: 2, end: 5, n: 6 }],
  })
  const shown = async (instrument: string) =>
    (await table(people, `${MOOD}=${instrument}`, keys.commissioner)).counts
  t.same(await shown('mood@1'), [{ start: 2, end: 5, n: 6 }])
  t.equal(await shown('mood@2'), null)
  t.equal(await shown('mood'), null, 'the 4 would follow from 10 and 6')
  const one = await scene({ instruments: ['mood@2'], measures: [] })
  t.equal((await table(one, `${MOOD}=mood`)).instrument, 'mood@2')
})

t.test('a partner reads the moves of the cases that it delivers', async (t) => {
  const partner = await service.join('partner', 'provider')
  const people = await scene({ partners: ['partner'] })
  await people.putCase('theirs', { deliveredBy: 'partner' })
  await people.assess('theirs', { 'personal-safety': 2 })
  await people.assess('theirs', { 'personal-safety': 1 }, { stage: 'end' })
  await move(people, 2, 2, 1)
  t.same((await table(people, SAFETY, partner)).counts, [{ start: 2, end: 1, n: 1 }])
  t.same((await table(people)).counts, [{ start: 2, end: 1, n: 3 }])
})

t.test('what cannot be asked for is named', async (t) => {
  const people = await scene({ instruments: ['victim-needs'] })
  const faults = async (query: string, key?: string) => {
    const reply = await ask(people, query, key)
    return [reply.status, ...pointersOf(reply)]
  }
  const instrument = (name: string) => SAFETY.replace('victim-needs', name)
  for (const key of [keys.provider, keys.commissioner]) {
    for (const name of ['unknown', 'victim-needs@2', 'mood', 'Mood!', '']) {
      t.same(await faults(instrument(name), key), [422, '/instrument'], name)
    }
    t.same(await faults(SAFETY.replace('personal-safety', 'mood'), key), [422, '/score'])
    t.same(await faults('period=2019', key), [422, '/instrument', '/period', '/score'])
    t.same(await faults(`${SAFETY}&by=sex`, key), [422, '/by'])
  }
})

t.test('who may read', async (t) => {
  const people = await scene()
  t.equal((await ask(people, SAFETY, OPERATOR_KEY)).status, 403)
  for (const kind of ['provider', 'commissioner'] as const) {
    const stranger = await service.join(`stranger-${kind}`, kind)
    t.equal((await ask(people, SAFETY, stranger)).status, 404)
    t.equal((await ask(people, SAFETY.replace('victim-needs', 'unknown'), stranger)).status, 404)
  }
})

t.test('without waiting, what is not counted yet is pending', async (t) => {
  const people = await scene()
  await move(people, 1, 3, 0)
  const reply = await service.send('GET', `/v1/contracts/${people.contract}/transitions?${SAFETY}`, {
    key: keys.provider,
  })
  t.equal(reply.body.pending, reply.body.counts.length === 0, 'either counted, or pending')
  t.equal((await table(people)).counts.length, 1)
})
