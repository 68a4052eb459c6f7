import t from 'tap'
import { loadDefinitions, surveysFolder, type PortfolioContract } from '../../src/definitions.ts'
import type { Answer } from '../../src/demo/demonstration.ts'
import { compare } from '../../src/demo/report/compare.ts'
import { faultsOf } from '../../src/demo/report/printed-numbers.ts'
import { isAllAgreed, report } from '../../src/demo/report/report.ts'
import { inColumns, wrapped } from '../../src/demo/report/text.ts'

const [portfolio] = loadDefinitions([surveysFolder]).portfolios.filter(({ id }) => id === 'leicestershire')
const [victimFirst] = portfolio?.contracts ?? []
if (portfolio === undefined || victimFirst === undefined)
  throw new Error('Leicestershire comes with the package')

type Published = Partial<PortfolioContract['published'][number]>
const contractWith = (...published: Published[]): PortfolioContract => ({
  ...victimFirst,
  remarks: [],
  published: published.map((one) => ({ label: 'It', rounding: 'half-up', ...one })),
})

type Outcome = Answer['outcomes']['measures'][number]
const rate = (
  measure: string,
  numerator: number,
  denominator: number,
  more: Partial<Outcome> = {},
): Outcome => ({
  measure,
  title: 'It, of those',
  kind: 'resolved',
  basis: 'had the need',
  numerator,
  denominator,
  rate: numerator / denominator,
  interval: { low: 0.6338565, high: 0.7237683 },
  rag: null,
  suppressed: false,
  ...more,
})
const hidden: Partial<Outcome> = {
  numerator: null,
  denominator: null,
  rate: null,
  interval: null,
  suppressed: true,
}

const outcomesWith = (measures: Outcome[], more: Partial<Answer['outcomes']> = {}): Answer['outcomes'] => ({
  from: '2018-10-01',
  to: '2019-09-30',
  pending: false,
  completeness: { closedCases: 1200, withStart: 1150, paired: 1010, rate: 1010 / 1200 },
  measures,
  changes: [],
  ...more,
})

const answerWith = (
  measures: Outcome[],
  more: Partial<Answer['outcomes']> = {},
  isReadAlike = true,
): Answer => ({
  outcomes: outcomesWith(measures, more),
  exact: outcomesWith(measures, more),
  figures: new Map([['2019-20', { complaints: 1 }]]),
  isReadAlike,
})

const verdictOf = (published: Published, measures: Outcome[]): boolean | undefined =>
  compare(contractWith({ measure: 'm', ...published }), answerWith(measures))[0]?.agrees

t.test('a percentage agrees when the rate rounds to it, half up', async (t) => {
  // 13 of 200 are 6.5%, which half up is 7; 129 of 2000 are 6.45%.
  t.equal(verdictOf({ percent: 7 }, [rate('m', 13, 200)]), true)
  t.equal(verdictOf({ percent: 6 }, [rate('m', 13, 200)]), false)
  t.equal(verdictOf({ percent: 6 }, [rate('m', 129, 2000)]), true)
  t.equal(verdictOf({ percent: 6, rounding: 'truncated' }, [rate('m', 13, 200)]), true, 'cut off')
  t.equal(verdictOf({ overPercent: 80 }, [rate('m', 80, 100)]), false, 'exactly is not over')
  t.equal(verdictOf({ overPercent: 80 }, [rate('m', 81, 100)]), true)
  t.equal(verdictOf({ percent: 92, rag: 'green' }, [rate('m', 92, 100, { rag: 'amber' })]), false)
  t.equal(verdictOf({ percent: 92, rag: 'green' }, [rate('m', 92, 100, { rag: 'green' })]), true)
  t.equal(verdictOf({}, [rate('m', 1, 2)]), undefined, 'nothing was printed')
})

t.test('a count agrees when it is the same, and a limit when it is kept', async (t) => {
  const count = (n: number): Outcome[] => [
    rate('m', 0, 1, { ...hidden, kind: 'count', count: n, suppressed: false }),
  ]
  t.equal(verdictOf({ count: 406 }, count(406)), true)
  t.equal(verdictOf({ count: 406 }, count(407)), false)
  t.equal(verdictOf({ over: 170 }, count(170)), false)
  t.equal(verdictOf({ over: 170 }, count(171)), true)
  t.equal(verdictOf({ atLeast: 25 }, count(25)), true)
  t.equal(verdictOf({ atLeast: 25 }, count(24)), false)
  // 2843 / 12 = 236.9
  t.equal(verdictOf({ perMonth: 236, rounding: 'truncated' }, count(2843)), true)
  t.equal(verdictOf({ perMonth: 236 }, count(2843)), false)
  t.equal(verdictOf({ perMonth: 237 }, count(2843)), true)
})

t.test('what a commissioner may not see, or what the service left out, never agrees', async (t) => {
  t.equal(verdictOf({ percent: 68 }, [rate('m', 0, 1, hidden)]), false)
  t.equal(verdictOf({ percent: 68 }, []), false)
  t.equal(verdictOf({ count: 3 }, [rate('m', 0, 1, { ...hidden, kind: 'count', count: null })]), false)
  const [shown] = compare(contractWith({ measure: 'm', percent: 68 }), answerWith([rate('m', 0, 1, hidden)]))
  t.equal(shown?.computed, 'hidden')
  const change = {
    instrument: 'i@1',
    score: 's',
    pairs: null,
    change: { mean: null, interval: null },
    suppressed: true,
  }
  const [moved] = compare(
    contractWith({ score: 'i/s', improvement: 'average' }),
    answerWith([], { changes: [change] }),
  )
  t.match(moved, { computed: 'hidden', agrees: false })
})

t.test('what only its provider may see is read by the provider, and marked', async (t) => {
  const contract = contractWith({ measure: 'm', label: 'Clients', percent: 68 })
  const answer = { ...answerWith([rate('m', 0, 1, hidden)]), exact: outcomesWith([rate('m', 279, 410)]) }
  t.match(compare(contract, answer), [{ computed: '68%', agrees: true, isProviders: true }])
  const said = report([{ ...portfolio, contracts: [contract] }], new Map([[contract, answer]]))
  t.match(said, /^ +Clients \* +68% +68% +279 of 410/m)
  t.match(said, '* Read by the provider.')
})

t.test('distance travelled agrees when it is forward', async (t) => {
  const verdict = (mean: number) =>
    compare(
      contractWith({ score: 'i/s', improvement: 'average' }),
      answerWith([], {
        changes: [
          { instrument: 'i@2', score: 's', pairs: 80, change: { mean, interval: null }, suppressed: false },
        ],
      }),
    )[0]
  t.match(verdict(1.805), { computed: '+1.81', counted: '80 people', agrees: true })
  t.match(verdict(-0.2), { computed: '-0.20', agrees: false })
  t.match(verdict(0), { agrees: false })
})

t.test('what no case holds agrees when it was sent', async (t) => {
  const verdict = (number: number) =>
    compare(contractWith({ figure: 'complaints', number }), answerWith([]))[0]?.agrees
  t.equal(verdict(1), true)
  t.equal(verdict(2), false)
})

t.test('the table sets what was published beside what came out', async (t) => {
  const contract = contractWith(
    { measure: 'a', label: 'Safety', percent: 68 },
    { measure: 'b', label: 'Health', percent: 66 },
    { measure: 'c', label: 'Finance', percent: 45 },
  )
  const one = { ...portfolio, contracts: [contract], grants: [], printed: [] }
  const answers = new Map([
    [
      contract,
      // The interval is that of 279 in 410 by R: prop.test(279, 410, correct = FALSE)$conf.int
      answerWith([
        rate('a', 279, 410),
        rate('b', 13, 200, { interval: { low: 0.038, high: 0.108 } }),
        rate('c', 0, 1, hidden),
      ]),
    ],
  ])
  const said = report([one], answers)
  t.match(
    said,
    `
                                  published  computed            counted    95% interval RAG   same?
  Of those who had the need:
    Safety                              68%       68%         279 of 410   63.4 to 72.4%       yes
    Health                              66%        7%          13 of 200    3.8 to 10.8%       NO
    Finance *                           45%    hidden                                          NO

  Of 1,200 cases closed after support, 1,150 were assessed at the start and 1,010 at the end, too:
  84.2% are paired.
`,
  )
  t.match(said, '1 of 3 published figures agree')
  t.match(said, 'Victim First · Catch 22 · £543,752 in 2019/20')
  t.notOk(isAllAgreed([one], answers))
})

t.test('all agree only if all who pay read the same', async (t) => {
  const contract = contractWith({ measure: 'a', percent: 68 })
  const one = { ...portfolio, contracts: [contract] }
  const alike = (isReadAlike: boolean) =>
    new Map([[contract, answerWith([rate('a', 279, 410)], {}, isReadAlike)]])
  t.ok(isAllAgreed([one], alike(true)))
  t.notOk(isAllAgreed([one], alike(false)))
})

t.test('numbers that were printed are added up, and said as they are', async (t) => {
  t.same(faultsOf({ source: 's', parts: [1, 2], total: 3, shares: [] }), ['1 + 2 = 3, as printed.'])
  t.same(
    faultsOf({
      source: 's',
      parts: [2, 1],
      total: 4,
      shares: [
        { of: 2, percent: 50 },
        { of: 1, percent: 30 },
      ],
    }),
    [
      '2 + 1 = 3, but 4 is printed: the parts do not add up to their total.',
      '2 of 4 is 50.0%, printed as 50%.',
      '1 of 4 is 25.0%, printed as 30%: neither rounding nor cutting off gives that.',
    ],
  )
})

t.test('words and columns fit', async (t) => {
  const lines = wrapped('word '.repeat(60).trim(), 2)
  for (const line of lines) t.ok(line.length <= 100 && line.startsWith('  word'))
  t.equal(
    lines
      .join(' ')
      .split(/\s+/)
      .filter((word) => word === 'word').length,
    60,
  )
  t.same(
    inColumns(
      [
        ['a', '1'],
        ['bcd', '100'],
      ],
      { indent: 1 },
    ),
    [' a     1', ' bcd 100'],
  )
})
