import postgres from 'postgres'
import t from 'tap'
import { loadDefinitions, surveysFolder } from '../../../src/definitions.ts'
import { londonDateOf, type LondonDate } from '../../../src/domain/period.ts'
import { makeMetrics } from '../../../src/process/metrics.ts'
import { makeDueReturns } from '../../../src/services/returns/make-due-returns.ts'
import { connectPool, transactOn } from '../../../src/store/database.ts'
import { startService, type TestService } from '../../support/service.ts'

let service: TestService
let owner: postgres.Sql

t.before(async () => {
  service = await startService({ workers: false })
  owner = postgres({ ...service.database.address, max: 1 })
  await service.join('prov', 'provider')
})
t.teardown(async () => {
  await owner.end()
  await service.stop()
})

/** A scheduler of its own, as another process would be one. */
function aScheduler(now: () => Date) {
  const pool = connectPool(service.database.address, 2)
  const metrics = makeMetrics({
    backlog: () => Promise.resolve({ marks: 0, oldestSeconds: 0, failing: 0 }),
    jobs: () => Promise.resolve({}),
  })
  const run = makeDueReturns({
    transact: transactOn(pool),
    definitions,
    clock: { now, today: () => londonDateOf(now()) },
    returnGraceDays: 10,
    meter: metrics,
  })
  return { run, metrics, stop: () => pool.end({ timeout: 5 }) }
}
const definitions = loadDefinitions([surveysFolder])

const contract = (name: string, lead: string, changes: object) =>
  service.operate('PUT', `/v1/contracts/${name}`, {
    ...{ title: name, provider: 'prov', commissioners: [lead, 'joint'], instruments: ['victim-needs'] },
    ...{ measures: [], startsOn: '2020-02-29', endsOn: '2025-02-27' },
    ...changes,
  })
const commissioner = (name: string) =>
  service.operate('PUT', `/v1/organisations/${name}`, { name, kind: 'commissioner', exactReturns: true })

/** Every return as first month, last month and the London date on which it was made. */
const made = async (lead: string) => {
  const rows = await owner<{ first: number; last: number; at: string }[]>`
    select first_month as first, last_month as last, generated_at as at from returns
    where commissioner_id = ${lead} order by first_month, last_month`
  return rows.map(({ first, last, at }) => ({ first, last, on: londonDateOf(new Date(at)) }))
}

/** By the calendar of this test alone: a day of UTC is as long as any other. */
const DAY = 86_400_000
const dayAfter = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10)

const lastSunday = (year: string, month: string): string => {
  const end = new Date(`${year}-${month}-31`)
  return dayAfter(`${year}-${month}-31`, -end.getUTCDay())
}

/** Half past midnight in London, before the clocks change on a day on which they do; or half past eleven at night. */
function instantOn(date: string, isNight: boolean): Date {
  const [year = ''] = date.split('-')
  const [spring, autumn] = [lastSunday(year, '03'), lastSunday(year, '10')]
  const isSummer = isNight ? date >= spring && date < autumn : date > spring && date <= autumn
  return new Date(Date.parse(`${date}T${isNight ? '23' : '00'}:30:00Z`) - (isSummer ? 3_600_000 : 0))
}

/** Forty outages of one day to five weeks, spread over the five years; some begin on the day on which returns fall due. */
const isDown = (day: number): boolean =>
  Array.from({ length: 40 }, (_, n) => ({
    from: 20 + n * 45 + ((n * n) % 11),
    days: 1 + ((n * 7) % 35),
  })).some(({ from, days }) => day >= from && day < from + days)

t.test(
  'five years: each return once, never early, by three schedulers and after forty outages',
  async (t) => {
    await commissioner('lead')
    await commissioner('joint')
    for (const frequency of ['monthly', 'quarterly', 'six-monthly', 'yearly']) {
      await contract(`of-${frequency}`, 'lead', { returns: [{ template: 'moj-victims', frequency }] })
    }
    let now = new Date(0)
    const schedulers = Array.from({ length: 3 }, () => aScheduler(() => now))
    const up: LondonDate[] = []
    // From 20 February 2020 to 20 April 2025.
    for (let day = 0, date = '2020-02-20'; date <= '2025-04-20'; day++, date = dayAfter(date, 1)) {
      // On most days nothing can fall due: a look at every fifth of them will do.
      const isLooked = day % 5 === 0 || Number(date.slice(8)) <= 14 || date.endsWith('-02-29')
      if (isDown(day) || !isLooked) continue
      up.push(date)
      now = instantOn(date, day % 2 === 1)
      if (londonDateOf(now) !== date) throw new Error(`the clock of the test is wrong on ${date}`)
      await Promise.all(schedulers.map(({ run }) => run()))
    }
    t.ok(up.includes('2024-02-29') || up.includes('2020-02-29'), 'a leap day is lived through')
    for (const scheduler of schedulers) await scheduler.stop()

    /** A period of so many months is due on the eleventh of the month after it, or when the service is up again. */
    const expected = (first: string, months: number, times: number) =>
      Array.from({ length: times }, (_, n) => {
        const start = new Date(`${first}-01`)
        start.setUTCMonth(start.getUTCMonth() + n * months)
        const end = new Date(start)
        end.setUTCMonth(end.getUTCMonth() + months - 1)
        const due = new Date(end)
        due.setUTCMonth(due.getUTCMonth() + 1, 11)
        const month = (one: Date) => one.getUTCFullYear() * 100 + one.getUTCMonth() + 1
        return {
          first: month(start),
          last: month(end),
          on: up.find((date) => date >= due.toISOString().slice(0, 10)),
        }
      })
    const all = [
      // February 2020 to February 2025; the quarters from January 2020 to March 2025; half years and years from February on.
      ...expected('2020-02', 1, 61),
      ...expected('2020-01', 3, 21),
      ...expected('2020-02', 6, 10),
      ...expected('2020-02', 12, 5),
    ].sort((a, b) => a.first - b.first || a.last - b.last)
    t.same(await made('lead'), all)
    t.same(await made('joint'), [], 'joint funders owe nothing')
  },
)

t.test('a start long afterwards makes up for all of it at once', async (t) => {
  await commissioner('late')
  await contract('of-late', 'late', {
    startsOn: '2019-05-15',
    endsOn: '2020-02-10',
    returns: [{ template: 'moj-victims', frequency: 'quarterly' }],
  })
  const now = new Date('2020-04-11T12:00:00Z')
  const schedulers = Array.from({ length: 3 }, () => aScheduler(() => now))
  await Promise.all(schedulers.map(({ run }) => run()))
  t.same(
    (await made('late')).map(({ first }) => first),
    [201904, 201907, 201910, 202001],
  )
  t.equal(await schedulers[0]?.run(), 0, 'then nothing is due')
  const rendered = await Promise.all(schedulers.map(({ metrics }) => metrics.render()))
  const sum = rendered.reduce((total, text) => total + figureOf(text, 'waymark_returns_made_total'), 0)
  t.equal(sum, 4, 'each is counted once, by whoever made it')
  for (const scheduler of schedulers) await scheduler.stop()
})

t.test('a return that cannot be made stays due, is seen, and keeps no other waiting', async (t) => {
  for (const lead of ['able', 'stuck', 'willing']) {
    await commissioner(lead)
    await contract(`of-${lead}`, lead, {
      startsOn: '2019-05-15',
      endsOn: '2019-09-30',
      returns: [{ template: 'moj-victims', frequency: 'quarterly' }],
    })
  }
  const scheduler = aScheduler(() => new Date('2020-04-11T12:00:00Z'))
  t.teardown(() => scheduler.stop())
  const due = async () => figureOf(await scheduler.metrics.render(), 'waymark_returns_due')
  await owner`alter table returns add constraint stuck check (commissioner_id <> 'stuck') not valid`
  const failure: unknown = await scheduler.run().catch((error: unknown) => error)
  if (!(failure instanceof AggregateError)) throw failure
  t.equal(
    failure.message,
    '2 of 6 returns that are due could not be made: moj-victims 2019-20-Q1 of stuck, moj-victims 2019-20-Q2 of stuck',
  )
  t.match(failure.errors, [{ constraint_name: 'stuck' }, { constraint_name: 'stuck' }])
  t.equal(await due(), 2)
  t.equal(figureOf(await scheduler.metrics.render(), 'waymark_returns_made_total'), 4)
  for (const lead of ['able', 'willing']) t.equal((await made(lead)).length, 2, lead)
  await owner`alter table returns drop constraint stuck`
  t.equal(await scheduler.run(), 2)
  t.equal(await due(), 0)
})

const figureOf = (text: string, name: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length),
  )
