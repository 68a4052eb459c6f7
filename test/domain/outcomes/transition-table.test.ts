import t from 'tap'
import {
  addMoves,
  instrumentOfTable,
  movesOf,
  scoreVersions,
} from '../../../src/domain/outcomes/transition-table.ts'
import { everybody, scoreSubject, type Count } from '../../../src/domain/counts.ts'
import type { Instrument, Score } from '../../../src/domain/instrument.ts'
import { laterVersion, victimNeeds } from '../../support/instruments.ts'

const changed = (change: Partial<Score>) => victimNeeds.scores.map((score) => ({ ...score, ...change }))
const from = (day: string) => ({ inForce: { from: day } })

const choose = (
  instruments: readonly Instrument[],
  instrument = 'victim-needs',
  { score = 'health', listed = ['victim-needs'], until = '2020-01-01' } = {},
) => {
  const found = scoreVersions({ instrument, score }, { instruments: listed }, instruments, { until })
  if ('pointer' in found) return found.pointer
  return [instrumentOfTable(found), found.map((one) => one.instrument.version)]
}

t.test('one version goes by its own name, several by that of the instrument', async (t) => {
  const both = [laterVersion(2), victimNeeds]
  t.same(choose([victimNeeds]), ['victim-needs@1', [1]])
  t.same(choose(both), ['victim-needs', [1, 2]])
  t.same(choose(both, 'victim-needs@1'), ['victim-needs@1', [1]])
  t.same(choose(both, 'victim-needs', { listed: ['victim-needs@2'] }), ['victim-needs@2', [2]])
})

t.test('versions are added where the score is the same', async (t) => {
  const same = (change: Partial<Score>) =>
    choose([victimNeeds, laterVersion(2, { ...from('2019-01-01'), scores: changed(change) })])
  t.same(same({ title: 'In other words', need: { atLeast: 2 } }), ['victim-needs', [1, 2]])
  t.same(same({ range: [0, 4] }), ['victim-needs@2', [2]])
  t.same(same({ places: 1 }), ['victim-needs@2', [2]])
  t.same(same({ better: 'higher' }), ['victim-needs@2', [2]])
  t.same(same({ convert: new Map([[0, 0]]) }), ['victim-needs@2', [2]])
})

t.test('a version that comes into force after the period does not decide', async (t) => {
  const scores = changed({ range: [0, 4] })
  const at = (day: string) => choose([victimNeeds, laterVersion(2, { ...from(day), scores })])
  t.same(at('2019-12-31'), ['victim-needs@2', [2]])
  t.same(at('2020-01-01'), ['victim-needs@1', [1]])
  t.same(choose([laterVersion(2, { ...from('2020-01-01') })]), ['victim-needs@2', [2]], 'the only one does')
})

t.test('what is not there or not listed is a fault of its own parameter', async (t) => {
  t.equal(choose([victimNeeds], 'mood'), '/instrument')
  t.equal(choose([victimNeeds], 'victim-needs@2'), '/instrument')
  t.equal(choose([victimNeeds], 'victim-needs', { listed: ['mood'] }), '/instrument')
  t.equal(choose([victimNeeds], 'victim-needs@1', { listed: ['victim-needs@2'] }), '/instrument')
  t.equal(choose([victimNeeds], 'victim-needs', { score: 'mood' }), '/score')
})

const count = (version: number, x: number, y: number, n: number): Count => ({
  subject: scoreSubject({ id: 'victim-needs', version }, 'health'),
  ...everybody,
  x,
  y,
  n,
})

t.test('moves are in the units of the score', async (t) => {
  const [score] = changed({ id: 'health', places: 2 })
  if (score === undefined) throw new Error('victim-needs has scores')
  const counts = [count(1, 125, 30, 7), count(2, 1, 1, 1), { ...count(1, 0, 0, 9), subject: 'completeness' }]
  t.same(movesOf(counts, { instrument: victimNeeds, score }), [{ start: 1.25, end: 0.3, n: 7 }])
})

t.test('tables are added cell by cell, and ordered by start, then end, as numbers', async (t) => {
  const first = [
    { start: 10, end: 2, n: 1 },
    { start: 2, end: 10, n: 2 },
    { start: 2, end: 0, n: 3 },
  ]
  const second = [{ start: 2, end: 10, n: 40 }]
  t.same(addMoves([first, second]), [
    { start: 2, end: 0, n: 3 },
    { start: 2, end: 10, n: 42 },
    { start: 10, end: 2, n: 1 },
  ])
  t.same(addMoves([[], []]), [])
})
