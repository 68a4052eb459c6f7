import fc from 'fast-check'
import t from 'tap'
import { bestScore, type Score } from '../../../src/domain/instrument.ts'
import type { PairMeasure } from '../../../src/domain/measure.ts'
import { isAchieved, isThere, judgePair, type ScoredEnd } from '../../../src/domain/measures/judge-pair.ts'

const need: Score = {
  id: 'health',
  title: 'Health',
  items: ['health'],
  method: 'value',
  range: [0, 3],
  better: 'lower',
  places: 0,
  missing: { prorateUpTo: 0 },
  need: { atLeast: 1 },
}

const wellbeing: Score = { ...need, range: [7, 35], better: 'higher', places: 2, need: { atMost: 19.25 } }

type Question = Pick<PairMeasure, 'kind' | 'of' | 'by'>

/** On a score of items that end where its range does. */
const judge = (measure: Question, score: Score, pair: Parameters<typeof judgePair>[2]) =>
  judgePair(measure, { score, best: bestScore(score, { items: [] }) }, pair)

const at = (value: number | null): ScoredEnd => ({ value, need: value === null ? undefined : value >= 1 })

const noPair = 'has no start and end assessment that go together'
const noStart = 'the score is missing at the start'
const noEnd = 'the score is missing at the end'
const noNeed = 'had no need at the start'
const atBest = 'was at the best score at the start'

t.test('one person’s need, from start to end', (t) => {
  const cases: [measure: Question, start: number | null, end: number | null, verdict: string][] = [
    [{ kind: 'resolved' }, 3, 0, 'met'],
    [{ kind: 'resolved' }, 1, 0, 'met'],
    [{ kind: 'resolved' }, 3, 1, 'not-met'],
    [{ kind: 'resolved' }, 1, 3, 'not-met'],
    [{ kind: 'resolved' }, 0, 0, noNeed],
    [{ kind: 'resolved' }, 0, 2, noNeed],
    [{ kind: 'resolved' }, null, 0, noStart],
    [{ kind: 'resolved' }, 2, null, noEnd],
    [{ kind: 'improved' }, 3, 2, 'met'],
    [{ kind: 'improved' }, 2, 2, 'not-met'],
    [{ kind: 'improved' }, 1, 2, 'not-met'],
    [{ kind: 'improved' }, 0, 0, 'not-met'],
    [{ kind: 'improved', of: 'need-at-start' }, 1, 0, 'met'],
    [{ kind: 'improved', of: 'need-at-start' }, 1, 1, 'not-met'],
    [{ kind: 'improved', of: 'need-at-start' }, 0, 0, noNeed],
    [{ kind: 'improved', of: 'could-improve' }, 1, 0, 'met'],
    [{ kind: 'improved', of: 'could-improve' }, 0, 1, atBest],
    [{ kind: 'improved', by: 2 }, 3, 2, 'not-met'],
    [{ kind: 'improved', by: 2 }, 3, 1, 'met'],
    [{ kind: 'improved-or-sustained' }, 0, 0, 'met'],
    [{ kind: 'improved-or-sustained' }, 3, 2, 'met'],
    [{ kind: 'improved-or-sustained' }, 2, 3, 'not-met'],
    [{ kind: 'deteriorated' }, 0, 1, 'met'],
    [{ kind: 'deteriorated' }, 2, 2, 'not-met'],
    [{ kind: 'deteriorated' }, 2, 0, 'not-met'],
    [{ kind: 'deteriorated' }, null, null, noStart],
  ]
  for (const [measure, start, end, expected] of cases) {
    const found = judge(measure, need, { start: at(start), end: at(end) })
    const name = `${JSON.stringify(measure)} from ${String(start)} to ${String(end)}`
    t.equal(found.verdict === 'excluded' ? found.reason : found.verdict, expected, name)
  }
  t.same(judge({ kind: 'improved' }, need, undefined), { verdict: 'excluded', reason: noPair })
  t.end()
})

t.test('where higher is better, and scores have decimals', (t) => {
  const move = (measure: Question, start: number, end: number) =>
    judge(measure, wellbeing, {
      start: { value: start, need: start <= 1925 },
      end: { value: end, need: end <= 1925 },
    }).verdict
  t.equal(move({ kind: 'resolved' }, 1925, 1926), 'met')
  t.equal(move({ kind: 'resolved' }, 1926, 3500), 'excluded')
  t.equal(move({ kind: 'improved' }, 1700, 1701), 'met')
  t.equal(move({ kind: 'improved' }, 1701, 1700), 'not-met')
  t.equal(move({ kind: 'improved', by: 0.07 }, 1700, 1707), 'met', '0.07 × 100 is more than 7 in binary')
  t.equal(move({ kind: 'improved', by: 0.07 }, 1700, 1706), 'not-met')
  t.equal(move({ kind: 'deteriorated' }, 1701, 1700), 'met')
  t.equal(move({ kind: 'improved', of: 'could-improve' }, 3500, 3500), 'excluded')
  t.equal(move({ kind: 'improved', of: 'could-improve' }, 700, 700), 'not-met', 'the worst score can improve')
  t.end()
})

t.test('where more is better of what has no end, everybody could improve', (t) => {
  const days: Score = { ...need, range: [0, 28], better: 'higher' }
  const move = (start: number, end: number, best: number | null) =>
    judgePair(
      { kind: 'improved', of: 'could-improve' },
      { score: days, best },
      { start: at(start), end: at(end) },
    ).verdict
  t.equal(move(27, 28, null), 'met')
  t.equal(move(28, 28, null), 'not-met', 'the end of the range is not the best')
  t.equal(move(40, 41, null), 'met')
  t.equal(move(41, 40, null), 'not-met')
  t.equal(move(28, 29, 28), 'excluded', 'with an end, it is')
  t.end()
})

t.test('everybody with a pair is exactly one of sustained or better, and worse', (t) => {
  const level = fc.integer({ min: 0, max: 3 })
  const parted = fc.property(
    level,
    level,
    fc.constantFrom(need, { ...need, better: 'higher' as const }),
    (start, end, score) => {
      const pair = { start: at(start), end: at(end) }
      const met = (kind: PairMeasure['kind']) => judge({ kind }, score, pair).verdict === 'met'
      return (
        met('improved-or-sustained') !== met('deteriorated') &&
        (!met('improved') || met('improved-or-sustained'))
      )
    },
  )
  t.doesNotThrow(() => {
    fc.assert(parted)
  })
  t.end()
})

t.test('a reliable change: equality counts, either way', (t) => {
  const phq9: Score = {
    ...need,
    range: [0, 27],
    need: { atLeast: 10 },
    reliableChange: { atLeast: 6 },
  }
  const caseness = (value: number): ScoredEnd => ({ value, need: value >= 10 })
  const cases: [kind: PairMeasure['kind'], start: number, end: number, verdict: string][] = [
    ['reliably-improved', 15, 9, 'met'],
    ['reliably-improved', 15, 10, 'not-met'],
    ['reliably-improved', 9, 3, 'met'],
    ['reliably-improved', 9, 15, 'not-met'],
    ['reliably-deteriorated', 9, 15, 'met'],
    ['reliably-deteriorated', 9, 14, 'not-met'],
    ['reliably-deteriorated', 15, 9, 'not-met'],
    ['reliably-recovered', 15, 9, 'met'],
    ['reliably-recovered', 16, 10, 'not-met'],
    ['reliably-recovered', 14, 9, 'not-met'],
    ['reliably-recovered', 10, 4, 'met'],
    ['reliably-recovered', 9, 0, 'excluded'],
  ]
  for (const [kind, start, end, verdict] of cases) {
    const found = judge({ kind }, phq9, { start: caseness(start), end: caseness(end) })
    t.equal(found.verdict, verdict, `${kind} from ${start} to ${end}`)
  }
  t.end()
})

t.test('a reliable change of decimals, and from the published reliability', (t) => {
  const ends = (start: number, end: number) => ({
    start: { value: start, need: undefined },
    end: { value: end, need: undefined },
  })
  const half: Score = { ...wellbeing, reliableChange: { atLeast: 0.07 } }
  t.equal(judge({ kind: 'reliably-improved' }, half, ends(1700, 1707)).verdict, 'met')
  t.equal(judge({ kind: 'reliably-improved' }, half, ends(1700, 1706)).verdict, 'not-met')
  // 1.96 × 7.7 × √2 × √0.1 = 6.75
  const rci: Score = { ...need, range: [0, 40], reliableChange: { sd: 7.7, reliability: 0.9, level: 0.95 } }
  t.equal(judge({ kind: 'reliably-improved' }, rci, ends(20, 13)).verdict, 'met')
  t.equal(judge({ kind: 'reliably-improved' }, rci, ends(20, 14)).verdict, 'not-met')
  t.equal(
    judge({ kind: 'reliably-improved' }, { ...need, range: [0, 40] }, ends(40, 0)).verdict,
    'not-met',
    'nothing is called reliable without a published constant',
  )
  t.end()
})

t.test('the measure’s own condition, also of somebody outside its denominator', (t) => {
  t.equal(isAchieved({ kind: 'resolved' }, need, at(0), at(0)), true)
  t.equal(isAchieved({ kind: 'resolved' }, need, at(0), at(1)), false)
  t.equal(isAchieved({ kind: 'resolved' }, need, at(null), at(0)), false, 'unpaired')
  t.equal(isAchieved({ kind: 'improved', of: 'need-at-start' }, need, at(0), at(0)), false)
  t.equal(isAchieved({ kind: 'before-after' }, need, at(0), at(1)), true, 'there at the end')
  t.equal(isAchieved({ kind: 'reduction' }, need, at(2), at(1)), true)
  t.end()
})

t.test('what is there: the need, else a yes', (t) => {
  t.equal(isThere({ value: 0, need: true }), true)
  t.equal(isThere({ value: 1, need: false }), false)
  t.equal(isThere({ value: 1, need: undefined }), true)
  t.equal(isThere({ value: 0, need: undefined }), false)
  t.end()
})
