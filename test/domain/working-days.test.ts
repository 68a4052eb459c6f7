import fc from 'fast-check'
import t from 'tap'
import { addDays } from '../../src/domain/period.ts'
import {
  daysBetween,
  isWeekend,
  isWorkingDay,
  lastDayWithin,
  workingDaysBetween,
} from '../../src/domain/working-days.ts'

/** Good Friday and Easter Monday 2020, VE Day, Christmas Day, and Boxing Day's substitute. */
const holidays: ReadonlySet<string> = new Set([
  '2020-04-10',
  '2020-04-13',
  '2020-05-08',
  '2020-12-25',
  '2020-12-28',
])

t.test('days are those after the first up to and including the second', (t) => {
  t.equal(daysBetween('2020-04-09', '2020-04-09'), 0)
  t.equal(daysBetween('2020-04-09', '2020-04-14'), 5)
  t.equal(daysBetween('2020-04-14', '2020-04-09'), -5)
  t.equal(daysBetween('2020-02-28', '2020-03-01'), 2, 'a leap year')
  t.equal(daysBetween('2020-03-28', '2020-03-30'), 2, 'the day on which the clocks go forward is a day')
  t.end()
})

t.test('weekends and working days', (t) => {
  const week = ['06', '07', '08', '09', '10', '11', '12'].map((day) => `2020-04-${day}`)
  t.same(week.map(isWeekend), [false, false, false, false, false, true, true], 'Monday to Sunday')
  t.same(
    week.map((date) => isWorkingDay(date, holidays)),
    [true, true, true, true, false, false, false],
    'the week before Easter',
  )
  t.equal(isWeekend('1989-12-31'), true, 'before the Monday that weeks are counted from')
  t.equal(isWeekend('1899-12-29'), false)
  t.end()
})

t.test('working days between, counted by hand', (t) => {
  const cases: [first: string, second: string, expected: number, why: string][] = [
    ['2020-04-09', '2020-04-09', 0, 'the same day'],
    ['2020-04-06', '2020-04-07', 1, 'Monday to Tuesday'],
    ['2020-03-27', '2020-03-30', 1, 'Friday to Monday'],
    ['2020-03-27', '2020-03-29', 0, 'Friday to Sunday'],
    ['2020-03-28', '2020-03-29', 0, 'Saturday to Sunday'],
    ['2020-03-28', '2020-03-30', 1, 'Saturday to Monday'],
    ['2020-04-09', '2020-04-13', 0, 'Maundy Thursday to Easter Monday'],
    ['2020-04-09', '2020-04-14', 1, 'to the Tuesday after Easter'],
    ['2020-04-10', '2020-04-14', 1, 'from a holiday'],
    ['2020-12-24', '2020-12-29', 1, 'over Christmas, Boxing Day on a Saturday'],
    ['2020-04-01', '2020-04-30', 19, 'April after the 1st: 21 weekdays without two holidays'],
    ['2020-04-14', '2020-04-09', -1, 'backwards'],
    ['2020-04-06', '2020-04-03', -1, 'back from Monday to Friday: the Monday'],
  ]
  for (const [first, second, expected, why] of cases) {
    t.equal(workingDaysBetween(first, second, holidays), expected, why)
  }
  t.equal(
    workingDaysBetween('2020-01-01', '2020-12-31', new Set()),
    261,
    '366 days, 104 at weekends, less the first',
  )
  t.equal(
    workingDaysBetween('2020-04-10', '2020-04-13', new Set(['2020-04-11'])),
    1,
    'a holiday at a weekend takes no working day away',
  )
  t.throws(() => workingDaysBetween('2020-02-30', '2020-03-02', holidays), RangeError)
  t.end()
})

t.test('the last day in time', (t) => {
  t.equal(lastDayWithin('2020-04-09', 0), '2020-04-09')
  t.equal(lastDayWithin('2020-04-09', 5), '2020-04-14')
  t.equal(lastDayWithin('2020-04-06', 1, holidays), '2020-04-07', 'Tuesday')
  t.equal(lastDayWithin('2020-03-26', 1, holidays), '2020-03-29', 'due on Friday, so Sunday is no later')
  t.equal(lastDayWithin('2020-03-27', 1, holidays), '2020-03-30', 'Friday, one day: Monday')
  t.equal(lastDayWithin('2020-04-08', 1, holidays), '2020-04-13', 'due on Thursday, and Easter is no later')
  t.equal(lastDayWithin('2020-04-08', 2, holidays), '2020-04-14', 'the Tuesday after Easter')
  t.equal(lastDayWithin('2020-04-11', 0, holidays), '2020-04-13', 'from a Saturday')
  t.equal(lastDayWithin('2020-04-06', 5, holidays), '2020-04-15', 'Tue, Wed, Thu, Tue, Wed')
  t.equal(lastDayWithin('2020-04-06', 5, new Set()), '2020-04-13', 'without holidays: the Monday after')
  for (const days of [-1, 0.5, Number.NaN, Infinity]) {
    t.throws(() => lastDayWithin('2020-04-06', days), RangeError)
    t.throws(() => lastDayWithin('2020-04-06', days, holidays), RangeError)
  }
  t.throws(() => lastDayWithin('2020-04-31', 5, holidays), RangeError)
  t.end()
})

const date = fc.integer({ min: 0, max: 16_000 }).map((days) => addDays('1989-06-01', days))
const near = fc.integer({ min: 0, max: 60 }).map((days) => addDays('2020-04-01', days))
const someHolidays = fc.array(near, { maxLength: 12 }).map((dates): ReadonlySet<string> => new Set(dates))
const anyDate = fc.oneof(date, near)

/** Day by day, as people count on a calendar. */
function countedByHand(first: string, second: string, off: ReadonlySet<string>): number {
  let count = 0
  for (let day = addDays(first, 1); day <= second; day = addDays(day, 1)) {
    const weekday = new Date(`${day}T12:00:00Z`).getUTCDay()
    if (weekday !== 0 && weekday !== 6 && !off.has(day)) count += 1
  }
  return count
}

t.test('laws of working days', (t) => {
  const laws: Record<string, fc.IRawProperty<unknown>> = {
    'they are those of a calendar': fc.property(
      anyDate,
      fc.integer({ min: 0, max: 400 }),
      someHolidays,
      (first, days, off) => {
        const second = addDays(first, days)
        return workingDaysBetween(first, second, off) === countedByHand(first, second, off)
      },
    ),
    'they add up': fc.property(
      anyDate,
      anyDate,
      anyDate,
      someHolidays,
      (a, b, c, off) =>
        workingDaysBetween(a, b, off) + workingDaysBetween(b, c, off) === workingDaysBetween(a, c, off),
    ),
    'a later second day is never fewer': fc.property(
      anyDate,
      anyDate,
      fc.integer({ min: 0, max: 30 }),
      someHolidays,
      (first, second, more, off) =>
        workingDaysBetween(first, second, off) <= workingDaysBetween(first, addDays(second, more), off),
    ),
    'there are no more of them than days': fc.property(
      anyDate,
      anyDate,
      someHolidays,
      (first, second, off) =>
        Math.abs(workingDaysBetween(first, second, off)) <= Math.abs(daysBetween(first, second)),
    ),
    'the last day in time is in time, and the next is not': fc.property(
      anyDate,
      fc.integer({ min: 0, max: 60 }),
      someHolidays,
      (first, days, off) => {
        const last = lastDayWithin(first, days, off)
        return (
          workingDaysBetween(first, last, off) === days &&
          workingDaysBetween(first, addDays(last, 1), off) === days + 1
        )
      },
    ),
    'days add up, too': fc.property(
      anyDate,
      fc.nat(1000),
      (first, days) => daysBetween(first, lastDayWithin(first, days)) === days,
    ),
  }
  for (const [law, property] of Object.entries(laws)) {
    t.doesNotThrow(() => {
      fc.assert(property)
    }, law)
  }
  t.end()
})
