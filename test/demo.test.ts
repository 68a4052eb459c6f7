import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import { inFlight } from '../src/demo/client.ts'
import { demonstrate } from '../src/demo/demonstration.ts'
import type { Outcomes } from '../src/demo/outcomes.ts'
import { writesOf } from '../src/demo/people/case-system.ts'
import { makePeople, type PeopleCounts, type Person } from '../src/demo/people/make-people.ts'
import { readPortfolio, type Portfolio } from '../src/demo/portfolio.ts'
import { showProgress } from '../src/demo/progress.ts'
import { compare, introduction, report } from '../src/demo/report.ts'
import { monthPeriod } from '../src/domain/period.ts'
import { OPERATOR_KEY, startService } from './support/service.ts'

const leicestershire = readPortfolio('leicestershire')
const { window } = leicestershire

const closedIn = (people: readonly Person[], { from, to }: { from: string; to: string }): Person[] =>
  people.filter(({ episode: { closedOn, startedOn } }) => {
    return startedOn !== undefined && closedOn !== undefined && from <= closedOn && closedOn <= to
  })

/** Counted anew from the answers, without any code of the service. */
function countNeed(people: readonly Person[], need: string) {
  const inNeed = people.filter(({ start, end }) => (start?.[need] ?? 0) >= 1 && end?.[need] !== undefined)
  return { atStart: inNeed.length, resolved: inNeed.filter(({ end }) => end?.[need] === 0).length }
}

t.test('the people of Victim First give the nine published percentages', async (t) => {
  const people = closedIn(makePeople(leicestershire.people, window), window)
  // As printed in February 2020. The shares: 68.05, 65.94, 77.01, 43.48, 62.90, 21.37, 44.83, 50.98, 59.02.
  const published = {
    'personal-safety': [279, 410, 68],
    health: [455, 690, 66],
    accommodation: [134, 174, 77],
    substances: [40, 92, 43],
    family: [156, 248, 63],
    education: [28, 131, 21],
    finance: [91, 203, 45],
    outlook: [261, 512, 51],
    social: [216, 366, 59],
  }
  for (const [need, [resolved = 0, atStart = 0, percent = 0]] of Object.entries(published)) {
    t.same(countNeed(people, need), { atStart, resolved }, need)
    // Half up, in whole numbers: percent - 1/2 <= 100 resolved / atStart < percent + 1/2.
    t.ok((2 * percent - 1) * atStart <= 200 * resolved && 200 * resolved < (2 * percent + 1) * atStart, need)
  }
  t.same(
    leicestershire.published.figures.map(({ percent }) => percent),
    [68, 66, 77, 43, 63, 21, 45, 51, 59],
  )
  t.equal(people.length, 1200)
  t.equal(people.filter(({ start }) => start).length, 1150)
  t.equal(people.filter(({ start, end }) => start && end).length, 1010)
})

const few: PeopleCounts = {
  closedCases: 6,
  withStart: 5,
  paired: 4,
  closedBefore: 2,
  closedAfter: 3,
  stillOpen: 1,
  neverInSupport: 2,
  needs: [
    { need: 'health', atStart: 4, resolved: 1 },
    { need: 'social', atStart: 2, resolved: 2 },
  ],
}

t.test('a handful of people is as it was asked for', async (t) => {
  const august = monthPeriod(201908)
  const people = makePeople(few, august)
  t.equal(people.length, 6 + 2 + 3 + 1 + 2)
  const counted = closedIn(people, august)
  t.equal(counted.length, 6)
  t.equal(counted.filter(({ start }) => start).length, 5)
  t.equal(counted.filter(({ end }) => end).length, 4)
  t.same(countNeed(counted, 'health'), { atStart: 4, resolved: 1 })
  t.same(countNeed(counted, 'social'), { atStart: 2, resolved: 2 })
  t.equal(closedIn(people, { from: '2019-06-01', to: '2019-07-31' }).length, 2)
  t.equal(closedIn(people, { from: '2019-09-01', to: '2019-10-31' }).length, 3)
  t.equal(people.filter(({ episode }) => episode.closedOn === undefined).length, 1)
  t.equal(people.filter(({ episode }) => episode.startedOn === undefined).length, 2)
})

/** Ascending whole numbers: a part is never more than its whole. */
const nested = (howMany: number, most: number): fc.Arbitrary<number[]> =>
  fc
    .array(fc.nat({ max: most }), { minLength: howMany, maxLength: howMany })
    .map((counts) => counts.sort((a, b) => a - b))

const anyCounts: fc.Arbitrary<PeopleCounts> = nested(3, 60).chain(
  ([paired = 0, withStart = 0, closedCases = 0]) =>
    fc
      .record({
        closedBefore: fc.nat({ max: 5 }),
        closedAfter: fc.nat({ max: 5 }),
        stillOpen: fc.nat({ max: 5 }),
        neverInSupport: fc.nat({ max: 5 }),
        health: nested(2, paired),
        social: nested(2, paired),
      })
      .map(({ health, social, ...around }) => ({
        ...around,
        paired,
        withStart,
        closedCases,
        needs: [
          { need: 'health', resolved: health[0] ?? 0, atStart: health[1] ?? 0 },
          { need: 'social', resolved: social[0] ?? 0, atStart: social[1] ?? 0 },
        ],
      })),
)

t.test('any counts come out exactly, with dates in order and answers on the scale', async (t) => {
  t.doesNotThrow(() => {
    fc.assert(
      fc.property(anyCounts, fc.integer(), (counts, seed) => {
        const people = makePeople(counts, window, seed)
        const counted = closedIn(people, window)
        const isCounted = counts.needs.every(({ need, atStart, resolved }) => {
          const found = countNeed(counted, need)
          return found.atStart === atStart && found.resolved === resolved
        })
        const areInOrder = people.every(({ episode }) => {
          const { referredOn, firstContactOn, startedOn, startAssessedOn, endAssessedOn, closedOn } = episode
          const days = [referredOn, firstContactOn, startedOn, startAssessedOn, endAssessedOn, closedOn]
          const known = days.filter((day) => day !== undefined)
          return known.every((day, at) => at === 0 || (known[at - 1] ?? '') <= day)
        })
        const answers = people.flatMap(({ start, end }) => [
          ...Object.values(start ?? {}),
          ...Object.values(end ?? {}),
        ])
        return (
          isCounted &&
          areInOrder &&
          counted.length === counts.closedCases &&
          answers.every((level) => [0, 1, 2, 3].includes(level))
        )
      }),
      { numRuns: 60 },
    )
  })
})

t.test('the same seed makes the same people, another one others', async (t) => {
  t.same(makePeople(few, window, 7), makePeople(few, window, 7))
  t.notSame(makePeople(few, window, 7), makePeople(few, window, 8))
})

t.test('counts of which a part is more than its whole are refused', async (t) => {
  const refused = (counts: Partial<PeopleCounts>, message: string) =>
    t.throws(() => makePeople({ ...few, ...counts }, window), new RangeError(message))
  refused({ withStart: 7 }, 'withStart must be at most closedCases')
  refused({ paired: 6 }, 'paired must be at most withStart')
  refused({ needs: [{ need: 'health', atStart: 5, resolved: 0 }] }, 'health: atStart must be at most paired')
  refused(
    { needs: [{ need: 'health', atStart: 1, resolved: 2 }] },
    'health: resolved must be at most atStart',
  )
})

t.test('a slip is sent first, and put right by a later write that says it is later', async (t) => {
  const people = makePeople(leicestershire.people, window)
  const slipping = people.find(({ slips, end }) => slips && end)
  const steady = people.find(({ slips, end }) => !slips && end)
  if (slipping === undefined || steady === undefined) throw new Error('there must be one of each')
  const { case: name, end, episode } = slipping
  t.same(
    writesOf(slipping).map(({ path }) => path),
    [
      `cases/${name}`,
      `assessments/${name}-start`,
      `assessments/${name}-end`,
      `cases/${name}`,
      `assessments/${name}-end`,
    ],
  )
  const [wrongCase, , wrongEnd, rightCase, rightEnd] = writesOf(slipping).map(
    ({ body }) => body as { sourceUpdatedAt: string; closedOn?: string; answers?: object },
  )
  t.not(wrongCase?.closedOn, episode.closedOn)
  t.equal(rightCase?.closedOn, episode.closedOn)
  t.notSame(wrongEnd?.answers, end)
  t.same(rightEnd?.answers, end)
  t.ok((wrongCase?.sourceUpdatedAt ?? '') < (rightCase?.sourceUpdatedAt ?? ''))
  t.ok((wrongEnd?.sourceUpdatedAt ?? '') < (rightEnd?.sourceUpdatedAt ?? ''))
  t.equal(writesOf(steady).length, 3)
})

const figure = (measure: string, numerator: number, denominator: number, low: number, high: number) => ({
  measure,
  basis: 'had the need at the start, and an end assessment',
  numerator,
  denominator,
  rate: numerator / denominator,
  interval: { low, high },
  suppressed: false,
})

const threeFigures: Portfolio = {
  ...leicestershire,
  published: {
    ...leicestershire.published,
    figures: [
      { measure: 'personal-safety-resolved', need: 'Safety', percent: 68 },
      { measure: 'health-resolved', need: 'Health', percent: 66 },
      { measure: 'finance-resolved', need: 'Finance', percent: 45 },
    ],
  },
}

const fixed: Outcomes = {
  from: '2018-10-01',
  to: '2019-09-30',
  pending: false,
  completeness: { closedCases: 1200, withStart: 1150, paired: 1010, rate: 1010 / 1200 },
  measures: [
    // The interval is that of 279 in 410 by R: prop.test(279, 410, correct = FALSE)$conf.int
    figure('personal-safety-resolved', 279, 410, 0.6338565, 0.7237683),
    // 13 of 200 are 6.5%, which half up is 7.
    figure('health-resolved', 13, 200, 0.038, 0.108),
    {
      ...figure('finance-resolved', 0, 1, 0, 1),
      numerator: null,
      denominator: null,
      rate: null,
      interval: null,
      suppressed: true,
    },
  ],
}

t.test('the report sets what was published beside what came out', async (t) => {
  t.equal(
    report(threeFigures, fixed),
    `
Outcomes from 1 October 2018 to 30 September 2019, as the commissioner reads them:

need      published   computed   no need left at the end    95% interval   same?
-------   ---------   --------   -----------------------   -------------   -----
Safety          68%        68%         279 of 410 people   63.4 to 72.4%   yes
Health          66%         7%          13 of 200 people    3.8 to 10.8%   NO
Finance         45%     hidden                    hidden          hidden   NO

Counted are those who had the need at the start, and an end assessment.
Of 1,200 cases closed, 1,150 were assessed at the start and 1,010 at the end, too: 84.2% are paired.

1 of 3 figures agree with those published.
`,
  )
  t.same(
    compare(threeFigures.published, fixed).map(({ computed, agrees }) => [computed, agrees]),
    [
      [68, true],
      [7, false],
      [null, false],
    ],
  )
})

t.test('what a commissioner may not see, or what the service left out, never agrees', async (t) => {
  const hidden = { closedCases: null, withStart: null, paired: null, rate: null }
  const text = report(threeFigures, { ...fixed, completeness: hidden, measures: [] })
  t.match(text, /^Safety +68% +- +- +- +NO$/m)
  t.match(text, /^How complete the assessments are is hidden/m)
  t.match(text, /^0 of 3 figures agree/m)
})

t.test('all that is said fits 100 columns', async (t) => {
  const said = introduction(leicestershire) + report(leicestershire, fixed)
  for (const line of said.split('\n')) t.ok(line.length <= 100, line)
  t.match(said, 'Victim First, run by Catch 22 (£543,752 in 2019/20)')
})

t.test('progress is a bar on a terminal and some lines anywhere else', async (t) => {
  const show = (isTTY: boolean, total: number): string => {
    const written: string[] = []
    const progress = showProgress({ isTTY, write: (text) => written.push(text) }, 'Sending', total)
    for (let n = 0; n < total; n++) progress.advance()
    progress.finish()
    return written.join('')
  }
  t.equal(
    show(false, 2000),
    'Sending: 500 of 2,000\nSending: 1,000 of 2,000\nSending: 1,500 of 2,000\nSending: 2,000 of 2,000\n',
  )
  t.equal(
    show(true, 2),
    `\rSending  ${'░'.repeat(30)}  0 of 2\rSending  ${'█'.repeat(15)}${'░'.repeat(15)}  1 of 2\rSending  ${'█'.repeat(30)}  2 of 2\n`,
  )
  t.equal(show(false, 0), '')
})

t.test('so many are on their way at a time, and none is begun after a failure', async (t) => {
  let atOnce = 0
  let most = 0
  const done: number[] = []
  await inFlight([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    most = Math.max(most, ++atOnce)
    await nextTurn()
    atOnce--
    done.push(item)
  })
  t.same(
    done.sort((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7],
  )
  t.equal(most, 3)

  const begun: number[] = []
  await t.rejects(
    inFlight([1, 2, 3, 4, 5, 6, 7], 2, async (item) => {
      begun.push(item)
      await nextTurn()
      if (item === 2) throw new Error('the second one fails')
    }),
    new Error('the second one fails'),
  )
  await nextTurn()
  t.ok(begun.length <= 3)
})

/** Every count, its rest and its whole are 5 or more, so that nothing is hidden. */
const small: Portfolio = {
  ...leicestershire,
  published: {
    ...leicestershire.published,
    figures: [
      { measure: 'health-resolved', need: 'Health', percent: 67 },
      { measure: 'social-resolved', need: 'Social', percent: 50 },
    ],
  },
  people: {
    closedCases: 120,
    withStart: 110,
    paired: 100,
    closedBefore: 10,
    closedAfter: 10,
    stillOpen: 5,
    neverInSupport: 5,
    needs: [
      { need: 'health', atStart: 30, resolved: 20 },
      { need: 'social', atStart: 10, resolved: 5 },
    ],
  },
}

t.test(
  'a small portfolio comes out of the service, and comes out the same when it is sent again',
  async (t) => {
    const service = await startService()
    t.teardown(() => service.stop())
    const { url } = service.server
    const screen = { write: () => true }
    for (const time of ['first', 'second']) {
      const { outcomes, examples, revokeKeys } = await demonstrate(
        small,
        { url, operatorKey: OPERATOR_KEY },
        screen,
        new AbortController().signal,
      )
      t.same(outcomes.completeness, { closedCases: 120, withStart: 110, paired: 100, rate: 5 / 6 }, time)
      t.same(
        compare(small.published, outcomes).map(({ agrees, outcome }) => [
          agrees,
          outcome?.numerator,
          outcome?.denominator,
        ]),
        [
          [true, 20, 30],
          [true, 5, 10],
        ],
        time,
      )

      const replies = await Promise.all(examples.map(({ line }) => answerTo(line)))
      t.same(
        replies.map(({ status }) => status),
        [200, 200, 404],
      )
      t.equal(replies[0]?.body.contract, 'victim-first')
      t.same(
        replies[1]?.body.revisions.map(({ revision }: { revision: number }) => revision),
        [1, 2],
        'sent again, a slip that was put right stays right',
      )
      await revokeKeys()
      const { body } = await service.operate('GET', '/v1/organisations/leicestershire-opcc/keys')
      t.same(body.items, [], 'the keys that were shown are taken back')
    }
  },
)

t.test('a demonstration that is broken off takes its keys back', async (t) => {
  const service = await startService()
  t.teardown(() => service.stop())
  const interruption = new AbortController()
  const screen = { write: () => true }
  interruption.abort()
  const broken = demonstrate(
    small,
    { url: service.server.url, operatorKey: OPERATOR_KEY },
    screen,
    interruption.signal,
  )
  await t.rejects(broken, { name: 'AbortError' })
  const { body } = await service.operate('GET', '/v1/organisations/catch-22/keys')
  t.same(body.items, [])
})

/** Does what curl would with a printed line. */
async function answerTo(line: string): Promise<{ status: number; body: any }> {
  const [, authorization = '', address = ''] = /-H 'Authorization: (.+)' '(.+)'$/.exec(line) ?? []
  const reply = await fetch(address, { headers: { authorization } })
  return { status: reply.status, body: await reply.json() }
}
