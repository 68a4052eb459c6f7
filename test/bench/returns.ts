import { execFileSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { isCounted, type CheckResult } from '../../src/domain/returns/checks.ts'
import { makeDatabase } from '../support/database.ts'
import { spawnProcess } from '../support/process.ts'
import { OPERATOR_KEY } from '../support/service.ts'

/**
 * `npm run bench:returns`, on DATABASE_URL or on the embedded database: a quarter's return over 200 contracts with 100,000
 * cases that closed in it, a year's beside it, and a spreadsheet of 20,000 rows; each beside what it may take at most.
 */

const CONTRACTS = Number(process.env.BENCH_CONTRACTS ?? 200)
const CASES_EACH = 500
const TEMPLATE = 'moj-victims'
const REPEATS = 7
const [QUARTER, YEAR] = ['2019-20-Q1', '2019-20']

const print = (figure: string, ...values: string[]): void => {
  process.stdout.write(`${figure.padEnd(52)} ${values.join('   ')}\n`)
}
const atMost = (limit: string): string => `(at most ${limit})`
const whole = (value: number): string => Math.round(value).toLocaleString('en-GB')
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

benchSpreadsheet()

const database = await makeDatabase()
const service = await spawnProcess('dist/src/server.js', {
  DATABASE_URL: database.url,
  REDIS_URL: process.env.REDIS_URL,
  // It says at this level where it listens.
  LOG_LEVEL: 'info',
  WAYMARK_OPERATOR_KEY: OPERATOR_KEY,
  WAYMARK_DATA_DIR: '/tmp/waymark-bench',
})
const owner = postgres({ ...database.address, max: 1, onnotice: () => undefined })

try {
  const key = await prepare()
  for (const exactReturns of [true, false]) {
    const path = '/v1/organisations/c'
    await send('PUT', path, OPERATOR_KEY, { name: 'c', kind: 'commissioner', exactReturns })
    await benchReturns(key, exactReturns ? 'exact' : 'as released')
  }
} finally {
  await service.end('SIGTERM')
  await owner.end()
  await database.drop()
}

async function send(method: string, path: string, key: string, body: unknown): Promise<Response> {
  const reply = await fetch(`${service.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`)
  return reply
}

/** Cases that closed in the months of 2019-20-Q1, counted; the other months of that year are as these were. */
async function prepare(): Promise<string> {
  await send('PUT', '/v1/organisations/p', OPERATOR_KEY, { name: 'p', kind: 'provider' })
  await send('PUT', '/v1/organisations/c', OPERATOR_KEY, { name: 'c', kind: 'commissioner' })
  const issued = await send('POST', '/v1/organisations/c/keys', OPERATOR_KEY, { label: 'bench' })
  for (let n = 0; n < CONTRACTS; n++) {
    await send('PUT', `/v1/contracts/c${n}`, OPERATOR_KEY, {
      ...{ title: 'Bench', provider: 'p', commissioners: ['c'], instruments: ['victim-needs'] },
      ...{ startsOn: '2019-04-01', endsOn: '2020-03-31', measures: [] },
      // A frequency that owes one return: nothing else is made meanwhile.
      returns: [{ template: TEMPLATE, frequency: 'yearly' }],
    })
  }
  await insertCases()
  const started = performance.now()
  for (;;) {
    const [{ left } = { left: 0 }] = await owner<{ left: number }[]>`select count(*)::int as left from marks`
    if (left === 0) break
    await pause(500)
  }
  print('counting of all of it', `${whole(performance.now() - started)} ms`)
  await forgetScheduled()
  await owner.unsafe(`
    insert into counts (contract_id, month, subject, by, value, x, y, n)
    select contract_id, month + added, subject, by, value, x, y, n from counts, unnest(array[3, 6]) added
    where month between 201904 and 201906
    union all
    select contract_id, month + 97, subject, by, value, x, y, n from counts where month between 201904 and 201906;
    analyze counts;`)
  const [{ rows } = { rows: 0 }] = await owner<{ rows: number }[]>`select count(*)::int as rows from counts`
  print('counts of the year', whole(rows))
  return ((await issued.json()) as { key: string }).key
}

/**
 * The yearly return falls due while the counting goes on, and shows what is counted by then, so that all of it would have to be
 * shown anew when it is asked for, beside what was shown: what is measured is to be the first time.
 */
async function forgetScheduled(): Promise<void> {
  for (;;) {
    const [{ made } = { made: 0 }] = await owner<
      { made: number }[]
    >`select count(*)::int as made from returns`
    if (made > 0) break
    await pause(500)
  }
  await owner`truncate released_counts, past_released_counts, releases`
}

async function insertCases(): Promise<void> {
  await owner.unsafe(`
    insert into cases (contract_id, case_ref, delivered_by, referred_on, started_on, in_support_from, closed_on, counted_on,
      closure, cohorts, crime_type, referral_source, characteristics)
    select 'c' || c, 'case-' || n, 'p', day - 100, day - 90, day - 90, day, day,
      (array['planned', 'disengaged', 'declined'])[1 + n % 3], array[(array['idva', 'isva', 'therapy'])[1 + n % 3]],
      (array['burglary', 'violence', 'domestic-abuse', 'fraud'])[1 + n % 4], (array['police', 'self', 'other'])[1 + n % 3],
      jsonb_build_object('ageBand', (array['18-24', '25-34', '65-plus'])[1 + n % 3],
        'sex', (array['female', 'male'])[1 + n % 2], 'ethnicity', 'white-british', 'disability', 'no')
    from generate_series(0, ${CONTRACTS - 1}) c, generate_series(1, ${CASES_EACH}) n,
      lateral (select '2019-04-01'::date + n % 91 as day) d;
    insert into assessments (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage, respondent,
      response, assessed_on, answers, scores, received_at)
    select contract_id, stage || '-' || case_ref, 1, case_ref, 'victim-needs', 1, stage, 'self', 'completed',
      case stage when 'start' then started_on else closed_on end, '{}',
      array(select ((closed_on - '2019-04-01'::date) * i + length(stage)) % 4 from generate_series(1, 9) i), now()
    from cases, unnest(array['start', 'end']) stage;
    insert into marks (contract_id, month)
    select 'c' || c, month from generate_series(0, ${CONTRACTS - 1}) c,
      unnest(array[0, 201901, 201902, 201903, 201904, 201905, 201906]) month;
    analyze cases; analyze assessments;`)
}

/** The first time it is made; then asked for again, for which everything is worked out again. */
async function benchReturns(key: string, how: string): Promise<void> {
  const times = new Map<string, number>()
  for (const period of [QUARTER, YEAR]) {
    const ask = async (): Promise<number> => {
      const started = performance.now()
      const reply = await send('POST', '/v1/returns', key, { template: TEMPLATE, period })
      const { contracts, checks } = (await reply.json()) as { contracts: string[]; checks: CheckResult[] }
      if (contracts.length !== CONTRACTS || !isCounted(checks)) throw new Error('not all of it is counted')
      return performance.now() - started
    }
    const first = await ask()
    const again: number[] = []
    for (let repeat = 0; repeat < REPEATS; repeat++) again.push(await ask())
    times.set(period, median(again))
    const most = period === QUARTER ? [atMost('2,000 ms')] : []
    const [once, later] = [`first ${whole(first)} ms`, `again ${whole(median(again))} ms`]
    print(`return of ${period}, ${how}`, once, later, ...most)
  }
  const ratio = (times.get(YEAR) ?? 0) / (times.get(QUARTER) ?? 1)
  print(`a year's return beside a quarter's, ${how}`, `${ratio.toFixed(2)} ×`, atMost('1.5 ×'))
}

/** In a process of its own, as it is built, so that nothing else is in its memory. */
function benchSpreadsheet(): void {
  const script = `
    import { returnSheets } from './dist/src/domain/returns/return-sheets.js'
    import { asXlsx } from './dist/src/files/xlsx.js'
    const basis = 'people with a start and an end, and the need at the start'
    const cell = { status: 'ok', value: 62, numerator: 5, denominator: 8 }
    const rows = Array.from({ length: 100 }, (_, n) => ({
      id: 'row-' + n, label: 'Row ' + n, measure: 'measure-' + n, basis, ...cell,
      byContract: Array.from({ length: 199 }, (_, c) => ({ contract: 'contract-' + c, ...cell })),
    }))
    const started = performance.now()
    const bytes = asXlsx(returnSheets({
      templateVersion: 1, areaCode: null, period: '2019-20-Q1', version: 1, isSubmitted: false, provisional: false,
      generatedAt: '2020-01-01T00:00:00.000Z', sha256: '', checks: [], signedOffBy: null, submittedAt: null,
      reasons: null,
      content: { template: 't', period: '2019-20-Q1', contracts: [], sections: [{ id: 's', title: 'S', rows }] },
    }, undefined))
    console.log(JSON.stringify([performance.now() - started, process.resourceUsage().maxRSS / 1024, bytes.length]))`
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  const [milliseconds = 0, megabytes = 0, bytes = 0] = JSON.parse(said) as number[]
  print(
    '.xlsx of 20,000 rows',
    `${whole(milliseconds)} ms`,
    `${whole(megabytes)} MB`,
    `file ${whole(bytes)} B`,
    atMost('2,000 ms and 200 MB'),
  )
}
