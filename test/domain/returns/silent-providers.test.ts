import t from 'tap'
import type { ContractReturn } from '../../../src/domain/contracts/contract.ts'
import { periodOfMonths } from '../../../src/domain/period.ts'
import {
  dueOn,
  isNamed,
  isReturnNear,
  namedFrom,
  silentProviders,
} from '../../../src/domain/returns/silent-providers.ts'

const frequency = 'quarterly'
const returns: ContractReturn[] = [{ template: 'x', frequency }]
const contract = {
  ...{ provider: 'lead', partners: ['nhs', 'refuge'], startsOn: '2019-04-15', endsOn: '2020-03-31' },
  returns,
}
const quarter = periodOfMonths(201904, 201906)

t.test('seven days before a return falls due, and not the day before', async (t) => {
  // The last day is 30 June; with ten days of grace it is made on 11 July, and seven days before that is the fourth.
  t.equal(dueOn(quarter, 10), '2019-07-11')
  t.equal(namedFrom(quarter, 10), '2019-07-04')
  t.same(
    ['2019-07-03', '2019-07-04', '2019-07-11', '2024-01-01'].map((today) =>
      isNamed(quarter, { graceDays: 10, today }),
    ),
    [false, true, true, true],
  )
  // Without grace it is made on 1 July, so that the notice falls into the period.
  t.equal(namedFrom(quarter, 0), '2019-06-24')
  t.same(
    ['2019-06-23', '2019-06-24'].map((today) => isNamed(quarter, { graceDays: 0, today })),
    [false, true],
  )
})

t.test('only of a period that the contract has a return of', async (t) => {
  const now = { graceDays: 10, today: '2019-07-04' }
  t.ok(isReturnNear(contract, quarter, now))
  t.notOk(isReturnNear(contract, quarter, { ...now, today: '2019-07-03' }))
  t.notOk(isReturnNear(contract, periodOfMonths(201904, 201904), now), 'a month')
  t.notOk(isReturnNear(contract, periodOfMonths(201901, 201903), now), 'before it started')
  t.notOk(isReturnNear({ ...contract, returns: [] }, quarter, now))
})

t.test('who has sent nothing', async (t) => {
  const of = (deliveredBy: (string | null)[], hasFigures = false) =>
    silentProviders(contract, quarter, { deliveredBy, hasFigures })
  t.same(of([]), ['lead', 'nhs', 'refuge'])
  t.same(of(['nhs']), ['lead', 'refuge'])
  t.same(of(['lead', 'nhs', 'refuge']), [])
  t.same(of([null, 'refuge']), ['nhs'], 'what is about no case is its provider’s')
  t.same(of([], true), ['nhs', 'refuge'], 'and so are its figures')
  const later = { ...contract, startsOn: '2019-07-01' }
  t.same(silentProviders(later, quarter, { deliveredBy: [], hasFigures: false }), [], 'it has not begun')
  const over = { ...contract, endsOn: '2019-03-31' }
  t.same(silentProviders(over, quarter, { deliveredBy: [], hasFigures: false }), [], 'it is over')
})
