import t from 'tap'
import { hasDatedCounts, marksOf, planAsText, planFor, readsOf } from '../../../src/domain/counting/plan.ts'
import { definitions } from '../../support/instruments.ts'
import { aMeasure, aPlan } from './a-case.ts'

const contract = {
  measures: ['personal-safety-resolved', 'personal-safety-worse'],
  partners: [],
  returns: [],
}
const plan = planFor(contract, definitions)

t.test('the plan names every version that the counts depend on', async (t) => {
  const text = planAsText(plan)
  t.match(text, definitions.measures.get('personal-safety-resolved')?.version ?? 'missing')
  t.match(text, 'victim-needs@1')
  t.not(text, planAsText(planFor({ ...contract, measures: ['personal-safety-resolved'] }, definitions)))
  t.not(text, planAsText(planFor({ ...contract, partners: ['trust'] }, definitions)))
  const later = [{ measure: 'personal-safety-resolved', from: '2019-04-01' }, 'personal-safety-worse']
  t.not(text, planAsText(planFor({ ...contract, measures: later }, definitions)))
})

t.test('bank holidays are part of it only where working days are counted', async (t) => {
  const text = (working: boolean, ...holidays: string[]) =>
    planAsText(
      aPlan([aMeasure('m', { kind: 'within-days', from: 'referredOn', to: 'startedOn', days: 2, working })], {
        bankHolidays: new Set(holidays),
      }),
    )
  t.not(text(true, '2020-04-10'), text(true))
  t.equal(text(true, '2020-04-10', '2020-04-13'), text(true, '2020-04-13', '2020-04-10'))
  t.equal(text(false, '2020-04-10'), text(false))
})

t.test('a measure that the definitions no longer have is left out', async (t) => {
  t.same(planFor({ ...contract, measures: ['gone'] }, definitions).measures, [])
})

t.test('which months a change touches, and what a count has to read', async (t) => {
  const none = {
    hasLifeCounts: false,
    hasReferralCounts: false,
    hasEntryCounts: false,
    hasSessionCounts: false,
  }
  t.same(marksOf(plan), none)
  const marks = (...measures: Parameters<typeof aMeasure>[1][]) =>
    marksOf(aPlan(measures.map((one, index) => aMeasure(`m${index}`, one))))
  t.same(marks({ kind: 'count', of: 'referred' }), { ...none, hasReferralCounts: true })
  t.same(marks({ kind: 'within-days', from: 'referredOn', to: 'startedOn', days: 2, working: true }), {
    ...none,
    hasReferralCounts: true,
  })
  for (const of of ['supported', 'held', 'open-at-end', 'new', 'started'] as const) {
    t.same(marks({ kind: 'count', of }), { ...none, hasEntryCounts: true }, of)
    t.same(marks({ kind: 'share', of, achieved: {} }), { ...none, hasEntryCounts: true }, of)
  }
  for (const of of ['contacts', 'hours', 'attendances'] as const) {
    t.same(marks({ kind: 'count', of }), { ...none, hasSessionCounts: true }, of)
  }
  t.same(marks({ kind: 'count', of: 'people' }), { ...none, hasLifeCounts: true })
  t.same(marks({ kind: 'count', distinct: 'sex' }), { ...none, hasLifeCounts: true })
  t.same(marks({ kind: 'completed', closure: ['planned'], window: 'period' }), {
    ...none,
    hasLifeCounts: true,
  })
  const question = { instrument: { id: 'phq' }, item: 'q', stage: 'end' } as const
  const answered = aMeasure('answered', { kind: 'answered', ...question, in: [1] })
  t.match(readsOf(aPlan([answered])), { answersOf: ['phq'], anonymous: true })
  t.match(readsOf(aPlan([aMeasure('total', { kind: 'count', total: question })])), {
    answersOf: ['phq'],
    anonymous: false,
  })
  t.equal(readsOf(aPlan([aMeasure('c', { kind: 'contact-every', days: 7 })])).contactsOfCases, true)
})

t.test('counts of earlier months are needed for runs and lives alone', async (t) => {
  const has = (measure: Parameters<typeof aMeasure>[1]) => hasDatedCounts(aPlan([aMeasure('m', measure)]))
  const pair = { instrument: { id: 'phq' }, score: 'total', end: 'end', of: 'need-at-start' } as const
  t.equal(has({ kind: 'count', of: 'held' }), true)
  t.equal(has({ kind: 'share', of: 'supported', achieved: {} }), true)
  t.equal(has({ kind: 'improved', ...pair, countedBy: 'assessed' }), true)
  t.equal(has({ kind: 'improved', ...pair, countedBy: 'closed' }), false)
  t.equal(has({ kind: 'count', of: 'closed' }), false)
})
