import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { loadDefinitions, surveysFolder } from '../../src/definitions.ts'
import { londonDateOf, monthPeriod } from '../../src/domain/period.ts'
import { recountMonth } from '../../src/services/counting/recount-month.ts'
import { connectPool, transactOn } from '../../src/store/database.ts'
import { makeDatabase } from '../support/database.ts'
import { spawnProcess } from '../support/process.ts'
import { OPERATOR_KEY } from '../support/service.ts'
import { putLoad } from './load.ts'

/**
 * `npm run bench`: each figure beside a floor measured in the same run, on DATABASE_URL or on the embedded database.
 * Absolute times say more about the machine than about waymark; the ratios are what to look at.
 */

const SECONDS = Number(process.env.BENCH_SECONDS ?? 10)
/** BENCH_ONLY names one of put, rls, recount and freshness. */
const wanted = (figure: string): boolean => (process.env.BENCH_ONLY ?? figure) === figure
const CONTRACT = 'bench'
/** Contracts that the freshness of figures is watched on. */
const FRESH = Array.from({ length: 20 }, (_, n) => `fresh-${n}`)
const ITEMS = [
  'personal-safety',
  'health',
  'accommodation',
  'family',
  'education',
  'substances',
  'finance',
  'outlook',
  'social',
]

const answersOf = (n: number) => Object.fromEntries(ITEMS.map((item, index) => [item, (n + index) % 4]))

/** Each run writes cases and assessments of its own. */
let run = 0
const WARM_UP_SECONDS = 10
const body = (n: number) => ({
  // As in life, a case's end does not arrive in the same moment as its start.
  case: `case-${run}-${n % 2 ? (n >> 1) - 200 : n >> 1}`,
  instrument: 'victim-needs',
  stage: n % 2 ? 'end' : 'start',
  assessedOn: n % 2 ? `2019-${String(1 + ((n >> 1) % 12)).padStart(2, '0')}-28` : '2018-11-08',
  answers: answersOf(n),
})
const barePath = (n: number) => `/r-${run}-${n}`
const ourPath = (n: number) => `/v1/contracts/${CONTRACT}/assessments/r-${run}-${n}`

const print = (figure: string, ...values: string[]): void => {
  process.stdout.write(`${figure.padEnd(44)} ${values.join('   ')}\n`)
}
const whole = (value: number): string => Math.round(value).toLocaleString('en-GB')

const database = await makeDatabase()
const settings = { DATABASE_URL: database.url, REDIS_URL: process.env.REDIS_URL, LOG_LEVEL: 'info' }
const service = await spawnProcess(
  'dist/src/server.js',
  { ...settings, WAYMARK_OPERATOR_KEY: OPERATOR_KEY, WAYMARK_DATA_DIR: '/tmp/waymark-bench' },
  { isHeard: false },
)
const floor = await spawnProcess('test/bench/floor-server.ts', settings)
const owner = postgres({ ...database.address, max: 1, onnotice: () => undefined })

try {
  const key = await prepare()
  if (wanted('put')) await benchPut(key)
  if (wanted('rls')) await benchRowSecurity(key)
  if (wanted('recount')) {
    await benchRecount()
    await benchReading(key)
  }
  if (wanted('freshness')) await benchFreshness(key)
} finally {
  await service.end('SIGTERM')
  await floor.end('SIGTERM')
  await owner.end()
  await database.drop()
}

async function send(method: string, path: string, key: string, body?: unknown, wait = 0): Promise<Response> {
  const reply = await fetch(`${service.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      prefer: `wait=${wait}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`)
  return reply
}

async function prepare(): Promise<string> {
  await send('PUT', '/v1/organisations/p', OPERATOR_KEY, { name: 'p', kind: 'provider' })
  await send('PUT', '/v1/organisations/c', OPERATOR_KEY, { name: 'c', kind: 'commissioner' })
  const measures = [...loadDefinitions([surveysFolder]).measures.keys()].filter((id) =>
    ITEMS.some((item) => id.startsWith(item)),
  )
  for (const contract of [CONTRACT, ...FRESH]) {
    await send('PUT', `/v1/contracts/${contract}`, OPERATOR_KEY, {
      title: 'Bench',
      provider: 'p',
      commissioners: ['c'],
      startsOn: '2018-10-01',
      endsOn: '2021-09-30',
      instruments: ['victim-needs'],
      measures,
    })
  }
  const issued = await send('POST', '/v1/organisations/p/keys', OPERATOR_KEY, { label: 'bench' })
  return ((await issued.json()) as { key: string }).key
}

/** One PUT of an assessment of nine answers against a bare route with one INSERT of the same body. */
async function benchPut(key: string): Promise<void> {
  const warmUp = { connections: 16, seconds: WARM_UP_SECONDS }
  await putLoad(floor.url, { ...warmUp, make: (n) => ({ path: barePath(n), body: body(n) }) })
  await putLoad(service.url, { ...warmUp, key, make: (n) => ({ path: ourPath(n), body: body(n) }) })
  for (const connections of [16, 64]) {
    const ratios: number[] = []
    for (let repeat = 0; repeat < 3; repeat++) {
      run++
      const bare = await putLoad(floor.url, {
        connections,
        seconds: SECONDS,
        make: (n) => ({ path: barePath(n), body: body(n) }),
      })
      const ours = await putLoad(service.url, {
        connections,
        seconds: SECONDS,
        key,
        make: (n) => ({ path: ourPath(n), body: body(n) }),
      })
      ratios.push(ours.perSecond / bare.perSecond)
      print(
        `PUT, ${connections} connections`,
        `${whole(ours.perSecond)}/s (p50 ${ours.p50} ms, p99 ${ours.p99} ms, failures ${ours.failures})`,
        `floor ${whole(bare.perSecond)}/s`,
        `${(ours.perSecond / bare.perSecond).toFixed(2)} ×`,
      )
    }
    ratios.sort((a, b) => a - b)
    print(`PUT, ${connections} connections`, `median ${(ratios[1] ?? 0).toFixed(2)} × the floor`)
  }
}

/** The same PUT with row security and without it, in turns; without it the code's own conditions do the same work. */
async function benchRowSecurity(key: string): Promise<void> {
  const connections = 16
  const put = { connections, key, make: (n: number) => ({ path: ourPath(n), body: body(n) }) }
  const tables = await owner<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relrowsecurity`
  const turn = async (how: 'enable' | 'disable'): Promise<void> => {
    // One by one: the workers go on counting, and a lock on all at once would meet them half-way.
    for (const { name } of tables) await owner.unsafe(`alter table ${name} ${how} row level security`)
  }
  const measure = async (how: 'enable' | 'disable'): Promise<number> => {
    run++
    await turn(how)
    // Every connection plans anew.
    await putLoad(service.url, { ...put, seconds: 1 })
    run++
    return (await putLoad(service.url, { ...put, seconds: Math.ceil(SECONDS / 5) })).perSecond
  }
  run++
  await putLoad(service.url, { ...put, seconds: WARM_UP_SECONDS })
  const costs: number[] = []
  // Many short turns: whatever else the machine does meanwhile meets both alike.
  for (let repeat = 0; repeat < 13; repeat++) {
    // Who comes first changes, since tables grow.
    const order = repeat % 2 ? (['enable', 'disable'] as const) : (['disable', 'enable'] as const)
    const rates = { enable: 0, disable: 0 }
    for (const how of order) rates[how] = await measure(how)
    costs.push(1 - rates.enable / rates.disable)
    print(
      'PUT with row security',
      `${whole(rates.enable)}/s`,
      `without ${whole(rates.disable)}/s`,
      `costs ${(100 * (1 - rates.enable / rates.disable)).toFixed(1)}%`,
    )
  }
  await turn('enable')
  costs.sort((a, b) => a - b)
  print('PUT with row security', `median cost ${(100 * (costs[6] ?? 0)).toFixed(1)}%`)
}

/**
 * One month with 10,000 closed cases, all its measures and all groups; beside it one SQL statement that counts the same
 * transitions in the same groups.
 */
async function benchRecount(): Promise<void> {
  const month = 202006
  const period = monthPeriod(month)
  await owner.unsafe(`
    insert into cases (contract_id, case_ref, delivered_by, counted_on, in_support_from, closure, cohorts, crime_type,
      referral_source, funding_stream, area, characteristics)
    select '${CONTRACT}', 'recount-' || n, 'p', '2020-06-15', '2020-01-01', (array['planned', 'disengaged'])[1 + n % 2],
      array['c' || n % 3], 'crime-' || n % 8, (array['police', 'self', 'other'])[1 + n % 3],
      (array['moj-core', 'local'])[1 + n % 2], 'area-' || n % 7,
      jsonb_build_object('ageBand', 'a' || n % 6, 'sex', (array['female', 'male'])[1 + n % 2],
        'ethnicity', 'e' || n % 10, 'disability', (array['yes', 'no'])[1 + n % 2])
    from generate_series(1, 10000) n;
    insert into assessments (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage, respondent,
      response, assessed_on, answers, scores, received_at)
    select '${CONTRACT}', stage || '-recount-' || n, 1, 'recount-' || n, 'victim-needs', 1, stage, 'self', 'completed',
      case stage when 'start' then '2020-01-01'::date else '2020-06-15' end, '{}',
      array(select ((n * i + length(stage)) % 4) from generate_series(1, 9) i), now()
    from generate_series(1, 10000) n, unnest(array['start', 'end']) stage;
    analyze cases; analyze assessments;`)
  const pool = connectPool(database.address, 2)
  const recount = recountMonth({
    transact: transactOn(pool),
    definitions: loadDefinitions([surveysFolder]),
    clock: { now: () => new Date(), today: () => londonDateOf(new Date()) },
  })
  const times: number[] = []
  const floors: number[] = []
  for (let repeat = 0; repeat < 5; repeat++) {
    await owner`insert into marks (contract_id, month) values (${CONTRACT}, ${month})`
    let started = performance.now()
    await recount({ contractId: CONTRACT, month })
    times.push(performance.now() - started)
    started = performance.now()
    await owner`
      select i, by, value, s.scores[i] as x, e.scores[i] as y, count(*) from cases c
      join assessments s on s.contract_id = c.contract_id and s.case_ref = c.case_ref and s.stage = 'start'
      join assessments e on e.contract_id = c.contract_id and e.case_ref = c.case_ref and e.stage = 'end'
      cross join generate_series(1, 9) i
      cross join lateral (values ('', ''), ('closure', c.closure), ('cohort', c.cohorts[1]),
        ('crime-type', c.crime_type), ('referral-source', c.referral_source), ('funding-stream', c.funding_stream),
        ('area', c.area), ('delivered-by', c.delivered_by), ('age-band', c.characteristics ->> 'ageBand'),
        ('sex', c.characteristics ->> 'sex'), ('ethnicity', c.characteristics ->> 'ethnicity'),
        ('disability', c.characteristics ->> 'disability')) g (by, value)
      where c.contract_id = ${CONTRACT} and c.counted_on >= ${period.from} and c.counted_on < ${period.until}
      group by 1, 2, 3, 4, 5`
    floors.push(performance.now() - started)
  }
  await pool.end()
  const median = (values: number[]): number =>
    values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  print(
    'recount of a month, 10,000 closed cases, all groups',
    `${whole(median(times))} ms`,
    `floor ${whole(median(floors))} ms`,
    `${(median(times) / median(floors)).toFixed(2)} ×`,
  )
}

/** A financial year of such months, read with groups. */
async function benchReading(key: string): Promise<void> {
  await owner.unsafe(`
    insert into counts (contract_id, month, subject, by, value, x, y, n)
    select contract_id, m, subject, by, value, x, y, n
    from counts, unnest(array[202004, 202005, 202007, 202008, 202009, 202010, 202011, 202012, 202101, 202102, 202103]) m
    where contract_id = '${CONTRACT}' and month = 202006
    on conflict do nothing;
    analyze counts;`)
  for (const by of ['', '&by=crime-type']) {
    const times: number[] = []
    for (let n = 0; n < 300; n++) {
      const started = performance.now()
      const reply = await send('GET', `/v1/contracts/${CONTRACT}/outcomes?period=2020-21${by}`, key)
      await reply.arrayBuffer()
      // The first hundred warm it up.
      if (n >= 100) times.push(performance.now() - started)
    }
    times.sort((a, b) => a - b)
    const at = (share: number): string => `${(times[Math.floor(times.length * share)] ?? 0).toFixed(1)} ms`
    print(`a year of outcomes${by === '' ? '' : ' with groups'}`, `p50 ${at(0.5)}`, `p95 ${at(0.95)}`)
  }
}

/** From a 2xx to a figure that is not pending, while 200 writes a second come in over 20 contracts and 12 months. */
async function benchFreshness(key: string): Promise<void> {
  const perSecond = 200
  const waits: number[] = []
  const watches: Promise<void>[] = []
  const started = performance.now()
  for (let n = 0; n < perSecond * SECONDS; n++) {
    const due = started + (n * 1000) / perSecond
    if (due > performance.now()) await pause(due - performance.now())
    const month = 1 + (n % 12)
    // The first third warms it up.
    watches.push(write(n, month, n > (perSecond * SECONDS) / 3 && n % 11 === 0))
  }
  await Promise.all(watches)
  waits.sort((a, b) => a - b)
  const at = (share: number): string => `${whole(waits[Math.floor(waits.length * share)] ?? 0)} ms`
  print(`2xx to not pending, ${perSecond} writes/s`, `p50 ${at(0.5)}`, `p95 ${at(0.95)}`, `max ${at(0.9999)}`)

  async function write(n: number, month: number, isWatched: boolean): Promise<void> {
    const period = `2021-M${String(month).padStart(2, '0')}`
    const contract = FRESH[n % FRESH.length] ?? CONTRACT
    await send('PUT', `/v1/contracts/${contract}/assessments/fresh-${n}`, key, {
      case: `fresh-${n}`,
      instrument: 'victim-needs',
      stage: 'end',
      assessedOn: `${period.replace('-M', '-')}-10`,
      answers: answersOf(n),
    })
    if (!isWatched) return
    const accepted = performance.now()
    const reply = await send('GET', `/v1/contracts/${contract}/outcomes?period=${period}`, key, undefined, 30)
    if (((await reply.json()) as { pending: boolean }).pending)
      throw new Error('still pending after 30 seconds')
    waits.push(performance.now() - accepted)
  }
}
