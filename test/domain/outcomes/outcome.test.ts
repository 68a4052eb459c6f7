import t from 'tap'
import type { Contract } from '../../../src/domain/contracts/contract.ts'
import { everybody, scoreSubject } from '../../../src/domain/counts.ts'
import { figuresFrom } from '../../../src/domain/outcomes/outcome.ts'
import { quarterOf } from '../../../src/domain/period.ts'
import { aPlan, instruments } from '../counting/a-case.ts'

const contract: Contract = {
  contractId: 'c',
  title: 'c',
  provider: 'prov',
  partners: [],
  commissioners: ['comm'],
  startsOn: '2018-10-01',
  endsOn: '2021-09-30',
  follows: null,
  instruments: ['days-well', 'wellbeing'],
  measures: [],
  targets: {},
  funding: [],
  returns: [],
  minimumCount: 5,
  retention: null,
  expectedDays: null,
}

t.test('how much of the way was gone is not said of a score without a best', (t) => {
  const moves = (id: string, x: number, y: number) => {
    const instrument = instruments.find((one) => one.id === id)
    if (instrument === undefined) throw new Error(`${id} is there`)
    return { subject: scoreSubject(instrument, 'total'), ...everybody, x, y, n: 2 }
  }
  const { changes } = figuresFrom(
    { merged: [moves('days-well', 26, 27), moves('wellbeing', 2100, 2450)], dated: [] },
    { contract, plan: aPlan([]), period: quarterOf('2019-01-01'), today: '2026-11-23' },
  )
  t.same(
    changes.map(({ instrument, change, percentageImprovement }) => [
      instrument,
      change.mean,
      percentageImprovement,
    ]),
    [
      // 3.5 of the 14 from 21 to 35.
      ['wellbeing@1', 3.5, 25],
      ['days-well@1', 1, null],
    ],
  )
  t.end()
})
