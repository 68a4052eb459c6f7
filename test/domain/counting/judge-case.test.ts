import t from 'tap'
import { CaseReading, type CaseToCount } from '../../../src/domain/counting/case-reading.ts'
import { judgeCase, type ClosedMeasure } from '../../../src/domain/counting/judge-case.ts'
import { judgeTime } from '../../../src/domain/counting/count-month.ts'
import type { PartMeasure, WithinDaysMeasure } from '../../../src/domain/measure.ts'
import { aCase, aMeasure, assessed, library, moved } from './a-case.ts'

const pairOf = (
  kind: 'resolved' | 'improved' | 'before-after' | 'reduction',
  id: string,
  more: object = {},
) =>
  aMeasure(`${id}-${kind}`, {
    kind,
    instrument: { id },
    score: 'total',
    end: 'end',
    countedBy: 'closed',
    ...more,
  }) as PartMeasure

const judge = (measure: unknown, more: Partial<CaseToCount>) =>
  judgeCase(measure as ClosedMeasure, new CaseReading(aCase(more), library), library)

const verdict = (measure: unknown, more: Partial<CaseToCount>): string => {
  const { verdict: found } = judge(measure, more)
  return found.verdict === 'excluded' ? found.reason : found.verdict
}

t.test('which later assessment is meant, and whose', async (t) => {
  const assessments = [
    ...moved('phq', 12, 12),
    assessed('phq', 'review', '2019-02-01', 3),
    assessed('phq', 'follow-up', '2019-09-01', 11),
    assessed('phq', 'start', '2019-01-09', 20, { ref: 'w-s', respondent: 'worker' }),
    assessed('phq', 'end', '2019-03-01', 0, { ref: 'w-e', respondent: 'worker' }),
  ]
  t.equal(verdict(pairOf('resolved', 'phq'), { assessments }), 'not-met')
  t.equal(verdict(pairOf('resolved', 'phq', { end: 'review' }), { assessments }), 'met')
  t.equal(verdict(pairOf('resolved', 'phq', { end: 'follow-up' }), { assessments }), 'not-met')
  t.equal(verdict(pairOf('resolved', 'phq', { respondent: 'worker' }), { assessments }), 'met')
  t.match(verdict(pairOf('resolved', 'phq', { respondent: 'parent' }), { assessments }), 'has no start')
  t.equal(
    verdict(pairOf('resolved', 'child'), { assessments: moved('child', 20, 16) }),
    'met',
    'the parent’s',
  )
  t.match(
    verdict(pairOf('resolved', 'phq', { instrument: { id: 'phq', version: 2 } }), { assessments }),
    'has no',
  )
})

t.test('of a count that is better higher, everybody could improve', async (t) => {
  const couldImprove = pairOf('improved', 'days-well', { of: 'could-improve' })
  t.equal(verdict(couldImprove, { assessments: moved('days-well', 28, 30) }), 'met')
  t.equal(verdict(couldImprove, { assessments: moved('days-well', 40, 40) }), 'not-met')
  const ended = pairOf('improved', 'wellbeing', { of: 'could-improve' })
  t.match(verdict(ended, { assessments: moved('wellbeing', 3500, 3500) }), 'best score')
})

t.test('on one day the order of the references decides', async (t) => {
  const assessments = [
    assessed('phq', 'start', '2019-01-08', 9, { ref: 'b' }),
    assessed('phq', 'start', '2019-01-08', 10, { ref: 'a' }),
    assessed('phq', 'end', '2019-03-31', 9, { ref: 'd' }),
    assessed('phq', 'end', '2019-03-31', 10, { ref: 'c' }),
  ]
  t.equal(verdict(pairOf('resolved', 'phq'), { assessments }), 'met', 'from 10 of a to 9 of d')
})

t.test('a score missing at the latest end is not replaced by an earlier one', async (t) => {
  const assessments = [...moved('phq', 12, 0), assessed('phq', 'end', '2019-04-01', null)]
  t.equal(verdict(pairOf('resolved', 'phq'), { assessments }), 'the score is missing at the end')
})

t.test('what before-after and reduction keep of a pair', async (t) => {
  t.same(judge(pairOf('before-after', 'phq'), { assessments: moved('phq', 10, 9) }).mark, { x: 1, y: 0 })
  t.same(judge(pairOf('before-after', 'phq'), { assessments: moved('phq', 9, 10) }).mark, { x: 0, y: 1 })
  t.same(judge(pairOf('before-after', 'incidents'), { assessments: moved('incidents', 0, 3) }).mark, {
    x: 0,
    y: 1,
  })
  t.same(judge(pairOf('reduction', 'incidents'), { assessments: moved('incidents', 40, 3) }).mark, {
    x: 40,
    y: 3,
  })
  t.same(judge(pairOf('reduction', 'incidents'), { assessments: moved('incidents', 0, 0) }).mark, {
    x: 0,
    y: 0,
  })
  t.equal(
    judge(pairOf('reduction', 'incidents'), { assessments: moved('incidents', 4, null) }).mark,
    undefined,
  )
})

const satisfied = aMeasure('satisfied', {
  kind: 'answered',
  instrument: { id: 'feedback' },
  item: 'satisfied',
  stage: 'end',
  in: ['agree', 'strongly-agree', 4, true],
}) as PartMeasure

const feedback = (more: object, assessedOn = '2019-03-31') =>
  assessed('feedback', 'end', assessedOn, null, { scores: [], ...more })

t.test('answered: of whom an answer is known, how far asking came of the others', async (t) => {
  const cases: [of: Partial<CaseToCount>, verdict: string, mark: object | undefined][] = [
    [{ assessments: [feedback({ answers: { satisfied: 'agree' } })] }, 'met', { x: 2, y: 1 }],
    [{ assessments: [feedback({ answers: { satisfied: 4 } })] }, 'met', { x: 2, y: 1 }],
    [{ assessments: [feedback({ answers: { satisfied: true } })] }, 'met', { x: 2, y: 1 }],
    [{ assessments: [feedback({ answers: { satisfied: false } })] }, 'not-met', { x: 2, y: 0 }],
    [{ assessments: [feedback({ answers: { satisfied: '4' } })] }, 'not-met', { x: 2, y: 0 }],
    [{ assessments: [feedback({ answers: {} })] }, 'did not answer the item', { x: 1, y: 0 }],
    [{ assessments: [feedback({ response: 'declined' })] }, 'did not answer the item', { x: 1, y: 0 }],
    [{ assessments: [feedback({ response: 'no-reply' })] }, 'did not answer the item', { x: 1, y: 0 }],
    [{ assessments: [feedback({ response: 'unable' })] }, 'did not answer the item', { x: 1, y: 0 }],
    [{ assessments: [feedback({ response: 'not-asked' })] }, 'was not asked', { x: 0, y: 0 }],
    [{ assessments: [] }, 'was not asked', { x: 0, y: 0 }],
    [
      { assessments: [feedback({ stage: 'review', answers: { satisfied: 'agree' } })] },
      'was not asked',
      { x: 0, y: 0 },
    ],
    [{ assessments: [], inSupportFrom: null }, 'was not asked', undefined],
    [{ assessments: [], inSupportFrom: '2019-04-01' }, 'was not asked', { x: 0, y: 0 }],
  ]
  for (const [of, expected, mark] of cases) {
    t.equal(verdict(satisfied, of), expected)
    t.same(judge(satisfied, of).mark, mark)
  }
  const latest = [
    feedback({ answers: { satisfied: 'agree' } }, '2019-03-01'),
    feedback({ answers: { satisfied: 'disagree' } }, '2019-03-02'),
    feedback({ response: 'declined' }, '2019-03-03'),
  ]
  t.equal(verdict(satisfied, { assessments: latest }), 'not-met', 'by the latest completed one')
  t.equal(
    verdict(satisfied, { assessments: [...latest, feedback({ answers: {} }, '2019-03-04')] }),
    'did not answer the item',
    'never an earlier answer',
  )
  const ownName = { ...satisfied, item: 'constructor' }
  t.equal(verdict(ownName, { assessments: [feedback({ answers: {} })] }), 'did not answer the item')
})

const recovery = (more: object = {}) =>
  aMeasure('recovered', {
    kind: 'any-of',
    measures: ['phq', 'gad'],
    parts: [pairOf('resolved', 'phq'), pairOf('resolved', 'gad')],
    counted: 'any',
    achieved: 'all',
    ...more,
  })

t.test('NHS recovery: need on either at the start, gone on both at the end', async (t) => {
  const of = (phq: [number, number], gad: [number, number]) => ({
    assessments: [...moved('phq', ...phq), ...moved('gad', ...gad)],
  })
  const nobody = 'is in the denominator of none of its measures'
  t.equal(verdict(recovery(), of([10, 9], [8, 7])), 'met')
  t.equal(verdict(recovery(), of([10, 9], [7, 7])), 'met', 'need on one alone')
  t.equal(verdict(recovery(), of([9, 9], [8, 0])), 'met')
  t.equal(verdict(recovery(), of([10, 9], [7, 8])), 'not-met', 'a need that came during support')
  t.equal(verdict(recovery(), of([10, 10], [8, 0])), 'not-met')
  t.equal(verdict(recovery(), of([9, 0], [7, 0])), nobody)
  t.equal(verdict(recovery(), { assessments: [] }), nobody)
  t.same(judge(recovery(), of([10, 9], [8, 7])).mark, { x: 1, y: 1 })
  t.equal(
    verdict(recovery(), { assessments: moved('phq', 10, 0) }),
    'not-met',
    'nothing is known of the other scale',
  )
})

t.test('all-of and any-of, whose denominator and what is achieved', async (t) => {
  const of = (phq: [number, number], gad: [number, number]) => ({
    assessments: [...moved('phq', ...phq), ...moved('gad', ...gad)],
  })
  const notAll = 'is not in the denominator of all its measures'
  const cases: [
    counted: string,
    achieved: string,
    phq: [number, number],
    gad: [number, number],
    verdict: string,
  ][] = [
    ['all', 'all', [10, 9], [8, 7], 'met'],
    ['all', 'all', [10, 9], [8, 8], 'not-met'],
    ['all', 'all', [10, 9], [7, 7], notAll],
    ['all', 'any', [10, 9], [8, 8], 'met'],
    ['all', 'any', [10, 10], [8, 8], 'not-met'],
    ['all', 'none', [10, 10], [8, 8], 'met'],
    ['all', 'none', [10, 9], [8, 8], 'not-met'],
    ['any', 'any', [10, 10], [7, 7], 'met'],
    ['any', 'any', [10, 10], [7, 8], 'not-met'],
    ['any', 'none', [10, 10], [7, 8], 'met'],
    ['any', 'none', [10, 10], [7, 7], 'not-met'],
  ]
  for (const [counted, achieved, phq, gad, expected] of cases) {
    const kind = counted === 'all' ? 'all-of' : 'any-of'
    const name = `${counted} ${achieved} ${phq.join()} ${gad.join()}`
    t.equal(verdict(recovery({ kind, counted, achieved }), of(phq, gad)), expected, name)
  }
})

t.test('a part’s own condition on cases holds in the whole', async (t) => {
  const parts = [pairOf('resolved', 'phq', { where: { closure: ['other'] } }), pairOf('resolved', 'gad')]
  const assessments = [...moved('phq', 10, 0), ...moved('gad', 7, 7)]
  t.match(verdict(recovery({ parts }), { assessments }), 'none of its measures')
  t.equal(verdict(recovery({ parts }), { assessments, closure: 'other' }), 'met')
  const withAnswer = recovery({
    kind: 'all-of',
    counted: 'all',
    parts: [satisfied, pairOf('resolved', 'phq')],
  })
  const answered = feedback({ answers: { satisfied: 'agree' } })
  t.equal(verdict(withAnswer, { assessments: [answered, ...moved('phq', 10, 0)] }), 'met')
  t.match(verdict(withAnswer, { assessments: moved('phq', 10, 0) }), 'not in the denominator of all')
})

t.test('share and counts of closed cases', async (t) => {
  const planned = aMeasure('planned', { kind: 'share', of: 'closed', achieved: { closure: ['planned'] } })
  t.same(judge(planned, {}).mark, { x: 1, y: 1 })
  t.same(judge(planned, { closure: 'other' }).mark, { x: 1, y: 0 })
  t.same(judge(planned, { closure: null }).mark, { x: 1, y: 0 })
  t.equal(verdict(planned, { inSupportFrom: null }), 'was not in support', 'a referral alone')
  t.equal(judge(planned, { inSupportFrom: null }).mark, undefined)
  const visits = aMeasure('visits', {
    kind: 'count',
    total: { instrument: { id: 'feedback' }, item: 'visits', stage: 'end' },
  })
  t.same(judge(visits, { assessments: [feedback({ answers: { visits: 7 } })] }).mark, { x: 7, y: 0 })
  t.same(judge(visits, { assessments: [feedback({ answers: { visits: 0 } })] }).mark, { x: 0, y: 0 })
  t.equal(judge(visits, { assessments: [feedback({ answers: {} })] }).mark, undefined)
})

t.test('no longer without contact than the days, from start to close', async (t) => {
  const measure = aMeasure('fortnightly', { kind: 'contact-every', days: 14 })
  const dates = { inSupportFrom: '2019-01-01', countedOn: '2019-01-29' }
  const cases: [of: Partial<CaseToCount>, verdict: string][] = [
    [{ contacts: ['2019-01-15'] }, 'met'],
    [{ contacts: ['2019-01-14'] }, 'not-met'],
    [{ contacts: ['2019-01-16'] }, 'not-met'],
    [{ contacts: ['2019-01-16', '2019-01-10'] }, 'met'],
    [{ contacts: [] }, 'not-met'],
    [{ contacts: [], countedOn: '2019-01-15' }, 'met'],
    [{ contacts: [], countedOn: '2019-01-16' }, 'not-met'],
    [{ contacts: [], countedOn: '2019-01-01' }, 'met'],
    [{ contacts: ['2018-12-31', '2019-01-30'], countedOn: '2019-01-29' }, 'not-met'],
    [{ inSupportFrom: null }, 'was not in support'],
    [{ inSupportFrom: '2019-01-30' }, 'was not in support'],
  ]
  for (const [of, expected] of cases)
    t.equal(verdict(measure, { ...dates, ...of }), expected, JSON.stringify(of))
})

t.test('within days: exactly the days, in working days over Easter, before and without', async (t) => {
  const easter = new Set(['2020-04-10', '2020-04-13'])
  const time = (days: number, working: boolean, referredOn: string, firstContactOn: string | null) =>
    judgeTime(
      { kind: 'within-days', from: 'referredOn', to: 'firstContactOn', days, working } as WithinDaysMeasure,
      aCase({ referredOn, firstContactOn }),
      easter,
    ).mark
  t.same(time(2, false, '2020-04-01', '2020-04-03'), { x: 2, y: 1 })
  t.same(time(2, false, '2020-04-01', '2020-04-04'), { x: 3, y: 0 })
  t.same(time(0, false, '2020-04-01', '2020-04-01'), { x: 0, y: 1 })
  t.same(
    time(1, true, '2020-04-09', '2020-04-14'),
    { x: 1, y: 1 },
    'Maundy Thursday to the Tuesday after Easter',
  )
  t.same(time(1, true, '2020-04-09', '2020-04-15'), { x: 2, y: 0 })
  t.same(time(1, false, '2020-04-09', '2020-04-14'), { x: 5, y: 0 })
  t.same(time(2, false, '2020-04-03', '2020-04-01'), { x: -2, y: 1 }, 'before it was referred')
  t.same(time(2, false, '2020-04-01', null), { x: 20200403, y: 2 })
  t.same(time(1, true, '2020-04-09', null), { x: 20200414, y: 2 })
  const later = { kind: 'within-days', from: 'firstContactOn', to: 'startedOn', days: 1, working: false }
  const missing = judgeTime(later as WithinDaysMeasure, aCase({ firstContactOn: null }), easter)
  t.equal(missing.mark, undefined)
  t.equal(missing.verdict.verdict, 'excluded')
})
