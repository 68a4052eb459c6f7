import t from 'tap'
import type { Measure } from '../../../src/domain/measure.ts'
import type { MeasureOutcome } from '../../../src/domain/outcomes/outcome.ts'
import { checkReturn, type CheckSurroundings } from '../../../src/domain/returns/checks.ts'
import { returnContent, type ContractFigures } from '../../../src/domain/returns/return-content.ts'
import type { ReturnTemplate } from '../../../src/domain/returns/template.ts'

/** Each check passes on a quarter of two contracts that was worked by hand, and is broken once. */

const count = (id: string): Measure => ({
  id,
  title: id,
  version: id,
  question: id,
  basis: id,
  kind: 'count',
  of: 'referred',
})
const satisfied: Measure = {
  ...{ id: 'satisfied', title: 'Satisfied', version: 'satisfied', question: 'satisfied', basis: 'answered' },
  ...({
    kind: 'answered',
    instrument: { id: 'feedback' },
    item: 'satisfied',
    in: ['yes'],
    stage: 'end',
  } as const),
}

const FLOW = ['referred', 'accepted', 'undecided', 'declined', 'held', 'new', 'closed', 'open'] as const
type Flow = Record<(typeof FLOW)[number], number>
/** Eligible, asked, answered, achieved. */
type Asked = readonly [number, number, number, number]

const row = (id: string) => ({ id, label: id })
const template: Pick<ReturnTemplate, 'id' | 'disclosure' | 'rounding' | 'sections' | 'checks'> = {
  id: 'small',
  disclosure: 'none',
  rounding: { percent: 1, mode: 'half-up' },
  sections: [
    {
      id: 'flow',
      title: 'Flow',
      rows: FLOW.map((id) => ({ ...row(id), measure: count(id), show: ['count'] })),
    },
    {
      id: 'asked',
      title: 'Asked',
      rows: [
        { ...row('eligible'), measure: satisfied, show: ['eligible'] },
        { ...row('asked'), measure: satisfied, show: ['asked'] },
        { ...row('answered'), measure: satisfied, show: ['answered'] },
        { ...row('achieved'), measure: satisfied, show: ['numerator', 'percent'] },
        { ...row('fte'), figure: 'idva-fte', adds: true },
        { ...row('caseload'), figure: 'caseload', adds: false },
      ],
    },
  ],
  checks: [
    {
      ...{ id: 'funnel', title: 'Referred is the rest', level: 'error' },
      equal: [['referred'], ['accepted', 'undecided', 'declined']],
    },
    {
      ...{ id: 'open', title: 'Nobody is lost', level: 'error' },
      equal: [
        ['held', 'new'],
        ['closed', 'open'],
      ],
    },
    {
      ...{ id: 'asking', title: 'Fewer answer than were asked', level: 'error' },
      ascending: ['achieved', 'answered', 'asked', 'eligible'],
    },
    { ...{ id: 'staff', title: 'Staff are staff', level: 'warning' }, equal: [['fte'], ['fte']] },
    { ...{ id: 'load', title: 'Load is load', level: 'error' }, equal: [['caseload'], ['caseload']] },
  ],
}

const rest = {
  title: '',
  target: null,
  rag: null,
  suppressed: false,
  rate: null,
  interval: null,
  basis: '',
} as const

function contractOf(
  contractId: string,
  flow: Flow,
  [eligible, asked, answered, numerator]: Asked,
  changes: Partial<ContractFigures> = {},
): ContractFigures {
  const outcomes: MeasureOutcome[] = [
    ...FLOW.map((id) => ({
      ...{ ...rest, measure: id, version: id, kind: 'count' as const },
      ...{ numerator: null, denominator: null, count: flow[id] },
    })),
    {
      ...{ ...rest, measure: 'satisfied', version: 'satisfied', kind: 'answered' as const },
      ...{ numerator, denominator: answered, eligible, asked, answered },
    },
  ]
  return {
    contract: { contractId, instruments: ['feedback'] },
    measures: new Map(outcomes.map((one) => [one.version, one])),
    completeness: { closedCases: 10, withStart: 9, paired: 6, rate: 0.6 },
    figures: null,
    silent: [],
    ...changes,
  }
}

// East: 20 referred = 12 accepted + 5 undecided + 3 declined; 30 held + 12 new = 14 closed + 28 open; 6 ≤ 8 ≤ 10 ≤ 14.
const eastFlow = {
  referred: 20,
  accepted: 12,
  undecided: 5,
  declined: 3,
  held: 30,
  new: 12,
  closed: 14,
  open: 28,
}
const east = contractOf('east', eastFlow, [14, 10, 8, 6], { figures: { 'idva-fte': 2.5, caseload: 30 } })
// West: 7 = 4 + 3 + 0; 2 + 4 = 1 + 5; 1 ≤ 1 ≤ 1 ≤ 1.
const westFlow = { referred: 7, accepted: 4, undecided: 3, declined: 0, held: 2, new: 4, closed: 1, open: 5 }
const west = contractOf('west', westFlow, [1, 1, 1, 1], { figures: { 'idva-fte': 1, caseload: 20 } })

const checked = (contracts: ContractFigures[], around: Partial<CheckSurroundings> = {}) =>
  new Map(
    checkReturn(returnContent(template, '2025-26-Q1', contracts), {
      ...{ checks: template.checks, contracts, previous: [], isRounded: false, pending: false },
      ...around,
    }).map(({ id, ...check }) => [id, check]),
  )

t.test('a sound quarter passes every check', async (t) => {
  const all = checked([east, west])
  t.same(
    [...all.keys()],
    [
      ...['funnel', 'open', 'asking', 'staff', 'load'],
      ...['completeness', 'no-data', 'late-providers', 'jumps', 'counted'],
    ],
  )
  for (const [id, { passed }] of all) t.ok(passed, id)
  t.match(
    checked([west]).get('asking'),
    { passed: true },
    'all of them were asked, and answered, and are satisfied',
  )
  t.match(all.get('funnel'), { level: 'error', detail: 'Referred is the rest: 27.' }, '27 = 16 + 8 + 3')
  t.match(all.get('open'), { detail: 'Nobody is lost: 48.' }, '30 + 12 + 2 + 4 = 14 + 28 + 1 + 5')
  t.match(
    all.get('asking'),
    { detail: 'Fewer answer than were asked: 7, 9, 11, 15.' },
    '6 + 1, 8 + 1 and so on',
  )
  t.match(all.get('staff'), { detail: 'Staff are staff: 3.5.' })
  t.match(all.get('load'), { detail: 'Load is load: not checked, since a row of it is not shown.' })
  for (const id of ['completeness', 'no-data', 'late-providers', 'jumps', 'counted'])
    t.equal(all.get(id)?.level, 'warning')
})

t.test('who was referred is accepted, undecided or not accepted', async (t) => {
  const lost = contractOf('west', { ...westFlow, undecided: 2 }, [1, 1, 1, 1])
  // 20 + 7 = 27; 12 + 5 + 3 + 4 + 2 + 0 = 26.
  t.same(checked([east, lost]).get('funnel'), {
    ...{ level: 'error', passed: false },
    detail: 'Referred is the rest: 27 is not 26.',
  })
})

t.test('who is held or new is closed or open', async (t) => {
  const lost = contractOf('west', { ...westFlow, open: 6 }, [1, 1, 1, 1])
  // 30 + 12 + 2 + 4 = 48; 14 + 28 + 1 + 6 = 49.
  t.same(checked([east, lost]).get('open'), {
    ...{ level: 'error', passed: false },
    detail: 'Nobody is lost: 48 is not 49.',
  })
})

t.test('achieved, answered, asked and eligible rise', async (t) => {
  const more: [asked: Asked, detail: string][] = [
    [[14, 10, 8, 9], '9 in achieved is more than 8 in answered'],
    [[14, 10, 11, 6], '11 in answered is more than 10 in asked'],
    [[14, 15, 8, 6], '15 in asked is more than 14 in eligible'],
    [[9, 10, 11, 6], '11 in answered is more than 10 in asked; 10 in asked is more than 9 in eligible'],
  ]
  for (const [asked, detail] of more) {
    t.same(checked([contractOf('east', eastFlow, asked)]).get('asking'), {
      ...{ level: 'error', passed: false },
      detail: `Fewer answer than were asked: ${detail}.`,
    })
  }
  const hidden = new Map(east.measures)
  const shown = hidden.get('satisfied')
  if (shown !== undefined) hidden.set('satisfied', { ...shown, suppressed: true })
  t.match(checked([{ ...east, measures: hidden }]).get('asking'), { passed: true, detail: /: not checked/ })
})

t.test('rounded counts are held against each other as far as they tell', async (t) => {
  const publication = { ...template, disclosure: 'publication' as const }
  const check = (flow: Flow) => {
    const contracts = [contractOf('east', flow, [14, 10, 8, 6])]
    const { checks } = template
    return checkReturn(returnContent(publication, '2025-26-Q1', contracts), {
      ...{ checks, contracts, previous: [], isRounded: true, pending: false },
    }).find(({ id }) => id === 'funnel')
  }
  // 13 = 7 + 6 + 0 is told as 15, 5, 5 and 0; each of four numbers may be off by 2.5, all together by 10.
  t.match(check({ ...eastFlow, referred: 13, accepted: 7, undecided: 6, declined: 0 }), {
    passed: true,
    detail: 'Referred is the rest, as far as rounded counts tell: 15 and 10.',
  })
  // 28 = 7 + 21 is told as 30, 5 and 20; 38 as 40, which is 15 more than 25.
  t.match(check({ ...eastFlow, referred: 28, accepted: 7, undecided: 21, declined: 0 }), { passed: true })
  t.match(check({ ...eastFlow, referred: 38, accepted: 7, undecided: 21, declined: 0 }), {
    passed: false,
    detail: 'Referred is the rest: 40 is not 25.',
  })
})

t.test('a contract with too few pairs is named with its share', async (t) => {
  // 5 of 10 are 50%; 59.9% is not 60%.
  const few = { ...west, completeness: { closedCases: 10, withStart: 9, paired: 5, rate: 0.5 } }
  const fewer = { ...east, completeness: { closedCases: 1000, withStart: 999, paired: 599, rate: 0.599 } }
  t.match(checked([east, few]).get('completeness'), {
    passed: false,
    detail: 'Fewer than 60% of the closed cases have a start and an end assessment: west (50%).',
  })
  t.match(checked([fewer, few]).get('completeness'), { detail: /: east \(59%\), west \(50%\)\.$/ })
})

t.test('a contract of which nothing is shown is named', async (t) => {
  const zeros = Object.fromEntries(FLOW.map((id) => [id, 0])) as Flow
  const empty = contractOf('west', zeros, [0, 0, 0, 0], {
    completeness: { closedCases: 0, withStart: 0, paired: 0, rate: null },
  })
  t.match(checked([east, empty]).get('no-data'), {
    passed: false,
    detail: 'There is nothing of these contracts in the period: west.',
  })
  t.match(checked([east, { ...empty, figures: { 'idva-fte': 1 } }]).get('no-data'), { passed: true })
  const one = contractOf('west', { ...zeros, referred: 1 }, [0, 0, 0, 0], {
    completeness: empty.completeness,
  })
  t.match(checked([east, one]).get('no-data'), { passed: true })
})

t.test('providers with nothing sent are named with their contract', async (t) => {
  const late = { ...west, silent: ['refuge', 'nhs'] }
  t.same(checked([east, late]).get('late-providers'), {
    ...{ level: 'warning', passed: false },
    detail: 'These providers have sent nothing of the period: refuge (west), nhs (west).',
  })
  t.match(checked([east, west], { namedFrom: '2025-07-04' }).get('late-providers'), {
    passed: true,
    detail: /are named from 2025-07-04, seven days before/,
  })
})

t.test('changes that wait to be counted are a warning', async (t) => {
  t.match(checked([east], { pending: true }).get('counted'), { level: 'warning', passed: false })
})

t.test('a number is held against the mean of the last four periods', async (t) => {
  const before = (...referred: number[]) => ({
    previous: referred.map((one) =>
      returnContent(template, '2024-25-Q4', [
        contractOf('east', { ...eastFlow, referred: one }, [14, 10, 8, 6], {
          figures: { 'idva-fte': 2.5, caseload: 30 },
        }),
      ]),
    ),
  })
  const jumps = (...referred: number[]) => checked([east], before(...referred)).get('jumps')
  // 20 of 40 is half, and of 41 less; half more than 13.5 is 20.25, and than 13.25 it is 19.875.
  t.match(jumps(40, 40, 40, 40), { passed: true })
  t.match(jumps(14, 13, 14, 13), { passed: true })
  t.match(jumps(41, 41, 41, 41), { passed: false, detail: /: referred \(20, before 41\)\.$/ })
  t.match(jumps(13, 13, 13, 14), { passed: false, detail: /: referred \(20, before 13\.3\)\.$/ })
  t.match(jumps(), { passed: true }, 'nothing to be held against')
})
