import postgres from 'postgres'
import t from 'tap'
import { makeKeys, makePeople, type People } from '../support/people.ts'
import { startService, type TestService } from '../support/service.ts'
import { testSurveys } from '../support/surveys.ts'

let service: TestService
let keys: { provider: string; commissioner: string }
let scenes = 100

t.before(async () => {
  service = await startService({ surveysDir: t.testdir(testSurveys) })
  keys = await makeKeys(service)
})
t.teardown(() => service.stop())

// Names of equal length: replies of two scenes can be compared as bytes.
const scene = (changes: object = {}) =>
  makePeople(service, keys, `scene-${++scenes}`, {
    targets: { 'personal-safety-resolved': { green: 90, amber: 70 } },
    ...changes,
  })
const shown = (people: People) => people.outcomes('2019-M02', keys.commissioner)

/** What the commissioner gets, without the name of the contract and the time, as text. */
const bytesOf = async (people: People) => {
  const { text } = await shown(people)
  return text.replace(/scene-\d+/, '').replace(/"computedAt":"[^"]*"/, '')
}
const safetyOf = (body: { changes: { score: string }[] }): any =>
  body.changes.find(({ score }) => score === 'personal-safety')

const measures: [met: number, notMet: number, minimumCount: number, isShown: boolean][] = [
  [0, 0, 5, true],
  [0, 5, 5, true],
  [5, 0, 5, true],
  [5, 5, 5, true],
  [4, 6, 5, false],
  [6, 4, 5, false],
  [1, 9, 5, false],
  [9, 1, 5, false],
  [0, 4, 5, false],
  [4, 0, 5, false],
  [0, 1, 5, false],
  [1, 0, 5, false],
  [3, 3, 3, true],
  [2, 4, 3, false],
  [4, 2, 3, false],
  [10, 10, 10, true],
  [9, 10, 10, false],
  [10, 9, 10, false],
]
for (const [met, notMet, minimumCount, isShown] of measures) {
  const how = isShown ? 'shown' : 'hidden'
  t.test(`${met} of ${met + notMet} are ${how} where ${minimumCount} is the least`, async (t) => {
    const people = await scene({ minimumCount })
    await people.resolved(met, notMet)
    const [measure] = (await shown(people)).body.measures
    const exact = (await people.outcomes('2019-M02')).body.measures[0]
    t.match(exact, { numerator: met, denominator: met + notMet, suppressed: false }, 'the provider sees all')
    t.equal(measure.suppressed, !isShown)
    if (isShown) return void t.same({ ...measure }, { ...exact }, 'as the provider')
    for (const field of ['numerator', 'denominator', 'rate', 'interval', 'rag']) {
      t.equal(measure[field], null, field)
    }
  })
}

t.test('a change of few pairs is hidden whole', async (t) => {
  for (const pairs of [1, 4, 5]) {
    const people = await scene()
    await people.resolved(0, pairs)
    const change = safetyOf((await shown(people)).body)
    t.equal(change.suppressed, pairs < 5, `${pairs} pairs`)
    if (pairs === 5) {
      t.match(change, { pairs: 5, start: { mean: 2 }, improved: 0, unchanged: 5, deteriorated: 0 })
      continue
    }
    const told = Object.entries(change as object).filter(([, value]) => typeof value === 'number')
    t.same(told, [], 'not one number is left')
    t.same([change.pairs, change.improved, change.unchanged, change.deteriorated], [null, null, null, null])
    t.notMatch(JSON.stringify(change), /:\s*-?\d/, 'nor one within')
  }
})

t.test('of improved, unchanged and deteriorated one small one hides the three', async (t) => {
  const ends = { improved: 0, unchanged: 2, deteriorated: 3 }
  const tables: [improved: number, unchanged: number, deteriorated: number, isShown: boolean][] = [
    [5, 5, 5, true],
    [0, 5, 5, true],
    [5, 5, 0, true],
    [4, 6, 5, false],
    [5, 1, 5, false],
    [9, 0, 1, false],
    [5, 6, 4, false],
  ]
  for (const [improved, unchanged, deteriorated, isShown] of tables) {
    const people = await scene()
    const counts = { improved, unchanged, deteriorated }
    let made = 0
    for (const [name, value] of Object.entries(ends)) {
      for (let n = 0; n < counts[name as keyof typeof counts]; n++) {
        const of = `p-${++made}`
        await people.assess(of, { 'personal-safety': 2 })
        await people.assess(of, { 'personal-safety': value }, { stage: 'end' })
      }
    }
    const change = safetyOf((await shown(people)).body)
    const three = [change.improved, change.unchanged, change.deteriorated]
    t.same(three, isShown ? [improved, unchanged, deteriorated] : [null, null, null], JSON.stringify(counts))
  }
})

t.test('of the counts of reliable change one small one hides them together', async (t) => {
  const people = await scene({ instruments: ['mood'], measures: ['mood-improved'], targets: {} })
  // 6 better by 6, 6 by 1, none worse; 12 with the need, 6 recovered: nothing small.
  const move = async (prefix: string, many: number, start: number, end: number) => {
    for (let n = 0; n < many; n++) {
      await people.assess(`${prefix}-${n}`, { mood: start }, { instrument: 'mood' })
      await people.assess(`${prefix}-${n}`, { mood: end }, { instrument: 'mood', stage: 'end' })
    }
  }
  await move('better', 6, 2, 8)
  await move('little', 6, 2, 3)
  const reliableOf = async (key: string) => (await people.outcomes('2019-M02', key)).body.changes[0].reliable
  t.match(await reliableOf(keys.provider), { improved: 6, unchanged: 6, deteriorated: 0, recovered: 6 })
  const other = await scene({ instruments: ['mood'], measures: ['mood-improved'], targets: {} })
  for (let n = 0; n < 12; n++) {
    await other.assess(`p-${n}`, { mood: 6 }, { instrument: 'mood' })
    await other.assess(`p-${n}`, { mood: n < 2 ? 2 : 10 }, { instrument: 'mood', stage: 'end' })
  }
  const { reliable } = (await shown(other)).body.changes[0]
  t.same([reliable?.improved, reliable?.unchanged, reliable?.deteriorated], [null, null, null])
  t.notMatch(JSON.stringify(reliable), /:(2|10)\b/)
  const seen = await reliableOf(keys.commissioner)
  t.match(seen, { threshold: 3, improved: 6, unchanged: 6, deteriorated: 0, recovered: 6, atCaseness: 12 })
})

t.test('a small count of completeness is null, and the rate with it', async (t) => {
  const people = await scene()
  await people.resolved(0, 4)
  for (const of of ['a', 'b', 'c', 'd']) await people.assess(of, { 'personal-safety': 2 })
  for (const of of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    await people.putCase(of, { startedOn: '2019-01-02', closedOn: '2019-02-02' })
  }
  const exact = (await people.outcomes('2019-M02')).body.completeness
  t.same(exact, { closedCases: 12, withStart: 8, paired: 4, rate: 4 / 12 })
  t.match((await shown(people)).body.completeness, { paired: null, rate: null })
  const none = await scene()
  t.same((await shown(none)).body.completeness, { closedCases: 0, withStart: 0, paired: 0, rate: null })
})

t.test('what is hidden is the same bytes whatever the number', async (t) => {
  const replies = new Set<string>()
  for (const [met, notMet] of [
    [0, 1],
    [1, 0],
    [2, 2],
    [0, 4],
    [4, 0],
  ] as const) {
    const people = await scene()
    await people.resolved(met, notMet)
    replies.add(await bytesOf(people))
  }
  t.equal(replies.size, 1, [...replies].join('\n'))

  const entries = new Set<string>()
  for (const [met, notMet] of [
    [1, 9],
    [9, 1],
    [6, 4],
    [2, 2],
    [0, 1],
  ] as const) {
    const people = await scene()
    await people.resolved(met, notMet)
    const { body } = await shown(people)
    entries.add(JSON.stringify(body.measures[0]))
  }
  t.equal(entries.size, 1, [...entries].join('\n'))
})

t.test('a lower minimum never shows again what was hidden', async (t) => {
  const people = await scene()
  await people.resolved(4, 6)
  t.equal((await shown(people)).body.measures[0].suppressed, true)
  const contract = (await service.operate('GET', `/v1/contracts/${people.contract}`)).body
  const { title, provider, commissioners, startsOn, endsOn, instruments, measures } = contract
  await service.operate('PUT', `/v1/contracts/${people.contract}`, {
    ...{ title, provider, commissioners, startsOn, endsOn, instruments, measures },
    minimumCount: 3,
  })
  const after = (await shown(people)).body
  t.match(after.measures[0], { suppressed: true, numerator: null, denominator: null })
  t.same([safetyOf(after).improved, safetyOf(after).unchanged], [null, null])
})

t.test('figures of one score move on one day, or not where together they tell of one person', async (t) => {
  const people = await makePeople(service, keys, 'moving')
  let n = 0
  const add = async (ends: readonly [count: number, safety: number][]): Promise<void> => {
    for (const [count, safety] of ends) {
      for (let k = 0; k < count; k++, n++) {
        await people.assess(`c${n}`, { 'personal-safety': 2 })
        await people.assess(`c${n}`, { 'personal-safety': safety }, { stage: 'end', on: '2019-02-01' })
      }
    }
  }
  /** Improved, but the need is still there: two figures tell it together. */
  const improvedOnly = async (): Promise<number> => {
    const { body } = await people.outcomes('2018-19-Q4', keys.commissioner)
    return Number(body.changes[0].improved) - Number(body.measures[0].numerator)
  }
  const [resolved, improved, unchanged] = [0, 1, 2]
  await add([
    [10, resolved],
    [10, improved],
    [20, unchanged],
  ])
  t.equal(await improvedOnly(), 10)
  // Each figure moves by enough: 7 and 13, 8 and 12. Between them stands one person.
  await add([
    [7, resolved],
    [1, improved],
    [12, unchanged],
  ])
  t.equal(await improvedOnly(), 10)
  await add([[5, improved]])
  t.equal(await improvedOnly(), 16)
})

t.test(
  'what is shown differs enough from everything that was shown before, not from the last alone',
  async (t) => {
    const people = await makePeople(service, keys, 'to-and-fro')
    const add = async (first: number, many: number): Promise<void> => {
      for (let n = first; n < first + many; n++) {
        await people.assess(`c${n}`, { 'personal-safety': 2 })
        await people.assess(`c${n}`, { 'personal-safety': 0 }, { stage: 'end', on: '2019-02-01' })
      }
    }
    const erase = async (first: number, many: number): Promise<void> => {
      for (let n = first; n < first + many; n++) {
        const path = `/v1/contracts/to-and-fro/cases/c${n}`
        t.equal((await service.send('DELETE', path, { key: keys.provider })).status, 204)
      }
    }
    const seen = async (): Promise<unknown[]> => {
      const { completeness, measures, changes } = (await shown(people)).body
      return [completeness.closedCases, measures[0].denominator, changes[0].pairs]
    }
    await add(0, 20)
    t.same(await seen(), [20, 20, 20])
    await add(20, 6)
    t.same(await seen(), [26, 26, 26])
    await erase(0, 5)
    t.same(await seen(), [26, 26, 26], '21 would be five less than this, and one more than the first')
    await erase(5, 6)
    t.same(await seen(), [15, 15, 15])
  },
)

t.test('a look while something is still counted hides nothing that is shown once it is', async (t) => {
  const people = await makePeople(service, keys, 'looked-at-early')
  const owner = postgres({ ...service.database.address, max: 1 })
  t.teardown(() => owner.end())
  const look = async () =>
    (
      await service.send('GET', '/v1/contracts/looked-at-early/outcomes?period=2018-19', {
        key: keys.commissioner,
      })
    ).body
  // Who counts a month takes its lock: as long as somebody else has it, February is not counted.
  await owner.begin(async (sql) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('looked-at-early 201902', 0))`
    await people.resolved(2, 2, '2019-02-12')
    await people.resolved(10, 10, '2019-01-10')
    await people.outcomes('2019-M01')
    const early = await look()
    t.equal(early.pending, true)
    t.match(early.measures[0], { numerator: null, suppressed: true })
  })
  const { body } = await people.outcomes('2018-19', keys.commissioner)
  t.match(body.measures[0], { numerator: 12, denominator: 24, suppressed: false })
})

t.test('what is hidden says the narrowest period around it that can be answered', async (t) => {
  const people = await scene()
  await people.resolved(3, 3, '2019-01-10')
  await people.resolved(3, 3, '2019-02-12')
  const ask = async (period: string) => (await people.outcomes(period, keys.commissioner)).body.measures[0]
  const january = await ask('2019-M01')
  t.match(january, { numerator: null, suppressed: true })
  t.same(january.askFor, ['2019-M01..2019-M02'])
  for (const period of ['2019-M02', '2018-M12..2019-M01'])
    t.equal((await ask(period)).suppressed, true, period)
  const answered = await ask(january.askFor[0])
  t.match(answered, { numerator: 6, denominator: 12, suppressed: false })
  t.notOk('askFor' in answered)
  t.equal((await ask('2019-M01')).suppressed, true, 'and tells nothing of the month afterwards')
  t.notOk('askFor' in (await people.outcomes('2019-M01')).body.measures[0], 'the provider is told all')
})
