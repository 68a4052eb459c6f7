import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { dateReader } from '../src/load/date-format.ts'
import { loadFile } from '../src/load/load-file.ts'
import { PLAIN_MAP, readMap, type ExportMap } from '../src/load/map.ts'
import { contractOf } from './support/people.ts'
import { spawnProgram } from './support/process.ts'
import { startService, type TestService } from './support/service.ts'

const example = (name: string): string => fileURLToPath(new URL(`load/${name}`, import.meta.url))

let service: TestService
let key: string

t.before(async () => {
  service = await startService({ workers: false })
  key = await service.join('prov', 'provider')
  await service.join('comm', 'commissioner')
})
t.teardown(() => service.stop())

const makeContract = (contract: string) =>
  service.operate('PUT', `/v1/contracts/${contract}`, contractOf('prov', 'comm'))
const get = async (path: string): Promise<any> =>
  (await service.send('GET', `/v1/contracts/${path}`, { key })).body
const load = (path: string, contract: string, map: Partial<ExportMap> = {}, shown: string[] = []) => {
  const whole = { ...PLAIN_MAP, ...map }
  return loadFile(path, {
    map: whole,
    target: { url: service.server.url, key, contract, as: whole.as, isDryRun: false },
    screen: { write: (text: string) => shown.push(text) },
  })
}
/** A copy of its own, since what is rejected is written beside it. */
const copyOf = async (folder: string, name: string): Promise<string> => {
  const path = join(folder, name)
  await copyFile(example(name), path)
  return path
}

t.test('an export of cases, as a spreadsheet wrote it', async (t) => {
  await makeContract('cases')
  const path = await copyOf(t.testdir(), 'cases-export.csv')
  const map = readMap(example('cases-map.yaml'))
  const shown: string[] = []
  const loaded = await load(path, 'cases', map, shown)
  const rejectedFile = `${path}.rejected.csv`
  t.same(loaded, { received: 5, created: 4, corrected: 0, unchanged: 0, rejected: 1, rejectedFile })
  t.match(shown.join(''), 'Sending: 5 of 5')
  const [first, fourth] = [await get('cases/cases/VF-2019-00123'), await get('cases/cases/VF-2019-00126')]
  t.match(first, {
    client: 'C-77',
    referredOn: '2019-01-03',
    referralSource: 'police',
    startedOn: '2019-01-08',
    closedOn: '2019-04-02',
    closure: 'planned',
    crimeType: 'burglary',
    characteristics: { sex: 'female', ageBand: '25-34' },
  })
  t.match(fourth, { closedOn: '2019-05-01', referralSource: 'other', closure: 'transferred' })
  t.same((await get('cases/cases/VF-2019-00127')).cohorts, ['idva', 'isva'])

  const rejected = await readFile(rejectedFile, 'utf8')
  t.equal(
    rejected,
    '\uFEFFCase No,Client ID,Referral date,Referred by,Support started,Closed,Outcome,Crime,Gender,Age band,Groups,' +
      "Worker's notes,reason\r\n" +
      'VF-2019-00125,C-79,31/02/2019,Police,,,,Burglary – dwelling,M,55-64,,,' +
      '"line 5: Referral date must be a date that exists, as YYYY-MM-DD, or an RFC 3339 timestamp with an offset"\r\n',
  )

  await writeFile(rejectedFile, rejected.replace('31/02/2019', '28/02/2019'))
  const mended = await load(rejectedFile, 'cases', map)
  t.match(mended, { received: 1, created: 1, rejected: 0, rejectedFile: undefined })
  t.match(await get('cases/cases/VF-2019-00125'), { referredOn: '2019-02-28', crimeType: 'burglary' })
  t.same(await load(path, 'cases', map), {
    received: 5,
    created: 0,
    corrected: 0,
    unchanged: 4,
    rejected: 1,
    rejectedFile,
  })
})

t.test('an export of assessments with a byte-order mark, and a column that is always the same', async (t) => {
  await makeContract('assessments')
  const path = await copyOf(t.testdir(), 'assessments-export.csv')
  // Its mark says UTF-8, whatever the map says.
  const map = { ...readMap(example('assessments-map.yaml')), encoding: 'windows-1252' }
  t.match(await load(path, 'assessments', map), { received: 5, created: 4, rejected: 1 })
  t.match(await get('assessments/assessments/F-502'), {
    instrument: 'victim-needs@1',
    stage: 'end',
    assessedOn: '2019-04-02',
    answers: { 'personal-safety': 0, health: 1 },
  })
  t.match(
    await readFile(`${path}.rejected.csv`, 'utf8'),
    'F-504,VF-2019-00126,Initial,14/01/2019,7,1,line 5: Safety must be 0 to 3\r\n',
  )
})

t.test(
  'many rejected lines are all told, each by its own line, though its records run over several',
  async (t) => {
    await makeContract('many')
    const rows = Array.from(
      { length: 2_500 },
      (_, n) => `c-${n},${n % 2 === 0 ? '2019-01-08' : 'soon'},"a\nb"\r\n`,
    )
    const path = join(
      t.testdir({ 'many.csv': `case,startedOn,notes\r\n${rows.join('')}"open,,\r\nshort\r\n` }),
      'many.csv',
    )
    const loaded = await load(path, 'many', { as: 'cases', columns: { notes: null } })
    t.match(loaded, { received: 2_502, created: 1_250, rejected: 1_252 })
    const rejected = (await readFile(`${path}.rejected.csv`, 'utf8')).split('\r\n')
    t.equal(rejected.length, 1 + 1_252 + 1)
    t.match(rejected[1], /^c-1,soon,"a\nb","?line 4: startedOn /)
    t.match(rejected[1_250], /^c-2499,soon,"a\nb","?line 5000: startedOn /)
    t.match(rejected[1_251], /line 5002: has a quote/)
    t.match(rejected[1_252], 'short,,,line 5003: has 1 fields where the header has 3')
  },
)

t.test('lines of JSON are sent as they are', async (t) => {
  await makeContract('json')
  const lines = [{ case: 'a' }, { case: 'b', colour: 1 }].map((one) => `${JSON.stringify(one)}\n`)
  const path = join(t.testdir({ 'x.ndjson': `${lines.join('')}nonsense\n` }), 'x.ndjson')
  const loaded = await load(path, 'json', { as: 'cases' })
  t.match(loaded, { received: 3, created: 1, rejected: 2, rejectedFile: `${path}.rejected.ndjson` })
  const rejected = (await readFile(`${path}.rejected.ndjson`, 'utf8')).trim().split('\n')
  t.same(
    rejected.map((line) => JSON.parse(line) as unknown),
    [
      { case: 'b', colour: 1, reason: 'line 2: /colour is not a field here' },
      { reason: 'line 3: must be a JSON object' },
    ],
  )
  await writeFile(path, (rejected[0] ?? '').replace('"colour":1,', ''))
  t.match(await load(path, 'json', { as: 'cases' }), { received: 1, created: 1, rejected: 0 })
})

t.test('what the service does not take at all is told in its words', async (t) => {
  await makeContract('words')
  const folder = t.testdir({ 'x.csv': 'case,colour\na,red\n', 'empty.csv': '' })
  await t.rejects(load(join(folder, 'x.csv'), 'words', { as: 'cases' }), {
    message: /422.*\n {2}colour is not a column here$/,
  })
  await t.rejects(load(join(folder, 'x.csv'), 'nowhere', { as: 'cases' }), { message: /404/ })
  await t.rejects(load(join(folder, 'empty.csv'), 'words'), { message: 'The file is empty.' })
})

t.test('dates as case systems write them', async (t) => {
  const british = dateReader('DD/MM/YYYY')
  t.same(['31/12/2024', '1/2/2024', ' 01/02/2024 ', '2024-02-01', ''].map(british), [
    '2024-12-31',
    '2024-02-01',
    '2024-02-01',
    '2024-02-01',
    '',
  ])
  t.equal(dateReader('DD-MMM-YYYY')('05-Mar-2019'), '2019-03-05')
  t.equal(dateReader('DD-MMM-YYYY')('05-Foo-2019'), '05-Foo-2019')
  t.equal(dateReader('DD/MM/YYYY HH:mm:ss')('31/12/2024 00:00:00'), '2024-12-31')
  t.equal(dateReader('DD.MM.YYYY')('31/12/2024'), '31/12/2024')
  t.throws(() => dateReader('MM/YYYY'), RangeError)
})

t.test('a map that cannot be used says why', async (t) => {
  const folder = t.testdir({
    'a.yaml': 'as: people\ncolour: red\n',
    'b.yaml': 'encoding: klingon\n',
    'c.yaml': 'dates: soon\n',
  })
  t.throws(() => readMap(join(folder, 'a.yaml')), { message: /a\.yaml: as .*colour/ })
  t.throws(() => readMap(join(folder, 'b.yaml')), { message: /encoding must be an encoding/ })
  t.throws(() => readMap(join(folder, 'c.yaml')), { message: /DD\/MM\/YYYY/ })
})

t.test('as a program', async (t) => {
  await makeContract('program')
  const path = await copyOf(t.testdir(), 'cases-export.csv')
  const run = async (args: string[], env = {}): Promise<{ code: number | null; output: string }> => {
    const child = spawnProgram('src/load/index.ts', { WAYMARK_KEY: key, ...env }, args)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += String(text)))
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { code, output }
  }
  const args = [
    path,
    '--contract',
    'program',
    '--map',
    example('cases-map.yaml'),
    '--url',
    service.server.url,
  ]
  const dry = await run([...args, '--dry-run'])
  t.same([dry.code, (await get('program/cases')).items], [1, []])
  t.match(dry.output, '5 lines, of which nothing was kept: 4 created, 0 corrected, 0 unchanged, 1 rejected.')
  const wet = await run(args)
  t.equal(wet.code, 1)
  t.match(wet.output, `Mend the rejected lines in ${path}.rejected.csv`)
  t.equal((await get('program/cases')).items.length, 4)
  t.equal((await run([])).code, 2)
  t.equal((await run(args, { WAYMARK_KEY: '' })).code, 2)
  t.notMatch(
    (await run([...args.slice(0, 1), '--contract', 'nowhere', '--url', service.server.url])).output,
    key,
  )
})
