import fc from 'fast-check'
import t from 'tap'
import { loadDefinitions, surveysFolder, type PortfolioContract } from '../../src/definitions.ts'
import { portfolioFrom } from '../../src/definitions/portfolio/portfolio-shape.ts'
import { bulkOf } from '../../src/demo/people/bulk-lines.ts'
import { requestsOf, writesOf } from '../../src/demo/people/case-system.ts'
import { makePeople, type Person } from '../../src/demo/people/make-people.ts'
import { makeSessions } from '../../src/demo/people/make-sessions.ts'
import { daysBetween } from '../../src/domain/period.ts'

const definitions = loadDefinitions([surveysFolder])
const instrument = (id: string) => definitions.instrument(id)

/** A contract of some groups of people, as a file would say it. */
function contractOf(groups: readonly object[], more: object = {}): PortfolioContract {
  const read = portfolioFrom({
    portfolio: 'p',
    title: 'P',
    commissioner: { id: 'c', name: 'C', areaCode: 'E1' },
    organisations: [],
    contracts: [
      {
        contract: 'help',
        title: 'Help for people',
        provider: 'provider',
        commissioners: ['c'],
        startsOn: '2018-04-01',
        endsOn: '2021-03-31',
        instruments: ['victim-needs'],
        period: '2019-20',
        says: 'something',
        published: [{ measure: 'health-resolved', label: 'Health' }],
        people: groups,
        ...more,
      },
    ],
  })
  const contract = 'good' in read ? read.good.contracts[0] : undefined
  if (contract === undefined) throw new Error(JSON.stringify(read))
  return contract
}

const peopleOf = (groups: readonly object[], seed?: number): Person[] =>
  makePeople(contractOf(groups), instrument, seed)

const isWithin = (day: string | undefined, from = '2019-04-01', to = '2020-03-31'): boolean =>
  day !== undefined && from <= day && day <= to

/** Counted anew from what was answered, without any code of the service. */
function needOf(people: readonly Person[], need: string) {
  const pairs = people.map(({ answers }) => ({
    start: answers.find(({ stage }) => stage === 'start')?.answers?.[need],
    end: answers.find(({ stage }) => stage === 'end')?.answers?.[need],
  }))
  const inNeed = pairs.filter(({ start, end }) => Number(start) >= 1 && end !== undefined)
  return {
    atStart: inNeed.length,
    resolved: inNeed.filter(({ end }) => end === 0).length,
    reduced: inNeed.filter(({ start, end }) => Number(end) < Number(start)).length,
  }
}

/** Ascending whole numbers: a part is never more than its whole. */
const nested = (howMany: number, most: number): fc.Arbitrary<number[]> =>
  fc
    .array(fc.nat({ max: most }), { minLength: howMany, maxLength: howMany })
    .map((counts) => counts.sort((a, b) => a - b))

t.test('needs come out as they were counted, whoever the lot falls on', async (t) => {
  t.doesNotThrow(() => {
    fc.assert(
      fc.property(nested(4, 40), fc.integer(), ([resolved, reduced, atStart, pairs], seed) => {
        const people = peopleOf(
          [
            {
              cases: 41,
              asked: [
                { instrument: 'victim-needs', pairs, needs: { health: { atStart, resolved, reduced } } },
              ],
            },
          ],
          seed,
        )
        const found = needOf(people, 'health')
        const asked = people.filter(({ answers }) => answers.length === 2).length
        return (
          asked === pairs &&
          found.atStart === atStart &&
          found.resolved === resolved &&
          found.reduced === reduced
        )
      }),
      { numRuns: 60 },
    )
  })
})

t.test('scales, totals, a yes twice and words come out as they were counted', async (t) => {
  t.doesNotThrow(() => {
    fc.assert(
      fc.property(nested(2, 30), fc.nat({ max: 90 }), fc.integer(), ([improved, pairs], total, seed) => {
        const contract = contractOf(
          [
            {
              cases: 31,
              asked: [
                {
                  instrument: 'safety-and-wellbeing',
                  pairs,
                  improved: { safety: improved, abuse: improved },
                },
                {
                  instrument: 'offending',
                  pairs,
                  totals: { offences: { before: pairs ? total : 0, after: 0 } },
                },
                { instrument: 'programme-feedback', answered: pairs, said: { impact: improved } },
              ],
            },
          ],
          { instruments: ['safety-and-wellbeing', 'offending', 'programme-feedback'] },
        )
        const answers = makePeople(contract, instrument, seed).map((person) => person.answers)
        const of = (id: string, stage: string) =>
          answers.map((all) => all.find((one) => one.instrument === id && one.stage === stage)?.answers)
        const both = of('safety-and-wellbeing', 'start').map(
          (start, at) => [start, of('safety-and-wellbeing', 'end')[at]] as const,
        )
        const further = (item: string, sign: number): number =>
          both.filter(([start, end]) => sign * (Number(end?.[item]) - Number(start?.[item])) > 0).length
        const sum = of('offending', 'start').reduce((all, one) => all + Number(one?.offences ?? 0), 0)
        const said = of('programme-feedback', 'end').flatMap((one) => one?.impact ?? [])
        return (
          further('safety', 1) === improved &&
          further('abuse', -1) === improved &&
          sum === (pairs ? total : 0) &&
          said.length === pairs &&
          said.filter((one) => one === 'agree' || one === 'strongly-agree').length === improved
        )
      }),
      { numRuns: 60 },
    )
  })
  const contract = contractOf(
    [
      {
        cases: 100,
        asked: [
          {
            instrument: 'offending',
            then: 'follow-up',
            yes: { 'police-involvement': { before: 51, after: 36, both: 31 } },
          },
        ],
      },
    ],
    { instruments: ['offending'] },
  )
  const yes = makePeople(contract, instrument).map(({ answers }) =>
    answers.map((one) => one.answers?.['police-involvement']),
  )
  t.equal(yes.filter(([before]) => before === true).length, 51)
  t.equal(yes.filter(([, after]) => after === true).length, 36)
  t.equal(yes.filter(([before, after]) => before === true && after === true).length, 31)
})

t.test('each story has its dates', async (t) => {
  const of = (group: object) => peopleOf([{ cases: 200, ...group }]).map(({ episode }) => episode)
  for (const episode of of({ story: 'closed' })) t.ok(isWithin(episode.closedOn))
  for (const episode of of({ story: 'open' })) {
    t.equal(episode.closedOn, undefined)
    t.ok((episode.startedOn ?? '') <= '2020-03-31')
  }
  for (const episode of of({ story: 'not-supported', came: 'new' })) {
    t.equal(episode.startedOn, undefined)
    t.ok(isWithin(episode.closedOn) && isWithin(episode.referredOn))
  }
  for (const { closedOn } of of({ story: 'closed-before' }))
    t.ok(isWithin(closedOn, '2019-01-30', '2019-03-31'))
  for (const { closedOn } of of({ story: 'closed-after' }))
    t.ok(isWithin(closedOn, '2020-04-01', '2020-05-31'))
  for (const story of ['closed', 'open']) {
    for (const { referredOn } of of({ story, came: 'new' })) t.ok(isWithin(referredOn), `${story}, new`)
    for (const { startedOn = '', closedOn } of of({ story, came: 'held' })) {
      t.ok(startedOn < '2019-04-01', `${story}, held`)
      t.equal(closedOn === undefined || isWithin(closedOn), true)
    }
  }
  for (const { startedOn = '', closedOn = '' } of of({ weeks: [4, 8] })) {
    const days = daysBetween(startedOn, closedOn)
    t.ok(28 <= days && days <= 56)
  }
})

t.test('dates and answers are in order', async (t) => {
  const asked = [{ instrument: 'victim-needs', needs: { health: { atStart: 20, resolved: 9 } } }]
  t.doesNotThrow(() => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom('new', 'held', undefined), (seed, came) =>
        peopleOf([{ cases: 20, came, asked }], seed).every(({ episode, answers }) => {
          const { referredOn, firstContactOn, startedOn, closedOn } = episode
          const days = [
            referredOn,
            firstContactOn,
            startedOn,
            ...answers.map((one) => one.assessedOn),
            closedOn,
          ]
          const known = days.filter((day) => day !== undefined)
          return known.every((day, at) => at === 0 || (known[at - 1] ?? '') <= day)
        }),
      ),
      { numRuns: 40 },
    )
  })
})

t.test('who comes back is one client, and the same seed makes the same people', async (t) => {
  const groups = [{ cases: 30 }, { cases: 12, returning: 5, story: 'open' }]
  const people = peopleOf(groups)
  t.equal(people.length, 42)
  t.equal(new Set(people.map(({ client }) => client.client)).size, 37)
  t.equal(new Set(people.map((person) => person.case)).size, 42)
  t.same(peopleOf(groups, 7), peopleOf(groups, 7))
  t.notSame(peopleOf(groups, 7), peopleOf(groups, 8))
})

t.test('what a group says of its people holds for each of them', async (t) => {
  const people = peopleOf([
    {
      cases: 20,
      ages: 'child',
      crimeType: 'violence',
      cohort: 'isva',
      closure: 'planned',
      referralSource: 'self',
    },
    { cases: 20, ages: 'adult', nationalities: ['PL', 'LT', 'RO'], reportedToPolice: false },
  ])
  const [young, grown] = [
    people.filter(({ group }) => group.ages === 'child'),
    people.filter(({ group }) => group.ages === 'adult'),
  ]
  for (const { client, background, closure } of young) {
    t.equal(client.characteristics.ageBand, '0-17')
    t.match(background, { crimeType: 'violence', cohorts: ['isva'], referralSource: 'self' })
    t.equal(closure, 'planned')
  }
  for (const { client, background } of grown) {
    t.not(client.characteristics.ageBand, '0-17')
    t.same(background.cohorts, [])
    t.equal(background.reportedToPolice, false)
  }
  t.equal(new Set(grown.map(({ client }) => client.characteristics.nationality)).size, 3)
})

t.test('sessions are held while their cases are in support', async (t) => {
  const contract = contractOf([
    { cases: 10, contacts: [{ sessions: 25, minutes: 120, kind: 'group', together: 4 }] },
    { cases: 3, weeks: [4, 8], contacts: [{ every: 7, minutes: 50, kind: 'one-to-one' }] },
  ])
  const people = makePeople(contract, instrument)
  const sessions = makeSessions(people, contract.period)
  const byCase = new Map(people.map((person) => [person.case, person.episode]))
  const group = sessions.filter(({ kind }) => kind === 'group')
  t.equal(group.length, 25)
  for (const { cases, on } of sessions) {
    t.equal(new Set(cases).size, cases.length)
    t.ok(cases.length <= 4)
    t.ok(isWithin(on) || cases.length === 1)
    for (const name of cases) {
      const { startedOn = '', closedOn = '' } = byCase.get(name) ?? {}
      t.ok(startedOn <= on && on <= closedOn)
    }
  }
  const weekly = people.filter(({ group: { contacts } }) => contacts.some(({ every }) => every === 7))
  for (const { case: name, episode } of weekly) {
    const { startedOn = '', closedOn = '' } = episode
    const days = [
      startedOn,
      ...sessions.filter(({ cases }) => cases.includes(name)).map(({ on }) => on),
      closedOn,
    ]
    for (const [at, day] of days.entries()) t.ok(at === 0 || daysBetween(days[at - 1] ?? '', day) <= 7)
  }
})

t.test('a slip is sent first, and put right by a later write that says it is later', async (t) => {
  const asked = [{ instrument: 'victim-needs', needs: { health: { atStart: 60, resolved: 9 } } }]
  const people = peopleOf([{ cases: 60, closure: 'planned', asked }])
  const slipping = people.find(({ slips }) => slips)
  const steady = people.find(({ slips }) => !slips)
  if (slipping === undefined || steady === undefined) throw new Error('there must be one of each')
  const { case: name, answers, episode } = slipping
  const writes = writesOf(slipping, instrument)
  t.same(
    writes.map(({ method, path }) => `${method} ${path}`),
    [
      `PUT cases/${name}`,
      `PUT assessments/${name}-victim-needs-start`,
      `PUT assessments/${name}-victim-needs-end`,
      `PUT cases/${name}`,
      `PUT assessments/${name}-victim-needs-end`,
      'POST assessments',
    ],
  )
  const [wrongCase, , wrongEnd, rightCase, rightEnd] = writes.map(
    ({ body }) => body as { sourceUpdatedAt: string; closedOn?: string; answers?: object },
  )
  t.not(wrongCase?.closedOn, episode.closedOn)
  t.equal(rightCase?.closedOn, episode.closedOn)
  t.notSame(wrongEnd?.answers, answers[1]?.answers)
  t.same(rightEnd?.answers, answers[1]?.answers)
  t.ok((wrongCase?.sourceUpdatedAt ?? '') < (rightCase?.sourceUpdatedAt ?? ''))
  t.ok((wrongEnd?.sourceUpdatedAt ?? '') < (rightEnd?.sourceUpdatedAt ?? ''))
  t.equal(writesOf(steady, instrument).length, 3)
})

t.test('the portfolios that come with the package send whatever can be written of a contract', async (t) => {
  const contracts = definitions.portfolios.flatMap((portfolio) => portfolio.contracts)
  const kinds = new Set<string>()
  let anonymous = 0
  for (const contract of contracts) {
    const { casework, sessions } = requestsOf(contract, instrument)
    const writes = [...casework, ...sessions].flat()
    const { bulks, others } = contract.intake === 'bulk' ? bulkOf(writes) : { bulks: [], others: writes }
    for (const { path } of bulks) kinds.add(`POST ${path}`)
    for (const { method, path } of others) kinds.add(`${method} ${path.split('/')[0] ?? ''}`)
    anonymous += writes.filter(({ path }) => path.startsWith('assessments/feedback-')).length
    const lines = bulks.reduce((sum, bulk) => sum + bulk.lines.length, 0)
    t.equal(lines + others.length, writes.length, `${contract.contract}: nothing is lost`)
  }
  t.same([...kinds].sort(), [
    'DELETE contacts',
    'POST assessments',
    'POST assessments/bulk',
    'POST cases/bulk',
    'POST contacts/bulk',
    'PUT assessments',
    'PUT cases',
    'PUT contacts',
    'PUT figures',
  ])
  t.equal(anonymous, 45)
})

t.test(
  'a file has cases first, and every line of its kind in the order in which it was written',
  async (t) => {
    const by = 'p'
    const { bulks, others } = bulkOf([
      { method: 'PUT', path: 'contacts/S-1', body: { cases: ['a'] }, by },
      { method: 'PUT', path: 'assessments/r', body: { case: 'a' }, by },
      { method: 'PUT', path: 'cases/a', body: { closedOn: '2020-01-01' }, by },
      { method: 'DELETE', path: 'contacts/S-1', by },
      { method: 'PUT', path: 'figures/2019-20', body: { complaints: 1 }, by },
      { method: 'POST', path: 'assessments', body: { case: 'a' }, by },
    ])
    t.same(bulks, [
      { path: 'cases/bulk', by, lines: [{ case: 'a', closedOn: '2020-01-01' }] },
      { path: 'assessments/bulk', by, lines: [{ ref: 'r', case: 'a' }] },
      {
        path: 'contacts/bulk',
        by,
        lines: [
          { ref: 'S-1', cases: ['a'] },
          { ref: 'S-1', withdrawn: true },
        ],
      },
    ])
    t.same(
      others.map(({ path }) => path),
      ['figures/2019-20', 'assessments'],
    )
  },
)
