import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
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
 * Both. 8 referred, 3 and 5: 8 = 3 + 5. 3/5 = 60%. 5/8 = 62.5%. Nobody asks about coping. Staff 2.5 + 0.25 = 2.75.
 * Pairs. East has a start and an end of all of its 6 closed, west of 1 in 2 (w3): 50%, under the 60% that are looked for.
 * Both sent something, and nothing was returned before that it could be held against.
 */

/**
 * The reply as JSON and as CSV. Only the return's id and the moment of its making are left out of the first. `sha256` is of
 * template, period, contracts and sections, the names of every object in their order and nothing between them; a measure's
 * version is the start of such a hash of what its file says, and of a narrowed one that of its version and its condition.
 */
const golden = {
  json: readFileSync(new URL('small-quarter.json', import.meta.url), 'utf8'),
  csv: readFileSync(new URL('small-quarter.csv', import.meta.url)),
}

const folder = t.testdir({ returns: { 'golden.v1.yaml': template } })

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
  const read = async (path: string): Promise<Buffer> => {
    const headers = { authorization: `Bearer ${lead}` }
    return (await service.server.app.inject({ url: `/v1/returns/${path}`, headers })).rawPayload
  }
  const json = await read(made.id)
  const filled = golden.json.replace('<id>', made.id).replace('<generatedAt>', made.generatedAt)
  t.equal(json.toString(), filled)
  t.ok(json.equals(Buffer.from(filled)), 'to the byte')
  const csv = await read(`${made.id}.csv`)
  t.equal(csv.toString(), golden.csv.toString())
  t.ok(csv.equals(golden.csv), 'to the byte')

  const { template: id, period, contracts, sections, sha256 } = JSON.parse(golden.json)
  const content = inOrder({ template: id, period, contracts, sections })
  t.equal(sha256, createHash('sha256').update(content).digest('hex'))
})

/** As JSON with the names of every object in their order, whatever order they came in. */
const inOrder = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
