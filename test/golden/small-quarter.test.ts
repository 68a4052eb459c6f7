import { createHash } from 'node:crypto'
import t from 'tap'
import { loadDefinitions, surveysFolder } from '../../src/definitions.ts'
import { startService } from '../support/service.ts'

/**
 * A quarter small enough to be counted on paper, April to June 2019: its cases go in by the API, and the return comes out to
 * the byte. No number below was taken from what the service said.
 */

const template = `return: golden
version: 1
title: Golden
status: unconfirmed
source: made up
disclosure: none
rounding: { percent: 1, mode: half-up }
sections:
  - id: demand
    title: Demand
    rows:
      - { id: all, label: All, measure: referrals }
      - { id: police, label: Police, measure: referrals, where: { referralSource: [police] } }
      - { id: elsewhere, label: Elsewhere, measure: referrals, where: { referralSource: { not: [police] } } }
  - id: results
    title: Results
    rows:
      - { id: safe, label: Safe, measure: personal-safety-resolved }
      - { id: planned, label: Planned, measure: planned-closures, show: [percent] }
      - { id: cope, label: Cope, measure: coping-improved, show: [percent] }
      - { id: staff, label: Staff, figure: idva-fte }
checks:
  - { id: sources, title: All come from somewhere, level: error, equal: [[all], [police, elsewhere]] }
`

/** Safety is a need from 1 up. */
const cases = [
  // Referred by the police, and safe in the end: 3 to 0, 1 to 0 and 2 to 0.
  ['east', 'e1', 'police', '2019-04-01', '2019-04-03', '2019-06-30', 'planned', [3, 0]],
  ['east', 'e2', 'police', '2019-04-30', '2019-05-01', '2019-06-14', 'planned', [1, 0]],
  ['east', 'e3', 'police', '2019-06-30', '2019-06-30', '2019-06-30', 'disengaged', [2, 0]],
  // Not safe: still 1 of 3.
  ['east', 'e4', 'self', '2019-05-02', '2019-05-04', '2019-06-01', 'planned', [3, 1]],
  // No need at the start, so that it is in no denominator of safety; but closed, as planned.
  ['east', 'e5', 'self', '2019-05-03', '2019-05-05', '2019-06-02', 'planned', [0, 0]],
  // Referred on the last day before the quarter, closed on its first.
  ['east', 'e6', 'police', '2019-03-31', '2019-03-31', '2019-04-01', 'disengaged', [3, 3]],
  // The first day after it: in nothing.
  ['east', 'e7', 'police', '2019-07-01', '2019-07-01', '2019-07-01', 'planned', [3, 0]],
  // Open at its end, and of no known source; not assessed again.
  ['east', 'e8', null, '2019-06-01', '2019-06-02', null, null, [2]],
  // Of the other contract: one open, two closed, of whom one was never assessed and one has no need.
  ['west', 'w1', 'other', '2019-04-10', null, null, null, []],
  ['west', 'w2', 'police', '2019-01-10', '2019-01-15', '2019-05-20', 'disengaged', []],
  ['west', 'w3', 'self', '2019-04-11', '2019-04-12', '2019-05-21', 'planned', [0, 2]],
] as const

/*
 * East. Referred from 1 April to 30 June: e1, e2, e3, e4, e5, e8 = 6; by the police e1, e2, e3 = 3, so 3 others.
 * Closed in the quarter with the need at the start and an end: e1, e2, e3, e4, e6 = 5; none at the end: e1, e2, e3 = 3. 60%.
 * Closed after support: e1 to e6 = 6; as planned e1, e2, e4, e5 = 4. 4/6 = 66.66…%, so 66.7.
 * West. Referred: w1, w3 = 2, none by the police. Nobody had the need. Closed: w2, w3 = 2, as planned w3 = 1. 50%.
 * Both. 8 referred, 3 and 5. 3/5 = 60%. 5/8 = 62.5%. Nobody asks about coping. Staff 2.5 + 0.25 = 2.75.
 */
const REFERRED = 'cases referred in the period'
const SAFE = 'had the need at the start, and an end assessment'
const CLOSED = 'cases closed in the period; progress is accepted'
const COPING = 'answered "cope" at the end'
const COPING_IN_CSV = '"answered ""cope"" at the end"'
const POLICE = `${REFERRED}; referral source is police`
const ELSEWHERE = `${REFERRED}; referral source is not police`
const SENT = 'as its provider sent it for the period'

const folder = t.testdir({ returns: { 'golden.v1.yaml': template } })
const rows = loadDefinitions([surveysFolder, folder]).templateVersions.find(
  ({ id }) => id === 'golden',
)?.sections

/** A hash of what the row's measure says, which nobody works out by hand. */
function versionOf(id: string): string {
  const row = rows?.flatMap((section) => section.rows).find((one) => one.id === id)
  if (row === undefined || !('measure' in row)) throw new Error(`${id} is no row of a measure`)
  return `"measureVersion":"${row.measure.version}"`
}

const count = (
  id: string,
  label: string,
  basis: string,
  [both, east, west]: readonly [number, number, number],
): string =>
  `{"basis":"${basis}","byContract":[{"contract":"east","status":"ok","value":${east}},` +
  `{"contract":"west","status":"ok","value":${west}}],"id":"${id}","label":"${label}",` +
  `"measure":"referrals",${versionOf(id)},"status":"ok","value":${both}}`

/** What the hash is over: every name in its order, nothing between them. */
const content =
  '{"contracts":["east","west"],"period":"2019-20-Q1","sections":[{"id":"demand","rows":[' +
  [
    count('all', 'All', REFERRED, [8, 6, 2]),
    count('police', 'Police', POLICE, [3, 3, 0]),
    count('elsewhere', 'Elsewhere', ELSEWHERE, [5, 3, 2]),
  ].join(',') +
  '],"title":"Demand"},{"id":"results","rows":[' +
  `{"basis":"${SAFE}","byContract":[{"contract":"east","denominator":5,"numerator":3,"status":"ok","value":60},` +
  '{"contract":"west","denominator":0,"numerator":0,"status":"not-available","value":null}],' +
  '"denominator":5,"id":"safe","label":"Safe","measure":"personal-safety-resolved",' +
  `${versionOf('safe')},"numerator":3,"status":"ok","value":60},` +
  `{"basis":"${CLOSED}","byContract":[{"contract":"east","status":"ok","value":66.7},{"contract":"west","status":"ok","value":50}],` +
  `"id":"planned","label":"Planned","measure":"planned-closures",${versionOf('planned')},"status":"ok","value":62.5},` +
  `{"basis":${JSON.stringify(COPING)},"byContract":[{"contract":"east","status":"not-collected","value":null},` +
  '{"contract":"west","status":"not-collected","value":null}],' +
  `"id":"cope","label":"Cope","measure":"coping-improved",${versionOf('cope')},"status":"not-collected","value":null},` +
  `{"basis":"${SENT}","byContract":[{"contract":"east","status":"ok","value":2.5},{"contract":"west","status":"ok","value":0.25}],` +
  '"id":"staff","label":"Staff","status":"ok","value":2.75}' +
  '],"title":"Results"}],"template":"golden"}'

const CSV = `areaCode,template,templateVersion,period,returnVersion,returnStatus,contract,section,row,measure,value,numerator,denominator,status,basis
E23000021,golden,1,2019-20-Q1,1,draft,,demand,all,referrals,8,,,ok,${REFERRED}
E23000021,golden,1,2019-20-Q1,1,draft,east,demand,all,referrals,6,,,ok,${REFERRED}
E23000021,golden,1,2019-20-Q1,1,draft,west,demand,all,referrals,2,,,ok,${REFERRED}
E23000021,golden,1,2019-20-Q1,1,draft,,demand,police,referrals,3,,,ok,${POLICE}
E23000021,golden,1,2019-20-Q1,1,draft,east,demand,police,referrals,3,,,ok,${POLICE}
E23000021,golden,1,2019-20-Q1,1,draft,west,demand,police,referrals,0,,,ok,${POLICE}
E23000021,golden,1,2019-20-Q1,1,draft,,demand,elsewhere,referrals,5,,,ok,${ELSEWHERE}
E23000021,golden,1,2019-20-Q1,1,draft,east,demand,elsewhere,referrals,3,,,ok,${ELSEWHERE}
E23000021,golden,1,2019-20-Q1,1,draft,west,demand,elsewhere,referrals,2,,,ok,${ELSEWHERE}
E23000021,golden,1,2019-20-Q1,1,draft,,results,safe,personal-safety-resolved,60,3,5,ok,"${SAFE}"
E23000021,golden,1,2019-20-Q1,1,draft,east,results,safe,personal-safety-resolved,60,3,5,ok,"${SAFE}"
E23000021,golden,1,2019-20-Q1,1,draft,west,results,safe,personal-safety-resolved,,0,0,not-available,"${SAFE}"
E23000021,golden,1,2019-20-Q1,1,draft,,results,planned,planned-closures,62.5,,,ok,${CLOSED}
E23000021,golden,1,2019-20-Q1,1,draft,east,results,planned,planned-closures,66.7,,,ok,${CLOSED}
E23000021,golden,1,2019-20-Q1,1,draft,west,results,planned,planned-closures,50,,,ok,${CLOSED}
E23000021,golden,1,2019-20-Q1,1,draft,,results,cope,coping-improved,,,,not-collected,${COPING_IN_CSV}
E23000021,golden,1,2019-20-Q1,1,draft,east,results,cope,coping-improved,,,,not-collected,${COPING_IN_CSV}
E23000021,golden,1,2019-20-Q1,1,draft,west,results,cope,coping-improved,,,,not-collected,${COPING_IN_CSV}
E23000021,golden,1,2019-20-Q1,1,draft,,results,staff,,2.75,,,ok,${SENT}
E23000021,golden,1,2019-20-Q1,1,draft,east,results,staff,,2.5,,,ok,${SENT}
E23000021,golden,1,2019-20-Q1,1,draft,west,results,staff,,0.25,,,ok,${SENT}
`

t.test('a small quarter, worked by hand, to the byte', async (t) => {
  const service = await startService({ surveysDir: folder })
  t.teardown(() => service.stop())
  const provider = await service.join('prov', 'provider')
  const lead = await service.join('lead', 'commissioner')
  await service.operate('PUT', '/v1/organisations/lead', {
    ...{ name: 'lead', kind: 'commissioner', areaCode: 'E23000021', exactReturns: true },
  })
  for (const contract of ['west', 'east']) {
    await service.operate('PUT', `/v1/contracts/${contract}`, {
      ...{ title: contract, provider: 'prov', commissioners: ['lead'], instruments: ['victim-needs'] },
      ...{ startsOn: '2019-01-01', endsOn: '2019-12-31', measures: [] },
      returns: [{ template: 'golden', frequency: 'quarterly' }],
    })
  }
  const put = async (path: string, body: object): Promise<void> => {
    const reply = await service.send('PUT', `/v1/contracts/${path}`, { key: provider, body })
    if (reply.status !== 201) throw new Error(`${path}: ${reply.text}`)
  }
  for (const [contract, name, source, referredOn, startedOn, closedOn, closure, needs] of cases) {
    await put(`${contract}/cases/${name}`, {
      referredOn,
      ...(source && { referralSource: source }),
      ...(startedOn && { startedOn }),
      ...(closedOn && { closedOn, closure }),
    })
    for (const [at, need] of needs.entries()) {
      await put(`${contract}/assessments/${name}-${at}`, {
        ...{ case: name, instrument: 'victim-needs', stage: at === 0 ? 'start' : 'end' },
        assessedOn: at === 0 ? startedOn : closedOn,
        answers: { 'personal-safety': need },
      })
    }
  }
  await put('east/figures/2019-20-Q1', { 'idva-fte': 2.5 })
  await put('west/figures/2019-20-Q1', { 'idva-fte': 0.25 })
  for (const contract of ['east', 'west']) {
    const period = 'period=2018-19-Q4..2019-20-Q2'
    const { body } = await service.send('GET', `/v1/contracts/${contract}/outcomes?${period}`, {
      ...{ key: provider, headers: { prefer: 'wait=30' } },
    })
    t.equal(body.pending, false, contract)
  }

  const asked = { template: 'golden', period: '2019-20-Q1' }
  const { body: made } = await service.send('POST', '/v1/returns', { key: lead, body: asked })
  const { template: id, period, contracts, sections } = made
  t.equal(inOrder({ template: id, period, contracts, sections }), content)
  t.equal(made.sha256, createHash('sha256').update(content).digest('hex'))
  t.match(made.checks[0], { id: 'sources', passed: true }, '8 = 3 + 5')
  t.match(made, { version: 1, status: 'draft', provisional: false, areaCode: 'E23000021' })
  const csv = await service.send('GET', `/v1/returns/${made.id}.csv`, { key: lead })
  t.equal(csv.text, CSV.replaceAll('\n', '\r\n'))
})

/** As JSON with the names of every object in their order, whatever order they came in. */
const inOrder = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
