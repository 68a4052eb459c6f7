import postgres from 'postgres'
import t from 'tap'
import { contractOf, makeKeys, makePeople } from '../support/people.ts'
import { OPERATOR_KEY, startService, type TestService } from '../support/service.ts'
import { testSurveys } from '../support/surveys.ts'

let service: TestService
/** Without workers, so that marks stay and can be looked at. */
let still: TestService
let owner: postgres.Sql
let keys: { provider: string; commissioner: string }
let key: string
let partner: string

t.before(async () => {
  const surveysDir = t.testdir(testSurveys)
  service = await startService({ surveysDir })
  still = await startService({ surveysDir, workers: false })
  owner = postgres({ ...still.database.address, max: 1 })
  keys = await makeKeys(service)
  key = (await makeKeys(still)).provider
  partner = await still.join('part', 'provider')
  await still.operate('PUT', '/v1/contracts/c', {
    ...contractOf('prov', 'comm'),
    partners: ['part'],
    instruments: ['victim-needs', 'feedback'],
  })
})
t.teardown(async () => {
  await owner.end()
  await service.stop()
  await still.stop()
})

const ask = (method: string, path: string, body?: unknown, headers = {}, by = key) =>
  still.send(method, `/v1/contracts/c/${path}`, { key: by, body, headers })
const put = (ref: string, changes: object = {}, headers = {}) =>
  ask('PUT', `assessments/${ref}`, { ...start, ...changes }, headers)
const withdraw = (ref: string, headers = {}) => ask('DELETE', `assessments/${ref}`, undefined, headers)
const start = {
  case: 'one',
  instrument: 'victim-needs',
  stage: 'start',
  assessedOn: '2019-01-08',
  answers: { health: 2 },
}

/** The months marked since the last look. */
const marks = async (): Promise<number[]> => {
  const rows = await owner<{ month: number }[]>`delete from marks where contract_id = 'c' returning month`
  return [...new Set(rows.map(({ month }) => month))].sort((a, b) => a - b)
}

const datesOf = async (caseRef: string) => {
  const [row] = await owner`
    select counted_on::text, in_support_from::text from cases where contract_id = 'c' and case_ref = ${caseRef}`
  return [row?.counted_on, row?.in_support_from]
}

t.test('a withdrawn assessment is not there until it is sent again', async (t) => {
  const refs = async () => (await ask('GET', 'assessments?case=w')).body.items.map((one: any) => one.ref)
  await put('w', { case: 'w' })
  await put('w', { case: 'w', answers: { health: 3 } })
  const gone = await withdraw('w')
  t.same([gone.status, gone.text], [204, ''])
  t.equal((await ask('GET', 'assessments/w')).status, 404)
  t.equal((await ask('GET', 'assessments/w?revisions=true')).status, 404)
  t.same(await refs(), [])
  t.equal((await withdraw('w')).status, 404, 'once')
  t.equal((await withdraw('never')).status, 404)
  t.equal((await ask('GET', 'cases/w')).status, 200, 'its case stays')

  const back = await put('w', { case: 'w', answers: { health: 3 } })
  t.same([back.status, back.body.revision, back.headers.etag], [201, 3, '"3"'])
  t.same(await refs(), ['w'])
  const { revisions } = (await ask('GET', 'assessments/w?revisions=true')).body
  t.same(
    revisions.map((one: any) => [one.revision, one.case, one.answers.health]),
    [
      [1, 'w', 2],
      [2, 'w', 3],
      [3, 'w', 3],
    ],
  )
  const again = await put('w', { case: 'w', answers: { health: 3 } })
  t.same([again.status, again.body.revision], [200, 3])
})

t.test('If-Match is honoured', async (t) => {
  await put('match')
  t.equal((await withdraw('match', { 'if-match': '"2"' })).status, 412)
  t.equal((await ask('GET', 'assessments/match')).status, 200)
  t.equal((await withdraw('match', { 'if-match': '"1"' })).status, 204)
  t.equal((await put('match', {}, { 'if-match': '"1"' })).status, 412, 'a withdrawn one is not there')
  t.equal((await put('match')).body.revision, 2)
  t.equal((await withdraw('match', { 'if-match': '*' })).status, 204)
})

t.test('its case is dated without it, and both months are marked', async (t) => {
  await put('d-start', { case: 'd' })
  await put('d-end', { case: 'd', stage: 'end', assessedOn: '2019-03-01' })
  await put('d-later', { case: 'd', stage: 'end', assessedOn: '2019-05-01' })
  await marks()
  t.same(await datesOf('d'), ['2019-05-01', '2019-01-08'])
  await withdraw('d-later')
  t.same(await datesOf('d'), ['2019-03-01', '2019-01-08'])
  t.same(await marks(), [201903, 201905])
  await withdraw('d-start')
  t.same(await datesOf('d'), ['2019-03-01', '2019-03-01'])
  t.same(await marks(), [201903])
  await withdraw('d-end')
  t.same(await datesOf('d'), [null, null], 'it has lost its closing')
  t.same(await marks(), [201903])
  await put('d-later', { case: 'd', stage: 'end', assessedOn: '2019-05-01' })
  t.same(await datesOf('d'), ['2019-05-01', '2019-05-01'])
  t.same(await marks(), [201905])

  await ask('PUT', 'cases/closed', { startedOn: '2019-01-01', closedOn: '2019-04-02' })
  await put('in-closed', { case: 'closed', stage: 'end', assessedOn: '2019-03-01' })
  await marks()
  await withdraw('in-closed')
  t.same(await datesOf('closed'), ['2019-04-02', '2019-01-01'], 'the case system’s own dates stand')
  t.same(await marks(), [201904])
})

t.test('one without a case marks the months that it was and is assessed in', async (t) => {
  const feedback = (assessedOn: string, changes: object = {}) => ({
    ...{ case: undefined, instrument: 'feedback', stage: 'end', assessedOn, answers: { informed: true } },
    ...changes,
  })
  await marks()
  await put('f', feedback('2019-02-05'))
  t.same(await marks(), [201902])
  await put('f', feedback('2019-02-05'))
  t.same(await marks(), [], 'the same again')
  await put('f', feedback('2019-03-05'))
  t.same(await marks(), [201902, 201903])
  await put('f', feedback('2019-04-05', { case: 'of-feedback' }))
  t.same(await marks(), [201903, 201904], 'it has a case now, which closed with it')
  await put('f', feedback('2019-06-05'))
  t.same(await marks(), [201904, 201906])
  await withdraw('f')
  t.same(await marks(), [201906])
})

t.test('where anything is counted over the whole life, each write marks that', async (t) => {
  await owner`update contracts set has_life_counts = true where contract_id = 'c'`
  await put('life', { case: 'life' })
  t.same(await marks(), [0])
  await put('life', { case: 'life' })
  await put('life', { case: 'life', sourceUpdatedAt: '2026-01-01T00:00:00Z' })
  t.same(await marks(), [], 'nothing changed')
  await put('life', { case: 'life', stage: 'end' })
  t.same(await marks(), [0, 201901])
  await withdraw('life')
  t.same(await marks(), [0, 201901])
  await owner`update contracts set has_life_counts = false where contract_id = 'c'`
})

t.test(
  'where contacts are counted, the months of its case’s contacts are marked if it dated the case',
  async (t) => {
    for (const on of ['2019-02-05', '2019-02-06', '2019-06-05']) {
      await ask('PUT', `contacts/k-${on}`, { cases: ['met'], on, kind: 'phone' })
    }
    await ask('PUT', 'contacts/of-another', { cases: ['another'], on: '2019-07-05', kind: 'phone' })
    await put('met-start', { case: 'met' })
    await put('met-review', { case: 'met', stage: 'review', assessedOn: '2019-03-05' })
    await put('met-end', { case: 'met', stage: 'end', assessedOn: '2019-05-05' })
    await marks()
    await owner`update contracts set has_session_counts = true where contract_id = 'c'`
    await withdraw('met-review')
    t.same(await marks(), [201905], 'in support as before')
    await withdraw('met-start')
    t.same(await marks(), [201902, 201905, 201906], 'in support from May on')
    await withdraw('met-end')
    t.same(await marks(), [201902, 201905, 201906], 'never in support')
    await owner`update contracts set has_session_counts = false where contract_id = 'c'`
    await put('met-start', { case: 'met' })
    await marks()
    await withdraw('met-start')
    t.same(await marks(), [], 'nobody counts them')
  },
)

t.test('who may not write it may not withdraw it', async (t) => {
  const by = (who: string, ref: string) => ask('DELETE', `assessments/${ref}`, undefined, {}, who)
  await put('mine', { case: 'mine' })
  const theirs = { ...start, case: 'delivered-by-part' }
  t.equal((await ask('PUT', 'assessments/theirs', theirs, {}, partner)).status, 201)
  t.equal((await by(partner, 'mine')).status, 404)
  t.equal((await by(OPERATOR_KEY, 'mine')).status, 403)
  t.equal((await ask('GET', 'assessments/mine')).status, 200)
  t.equal((await by(partner, 'theirs')).status, 204)
  t.equal((await by(key, 'theirs')).status, 404)
  const back = await ask('PUT', 'assessments/theirs', theirs, {}, partner)
  t.same([back.status, back.body.revision], [201, 2])
})

t.test('the figures follow', async (t) => {
  const people = await makePeople(service, keys, 'figures')
  const figures = async () => {
    const { completeness, measures } = (await people.outcomes('2019-M02')).body
    return [completeness.closedCases, completeness.paired, measures[0].numerator, measures[0].denominator]
  }
  const root = `/v1/contracts/${people.contract}/assessments`
  const remove = (ref: string, by = keys.provider) => service.send('DELETE', `${root}/${ref}`, { key: by })
  await people.assess('a', { 'personal-safety': 2 }, { ref: 'a-start' })
  await people.assess('a', { 'personal-safety': 0 }, { ref: 'a-end', stage: 'end' })
  await people.assess('b', { 'personal-safety': 2 }, { ref: 'b-start' })
  await people.assess('b', { 'personal-safety': 2 }, { ref: 'b-end', stage: 'end' })
  t.same(await figures(), [2, 2, 1, 2])
  t.equal((await remove('a-start', keys.commissioner)).status, 404)
  t.equal((await remove('a-start')).status, 204)
  t.same(await figures(), [2, 1, 0, 1], 'unpaired')
  t.equal((await remove('a-end')).status, 204)
  t.same(await figures(), [1, 1, 0, 1], 'not closed')
  await people.assess('a', { 'personal-safety': 2 }, { ref: 'a-start' })
  await people.assess('a', { 'personal-safety': 0 }, { ref: 'a-end', stage: 'end' })
  t.same(await figures(), [2, 2, 1, 2], 'sent again')
})
