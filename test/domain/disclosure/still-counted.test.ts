import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { caseOf, Office, PERIODS, SEED, someCase } from './an-attack.ts'

const months = [201810, 201811, 201812, 201901, 201902, 201903, 201904, 201905, 201906, 201907]

t.test('to look before all is counted hides nothing that would be shown after it', async (t) => {
  let shownNumbers = 0
  t.doesNotThrow(() => {
    fc.assert(
      fc.property(
        fc.array(someCase, { minLength: 60, maxLength: 240 }),
        fc.constantFrom(...PERIODS),
        fc.subarray(months, { minLength: 1 }),
        fc.constantFrom({ current: 202401, isOver: true }, { current: 201909, isOver: false }),
        (made, period, pending, ended) => {
          const cases = made.map(caseOf)
          const [early, late] = [new Office(ended), new Office(ended)]
          early.ask(cases, period, undefined, pending)
          const [first, second] = [early, late].map((office) => office.ask(cases, period, undefined).total)
          assert.deepEqual(first, second)
          shownNumbers += second?.measures.filter(({ suppressed }) => !suppressed).length ?? 0
        },
      ),
      { numRuns: 60, seed: SEED, endOnFailure: true, includeErrorInReport: true },
    )
  })
  t.ok(shownNumbers > 50, `and much is shown: ${shownNumbers} numbers`)
})
