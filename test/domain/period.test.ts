import fc from 'fast-check'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import {
  addDays,
  addMonths,
  daysBetween,
  describeDateFault,
  EARLIEST_DATE,
  londonDateOf,
  monthOf,
  parseLondonDate,
  parsePeriod,
  quarterOf,
  startOfDay,
} from '../../src/domain/period.ts'

interface Quarters {
  cases: {
    data: { instant: string }
    expected: { london_date: string; financial_year_start: number; quarter: number }
  }[]
}

const quarters = JSON.parse(
  await readFile(new URL('../oracle/quarters.json', import.meta.url), 'utf8'),
) as Quarters

const dates = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2200-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const months = fc
  .tuple(fc.integer({ min: 1990, max: 2200 }), fc.integer({ min: 1, max: 12 }))
  .map(([year, month]) => year * 100 + month)

t.test('instants fall on the London date and in the quarter that R gives', (t) => {
  t.equal(quarters.cases.length, 23)
  for (const { data, expected } of quarters.cases) {
    t.equal(parseLondonDate(data.instant), expected.london_date, data.instant)
    t.equal(londonDateOf(new Date(data.instant)), expected.london_date, data.instant)
    const label = quarterOf(expected.london_date).label
    t.equal(label.slice(0, 4), String(expected.financial_year_start), data.instant)
    t.equal(label.slice(-2), `Q${expected.quarter}`, data.instant)
  }
  t.end()
})

t.test('the days on which the clocks change keep their hours', (t) => {
  // 30 March 2025 has 23 hours in London, 26 October 2025 has 25.
  for (const [instant, date] of [
    ['2025-03-29T23:59:59Z', '2025-03-29'],
    ['2025-03-30T00:00:00Z', '2025-03-30'],
    ['2025-03-30T22:59:59Z', '2025-03-30'],
    ['2025-03-30T23:00:00Z', '2025-03-31'],
    ['2025-10-25T22:59:59Z', '2025-10-25'],
    ['2025-10-25T23:00:00Z', '2025-10-26'],
    ['2025-10-26T23:59:59Z', '2025-10-26'],
    ['2025-10-27T00:00:00Z', '2025-10-27'],
  ] as const) {
    t.equal(parseLondonDate(instant), date, instant)
  }
  t.equal(daysBetween('2025-03-29', '2025-03-31'), 2)
  t.equal(daysBetween('2025-10-25', '2025-10-27'), 2)
  t.end()
})

t.test('every shape of an RFC 3339 timestamp is read', (t) => {
  for (const [text, date] of [
    ['2025-06-30t23:30:00z', '2025-07-01'],
    ['2025-06-30 23:30:00Z', '2025-07-01'],
    ['2025-06-30T23:30:00.123456789Z', '2025-07-01'],
    ['2025-07-01T00:30:00+02:00', '2025-06-30'],
    ['2025-12-31T23:30:00-01:00', '2026-01-01'],
    ['2026-01-01T00:00:00+00:01', '2025-12-31'],
    ['2016-12-31T23:59:60Z', '2016-12-31'],
    ['2024-02-29T12:00:00-00:00', '2024-02-29'],
  ] as const) {
    t.equal(parseLondonDate(text), date, text)
  }
  t.end()
})

t.test('what is no date, or leaves its day open, is refused', (t) => {
  for (const text of [
    '',
    '2025-02-29',
    '2025-02-30',
    '2100-02-29',
    '2025-04-31',
    '2025-00-10',
    '2025-13-01',
    '2025-01-00',
    '2025-1-1',
    '20250101',
    ' 2025-01-01',
    '2025-01-01\n',
    '01/02/2025',
    '+002025-01-01',
    '2025-06-30T23:30:00',
    '2025-06-30T23:30Z',
    '2025-06-30T24:00:00Z',
    '2025-06-30T23:60:00Z',
    '2025-06-30T23:30:61Z',
    '2025-06-30T23:30:00,5Z',
    '2025-06-30T23:30:00.Z',
    '2025-06-30T23:30:00+0100',
    '2025-06-30T23:30:00+24:00',
    '2025-02-30T12:00:00Z',
    '9999-12-31T23:30:00-01:00',
  ]) {
    t.equal(parseLondonDate(text), undefined, text)
  }
  t.equal(parseLondonDate('2000-02-29'), '2000-02-29')
  t.equal(parseLondonDate('2024-02-29'), '2024-02-29')
  t.end()
})

t.test('a client is told what is wrong with a date, without the date', (t) => {
  t.equal(describeDateFault('2025-06-30'), undefined)
  t.equal(describeDateFault('2025-06-30T12:00:00Z'), undefined)
  t.equal(describeDateFault('1990-01-01'), undefined)
  t.equal(describeDateFault('1989-12-31T23:59:59-01:00'), undefined, 'already 1990 in London')
  t.equal(describeDateFault('1989-12-31'), 'must not be before 1990-01-01')
  t.equal(describeDateFault('1990-01-01T00:00:00+01:00'), 'must not be before 1990-01-01')
  t.match(describeDateFault('2025-06-30T12:00:00'), 'must say its offset')
  t.match(describeDateFault('2025-02-30'), 'must be a date that exists')
  t.match(describeDateFault('2025-02-30T12:00:00'), 'must be a date that exists')
  t.match(describeDateFault('yesterday'), 'must be a date that exists')
  fc.assert(
    fc.property(fc.string({ minLength: 12 }), (text) => !(describeDateFault(text) ?? '').includes(text)),
  )
  t.end()
})

t.test('periods are half-open ranges of whole months', (t) => {
  t.same(parsePeriod('2025-26-Q1'), {
    label: '2025-26-Q1',
    from: '2025-04-01',
    to: '2025-06-30',
    until: '2025-07-01',
    firstMonth: 202504,
    lastMonth: 202506,
  })
  for (const [text, from, to] of [
    ['2025-26-Q2', '2025-07-01', '2025-09-30'],
    ['2025-26-Q3', '2025-10-01', '2025-12-31'],
    ['2025-26-Q4', '2026-01-01', '2026-03-31'],
    ['2025-26', '2025-04-01', '2026-03-31'],
    ['1999-00', '1999-04-01', '2000-03-31'],
    ['1999-00-Q4', '2000-01-01', '2000-03-31'],
    ['2099-00-Q4', '2100-01-01', '2100-03-31'],
    ['2019-M08', '2019-08-01', '2019-08-31'],
    ['2019-M12', '2019-12-01', '2019-12-31'],
    ['2024-M02', '2024-02-01', '2024-02-29'],
    ['2100-M02', '2100-02-01', '2100-02-28'],
    ['2018-19-Q3..2019-20-Q2', '2018-10-01', '2019-09-30'],
    ['2018-M09..2019-M08', '2018-09-01', '2019-08-31'],
    ['2025-26-Q1..2025-26-Q1', '2025-04-01', '2025-06-30'],
    ['1990-M01', '1990-01-01', '1990-01-31'],
    ['1989-90-Q4', '1990-01-01', '1990-03-31'],
    ['9998-99', '9998-04-01', '9999-03-31'],
  ] as const) {
    const period = parsePeriod(text)
    t.match(period, { label: text, from, to, until: addDays(to, 1) }, text)
    t.equal(period?.firstMonth, monthOf(from), text)
    t.equal(period?.lastMonth, monthOf(to), text)
  }
  t.end()
})

t.test('what is no period is refused', (t) => {
  for (const text of [
    '',
    '2025',
    '2025-27',
    '2025-25',
    '1999-100',
    '2025-26-Q0',
    '2025-26-Q5',
    '2025-26-q1',
    '2025-27-Q1',
    '2025-M00',
    '2025-M13',
    '2025-M1',
    '2025-08',
    '2025-26..2026-27',
    '2025-26-Q2..2025-26-Q1',
    '2025-M02..2025-M01',
    '2025-26-Q1..2025-M09',
    '2025-M01..2025-26',
    '2025-26-Q1..',
    '..2025-26-Q1',
    '2025-26-Q1..2025-26-Q2..2025-26-Q3',
    '2025-26-Q1...2025-26-Q2',
    ' 2025-26-Q1',
    '1989-M12',
    '1989-90',
    '1989-90-Q3..1989-90-Q4',
    '9999-00',
    '9999-00-Q4',
    '9999-M12',
  ]) {
    t.equal(parsePeriod(text), undefined, text)
  }
  t.end()
})

t.test('a date lies in exactly the quarter that is named after it', (t) => {
  fc.assert(
    fc.property(dates, (date) => {
      const quarter = quarterOf(date)
      t.ok(quarter.from <= date && date < quarter.until, date)
      const before = quarterOf(addDays(quarter.from, -1))
      return (
        before.until === quarter.from && (date < '1990-04-01' || parsePeriod(quarter.label) !== undefined)
      )
    }),
  )
  t.same(quarterOf('2026-03-31'), parsePeriod('2025-26-Q4'))
  t.same(quarterOf('2026-04-01'), parsePeriod('2026-27-Q1'))
  t.end()
})

t.test('months and days are added over year ends and leap days', (t) => {
  t.equal(addMonths(201912, 1), 202001)
  t.equal(addMonths(202001, -1), 201912)
  t.equal(addMonths(201908, -20), 201712)
  t.equal(addDays('2025-12-31', 1), '2026-01-01')
  t.equal(addDays('2024-02-28', 1), '2024-02-29')
  t.equal(addDays('2025-02-28', 1), '2025-03-01')
  t.equal(addDays('2100-02-28', 1), '2100-03-01')
  t.equal(daysBetween('2024-01-01', '2025-01-01'), 366)
  t.equal(daysBetween('2100-01-01', '2101-01-01'), 365)
  fc.assert(
    fc.property(
      months,
      fc.integer({ min: -400, max: 400 }),
      (month, n) => addMonths(addMonths(month, n), -n) === month,
    ),
  )
  fc.assert(
    fc.property(
      dates,
      fc.integer({ min: -4000, max: 4000 }),
      (date, n) => daysBetween(date, addDays(date, n)) === n && (n <= 0 || addDays(date, n) > date),
    ),
  )
  t.end()
})

t.test('a day begins at midnight in London', (t) => {
  for (const [date, instant] of [
    ['1990-01-01', '1990-01-01T00:00:00.000Z'],
    ['2025-03-30', '2025-03-30T00:00:00.000Z'],
    ['2025-03-31', '2025-03-30T23:00:00.000Z'],
    ['2025-10-26', '2025-10-25T23:00:00.000Z'],
    ['2025-10-27', '2025-10-27T00:00:00.000Z'],
  ] as const) {
    t.equal(startOfDay(date).toISOString(), instant)
  }
  fc.assert(
    fc.property(dates, (date) => {
      const start = startOfDay(date)
      t.equal(londonDateOf(start), date)
      t.equal(londonDateOf(new Date(start.getTime() - 1)), addDays(date, -1))
    }),
  )
  t.end()
})

t.test('what cannot be counted with throws', (t) => {
  t.throws(() => addMonths(201913, 1), RangeError)
  t.throws(() => addMonths(201900, 1), RangeError)
  t.throws(() => addMonths(201901.5, 1), RangeError)
  t.throws(() => addMonths(201901, 0.5), RangeError)
  t.throws(() => addMonths(201901, Number.NaN), RangeError)
  t.throws(() => addMonths(999912, 1), RangeError)
  t.throws(() => addDays('2025-02-30', 1), RangeError)
  t.throws(() => addDays('2025-02-28', 0.5), RangeError)
  t.throws(() => addDays('9999-12-31', 1), RangeError)
  t.throws(() => daysBetween('2025-02-28', 'soon'), RangeError)
  t.throws(() => monthOf('2025-02-30'), RangeError)
  t.throws(() => londonDateOf(new Date(Number.NaN)), RangeError)
  t.throws(() => startOfDay('2025-02-30'), RangeError)
  t.throws(() => startOfDay('1989-12-31'), RangeError)
  t.equal(EARLIEST_DATE, '1990-01-01')
  t.end()
})
