import fc from 'fast-check'
import t from 'tap'
import type { Score } from '../../src/domain/instrument.ts'
import {
  basisInWords,
  type CaseFacts,
  judgePair,
  matchesWhere,
  type Measure,
  type ScoredEnd,
  valuesOf,
  type Where,
} from '../../src/domain/measure.ts'

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

type Question = Pick<Measure, 'kind' | 'of' | 'by'>

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
    const found = judgePair(measure, need, { start: at(start), end: at(end) })
    const name = `${JSON.stringify(measure)} from ${String(start)} to ${String(end)}`
    t.equal(found.verdict === 'excluded' ? found.reason : found.verdict, expected, name)
  }
  t.same(judgePair({ kind: 'improved' }, need, undefined), { verdict: 'excluded', reason: noPair })
  t.end()
})

t.test('where higher is better, and scores have decimals', (t) => {
  const move = (measure: Question, start: number, end: number) =>
    judgePair(measure, wellbeing, {
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

t.test('everybody with a pair is exactly one of sustained or better, and worse', (t) => {
  const level = fc.integer({ min: 0, max: 3 })
  const parted = fc.property(
    level,
    level,
    fc.constantFrom(need, { ...need, better: 'higher' as const }),
    (start, end, score) => {
      const pair = { start: at(start), end: at(end) }
      const met = (kind: Measure['kind']) => judgePair({ kind }, score, pair).verdict === 'met'
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

t.test('the basis in words', (t) => {
  const cases: [measure: Parameters<typeof basisInWords>[0], words: string][] = [
    [{ kind: 'resolved', end: 'end' }, 'had the need at the start, and an end assessment'],
    [{ kind: 'resolved', end: 'review' }, 'had the need at the start, and a review assessment'],
    [
      { kind: 'improved', end: 'end', of: 'need-at-start' },
      'had the need at the start, and an end assessment',
    ],
    [
      { kind: 'improved', end: 'end', of: 'could-improve' },
      'had room to improve at the start, and an end assessment',
    ],
    [{ kind: 'improved', end: 'follow-up' }, 'had a start and a follow-up assessment'],
    [{ kind: 'deteriorated', end: 'end' }, 'had a start and an end assessment'],
    [
      {
        kind: 'improved-or-sustained',
        end: 'end',
        respondent: 'parent',
        where: { cohort: { not: ['idva', 'isva'] }, closure: ['planned'], reportedToPolice: ['true'] },
      },
      'had a start and an end assessment; answered by a parent; closure is planned; cohort is not idva or isva; ' +
        'reported to the police is true',
    ],
  ]
  for (const [measure, words] of cases) t.equal(basisInWords(measure), words)
  t.end()
})

t.test('which cases a condition leaves', (t) => {
  const facts: CaseFacts = {
    closure: 'planned',
    cohorts: ['idva', 'young'],
    crimeType: null,
    reportedToPolice: false,
    characteristics: { sex: 'female', nationality: 'GB' },
  }
  const cases: [where: Where | undefined, expected: boolean][] = [
    [undefined, true],
    [{}, true],
    [{ closure: ['planned', 'other'] }, true],
    [{ closure: ['other'] }, false],
    [{ closure: { not: ['planned'] } }, false],
    [{ cohort: ['isva', 'idva'] }, true],
    [{ cohort: { not: ['isva', 'idva'] } }, false],
    [{ cohort: { not: ['isva'] } }, true],
    [{ crimeType: ['burglary'] }, false],
    [{ crimeType: { not: ['burglary'] } }, true],
    [{ crimeType: ['not-stated'] }, true],
    [{ crimeType: { not: ['not-stated'] } }, false],
    [{ reportedToPolice: ['false'] }, true],
    [{ reportedToPolice: ['true'] }, false],
    [{ sex: ['female'], nationality: ['GB'] }, true],
    [{ sex: ['female'], nationality: ['FR'] }, false],
    [{ ageBand: ['25-34'] }, false],
    [{ ageBand: { not: ['25-34'] } }, true],
  ]
  for (const [where, expected] of cases) t.equal(matchesWhere(where, facts), expected, JSON.stringify(where))
  t.equal(matchesWhere({ cohort: { not: ['idva'] } }, { cohorts: [] }), true, 'in no cohort')
  t.equal(matchesWhere({ cohort: ['not-stated'] }, { cohorts: [] }), true)
  t.equal(matchesWhere({ sex: ['not-stated'] }, { characteristics: null }), true)
  t.end()
})

t.test('the values of a case, each field from its own place', (t) => {
  const facts: CaseFacts = {
    closure: 'planned',
    cohorts: ['idva', 'young'],
    crimeType: 'burglary',
    referralSource: 'police',
    reportedToPolice: true,
    characteristics: {
      ageBand: '25-34',
      sex: 'male',
      ethnicity: 'white-british',
      disability: 'no',
      nationality: 'GB',
    },
    fundingStream: 'moj-core',
    deliveredBy: 'catch-22',
    area: 'E06000016',
  }
  const expected = {
    closure: ['planned'],
    cohort: ['idva', 'young'],
    crimeType: ['burglary'],
    referralSource: ['police'],
    reportedToPolice: ['true'],
    ageBand: ['25-34'],
    sex: ['male'],
    ethnicity: ['white-british'],
    disability: ['no'],
    nationality: ['GB'],
    fundingStream: ['moj-core'],
    deliveredBy: ['catch-22'],
    area: ['E06000016'],
  } as const
  for (const [field, values] of Object.entries(expected)) {
    t.same(valuesOf(field as keyof typeof expected, facts), values, field)
    t.same(valuesOf(field as keyof typeof expected, {}), ['not-stated'], `${field}, not stated`)
  }
  t.end()
})
