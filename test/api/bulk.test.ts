import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import postgres from 'postgres'
import t from 'tap'
import { isProblem } from '../support/is-problem.ts'
import { contractOf, pointersOf } from '../support/people.ts'
import { startService, type Reply, type TestService } from '../support/service.ts'

let service: TestService
let owner: postgres.Sql
let key: string
let partner: string
let commissioner: string

t.before(async () => {
  // Without workers, marks stay and can be looked at.
  service = await startService({ workers: false })
  owner = postgres({ ...service.database.address, max: 1, onnotice: () => undefined })
  key = await service.join('prov', 'provider')
  partner = await service.join('part', 'provider')
  commissioner = await service.join('comm', 'commissioner')
})
t.teardown(async () => {
  await owner.end()
  await service.stop()
})

/** A contract of its own for each test, so that tests count what is theirs. */
const makeContract = (contract: string, changes: object = {}) =>
  service.operate('PUT', `/v1/contracts/${contract}`, {
    ...contractOf('prov', 'comm'),
    partners: ['part'],
    instruments: ['victim-needs', 'core-10@1'],
    ...changes,
  })

const NDJSON = 'application/x-ndjson'
const CSV = 'text/csv'

const bulk = (path: string, type: string, body: string | Buffer, headers = {}, by = key): Promise<Reply> =>
  service.send('POST', `/v1/contracts/${path}`, {
    key: by,
    body,
    headers: { 'content-type': type, ...headers },
  })
const get = (path: string) => service.send('GET', `/v1/contracts/${path}`, { key })
const lines = (...all: (object | string)[]): string =>
  all.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('')
const counts = ({ body }: Reply) => [
  body.received,
  body.created,
  body.corrected,
  body.unchanged,
  body.rejected,
]
const assessment = (ref: string, changes: object = {}) => ({
  ref,
  case: `case-${ref}`,
  instrument: 'victim-needs',
  stage: 'start',
  assessedOn: '2019-01-08',
  answers: { health: 2 },
  ...changes,
})
const number = async (table: string, contract: string): Promise<number> => {
  const [row] = await owner`select count(*)::int as n from ${owner(table)} where contract_id = ${contract}`
  return Number(row?.n)
}

t.test('lines of JSON are taken as their PUTs, and bad ones are named with every fault', async (t) => {
  await makeContract('json')
  const reply = await bulk(
    'json/assessments/bulk',
    NDJSON,
    lines(
      assessment('A-1'),
      '',
      assessment('A-2', { answers: { health: 9, colour: 1 }, assessedOn: undefined }),
      'nonsense',
      '[1]',
      assessment('no good ref', { case: 'c' }),
      assessment('A-3', { colour: 1 }),
      assessment('A-4', { case: undefined }),
    ) + JSON.stringify(assessment('A-5')),
  )
  t.equal(reply.status, 200)
  t.match(String(reply.headers['content-type']), /^application\/json/)
  t.same(counts(reply), [8, 2, 0, 0, 6])
  const errors = reply.body.errors as { line: number; ref?: string; errors: { pointer: string }[] }[]
  t.same(
    errors.map(({ line, ref, errors }) => [line, ref, errors.map(({ pointer }) => pointer).sort()]),
    [
      [3, 'A-2', ['/answers/colour', '/answers/health', '/assessedOn']],
      [4, undefined, ['']],
      [5, undefined, ['']],
      [6, undefined, ['/ref']],
      [7, 'A-3', ['/colour']],
      [8, 'A-4', ['/case']],
    ],
  )
  t.notMatch(reply.text, /no good ref|nonsense/, 'what was sent is not repeated')
  t.match((await get('json/assessments/A-5')).body, { revision: 1, answers: { health: 2 } })
  t.equal(await number('assessments', 'json'), 2)
  t.same(
    (await owner`select distinct month from marks where contract_id = 'json' order by month`).map(
      (row) => row.month,
    ),
    [],
    'an open case counts nowhere',
  )
})

t.test('the same again changes nothing, a change is a correction, and order is kept', async (t) => {
  await makeContract('again')
  const send = (...all: object[]) => bulk('again/assessments/bulk', NDJSON, lines(...all))
  t.same(counts(await send(assessment('A'), assessment('B', { stage: 'end' }))), [2, 2, 0, 0, 0])
  t.same(
    counts(await send(assessment('A'), assessment('B', { stage: 'end', answers: { health: 1 } }))),
    [2, 0, 1, 1, 0],
  )
  const marked = await owner`select distinct month from marks where contract_id = 'again' order by month`
  t.same([...marked], [{ month: 201901 }])

  const thrice = await send(
    ...[0, 1, 2].map((health) => assessment('C', { answers: { health } })),
    assessment('C', { answers: { health: 2 } }),
  )
  t.same(counts(thrice), [4, 1, 2, 1, 0])
  t.match((await get('again/assessments/C')).body, { revision: 3, answers: { health: 2 } })

  const old = assessment('C', { answers: { health: 3 }, sourceUpdatedAt: '2020-01-01T00:00:00Z' })
  const newer = { ...old, sourceUpdatedAt: '2020-01-02T00:00:00Z', answers: { health: 1 } }
  t.same(counts(await send(newer, old)), [2, 0, 1, 1, 0])
  t.match((await get('again/assessments/C')).body, { answers: { health: 1 } })
})

t.test('a line withdraws; what is withdrawn already stays so, and what never was is not there', async (t) => {
  await makeContract('gone')
  const send = (...all: object[]) => bulk('gone/assessments/bulk', NDJSON, lines(...all))
  await send(assessment('A'), assessment('B'))
  const reply = await send(
    { ref: 'A', withdrawn: true },
    { ref: 'A', withdrawn: true },
    { ref: 'never', withdrawn: true },
    { ref: 'B', withdrawn: true, case: 'b' },
    { ref: 'B', withdrawn: 'yes' },
  )
  t.same(counts(reply), [5, 0, 1, 1, 3])
  t.match(reply.body.errors, [
    { line: 3, ref: 'never', errors: [{ pointer: '' }] },
    { line: 4, ref: 'B', errors: [{ pointer: '/case' }] },
    { line: 5, ref: 'B' },
  ])
  t.equal((await get('gone/assessments/A')).status, 404)
  t.equal((await get('gone/assessments/B')).status, 200)
  t.same(counts(await send(assessment('A'))), [1, 1, 0, 0, 0])
  t.match((await get('gone/assessments/A')).body, { revision: 2 })

  const cases = await bulk('gone/cases/bulk', NDJSON, lines({ case: 'x', withdrawn: true }))
  t.match(cases.body.errors, [{ line: 1, ref: 'x', errors: [{ pointer: '/withdrawn' }] }])
})

t.test('a table of assessments, over the items of all instruments', async (t) => {
  await makeContract('table')
  const reply = await bulk(
    'table/assessments/bulk',
    `${CSV}; charset=utf-8`,
    '\uFEFFref,case,instrument,stage,assessedOn,health,personal-safety,q1,response\r\n' +
      'A-1,c-1,victim-needs,start,2019-01-08,2,,,\r\n' +
      '"A-2",c-1,victim-needs@1,end,2019-02-08,0,1,,completed\r\n' +
      'A-3,c-2,victim-needs,start,2019-01-08,two,,,\r\n' +
      '\r\n' +
      'A-4,c-2,victim-needs,start,2019-01-08,,,3,\r\n' +
      'A-5,c-2,victim-needs,start,2019-01-08\r\n' +
      'A-6,c-3,victim-needs,start,2019-01-08,,,,declined\r\n' +
      'A-7,"c-3,victim-needs,start,2019-01-08,1,,,\r\n' +
      'A-8,c-4,victim-needs,start,2019-01-08,1,,,\r\n',
  )
  t.equal(reply.status, 200)
  t.same(counts(reply), [8, 4, 0, 0, 4])
  t.match(reply.body.errors, [
    { line: 4, ref: 'A-3', errors: [{ pointer: '/answers/health' }] },
    { line: 6, ref: 'A-4', errors: [{ pointer: '/answers/q1' }] },
    { line: 7, errors: [{ pointer: '', detail: 'has 5 fields where the header has 9' }] },
    { line: 9, errors: [{ pointer: '' }] },
  ])
  t.same((await get('table/assessments/A-1')).body.answers, { health: 2 })
  t.same((await get('table/assessments/A-2')).body.answers, { health: 0, 'personal-safety': 1 })
  t.match((await get('table/assessments/A-6')).body, { response: 'declined', answers: {} })
  t.equal((await get('table/assessments/A-8')).status, 200, 'a quote left open does not swallow what follows')
})

t.test('a table of cases, and one of contacts', async (t) => {
  await makeContract('tables')
  const header =
    'case,client,startedOn,closedOn,continues,cohorts,characteristics.sex,characteristics.ageBand\n'
  const send = (rows: string) => bulk('tables/cases/bulk', CSV, header + rows)
  const made = await send('one,C-1,2019-01-08,2019-04-02,TRUE,idva;isva,female,25-34\ntwo,,,,,,,\n,,,,,,,\n')
  t.same(counts(made), [3, 2, 0, 0, 1])
  t.match(made.body.errors, [{ line: 4, errors: [{ pointer: '/case', detail: 'is required' }] }])
  t.match((await get('tables/cases/one')).body, {
    client: 'C-1',
    continues: true,
    cohorts: ['idva', 'isva'],
    characteristics: { sex: 'female', ageBand: '25-34' },
  })
  t.same(
    counts(await send('one,C-1,2019-01-08,2019-04-02,true,idva;isva,female,25-34\ntwo,C-2,,,,,,\n')),
    [2, 0, 1, 1, 0],
  )
  t.match((await send('three,,2999-01-01,,,,,\n')).body.errors, [
    { line: 2, ref: 'three', errors: [{ pointer: '/startedOn' }] },
  ])
  const marked = await owner`select distinct month from marks where contract_id = 'tables' order by month`
  t.same([...marked], [{ month: 201904 }])

  const contacts = await bulk(
    'tables/contacts/bulk',
    CSV,
    'ref,cases,on,kind,minutes,reached,withdrawn\nK-1,one;two,2019-01-09,one-to-one,50,,\n' +
      'K-2,one;new,2019-01-10,phone,,false,false\nK-3,one,2019-01-10,phone,long,,\nK-1,,,,,,true\n',
  )
  t.same(counts(contacts), [4, 2, 1, 0, 1])
  t.match(contacts.body.errors, [{ line: 4, ref: 'K-3', errors: [{ pointer: '/minutes' }] }])
  t.match((await get('tables/contacts/K-2')).body, { cases: ['new', 'one'], reached: false })
  t.equal((await get('tables/contacts/K-1')).status, 404)
  t.equal((await get('tables/cases/new')).status, 200)
})

t.test('a wrong header is told at once, with every column that is wrong', async (t) => {
  await makeContract('header')
  const row = 'A-1,c-1,victim-needs,start,2019-01-08\n'
  const unknown = await bulk(
    'header/assessments/bulk',
    CSV,
    `ref,case,instrument,stage,assessedOn,colour,health,health,a/b\n${row}`,
  )
  isProblem(t, unknown, 422, 'unknown column')
  t.same(pointersOf(unknown), ['/a~1b', '/colour', '/health'])
  const missing = await bulk('header/assessments/bulk', CSV, 'ref,case,instrument\n')
  t.same([missing.status, pointersOf(missing)], [422, ['/assessedOn', '/stage']])
  const dotless = await bulk('header/cases/bulk', CSV, 'case,sex\n')
  t.same([dotless.status, pointersOf(dotless)], [422, ['/sex']])
  t.equal(await number('assessments', 'header'), 0)
})

t.test('an empty body has no lines', async (t) => {
  await makeContract('empty')
  for (const [type, body] of [
    [NDJSON, ''],
    [NDJSON, '\n\n'],
    [CSV, ''],
    [CSV, 'ref,case,instrument,stage,assessedOn\n'],
  ] as const) {
    const reply = await bulk('empty/assessments/bulk', type, body)
    t.equal(reply.status, 200)
    t.same(reply.body, { received: 0, created: 0, corrected: 0, unchanged: 0, rejected: 0, errors: [] })
  }
})

t.test('another type, another query, another tenant', async (t) => {
  await makeContract('strict')
  for (const type of ['application/json', 'text/plain', `${CSV}; charset=windows-1252`])
    isProblem(t, await bulk('strict/assessments/bulk', type, '{}'), 415, type)
  const put = await service.send('PUT', '/v1/contracts/strict/cases/one', {
    key,
    body: 'case\n',
    headers: { 'content-type': CSV },
  })
  isProblem(t, put, 415, 'a table is taken in bulk only')
  for (const query of ['mode=all', 'dryRun=maybe', 'colour=red'])
    isProblem(t, await bulk(`strict/assessments/bulk?${query}`, NDJSON, ''), 422, query)
  isProblem(t, await bulk('nowhere/assessments/bulk', NDJSON, lines(assessment('A'))), 404, 'no contract')
  isProblem(t, await bulk('strict/cases/bulk', NDJSON, '', {}, commissioner), 404, 'commissioner')
  isProblem(t, await bulk('strict/cases/bulk', NDJSON, '', {}, 'wm_wrong'), 401, 'no key')
})

t.test('a partner’s lines about what it cannot see spoil no other', async (t) => {
  await makeContract('shared')
  await bulk('shared/cases/bulk', NDJSON, lines({ case: 'hidden' }))
  await bulk('shared/assessments/bulk', NDJSON, lines(assessment('taken', { case: 'hidden' })))
  const cases = await bulk(
    'shared/cases/bulk',
    NDJSON,
    lines({ case: 'mine' }, { case: 'hidden' }, { case: 'mine-too' }),
    {},
    partner,
  )
  t.same(counts(cases), [3, 2, 0, 0, 1])
  t.match(cases.body.errors, [{ line: 2, ref: 'hidden', errors: [{ pointer: '' }] }])
  t.match((await get('shared/cases/mine')).body, { deliveredBy: 'part' })
  for (const query of ['', '?dryRun=true']) {
    const reply = await bulk(
      `shared/assessments/bulk${query}`,
      NDJSON,
      lines(
        assessment(`p-1${query.length}`, { case: 'mine' }),
        assessment('taken', { case: 'mine' }),
        assessment('p-3', { case: 'hidden' }),
        assessment(`p-4${query.length}`, { case: 'new' }),
      ),
      {},
      partner,
    )
    t.same(counts(reply), [4, 2, 0, 0, 2], query)
  }
  t.match((await get('shared/assessments/taken')).body, { case: 'hidden' })
})

t.test('a line that is too long, or not UTF-8, is an error of that line', async (t) => {
  await makeContract('long')
  const big = JSON.stringify(assessment('big', { colour: 'x'.repeat(70_000) }))
  const cut = JSON.stringify(assessment('fits', { pad: '' }))
  const fits = JSON.stringify(assessment('fits', { pad: 'x'.repeat(64 * 1024 - cut.length) }))
  t.equal(fits.length, 64 * 1024)
  const reply = await bulk(
    'long/assessments/bulk',
    NDJSON,
    Buffer.concat([
      Buffer.from(`${big}\n${fits}\r\n{"ref":"`),
      Buffer.from([0xff, 0x0a]),
      Buffer.from(lines(assessment('good'))),
    ]),
  )
  t.same(counts(reply), [4, 1, 0, 0, 3])
  t.match(reply.body.errors, [
    { line: 1, errors: [{ pointer: '', detail: 'must be at most 64 KiB long' }] },
    { line: 2, ref: 'fits', errors: [{ pointer: '/pad' }] },
    { line: 3, errors: [{ pointer: '', detail: 'must be text in UTF-8' }] },
  ])
  t.notOk('ref' in reply.body.errors[0])

  const header = 'ref,case,instrument,stage,assessedOn\n'
  const row = (ref: string) => `${ref},c,victim-needs,start,2019-01-08\n`
  const table = await bulk(
    'long/assessments/bulk',
    CSV,
    `${header}${row('T-1')}"${'x'.repeat(70_000)}\n${row('T-2')}"T-3,${'\n'.repeat(70_000)}${row('T-4')}`,
  )
  t.same(counts(table), [5, 3, 0, 0, 2])
  t.match(table.body.errors, [{ line: 3 }, { line: 5 }])
})

t.test('at most 1,000 errors are listed, and all are counted', async (t) => {
  await makeContract('many-errors')
  const reply = await bulk('many-errors/cases/bulk', NDJSON, '{}\n'.repeat(1_500))
  t.same(counts(reply), [1500, 0, 0, 0, 1500])
  t.equal(reply.body.errors.length, 1000)
  t.same(reply.body.errors.at(-1), { line: 1000, errors: [{ pointer: '/case', detail: 'is required' }] })
})

t.test('gzip is taken; where it breaks off, what was kept is kept', async (t) => {
  await makeContract('packed')
  const all = Array.from({ length: 1_000 }, (_, n) => assessment(`A-${n}`, { answers: { health: n % 4 } }))
  const packed = gzipSync(lines(...all))
  const headers = { 'content-encoding': 'gzip' }
  const broken = await bulk('packed/assessments/bulk', NDJSON, packed.subarray(0, -20), headers)
  isProblem(t, broken, 400, 'cut off')
  const kept = await number('assessments', 'packed')
  t.ok(kept > 0 && kept < 1_000 && kept % 100 === 0, `${kept} kept`)
  const whole = await bulk('packed/assessments/bulk', NDJSON, packed, headers)
  t.same(counts(whole), [1000, 1000 - kept, 0, kept, 0])
  isProblem(t, await bulk('packed/assessments/bulk', NDJSON, 'no gzip', headers), 400, 'no gzip')
  const atomic = 'packed/cases/bulk?mode=atomic'
  isProblem(
    t,
    await bulk(atomic, NDJSON, gzipSync(lines({ case: 'a' })).subarray(0, -9), headers),
    400,
    'atomic',
  )
  t.equal((await get('packed/cases/a')).status, 404)
})

t.test('mode=atomic keeps all or nothing', async (t) => {
  await makeContract('atomic')
  const good = Array.from({ length: 700 }, (_, n) => assessment(`A-${n}`, { stage: 'end' }))
  const path = 'atomic/assessments/bulk?mode=atomic'
  const refused = await bulk(path, NDJSON, lines(...good, assessment('bad', { stage: 'never' })))
  t.equal(refused.status, 422)
  t.match(String(refused.headers['content-type']), /^application\/json/)
  t.same(counts(refused), [701, 0, 0, 0, 1])
  t.match(refused.body.errors, [{ line: 701, ref: 'bad', errors: [{ pointer: '/stage' }] }])
  t.equal(await number('assessments', 'atomic'), 0)
  t.equal(await number('cases', 'atomic'), 0)
  t.equal(await number('marks', 'atomic'), 0)

  const taken = await bulk(path, NDJSON, lines(...good, assessment('A-0', { stage: 'end', answers: {} })))
  t.equal(taken.status, 200)
  t.same(counts(taken), [701, 700, 1, 0, 0])
  t.equal(await number('assessments', 'atomic'), 700)
  t.ok((await number('marks', 'atomic')) > 0)

  const many = await bulk('atomic/cases/bulk?mode=atomic', CSV, `case\n${'a\n'.repeat(100_001)}`)
  isProblem(t, many, 413, 'more than 100,000 lines')
})

t.test('dryRun checks, counts and keeps nothing', async (t) => {
  await makeContract('dry')
  await bulk('dry/assessments/bulk', NDJSON, lines(assessment('there')))
  const body = lines(
    assessment('there'),
    assessment('new'),
    assessment('new', { answers: { health: 0 } }),
    assessment('bad', { stage: 'x' }),
  )
  const dry = await bulk('dry/assessments/bulk?dryRun=true', NDJSON, body)
  t.equal(dry.status, 200)
  t.same(counts(dry), [4, 1, 1, 1, 1])
  t.equal(await number('assessments', 'dry'), 1)
  const atomic = await bulk('dry/assessments/bulk?dryRun=true&mode=atomic', NDJSON, body)
  t.same([atomic.status, ...counts(atomic)], [422, 4, 0, 0, 0, 1])
  const wet = await bulk('dry/assessments/bulk?dryRun=false', NDJSON, body)
  t.same(wet.body, dry.body, 'counts as if')
})

t.test('a body that breaks off has kept whole batches, and sending it again finishes it', async (t) => {
  await makeContract('cut')
  // More than one resource may have.
  const all = Array.from({ length: 10_000 }, (_, n) => assessment(`A-${n}`))
  const body = lines(...all)
  t.ok(body.length > 1024 * 1024)
  const { hostname, port } = new URL(service.server.url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(
    [
      'POST /v1/contracts/cut/assessments/bulk HTTP/1.1',
      `Host: ${hostname}`,
      `Authorization: Bearer ${key}`,
      `Content-Type: ${NDJSON}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body.slice(0, body.length / 2),
    ].join('\r\n'),
  )
  while ((await number('assessments', 'cut')) === 0) await new Promise(setImmediate)
  socket.destroy()
  await once(socket, 'close')
  const again = await bulk('cut/assessments/bulk', NDJSON, body)
  const [received, created, corrected, unchanged, rejected] = counts(again)
  t.same([received, corrected, rejected, Number(created) + Number(unchanged)], [10_000, 0, 0, 10_000])
  t.ok(unchanged > 0, `${unchanged} were kept of the first`)
  t.equal(await number('assessments', 'cut'), 10_000)
  t.equal(await number('assessment_revisions', 'cut'), 0)
})

for (const [contract, query] of [
  ['rivals', ''],
  ['atomic-rivals', '?mode=atomic'],
] as const) {
  t.test(`the same files sent by several at once end in the same ${query}`, async (t) => {
    await makeContract(contract)
    const all = Array.from({ length: 900 }, (_, n) => assessment(`A-${n}`, { case: `c-${n % 50}` }))
    const replies = await Promise.all(
      [all, all.toReversed(), all].map((some) =>
        bulk(`${contract}/assessments/bulk${query}`, NDJSON, lines(...some)),
      ),
    )
    t.same(
      replies.map(({ status }) => status),
      [200, 200, 200],
    )
    const sums = [0, 1, 2, 3, 4].map((at) =>
      replies.reduce((sum, reply) => sum + Number(counts(reply)[at]), 0),
    )
    t.same(sums, [2700, 900, 0, 1800, 0])
  })
}

t.test('the document says what is taken', async (t) => {
  const { body } = await service.send('GET', '/openapi.json')
  for (const name of ['assessments', 'cases', 'contacts']) {
    const post = body.paths[`/v1/contracts/{contract}/${name}/bulk`].post
    t.same(Object.keys(post.requestBody.content), [NDJSON, CSV])
    t.same(Object.keys(post.responses['422'].content), ['application/problem+json', 'application/json'])
  }
})
