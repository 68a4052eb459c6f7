import { setTimeout as pause } from 'node:timers/promises'
import type postgres from 'postgres'
import { addMonths } from '../../../src/domain/period.ts'
import { getLoad, type Load } from '../load.ts'
import { countingOn, countInOne, insertClosed, timed } from '../people.ts'
import { medianOf } from '../report.ts'
import { endWorker, spawnWorker, type Stand } from '../stand.ts'
import { putOurs } from './put.ts'

const LARGEST = Number(process.env.BENCH_ASSESSMENTS ?? 1_000_000)
const SIZES = [LARGEST / 100, LARGEST / 10, LARGEST]
const CONTRACTS = Array.from({ length: 20 }, (_, n) => `grown-${n}`)
const MONTHS = Array.from({ length: 36 }, (_, n) => addMonths(201810, n))
const [READ, WRITTEN] = ['grown-0', 'grown-1']
/** A month that stays as it is while the rest grows, one of ten times as many cases beside it. */
const STILL = { contract: 'still', months: [201904, 201905], cases: [500, 5_000] } as const
const YEAR = '2019-20'
const CONNECTIONS = 16

interface AtSize {
  size: number
  put: number
  read: Load
  bare: Load
  recounts: readonly number[]
}

/** How writing, reading and counting change from 10,000 to 1,000,000 assessments; then everything is counted anew. */
export async function benchGrowth(stand: Stand): Promise<void> {
  const { owner, floor } = stand
  for (const contract of [...CONTRACTS, STILL.contract]) await stand.makeContract(contract)
  for (const [at, month] of STILL.months.entries())
    await insertClosed(owner, { contract: STILL.contract, month, from: 1, to: STILL.cases[at] ?? 0 })
  await fetch(`${floor.url}/bare-row`, {
    ...{ method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"row":"one"}' },
  })
  const all: AtSize[] = []
  let each = 0
  for (const size of SIZES) {
    const next = Math.round(size / 2 / CONTRACTS.length / MONTHS.length)
    for (const contract of CONTRACTS)
      for (const month of MONTHS) await insertClosed(owner, { contract, month, from: each + 1, to: next })
    each = next
    for (const table of ['cases', 'assessments']) await owner.unsafe(`vacuum analyze ${table}`)
    await countAll(owner)
    all.push(await measureAt(stand, size))
  }
  reportGrowth(stand, all)
  await stand.service.end('SIGTERM')
  await endWorker(stand.worker)
  await benchRebuild(stand)
}

/** By the worker of the stand. */
async function countAll(owner: postgres.Sql): Promise<void> {
  await owner`insert into marks (contract_id, month)
    select contract_id, month from unnest(${CONTRACTS}::text[]) contract_id, unnest(${MONTHS}::int[]) month`
  while ((await waiting(owner)) > 0) await pause(200)
}

async function waiting(owner: postgres.Sql): Promise<number> {
  const [row] = await owner<[{ n: number }]>`select count(*)::int as n from marks`
  return row.n
}

async function measureAt(stand: Stand, size: number): Promise<AtSize> {
  const { owner, service, floor, keys, database, seconds } = stand
  const shape = { connections: CONNECTIONS, seconds }
  const path = `/v1/contracts/${READ}/outcomes?period=${YEAR}`
  await getLoad(service.url, path, { ...shape, seconds: seconds / 2, key: keys.provider })
  const bare = await getLoad(floor.url, '/row/1', shape)
  const read = await getLoad(service.url, path, { ...shape, key: keys.provider })
  if (read.failures > 0) throw new Error(`${read.failures} of the GETs failed`)
  const { perSecond: put } = await putOurs(stand, WRITTEN, shape)
  while ((await waiting(owner)) > 0) await pause(200)

  const counting = countingOn(database.address)
  const recounts: number[] = []
  for (const month of STILL.months) {
    const times: number[] = []
    for (let repeat = 0; repeat < 4; repeat++) {
      await owner`insert into marks (contract_id, month) values (${STILL.contract}, ${month})`
      times.push(await timed(() => counting.recount({ contractId: STILL.contract, month })))
    }
    // The first one compiles what it runs.
    recounts.push(medianOf(times.slice(1)))
  }
  await counting.end()
  return { size, put, read, bare, recounts }
}

function reportGrowth({ report }: Stand, all: readonly AtSize[]): void {
  const [least, ...more] = all
  const most = more.at(-1)
  if (least === undefined || most === undefined) return
  const sizes = all.map(({ size }) => size.toLocaleString('en-GB')).join(', ')
  report.add({
    figure: 'GET outcomes of a year',
    ...{ values: all.map(({ read }) => read.perSecond), unit: '/s' },
    floor: { what: 'a bare route with one SELECT by key', values: all.map(({ bare }) => bare.perSecond) },
    reach: { atLeast: 0.5 },
    on: `${CONNECTIONS} connections, at ${sizes} assessments`,
  })
  const grown = (of: (one: AtSize) => number) => ({
    values: [of(most)],
    floor: { what: 'that at the smallest size', values: [of(least)] },
  })
  const on = `from ${least.size.toLocaleString('en-GB')} to ${most.size.toLocaleString('en-GB')} assessments`
  const reach = { atMost: 1.2 }
  report.add({
    figure: 'GET outcomes of a year, p50, as it grows',
    ...grown(({ read }) => read.p50),
    unit: 'ms',
    reach,
    on,
  })
  report.add({
    figure: 'PUT as it grows',
    ...grown(({ put }) => put),
    unit: '/s',
    reach: { atLeast: 1 / 1.2 },
    on,
  })
  report.add({
    ...{
      figure: 'recount of a still month as the rest grows',
      ...grown(({ recounts }) => recounts[0] ?? NaN),
    },
    ...{ unit: 'ms', reach, on },
  })
  report.add({
    figure: 'recount of ten times as many cases',
    ...{ values: all.map(({ recounts }) => recounts[1] ?? NaN), unit: 'ms' },
    floor: { what: 'that of a tenth', values: all.map(({ recounts }) => recounts[0] ?? NaN) },
    reach: { atMost: 11 },
    on: `${STILL.cases.map((cases) => cases.toLocaleString('en-GB')).join(' and ')} closed cases`,
  })
}

/**
 * Counts every month anew, as a change of definitions makes workers do, with one worker process and with two; beside it one
 * statement for all.
 */
async function benchRebuild(stand: Stand): Promise<void> {
  const { owner, report, repeats } = stand
  const [one, two, bare]: [number[], number[], number[]] = [[], [], []]
  for (let repeat = 0; repeat < repeats; repeat++) {
    one.push(await rebuild(stand, 1))
    two.push(await rebuild(stand, 2))
    bare.push((await timed(() => owner.begin((sql) => countInOne(sql, sql`true`)))) / 1000)
  }
  const on = `${LARGEST.toLocaleString('en-GB')} assessments in ${CONTRACTS.length * MONTHS.length} months of contracts`
  report.add({
    figure: 'rebuild of everything',
    ...{ values: one, unit: 's' },
    floor: { what: 'one statement that counts the same', values: bare },
    reach: { atMost: 2 },
    on: `${on}, one worker process`,
  })
  report.add({
    figure: 'rebuild with two worker processes',
    ...{ values: one.map((seconds, at) => seconds / (two[at] ?? NaN)), unit: '×' },
    reach: { atLeast: 1.4 },
    on: 'times as fast as with one',
  })
}

/** Seconds from the first month that is marked to the last one that is counted. */
async function rebuild({ owner, database }: Stand, processes: number): Promise<number> {
  // As if each measure meant something else now.
  await owner`update contracts set counted_with = 'before'`
  const settings = { DATABASE_URL: database.url, REDIS_URL: process.env.REDIS_URL }
  const workers = Array.from({ length: processes }, () => spawnWorker(settings))
  try {
    while ((await waiting(owner)) === 0) await pause(20)
    return (
      (await timed(async () => {
        while ((await waiting(owner)) > 0) await pause(50)
      })) / 1000
    )
  } finally {
    await Promise.all(workers.map(endWorker))
  }
}
