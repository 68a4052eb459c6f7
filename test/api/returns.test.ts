import t from 'tap'
import { readConfig } from '../../src/config.ts'
import { makeLogger } from '../../src/process/logger.ts'
import { pointersOf } from '../support/people.ts'
import { readOds, readXlsx } from '../support/read-files.ts'
import { OPERATOR_KEY, startService, type Reply, type TestService } from '../support/service.ts'

let service: TestService
const keys: Record<'provider' | 'lead' | 'joint' | 'other' | 'exact' | 'mirror', string> = {
  mirror: '',
  provider: '',
  lead: '',
  joint: '',
  other: '',
  exact: '',
}

const contract = (lead: string, changes: object = {}) => ({
  title: 'Victim First',
  provider: 'prov',
  commissioners: [lead, 'joint'],
  startsOn: '2018-10-01',
  endsOn: '2021-09-30',
  instruments: ['victim-needs'],
  measures: ['personal-safety-resolved'],
  returns: [{ template: 'moj-victims', frequency: 'quarterly' }],
  ...changes,
})

/** A template of two rows for tests. */
const template = (id: string, more: string) => `return: ${id}
version: 1
title: ${id}
status: unconfirmed
source: made up
disclosure: none
sections:
  - id: demand
    title: Demand
    rows:
      - { id: all, label: All, measure: referrals }
      - { id: police, label: Police, measure: referrals, where: { referralSource: [police] } }
      - { id: self, label: Self, measure: referrals, where: { referralSource: [self] } }
      - { id: fte, label: Staff, figure: idva-fte }
${more}`
const never =
  'checks: [{ id: never, title: All are from the police, level: error, equal: [[all], [police]] }]'
const templates = {
  'broken.v1.yaml': template('broken', never),
  'police-only.v1.yaml': template('police-only', ''),
  'of-stream.v1.yaml': template('of-stream', 'streams: [moj-core]'),
  'twin.v1.yaml': template('twin', ''),
}

t.before(async () => {
  service = await startService({ surveysDir: t.testdir({ returns: templates }) })
  keys.provider = await service.join('prov', 'provider')
  for (const who of ['lead', 'joint', 'other', 'exact', 'mirror'] as const)
    keys[who] = await service.join(who, 'commissioner')
  await service.operate('PUT', '/v1/organisations/exact', {
    name: 'exact',
    kind: 'commissioner',
    areaCode: 'E23000021',
    exactReturns: true,
  })
  await service.operate('PUT', '/v1/contracts/one', contract('exact'))
  await service.operate('PUT', '/v1/organisations/mirror', {
    ...{ name: 'mirror', kind: 'commissioner', areaCode: 'E23000021', exactReturns: true },
  })
  await service.operate('PUT', '/v1/contracts/hidden', contract('lead'))
  const listing = (name: string) =>
    contract('exact', { returns: [{ template: name, frequency: 'quarterly' }] })
  await service.operate('PUT', '/v1/contracts/checked', listing('broken'))
  await service.operate('PUT', '/v1/contracts/later', contract('exact', { returns: [] }))
  await service.operate('PUT', '/v1/contracts/north', listing('of-stream'))
  await service.operate('PUT', '/v1/contracts/south', listing('of-stream'))
})
t.teardown(() => service.stop())

const send = (key: string, method: string, path: string, body?: unknown): Promise<Reply> =>
  service.send(method, `/v1/${path}`, { key, ...(body !== undefined && { body }) })

const put = async (path: string, body: object): Promise<void> => {
  const reply = await send(keys.provider, 'PUT', `contracts/${path}`, body)
  if (reply.status >= 300) throw new Error(`${path}: ${reply.text}`)
}

const counted = async (name: string): Promise<void> => {
  const reply = await service.send('GET', `/v1/contracts/${name}/outcomes?period=2018-M10..2021-M12`, {
    key: keys.provider,
    headers: { prefer: 'wait=30' },
  })
  if (reply.body.pending !== false) throw new Error('still pending')
}

const rowOf = ({ body }: Reply, id: string) =>
  (body.sections as { rows: { id: string }[] }[]).flatMap(({ rows }) => rows).find((row) => row.id === id)

const ask = (key: string, period: string, template = 'moj-victims') =>
  send(key, 'POST', 'returns', { template, period })

t.test('a return is made, read, submitted and restated', async (t) => {
  for (const [name, referralSource, startedOn] of [
    ['a', 'police', '2019-04-20'],
    ['b', 'self', null],
    ['c', 'police', '2019-05-02'],
  ] as const) {
    await put(`one/cases/${name}`, {
      referredOn: '2019-04-10',
      referralSource,
      ...(startedOn && { startedOn }),
    })
  }
  const made = await ask(keys.exact, '2019-20-Q1')
  t.equal(made.status, 202)
  t.equal(made.headers.location, `/v1/returns/${made.body.id}`)
  await counted('one')
  const read = await send(keys.exact, 'GET', `returns/${made.body.id}`)
  t.equal(read.status, 200)
  t.match(read.body, {
    id: made.body.id,
    template: 'moj-victims',
    templateVersion: 1,
    templateStatus: 'unconfirmed',
    areaCode: 'E23000021',
    period: '2019-20-Q1',
    version: 1,
    status: 'draft',
    provisional: false,
    contracts: ['one'],
  })
  t.match(read.body.sha256, /^[0-9a-f]{64}$/)
  t.match(rowOf(read, 'referred'), {
    measure: 'referrals',
    status: 'ok',
    value: 3,
    byContract: [{ contract: 'one', value: 3 }],
  })
  t.match(rowOf(read, 'referred-police'), { status: 'ok', value: 2 })
  t.match(rowOf(read, 'accepted'), { value: 2 })
  t.match(rowOf(read, 'undecided'), { value: 1 })
  t.match(rowOf(read, 'supported-new'), { value: 2 })
  t.match(rowOf(read, 'idva-fte'), { status: 'not-available', value: null })
  t.match(rowOf(read, 'cope-achieved'), { status: 'not-collected', value: null })
  t.match(rowOf(read, 'personal-safety-resolved'), {
    status: 'not-available',
    value: null,
    numerator: 0,
    denominator: 0,
  })
  t.match(
    read.body.checks.find(({ id }: { id: string }) => id === 'counted'),
    { passed: true },
  )
  t.ok(
    read.body.checks.every(
      ({ passed, level }: { passed: boolean; level: string }) => passed || level === 'warning',
    ),
  )

  const again = await ask(keys.exact, '2019-20-Q1')
  t.equal(again.status, 200)
  t.equal(again.body.id, made.body.id)
  t.equal(again.text, read.text, 'the same bytes')

  const submitted = await send(keys.exact, 'POST', `returns/${made.body.id}/submission`, {
    signedOffBy: 'A. Person',
  })
  t.equal(submitted.status, 200, submitted.text)
  t.match(submitted.body, { status: 'submitted', signedOffBy: 'A. Person', sha256: read.body.sha256 })
  const twice = await send(keys.exact, 'POST', `returns/${made.body.id}/submission`, {
    signedOffBy: 'A. Person',
  })
  t.equal(twice.status, 409)

  await put('one/cases/late', { referredOn: '2019-05-11', referralSource: 'self', startedOn: '2019-05-20' })
  await put('one/cases/b', { referredOn: '2019-04-10', referralSource: 'self', startedOn: '2019-06-01' })
  await counted('one')
  const next = await ask(keys.exact, '2019-20-Q1')
  t.equal(next.status, 202)
  t.match(next.body, { version: 2, status: 'draft' })
  const differences = await send(keys.exact, 'GET', `returns/${next.body.id}/differences`)
  t.match(differences.body, { from: 1, to: 2, lateCases: 1, correctedCases: 1 })
  const changed = (id: string) => differences.body.rows.find((row: { id: string }) => row.id === id)
  t.same(changed('referred'), {
    section: 'demand',
    id: 'referred',
    old: { status: 'ok', value: 3 },
    new: { status: 'ok', value: 4 },
  })
  t.same(changed('referred-police'), undefined)
  const former = await send(keys.exact, 'GET', `returns/${made.body.id}`)
  t.same(former.body, submitted.body, 'what was submitted stays')
  const second = await send(keys.exact, 'POST', `returns/${next.body.id}/submission`, {
    signedOffBy: 'A. Person',
  })
  t.match(second.body, { status: 'submitted', version: 2 })
  const superseded = await send(keys.exact, 'GET', `returns/${made.body.id}`)
  t.same(superseded.body, { ...submitted.body, status: 'superseded' })

  const csv = await send(keys.exact, 'GET', `returns/${next.body.id}.csv`)
  t.match(csv.headers['content-type'], /^text\/csv/)
  const [header, ...lines] = csv.text.split('\r\n')
  t.equal(
    header,
    'areaCode,template,templateVersion,period,returnVersion,returnStatus,contract,section,row,measure,value,numerator,denominator,status,basis',
  )
  t.ok(
    lines.includes(
      'E23000021,moj-victims,1,2019-20-Q1,2,submitted,,demand,referred,referrals,4,,,ok,cases referred in the period',
    ),
  )
  t.ok(
    lines.includes(
      'E23000021,moj-victims,1,2019-20-Q1,2,submitted,one,demand,referred,referrals,4,,,ok,cases referred in the period',
    ),
  )

  const items: { id: string }[] = []
  let cursor = ''
  do {
    const { body } = await send(keys.exact, 'GET', `returns?limit=1${cursor}`)
    t.equal(body.items.length, 1)
    items.push(...body.items)
    cursor = body.next === null ? '' : `&cursor=${body.next}`
  } while (cursor !== '')
  for (const { body } of [made, next]) {
    const alone = await send(keys.exact, 'GET', `returns/${body.id}`)
    t.same(
      items.find(({ id }) => id === body.id),
      alone.body,
      'listed as it is read alone',
    )
  }
})

t.test('what is withdrawn, and a contact that came or changed, corrects its case', async (t) => {
  for (const name of ['assessed', 'met', 'seen', 'same']) {
    await put(`one/cases/${name}`, { referredOn: '2020-10-12', startedOn: '2020-10-13' })
  }
  const assessment = { instrument: 'victim-needs', stage: 'start', assessedOn: '2020-10-13' }
  for (const name of ['assessed', 'same'])
    await put(`one/assessments/of-${name}`, { ...assessment, case: name, answers: { health: 1 } })
  const contact = { on: '2020-10-14', kind: 'one-to-one' }
  for (const name of ['met', 'same']) await put(`one/contacts/of-${name}`, { ...contact, cases: [name] })
  await counted('one')
  const made = await ask(keys.exact, '2020-21-Q3')
  const submitted = await send(keys.exact, 'POST', `returns/${made.body.id}/submission`, {
    signedOffBy: 'A. Person',
  })
  t.equal(submitted.status, 200, submitted.text)

  const withdrawn = async (path: string) =>
    t.equal((await send(keys.provider, 'DELETE', `contracts/one/${path}`)).status, 204, path)
  await withdrawn('assessments/of-assessed')
  await withdrawn('contacts/of-met')
  await put('one/contacts/of-seen', { ...contact, cases: ['seen'] })
  // So that there is another version to be held against.
  await put('one/cases/too-late', { referredOn: '2020-10-20' })
  await counted('one')
  const next = await ask(keys.exact, '2020-21-Q3')
  t.match(next.body, { version: 2 })
  const differences = await send(keys.exact, 'GET', `returns/${next.body.id}/differences`)
  t.match(differences.body, { lateCases: 1, correctedCases: 3 })
})

t.test('how many cases came late moves by enough, and stands once its version is submitted', async (t) => {
  await service.operate('PUT', '/v1/contracts/restated', contract('other'))
  let cases = 0
  const refer = async (many: number): Promise<void> => {
    for (let n = 0; n < many; n++) {
      await put(`restated/cases/r-${++cases}`, { referredOn: '2019-08-05', referralSource: 'police' })
    }
    await counted('restated')
  }
  const submit = async (id: string) => {
    const reply = await send(keys.other, 'POST', `returns/${id}/submission`, { signedOffBy: 'A. Person' })
    t.equal(reply.status, 200, reply.text)
  }
  const late = async (): Promise<unknown> => {
    const { body } = await ask(keys.other, '2019-20-Q2')
    const path = `returns/${String(body.id)}/differences`
    return (await send(keys.other, 'GET', path)).body.lateCases
  }
  await refer(20)
  await submit(String((await ask(keys.other, '2019-20-Q2')).body.id))
  await refer(6)
  t.equal(await late(), 6)
  await refer(1)
  t.equal(await late(), 6, 'one more is not told')
  await refer(4)
  t.equal(await late(), 11)
  const second = await ask(keys.other, '2019-20-Q2')
  t.equal(second.body.version, 2)
  await submit(String(second.body.id))
  await refer(10)
  t.equal((await send(keys.other, 'GET', `returns/${second.body.id}/differences`)).body.lateCases, 11)
  t.equal(await late(), 10)
})

t.test('the Ministry is told who is new and who is held, by type of crime and of support', async (t) => {
  await service.operate('PUT', '/v1/contracts/kinds', contract('mirror'))
  for (const [name, startedOn, more] of [
    // In the quarter, on its last day, and taken over in it from an earlier contract.
    ['a', '2019-04-20', { crimeType: 'burglary', cohorts: ['idva'] }],
    ['b', '2019-06-30', { cohorts: ['counselling'] }],
    ['c', '2019-05-01', { crimeType: 'kidnapping', continues: true }],
    // Before it, and after it.
    ['d', '2019-03-31', { crimeType: 'burglary', cohorts: ['idva', 'therapy'] }],
    ['e', '2019-01-20', { crimeType: 'burglary' }],
    ['f', '2019-07-01', { crimeType: 'harassment', cohorts: ['isva'] }],
  ] as const) {
    await put(`kinds/cases/${name}`, { referredOn: startedOn, startedOn, ...more })
  }
  await counted('kinds')
  const made = await ask(keys.mirror, '2019-20-Q1')
  // New: a, b. Held: c, d, e.
  for (const [id, isNew, isHeld] of [
    ['supported', 2, 3],
    ['crime-burglary', 1, 2],
    ['crime-other', 0, 1],
    ['crime-not-stated', 1, 0],
    ['crime-stalking', 0, 0],
    ['support-idva', 1, 1],
    ['support-therapy', 1, 1],
    ['support-isva', 0, 0],
  ] as const) {
    t.match(rowOf(made, `${id}-new`), { status: 'ok', value: isNew }, `${id}, new`)
    t.match(rowOf(made, `${id}-held`), { status: 'ok', value: isHeld }, `${id}, held`)
  }
  const { checks } = made.body as { checks: { id: string; passed: boolean; detail: string }[] }
  const ofTypes = checks.filter(({ id }) => id.startsWith('crime-types-'))
  t.match(ofTypes, [
    { id: 'crime-types-new', passed: true, detail: 'New victims are those of all types of crime: 2.' },
    { id: 'crime-types-held', passed: true, detail: 'Victims held are those of all types of crime: 3.' },
  ])
})

t.test('as a spreadsheet and as a page: what it says, the same bytes each time', async (t) => {
  await put('one/cases/filed', {
    referredOn: '2020-01-10',
    referralSource: 'police',
    startedOn: '2020-01-20',
  })
  await put('one/figures/2019-20-Q4', { commentary: "=cmd|' /C calc'!A0 <b>" })
  await counted('one')
  const made = await ask(keys.exact, '2019-20-Q4')
  const id = String(made.body.id)
  const file = async (extension: string) => {
    const reply = await service.server.app.inject({
      url: `/v1/returns/${id}.${extension}`,
      headers: { authorization: `Bearer ${keys.exact}` },
    })
    t.equal(reply.statusCode, 200, extension)
    return { headers: reply.headers, bytes: reply.rawPayload, text: reply.body }
  }
  const submitted = await send(keys.exact, 'POST', `returns/${id}/submission`, { signedOffBy: 'A. Person' })
  t.equal(submitted.status, 200, submitted.text)
  const spreadsheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
  const named = (extension: string) => `filename="moj-victims-2019-20-Q4-v1.${extension}"`
  const [xlsx, ods, html] = [await file('xlsx'), await file('ods'), await file('html')]
  for (const [one, extension, type, disposition] of [
    [xlsx, 'xlsx', spreadsheet, 'attachment'],
    [ods, 'ods', 'application/vnd.oasis.opendocument.spreadsheet', 'attachment'],
    [html, 'html', 'text/html; charset=utf-8', 'inline'],
  ] as const) {
    t.equal(one.headers['content-type'], type)
    t.equal(one.headers['content-disposition'], `${disposition}; ${named(extension)}`)
    t.equal(one.headers.etag, `"${submitted.body.sha256}"`)
  }
  t.match(html.headers['content-security-policy'], /^default-src 'none'; style-src 'sha256-/)
  t.match(html.text, /Made at: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\./)
  t.match(html.text, /=cmd\|&#39; \/C calc&#39;!A0 &lt;b&gt;/)
  for (const sheets of [readXlsx(xlsx.bytes), readOds(ods.bytes)]) {
    t.equal(sheets.length - 4, submitted.body.sections.length)
    for (const [name, rows] of sheets) t.match(rows[1]?.[0], /^Unconfirmed: .*Victims Funding Strategy/, name)
    const said = new Map(sheets)
    const demand = said.get('1_demand') ?? []
    t.same(demand[4]?.slice(1, 4), ['All contracts', 1, 'count'])
    t.same(demand[5]?.slice(1, 4), ['one', 1, 'count'])
    t.ok([...said.values()].flat(2).includes("=cmd|' /C calc'!A0 <b>"))
    // Row by row what the content shows, and nothing more.
    const shown = sheets.slice(4).flatMap(([, rows]) => rows.slice(4).map((row) => row[2]))
    const symbols: Record<string, string> = {
      hidden: '[c]',
      'not-available': '[x]',
      'not-collected': '[z]',
    }
    interface Cell {
      status: string
      value: string | number | null
    }
    const cells = (submitted.body.sections as { rows: (Cell & { byContract: Cell[] })[] }[]).flatMap(
      ({ rows }) => rows.flatMap((row) => [row, ...row.byContract]),
    )
    t.same(
      shown,
      cells.map(({ status, value }) => value ?? symbols[status]),
    )
  }

  await put('one/cases/filed-late', { referredOn: '2020-01-11', referralSource: 'self' })
  await counted('one')
  const next = await ask(keys.exact, '2019-20-Q4')
  await send(keys.exact, 'POST', `returns/${String(next.body.id)}/submission`, { signedOffBy: 'A. Person' })
  t.equal((await send(keys.exact, 'GET', `returns/${id}`)).body.status, 'superseded')
  for (const [extension, before] of [
    ['xlsx', xlsx],
    ['ods', ods],
    ['html', html],
  ] as const) {
    t.ok((await file(extension)).bytes.equals(before.bytes), `${extension} stays when it is superseded`)
  }
})

t.test('who may not, and what is not there', async (t) => {
  const { body } = await ask(keys.exact, '2019-20-Q2')
  const id = String(body.id)
  for (const [method, path, sent] of [
    ['POST', 'returns', { template: 'moj-victims', period: '2019-20-Q1' }],
    ['GET', 'returns', undefined],
    ['GET', `returns/${id}`, undefined],
    ['GET', `returns/${id}.csv`, undefined],
    ['GET', `returns/${id}.xlsx`, undefined],
    ['GET', `returns/${id}.ods`, undefined],
    ['GET', `returns/${id}.html`, undefined],
    ['POST', `returns/${id}/submission`, { signedOffBy: 'x' }],
    ['GET', `returns/${id}/differences`, undefined],
  ] as const) {
    for (const key of [keys.provider, OPERATOR_KEY])
      t.equal((await send(key, method, path, sent)).status, 403, path)
    if (!path.includes(id)) continue
    for (const key of [keys.other, keys.joint, keys.lead]) {
      const foreign = await send(key, method, path, sent)
      const absent = await send(key, method, path.replace(id, 'nothing'), sent)
      t.equal(foreign.status, 404, path)
      t.equal(foreign.text, absent.text)
    }
  }
  t.equal((await ask(keys.joint, '2019-20-Q1')).status, 422, 'joint funders make none')
  t.same(pointersOf(await ask(keys.exact, '2019-20-Q1', 'nothing')), ['/template'])
  t.same(pointersOf(await ask(keys.exact, '2015-16-Q1')), ['/period'])
  t.same(pointersOf(await ask(keys.exact, 'soon', 'nothing')), ['/period', '/template'])
  t.same(pointersOf(await send(keys.exact, 'POST', 'returns', { colour: 1 })), [
    '/colour',
    '/period',
    '/template',
  ])
  t.same(pointersOf(await send(keys.exact, 'POST', `returns/${id}/submission`, {})), ['/signedOffBy'])
  const reasons = { nothing: 'because' }
  t.same(
    pointersOf(await send(keys.exact, 'POST', `returns/${id}/submission`, { signedOffBy: 'x', reasons })),
    ['/reasons/nothing'],
  )
})

t.test('without an agreement on exact counts, section by section what is small is hidden', async (t) => {
  for (let n = 0; n < 9; n++) {
    await put(`hidden/cases/${n}`, {
      referredOn: '2019-04-10',
      referralSource: n < 2 ? 'self' : 'police',
      startedOn: '2019-04-20',
    })
  }
  await counted('hidden')
  const { body } = await ask(keys.lead, '2019-20-Q1')
  const read = await send(keys.lead, 'GET', `returns/${body.id}`)
  t.match(rowOf(read, 'referred'), { status: 'ok', value: 9 })
  t.match(rowOf(read, 'referred-self'), {
    status: 'hidden',
    value: null,
    byContract: [{ status: 'hidden', value: null }],
  })
  t.match(rowOf(read, 'referred-police'), { status: 'hidden', value: null }, 'which would tell the others')
})

t.test('a failed check of level error asks for a reason; what was signed off can be named', async (t) => {
  await put('checked/cases/a', { referredOn: '2019-04-10', referralSource: 'police' })
  await put('checked/cases/b', { referredOn: '2019-04-10', referralSource: 'self' })
  await counted('checked')
  const { body } = await ask(keys.exact, '2019-20-Q1', 'broken')
  const path = `returns/${body.id}/submission`
  t.match(body.checks, [
    { id: 'never', level: 'error', passed: false, detail: 'All are from the police: 2 is not 1.' },
  ])
  t.same(pointersOf(await send(keys.exact, 'POST', path, { signedOffBy: 'A' })), ['/reasons/never'])
  t.same(pointersOf(await send(keys.exact, 'POST', path, { signedOffBy: 'A', reasons: { never: '' } })), [
    '/reasons/never',
  ])
  const reasons = { never: 'One came by herself.' }
  const sent = { key: keys.exact, body: { signedOffBy: 'A', reasons } }
  const other = await service.send('POST', `/v1/${path}`, { ...sent, headers: { 'if-match': '"something"' } })
  t.equal(other.status, 412)
  const submitted = await service.send('POST', `/v1/${path}`, {
    ...sent,
    headers: { 'if-match': `"${body.sha256}"` },
  })
  t.match(submitted, { status: 200, body: { status: 'submitted', reasons } })
})

t.test('a contract that lists a template later counts its past by itself', async (t) => {
  for (let n = 0; n < 3; n++) {
    await put(`later/cases/${n}`, { referredOn: '2019-04-10', referralSource: 'police' })
  }
  await counted('later')
  t.same(
    pointersOf(await ask(keys.exact, '2019-20-Q1', 'six-monthly-grant')),
    ['/period'],
    'no contract lists it',
  )
  const returns = [{ template: 'police-only', frequency: 'monthly' }]
  await service.operate('PUT', '/v1/contracts/later', contract('exact', { returns }))
  await counted('later')
  const made = await ask(keys.exact, '2019-20-Q1', 'police-only')
  t.match(rowOf(made, 'police'), { status: 'ok', value: 3 })
  t.match(rowOf(made, 'self'), { status: 'ok', value: 0 })
  const outcomes = await send(keys.provider, 'GET', 'contracts/later/outcomes?period=2019-20-Q1')
  t.same(
    outcomes.body.measures.map(({ measure }: { measure: string }) => measure),
    ['personal-safety-resolved'],
    'what is counted for returns alone is no figure of the contract',
  )
  const unknown = { ...contract('exact'), returns: [{ template: 'nothing', frequency: 'monthly' }] }
  const refused = await service.send('PUT', '/v1/contracts/later', { key: OPERATOR_KEY, body: unknown })
  t.same([refused.status, pointersOf(refused)], [422, ['/returns/0/template']])
})

t.test('only cases of the streams; and two contracts together', async (t) => {
  for (const name of ['north', 'south']) {
    await put(`${name}/cases/a`, {
      referredOn: '2019-04-10',
      referralSource: 'self',
      fundingStream: 'moj-core',
    })
    await put(`${name}/cases/b`, { referredOn: '2019-04-10', referralSource: 'self', fundingStream: 'local' })
    const sent = await send(keys.provider, 'PUT', `contracts/${name}/figures/2019-20-Q1`, { 'idva-fte': 1.5 })
    t.ok(sent.status < 300)
    await counted(name)
  }
  const made = await ask(keys.exact, '2019-20-Q1', 'of-stream')
  t.same(made.body.contracts, ['north', 'south'])
  t.match(rowOf(made, 'self'), {
    value: 2,
    byContract: [
      { contract: 'north', value: 1 },
      { contract: 'south', value: 1 },
    ],
  })
  t.match(rowOf(made, 'fte'), { value: 3, byContract: [{ value: 1.5 }, { value: 1.5 }] })
})

t.test('the same data gives the same hash, whatever order it came in', async (t) => {
  const hashes: string[] = []
  for (const [lead, order] of [
    ['exact', [0, 1, 2, 3]],
    ['mirror', [3, 1, 0, 2]],
  ] as const) {
    await service.operate(
      'PUT',
      '/v1/contracts/twin',
      contract(lead, { returns: [{ template: 'twin', frequency: 'yearly' }] }),
    )
    for (const n of order) {
      await put(`twin/cases/${n}`, { referredOn: `2019-04-1${n}`, referralSource: n < 2 ? 'self' : 'police' })
    }
    await counted('twin')
    hashes.push(String((await ask(keys[lead], '2019-20', 'twin')).body.sha256))
  }
  t.equal(hashes[0], hashes[1])
})

t.test('the templates are published', async (t) => {
  const { body } = await send(keys.provider, 'GET', 'returns/templates')
  const shipped = (body.items as { id: string; version: number; status: string; source: string }[]).filter(
    ({ id }) => ['moj-victims', 'six-monthly-grant', 'csp-plan'].includes(id),
  )
  t.equal(shipped.length, 3)
  for (const one of shipped) t.match(one, { version: 1, status: 'unconfirmed', source: /\w/ })
})

t.test('a published template that was edited stops the start', async (t) => {
  const edited = { ...templates, 'twin.v1.yaml': template('twin', '').replace('made up', 'made up anew') }
  const { compose } = await import('../../src/compose.ts')
  const config = {
    ...readConfig({ PORT: '0', LOG_LEVEL: 'silent' }),
    databaseUrl: service.database.url,
    operatorKey: OPERATOR_KEY,
    surveysDir: t.testdir({ returns: edited }),
  }
  await t.rejects(compose(config, 'api', makeLogger('silent')), { message: /twin@1/ })
})
