import t from 'tap'
import { duePeriods } from '../../../src/domain/returns/due-periods.ts'

const contract = { startsOn: '2019-05-15', endsOn: '2020-02-10' }
const due = (frequency: 'monthly' | 'quarterly' | 'six-monthly' | 'yearly', today: string, graceDays = 10) =>
  duePeriods(contract, frequency, { graceDays, today }).map(({ label }) => label)

t.test('quarters are financial ones, other periods count from the month of the start', async (t) => {
  t.same(due('quarterly', '2030-01-01'), ['2019-20-Q1', '2019-20-Q2', '2019-20-Q3', '2019-20-Q4'])
  t.same(due('six-monthly', '2030-01-01'), ['2019-M05..2019-M10', '2019-M11..2020-M04'])
  t.same(due('yearly', '2030-01-01'), ['2019-M05..2020-M04'])
  t.equal(due('monthly', '2030-01-01').length, 10)
  t.equal(due('monthly', '2030-01-01').at(-1), '2020-M02')
})

t.test('never on the last day of grace, always on the next', async (t) => {
  t.same(due('quarterly', '2019-07-10'), [])
  t.same(due('quarterly', '2019-07-11'), ['2019-20-Q1'])
  t.same(due('monthly', '2020-03-10').at(-1), '2020-M01')
  t.same(due('monthly', '2020-03-11').at(-1), '2020-M02')
  t.same(due('quarterly', '2019-06-30', 0), [])
  t.same(due('quarterly', '2019-07-01', 0), ['2019-20-Q1'])
})
