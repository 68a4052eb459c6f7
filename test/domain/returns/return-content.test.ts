import t from 'tap'
import { canonicalJson } from '../../../src/domain/canonical-json.ts'
import type { Measure } from '../../../src/domain/measure.ts'
import type { MeasureOutcome } from '../../../src/domain/outcomes/outcome.ts'
import { returnDifferences } from '../../../src/domain/returns/differences.ts'
import { publishedCount, publishesPercent } from '../../../src/domain/returns/publication.ts'
import { returnContent, type ContractFigures } from '../../../src/domain/returns/return-content.ts'
import type { ReturnTemplate } from '../../../src/domain/returns/template.ts'
import { returnAsCsv } from '../../../src/routes/returns/return-csv.ts'

/** One small quarter of two contracts, worked by hand. */

const common = { title: 'x', version: '', question: '', basis: '' }
const referrals: Measure = {
  ...common,
  id: 'referrals',
  version: 'v1',
  basis: 'referred, "all"',
  kind: 'count',
  of: 'referred',
}
const planned: Measure = {
  ...common,
  id: 'planned',
  version: 'v2',
  basis: 'closed',
  kind: 'share',
  of: 'closed',
  achieved: { closure: ['planned'] },
}
const resolved: Measure = {
  ...{ ...common, id: 'resolved', version: 'v3', basis: 'had the need' },
  ...({
    kind: 'resolved',
    instrument: { id: 'victim-needs' },
    score: 'health',
    end: 'end',
    countedBy: 'closed',
  } as const),
}

const template: Pick<ReturnTemplate, 'id' | 'disclosure' | 'rounding' | 'sections' | 'checks'> = {
  id: 'small',
  disclosure: 'none',
  rounding: { percent: 1, mode: 'half-up' },
  sections: [
    {
      id: 'demand',
      title: 'Demand',
      rows: [{ id: 'referred', label: 'Referrals', measure: referrals, show: ['count'] }],
    },
    {
      id: 'results',
      title: 'Results',
      rows: [
        { id: 'planned', label: 'Planned', measure: planned, show: ['numerator', 'denominator', 'percent'] },
        { id: 'closed', label: 'Closed', measure: planned, show: ['denominator'] },
        { id: 'resolved', label: 'Resolved', measure: resolved, show: ['percent'] },
        { id: 'fte', label: 'FTE', figure: 'idva-fte', adds: true },
        { id: 'caseload', label: 'Caseload', figure: 'caseload', adds: false },
        { id: 'words', label: 'Words', figure: 'commentary', adds: false },
      ],
    },
  ],
  checks: [
    { id: 'all', title: 'Referrals are closed', level: 'error', equal: [['referred'], ['closed']] },
    { id: 'staff', title: 'Staff are staff', level: 'warning', equal: [['fte'], ['fte']] },
    { id: 'load', title: 'Load is load', level: 'error', equal: [['caseload'], ['caseload']] },
  ],
}

const rest = { title: '', target: null, rag: null, suppressed: false, rate: null, interval: null } as const
const counted = (measure: Measure, count: number): MeasureOutcome => ({
  ...{ ...rest, measure: measure.id, version: measure.version, kind: measure.kind, basis: measure.basis },
  ...{ numerator: null, denominator: null, count },
})
const rated = (measure: Measure, numerator: number, denominator: number): MeasureOutcome => ({
  ...{ ...rest, measure: measure.id, version: measure.version, kind: measure.kind, basis: measure.basis },
  ...{ numerator, denominator },
})
const ofContract = (
  contractId: string,
  instruments: string[],
  outcomes: readonly MeasureOutcome[],
  figures: ContractFigures['figures'],
  rate: number | null = 0.75,
): ContractFigures => ({
  contract: { contractId, instruments },
  measures: new Map(outcomes.map((one) => [one.version, one])),
  completeness: { closedCases: 8, withStart: 8, paired: 6, rate },
  figures,
  silent: [],
})

const east = ofContract(
  'east',
  ['victim-needs'],
  [counted(referrals, 11), rated(planned, 5, 8), rated(resolved, 0, 0)],
  { 'idva-fte': 2.5, caseload: 30, commentary: '=1+1' },
)
const west = ofContract(
  'west',
  ['phq-9'],
  [counted(referrals, 4), rated(planned, 2, 7), rated(resolved, 0, 0)],
  {
    'idva-fte': 1,
    caseload: 20,
  },
)

// 11 + 4 = 15 referrals; (5 + 2) / (8 + 7) = 7/15 = 46.66…%, east 5/8 = 62.5%, west 2/7 = 28.57…%.
const golden =
  '{"contracts":["east","west"],"period":"2025-26-Q1","sections":[' +
  '{"id":"demand","rows":[{"basis":"referred, \\"all\\"","byContract":[{"contract":"east","status":"ok","value":11},{"contract":"west","status":"ok","value":4}],"id":"referred","label":"Referrals","measure":"referrals","measureVersion":"v1","status":"ok","value":15}],"title":"Demand"},' +
  '{"id":"results","rows":[' +
  '{"basis":"closed","byContract":[{"contract":"east","denominator":8,"numerator":5,"status":"ok","value":62.5},{"contract":"west","denominator":7,"numerator":2,"status":"ok","value":28.6}],"denominator":15,"id":"planned","label":"Planned","measure":"planned","measureVersion":"v2","numerator":7,"status":"ok","value":46.7},' +
  '{"basis":"closed","byContract":[{"contract":"east","denominator":8,"status":"ok","value":8},{"contract":"west","denominator":7,"status":"ok","value":7}],"denominator":15,"id":"closed","label":"Closed","measure":"planned","measureVersion":"v2","status":"ok","value":15},' +
  '{"basis":"had the need","byContract":[{"contract":"east","status":"not-available","value":null},{"contract":"west","status":"not-collected","value":null}],"id":"resolved","label":"Resolved","measure":"resolved","measureVersion":"v3","status":"not-available","value":null},' +
  '{"basis":"as its provider sent it for the period","byContract":[{"contract":"east","status":"ok","value":2.5},{"contract":"west","status":"ok","value":1}],"id":"fte","label":"FTE","status":"ok","value":3.5},' +
  '{"basis":"as its provider sent it for the period","byContract":[{"contract":"east","status":"ok","value":30},{"contract":"west","status":"ok","value":20}],"id":"caseload","label":"Caseload","status":"not-available","value":null},' +
  '{"basis":"as its provider sent it for the period","byContract":[{"contract":"east","status":"ok","value":"=1+1"},{"contract":"west","status":"not-available","value":null}],"id":"words","label":"Words","status":"not-available","value":null}' +
  '],"title":"Results"}],"template":"small"}'

const content = returnContent(template, '2025-26-Q1', [east, west])

t.test('a small quarter, to the byte', async (t) => {
  t.equal(canonicalJson(content), golden)
})

const unsubmitted = {
  ...{ checks: [], sha256: '', generatedAt: '', changes: [] },
  ...{ signedOffBy: null, reasons: null, submittedAt: null },
}

t.test('and as CSV, safe to open in a spreadsheet', async (t) => {
  const csv = returnAsCsv({
    ...{ returnId: 'r', commissionerId: 'pcc', template: 'small', templateVersion: 1, areaCode: '-E23' },
    ...{ firstMonth: 202504, lastMonth: 202506, version: 2, status: 'draft', provisional: false, content },
    ...unsubmitted,
  })
  const head = "'-E23,small,1,2025-26-Q1,2,draft"
  const sent = 'as its provider sent it for the period'
  t.equal(
    csv,
    [
      'areaCode,template,templateVersion,period,returnVersion,returnStatus,contract,section,row,measure,value,numerator,denominator,status,basis',
      `${head},,demand,referred,referrals,15,,,ok,"referred, ""all"""`,
      `${head},east,demand,referred,referrals,11,,,ok,"referred, ""all"""`,
      `${head},west,demand,referred,referrals,4,,,ok,"referred, ""all"""`,
      `${head},,results,planned,planned,46.7,7,15,ok,closed`,
      `${head},east,results,planned,planned,62.5,5,8,ok,closed`,
      `${head},west,results,planned,planned,28.6,2,7,ok,closed`,
      `${head},,results,closed,planned,15,,15,ok,closed`,
      `${head},east,results,closed,planned,8,,8,ok,closed`,
      `${head},west,results,closed,planned,7,,7,ok,closed`,
      `${head},,results,resolved,resolved,,,,not-available,had the need`,
      `${head},east,results,resolved,resolved,,,,not-available,had the need`,
      `${head},west,results,resolved,resolved,,,,not-collected,had the need`,
      `${head},,results,fte,,3.5,,,ok,${sent}`,
      `${head},east,results,fte,,2.5,,,ok,${sent}`,
      `${head},west,results,fte,,1,,,ok,${sent}`,
      `${head},,results,caseload,,,,,not-available,${sent}`,
      `${head},east,results,caseload,,30,,,ok,${sent}`,
      `${head},west,results,caseload,,20,,,ok,${sent}`,
      `${head},,results,words,,,,,not-available,${sent}`,
      `${head},east,results,words,,'=1+1,,,ok,${sent}`,
      `${head},west,results,words,,,,,not-available,${sent}`,
      '',
    ].join('\r\n'),
  )
})

t.test('each of a cell’s dangerous beginnings is taken for text, a number is none', async (t) => {
  for (const [words, shown] of [
    ['=1', "'=1"],
    ['+1', "'+1"],
    ['@a', "'@a"],
    ['-x', "'-x"],
    ['\tx', "'\tx"],
    ['\rx', `"'\rx"`],
    ['-2.5', '-2.5'],
    ['a=1', 'a=1'],
  ] as const) {
    const one = returnContent(template, '2025-26-Q1', [{ ...east, figures: { commentary: words } }])
    const csv = returnAsCsv({
      ...{ returnId: 'r', commissionerId: 'pcc', template: 'small', templateVersion: 1, areaCode: null },
      ...{
        firstMonth: 202504,
        lastMonth: 202506,
        version: 1,
        status: 'draft',
        provisional: false,
        content: one,
      },
      ...unsubmitted,
    })
    t.ok(csv.includes(`east,results,words,,${shown},,,ok,`), JSON.stringify(words))
  }
})

t.test('what one contract hides is in no sum', async (t) => {
  const hidden = { ...rated(planned, 0, 0), numerator: null, denominator: null, suppressed: true }
  const small = ofContract('west', ['phq-9'], [counted(referrals, 4), hidden], null)
  const [, results] = returnContent(template, '2025-26-Q1', [east, small]).sections
  t.match(results?.rows[0], {
    ...{ status: 'hidden', value: null, numerator: null, denominator: null },
    byContract: [
      { contract: 'east', value: 62.5 },
      { contract: 'west', status: 'hidden', value: null, numerator: null, denominator: null },
    ],
  })
})

t.test('a publication rounds counts to five, and gives whole percents of 20 people or more', async (t) => {
  const published = { ...template, disclosure: 'publication' as const }
  const large = ofContract('east', ['victim-needs'], [counted(referrals, 263), rated(planned, 13, 21)], null)
  const few = ofContract('east', ['victim-needs'], [counted(referrals, 262), rated(planned, 12, 19)], null)
  const [demand, results] = returnContent(published, '2025-26-Q1', [large]).sections
  t.match(demand?.rows[0], { value: 265 })
  // 13/21 = 61.9…%, and not 15/20 = 75%.
  t.match(results?.rows[0], { value: 62, numerator: 15, denominator: 20, status: 'ok' })
  const [demandOfFew, resultsOfFew] = returnContent(published, '2025-26-Q1', [few]).sections
  t.match(demandOfFew?.rows[0], { value: 260 })
  t.match(resultsOfFew?.rows[0], { value: null, numerator: null, denominator: null, status: 'hidden' })
  t.same([0, 2, 3, 7, 8, 12, 13].map(publishedCount), [0, 0, 5, 5, 10, 10, 15])
  t.same([19, 20].map(publishesPercent), [false, true])
})

t.test('differences between two versions', async (t) => {
  const later = returnContent(template, '2025-26-Q1', [
    { ...east, measures: new Map([...east.measures, ['v1', counted(referrals, 12)]]) },
    west,
  ])
  t.same(returnDifferences(content, later), [
    { section: 'demand', id: 'referred', old: { status: 'ok', value: 15 }, new: { status: 'ok', value: 16 } },
  ])
  t.same(returnDifferences(content, content), [])
  const without = { sections: content.sections.slice(1) }
  t.same(returnDifferences(content, without), [
    { section: 'demand', id: 'referred', old: { status: 'ok', value: 15 }, new: null },
  ])
})
