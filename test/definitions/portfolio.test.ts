import t from 'tap'
import { DefinitionFaults, loadDefinitions } from '../../src/definitions.ts'

const survey = `instrument: survey
version: 1
title: Survey
source: made up
licence: free
inForce: { from: 2001-01-01 }
anonymous: allowed
items:
  - { id: q1, type: scale, range: [0, 3] }
  - { id: safe, type: yes-no }
  - { id: incidents, type: count }
scores:
  - { id: total, title: Total, items: [q1], method: value, range: [0, 3], better: lower, need: { atLeast: 1 } }
`

const form = survey.replace('instrument: survey', 'instrument: form').replace('anonymous: allowed\n', '')

const measures = `- { measure: total-resolved, title: No need, instrument: survey, score: total, kind: resolved }
- { measure: helped, title: Helped, kind: count, of: supported }
`

const figures = `- { figure: complaints, title: Complaints, type: number }
`

/** A sound portfolio; \`mistakes\` change it a line at a time. */
const portfolio = `portfolio: shire
title: Shire, 2020
commissioner: { id: shire-pcc, name: Shire PCC, areaCode: E23000099 }
organisations:
  - { id: helpers, name: Helpers, kind: provider }
  - { id: friends, name: Friends, kind: provider }
contracts:
  - contract: help
    title: Help
    provider: helpers
    partners: [friends]
    commissioners: [shire-pcc]
    startsOn: 2019-04-01
    endsOn: 2020-03-31
    instruments: [survey]
    funding: [{ stream: local, year: 2019-20, amount: 10 }]
    targets: { total-resolved: { green: 90, amber: 70 } }
    period: 2019-20
    says: 68% no need
    published:
      - { measure: total-resolved, label: No need, percent: 68 }
      - { measure: helped, label: Helped, count: 12 }
      - { score: survey/total, label: Need, improvement: average }
      - { figure: complaints, label: Complaints, number: 0 }
    people:
      - cases: 10
        closure: planned
        deliveredBy: friends
        asked:
          - { instrument: survey, pairs: 9, needs: { q1: { atStart: 8, resolved: 5, reduced: 6 } } }
          - { instrument: survey, yes: { safe: { before: 6, after: 5, both: 3 } } }
          - { instrument: survey, answered: 7, said: { safe: 7 }, otherwise: declined }
      - { cases: 2, story: open, returning: 2 }
    feedback:
      - { instrument: survey, answers: 3, said: { safe: 3 } }
    figures:
      - { period: 2019-20, values: { complaints: 0 } }
grants:
  - grant: fund
    title: Fund
    from: Ministry
    year: 2019-20
    amount: 100
    published: 2020
    allocated: [{ contract: help, amount: 60 }, { label: Other, amount: 40 }]
    reallocated: [{ contract: help, amount: 70 }]
    underspend: 30
printed:
  - { source: elsewhere, parts: [1, 2], total: 4, shares: [{ of: 2, percent: 50 }] }
`.replace('published: 2020\n', "published: '2020'\n")

function faultsIn(root: string): string[] {
  try {
    loadDefinitions([root])
    return []
  } catch (error) {
    if (!(error instanceof DefinitionFaults)) throw error
    return error.faults.map(({ file, line, reason }) => `${file.split('/').at(-1) ?? ''}:${line}: ${reason}`)
  }
}

const folderWith = (text: string) => ({
  instruments: { 'survey.v1.yaml': survey, 'form.v1.yaml': form },
  measures: { 'own.yaml': measures },
  figures: { 'own.yaml': figures },
  portfolio: { 'shire.yaml': text },
})

t.test('a sound portfolio is read as it is meant', async (t) => {
  const [read] = loadDefinitions([t.testdir(folderWith(portfolio))]).portfolios
  t.match(read, { id: 'shire', title: 'Shire, 2020' })
  const [contract] = read?.contracts ?? []
  t.match(contract?.period, { from: '2019-04-01', until: '2020-04-01' })
  t.match(contract?.people[1], { cases: 2, story: 'open', returning: 2, asked: [], contacts: [] })
})

/** What is written, what is written instead, and the fault that is found: its line and its reason. */
const mistakes: [from: string, to: string, fault: string][] = [
  ['provider: helpers', 'provider: nobody', '10: contract help: no provider nobody among the organisations'],
  [
    'provider: helpers',
    'provider: shire-pcc',
    '10: contract help: no provider shire-pcc among the organisations',
  ],
  [
    'partners: [friends]',
    'partners: [friends, foes]',
    '11: contract help: no provider foes among the organisations',
  ],
  [
    'commissioners: [shire-pcc]',
    'commissioners: [helpers]',
    '12: contract help: no commissioner helpers among the organisations',
  ],
  [
    'endsOn: 2020-03-31',
    'endsOn: 31 March',
    '14: contracts.0.endsOn must be a date that exists, as YYYY-MM-DD',
  ],
  [
    'amount: 10 }',
    'amount: 10, commissioner: other }',
    "16: contract help: other is not among the contract's commissioners",
  ],
  [
    'targets: { total-resolved',
    'targets: { total-worse',
    '17: contract help: total-worse is no measure that is published of the contract',
  ],
  [
    'period: 2019-20\n    says',
    'period: 2019-21\n    says',
    '18: contracts.0.period must be a period, such as 2019-20 or 2018-19-Q3..2019-20-Q2',
  ],
  ['measure: helped, label', 'measure: helps, label', '22: contract help: Helped: no measure helps'],
  ['percent: 68 }', 'percent: 168 }', '21: contracts.0.published.0.percent must be 0 to 100'],
  [
    'percent: 68 }',
    'percent: 68, count: 3 }',
    '21: contracts.0.published.0 must have at most one of percent, overPercent, count, over, atLeast, perMonth, number, improvement',
  ],
  [
    'percent: 68 }',
    'count: 68 }',
    '21: contract help: No need: count says nothing about total-resolved, which is no count',
  ],
  [
    'percent: 68 }',
    'percent: 68, at: start }',
    '21: contract help: No need: at belongs to a measure of kind before-after',
  ],
  [
    'count: 12 }',
    'percent: 12 }',
    '22: contract help: Helped: percent says nothing about helped, which is a count',
  ],
  [
    'measure: helped, label',
    'measure: helped, figure: complaints, label',
    '22: contracts.0.published.1 must have one of measure, score, figure',
  ],
  ['score: survey/total', 'score: survey/sum', '23: contract help: Need: no score survey/sum'],
  [
    'score: survey/total',
    'score: form/total',
    '23: contract help: Need: the contract does not list instrument form',
  ],
  ['figure: complaints, label', 'figure: praise, label', '24: contract help: Complaints: no figure praise'],
  [
    'deliveredBy: friends',
    'deliveredBy: foes',
    '28: contract help: group 1: foes is neither the provider nor a partner',
  ],
  [
    'closure: planned',
    'closure: planned\n        closures: { other: 1 }',
    '28: contract help: group 1: must have closure or closures, not both',
  ],
  ['closure: planned', 'weeks: [8, 4]', '27: contract help: group 1: must be [least, most]'],
  [
    'pairs: 9',
    'pairs: 11',
    '30: contract help: group 1: survey: pairs must be at most 10, the cases of the group',
  ],
  ['pairs: 9', 'pairs: 7', '30: contract help: group 1: survey: q1: atStart must be at most 7, the pairs'],
  [
    'resolved: 5',
    'resolved: 7',
    '30: contract help: group 1: survey: q1: resolved must be at most 6, reduced',
  ],
  ['reduced: 6', 'reduced: 9', '30: contract help: group 1: survey: q1: reduced must be at most 8, atStart'],
  ['needs: { q1:', 'needs: { q9:', '30: contract help: group 1: survey: no item q9 in instrument survey'],
  [
    'needs: { q1:',
    'needs: { safe:',
    '30: contract help: group 1: survey: safe is of type yes-no; needs takes scale',
  ],
  ['both: 3', 'both: 6', '31: contract help: group 1: survey: safe: both must be at most 5, after'],
  [
    'before: 6, after: 5, both: 3',
    'before: 6, after: 6, both: 1',
    '31: contract help: group 1: survey: safe: before and after together must be at most 10, the pairs',
  ],
  [
    'answered: 7',
    'answered: 11',
    '32: contract help: group 1: survey: answered must be at most 10, the cases of the group',
  ],
  [
    'said: { safe: 7 }',
    'said: { safe: 8 }',
    '32: contract help: group 1: survey: safe must be at most 7, those who answered',
  ],
  [
    'said: { safe: 7 }',
    'said: { q1: 7 }',
    '32: contract help: group 1: survey: q1 is of type scale; said takes choice or yes-no',
  ],
  [
    'said: { safe: 7 }',
    'said: { safe: 7 }, improved: { q1: 1 }',
    '32: contracts.0.people.0.asked.2 must have one of needs, improved, totals, yes, said',
  ],
  [
    'instrument: survey, answered',
    'instrument: form, answered',
    '32: contract help: group 1: form: the contract lists no instrument form',
  ],
  [
    'story: open, returning: 2',
    'story: open, returning: 3',
    '33: contract help: group 2: returning must be at most 2, the cases of the group, and of those before it',
  ],
  [
    'story: open,',
    'story: open, closure: planned,',
    '33: contract help: group 2: an open case has no closure',
  ],
  [
    'story: open,',
    'story: open, asked: [{ instrument: survey, improved: { q1: 1 } }],',
    '33: contract help: group 2: survey: an open case has no end: say endless, or then: review',
  ],
  [
    'story: open,',
    'story: not-supported, asked: [{ instrument: survey, said: { safe: 1 } }],',
    '33: contract help: group 2: survey: who was not supported was not asked',
  ],
  [
    'story: open,',
    'story: opened,',
    '33: contracts.0.people.1.story must be one of closed, open, not-supported, closed-before, closed-after',
  ],
  [
    'story: open,',
    'contacts: [{ kind: group, minutes: 9 }],',
    '33: contracts.0.people.1.contacts.0 must have either sessions or every',
  ],
  ['answers: 3', 'answers: 2', '35: contract help: feedback 1: safe must be at most 2, the answers'],
  ['values: { complaints', 'values: { praise', '37: contract help: no figure praise'],
  [
    'label: Other, amount: 40',
    'label: Other, amount: 30',
    '45: grant fund: the allocations make 90, but the amount is 100',
  ],
  [
    'allocated: [{ contract: help',
    'allocated: [{ contract: hope',
    '45: grant fund: no contract hope in the portfolio',
  ],
  [
    'underspend: 30',
    'underspend: 20',
    '46: grant fund: the new allocations and the underspend make 90, but the amount is 100',
  ],
  [
    'printed:\n',
    'print: 1\nprinted:\n',
    '48: unknown field "print" (expected one of portfolio, title, commissioner, organisations, contracts, return, grants, printed)',
  ],
]

t.test('each mistake stops the start with its line and its reason', async (t) => {
  for (const [from, to, fault] of mistakes) {
    if (!portfolio.includes(from)) throw new Error(`nothing to replace: ${from}`)
    const root = t.testdir(folderWith(portfolio.replace(from, () => to)))
    t.same(faultsIn(root), [`shire.yaml:${fault}`], `${from} -> ${to}`)
  }
})

t.test('a contract is described once, and feedback needs an instrument that takes it', async (t) => {
  const again = portfolio.slice(portfolio.indexOf('  - contract: help'), portfolio.indexOf('grants:'))
  const twice = portfolio.replace('grants:\n', () => `${again}grants:\n`)
  t.match(faultsIn(t.testdir(folderWith(twice))), [/^shire\.yaml:38: the contract is described twice$/])
  const closed = portfolio
    .replace('instruments: [survey]', 'instruments: [survey, form]')
    .replace('{ instrument: survey, answers', '{ instrument: form, answers')
  t.same(faultsIn(t.testdir(folderWith(closed))), [
    'shire.yaml:35: contract help: feedback 1: instrument form may not be answered without a case',
  ])
})
