import t from 'tap'
import { basisInWords } from '../../../src/domain/measures/basis.ts'

const pair = {
  instrument: { id: 'victim-needs' },
  score: 'health',
  end: 'end',
  countedBy: 'closed',
} as const

const satisfied = { instrument: { id: 'feedback' }, item: 'satisfied', stage: 'end' } as const

t.test('the basis in words', (t) => {
  const cases: [measure: Parameters<typeof basisInWords>[0], words: string][] = [
    [{ ...pair, kind: 'resolved' }, 'had the need at the start, and an end assessment'],
    [{ ...pair, kind: 'resolved', end: 'review' }, 'had the need at the start, and a review assessment'],
    [{ ...pair, kind: 'improved', of: 'need-at-start' }, 'had the need at the start, and an end assessment'],
    [
      { ...pair, kind: 'improved', of: 'could-improve' },
      'had room to improve at the start, and an end assessment',
    ],
    [{ ...pair, kind: 'improved', end: 'follow-up' }, 'had a start and a follow-up assessment'],
    [{ ...pair, kind: 'deteriorated' }, 'had a start and an end assessment'],
    [
      {
        ...pair,
        kind: 'improved-or-sustained',
        respondent: 'parent',
        where: { cohort: { not: ['idva', 'isva'] }, closure: ['planned'], reportedToPolice: ['true'] },
      },
      'had a start and an end assessment; answered by a parent; closure is planned; cohort is not idva or isva; ' +
        'reported to the police is true',
    ],
    [
      { ...pair, kind: 'reliably-recovered', countedBy: 'assessed', end: 'review' },
      'had the need at the start, and a review assessment in the period, by the latest one, open cases too',
    ],
    [{ ...pair, kind: 'reduction' }, 'had a start and an end assessment'],
    [
      { kind: 'answered', ...satisfied, in: ['agree'], respondent: 'parent' },
      'answered "satisfied" at the end; answered by a parent',
    ],
    [
      { kind: 'share', of: 'supported', achieved: { closure: ['planned'] } },
      'cases in support at any time in the period',
    ],
    [
      { kind: 'completed', closure: ['planned'], window: 'period' },
      'different people in support at any time in the period',
    ],
    [
      { kind: 'completed', closure: ['planned'], window: 'rolling-year' },
      'different people in support at any time in the twelve months to the end of the period',
    ],
    [
      { kind: 'within-days', from: 'referredOn', to: 'firstContactOn', days: 2, working: true },
      'cases referred in the period whose first contact was due within 2 working days of the referral',
    ],
    [
      { kind: 'contact-every', days: 14 },
      'cases in support that closed in the period, with contact at least every 14 days as the aim',
    ],
    [
      { kind: 'count', of: 'held' },
      'cases in support in the period that came into it before, or that continue',
    ],
    [{ kind: 'count', of: 'people' }, 'different people in support in the period'],
    [{ kind: 'count', of: 'hours' }, 'hours of contacts and sessions held in the period, each once'],
    [
      { kind: 'count', of: 'attendances' },
      'people at contacts and sessions held in the period, each time they came',
    ],
    [
      { kind: 'count', distinct: 'nationality', where: { sex: ['female'] } },
      'different values of nationality among cases in support in the period; sex is female',
    ],
    [
      { kind: 'count', total: { ...satisfied, stage: 'start', respondent: 'worker' } },
      'answers to "satisfied" at the start, added up; answered by a worker',
    ],
  ]
  for (const [measure, words] of cases) t.equal(basisInWords(measure), words)
  t.end()
})
