import t from 'tap'
import type { Answered } from '../../src/domain/casework/pair.ts'
import type { Instrument } from '../../src/domain/instrument.ts'
import { quarterOf } from '../../src/domain/period.ts'
import { qualityOf, type CaseToCheck, type QualityQuestion } from '../../src/domain/quality.ts'
import { answered, laterVersion, victimNeeds } from '../support/instruments.ts'

/** January to March 2019. */
const quarter = quarterOf('2019-01-01')

const aCase = (caseRef: string, change: Partial<CaseToCheck> = {}): CaseToCheck => ({
  caseRef,
  client: null,
  referredOn: null,
  firstContactOn: null,
  startedOn: null,
  closedOn: null,
  countedOn: '2019-02-28',
  inSupportFrom: '2019-01-08',
  assessments: [],
  ...change,
})
const open = (
  caseRef: string,
  inSupportFrom: string | null,
  change: Partial<CaseToCheck> = {},
): CaseToCheck => aCase(caseRef, { countedOn: null, inSupportFrom, ...change })

const start = (change: Partial<Answered> = {}, ...scores: (number | null)[]) =>
  answered({ ref: 's', stage: 'start', ...change }, ...scores)
const end = (change: Partial<Answered> = {}, ...scores: (number | null)[]) =>
  answered({ ref: 'e', stage: 'end', assessedOn: '2019-02-28', ...change }, ...scores)

const look = (cases: readonly CaseToCheck[], change: Partial<QualityQuestion> = {}) =>
  qualityOf(cases, {
    period: quarter,
    today: '2026-11-23',
    expectedDays: null,
    instruments: [victimNeeds],
    casesOfClients: cases,
    ...change,
  })
/** Kind, case and ref of each warning. */
const warnings = (cases: readonly CaseToCheck[], change: Partial<QualityQuestion> = {}) =>
  look(cases, change).warnings.map(({ kind, caseRef, ref }) => [kind, caseRef, ...(ref ? [ref] : [])])
const details = (cases: readonly CaseToCheck[]) => look(cases).warnings.map(({ detail }) => detail)

t.test('nothing to say of nobody, nor of a sound case', async (t) => {
  const nothing = { startsWithoutEnd: [], overdue: [], warnings: [] }
  t.same(look([]), nothing)
  t.same(look([aCase('a', { assessments: [start({}, 2), end({}, 1)] })]), nothing)
})

t.test('starts without an end: in support, counted in the period, a start and no pair', async (t) => {
  const starts = (...cases: CaseToCheck[]) => look(cases).startsWithoutEnd
  const assessments = [start({}, 2)]
  t.same(starts(aCase('a', { assessments })), ['a'])
  t.same(starts(aCase('a', { assessments: [start({}, 2), end({}, 0)] })), [], 'a pair')
  t.same(starts(aCase('a', { assessments: [end({}, 0)] })), [], 'no start')
  t.same(starts(aCase('a', { assessments, inSupportFrom: null })), [], 'never in support')
  t.same(starts(open('a', '2019-01-08', { assessments })), [], 'still open')
  for (const [countedOn, isIn] of [
    ['2018-12-31', false],
    ['2019-01-01', true],
    ['2019-03-31', true],
    ['2019-04-01', false],
  ] as const) {
    t.same(starts(aCase('a', { assessments, countedOn })), isIn ? ['a'] : [], countedOn)
  }
  t.same(starts(...['b', 'a-1', 'Z', 'a.1'].map((ref) => aCase(ref, { assessments }))), [
    'Z',
    'a-1',
    'a.1',
    'b',
  ])
})

t.test(
  'a start counts as in completeness: completed, by the own respondent, comparable with the end',
  async (t) => {
    const starts = (assessments: Answered[], instruments = [victimNeeds]) =>
      look([aCase('a', { assessments })], { instruments }).startsWithoutEnd
    t.same(starts([start({ response: 'declined' })]), [], 'a declined one')
    t.same(starts([start({ respondent: 'parent' }, 2)]), [], "another's")
    t.same(
      starts([start({}, 2), end({ respondent: 'parent' }, 0)]),
      ['a'],
      "another's end pairs with nothing",
    )
    t.same(starts([start({}, 2), end({ response: 'no-reply' })]), ['a'], 'nor does one without a reply')
    const later = end({ instrumentVersion: 2 }, 0)
    t.same(starts([start({}, 2), later], [victimNeeds, laterVersion(2)]), ['a'])
    t.same(starts([start({}, 2), later], [victimNeeds, laterVersion(2, { comparableWith: [1] })]), [])
    t.same(
      starts([start({ respondent: 'parent' }, 2)], [laterVersion(2, { respondent: 'parent' }), victimNeeds]),
      ['a'],
    )
  },
)

t.test('overdue: open for longer than expected on the last day of the period', async (t) => {
  const overdue = (one: CaseToCheck, expectedDays: number | null, today?: string) =>
    look([one], { expectedDays, ...(today && { today }) }).overdue.length
  // From 30 January to 31 March are 60 days.
  t.equal(overdue(open('a', '2019-01-30'), 60), 0, 'on the expected day')
  t.equal(overdue(open('a', '2019-01-30'), 59), 1, 'a day later')
  t.equal(overdue(open('a', '2019-01-30'), null), 0, 'nothing is expected')
  t.equal(overdue(aCase('a', { inSupportFrom: '2018-01-01' }), 59), 0, 'closed')
  t.equal(overdue(open('a', null), 59), 0, 'not in support')
  t.equal(overdue(open('a', '2019-04-01'), 1), 0, 'in support after the period')
  t.equal(overdue(open('a', '2019-01-30'), 10, '2019-02-09'), 0, '10 days until today')
  t.equal(overdue(open('a', '2019-01-30'), 10, '2019-02-10'), 1, '11 days')
  t.equal(overdue(open('a', '2019-02-20'), 1, '2019-02-10'), 0, 'not yet in support')
})

t.test(
  'the contract decides what is expected, else the shortest of the instruments it was started on',
  async (t) => {
    const needs: Instrument = { ...victimNeeds, expectedDays: 60 }
    const mood: Instrument = { ...victimNeeds, id: 'mood', expectedDays: 59 }
    const question = { instruments: [needs, mood] }
    const overdue = (assessments: Answered[], more: Partial<QualityQuestion> = {}) =>
      look([open('a', '2019-01-30', { assessments })], { ...question, ...more }).overdue.length
    const onMood = start({ ref: 'm', instrumentId: 'mood' }, 1)
    t.equal(overdue([start({}, 1)]), 0)
    t.equal(overdue([onMood]), 1)
    t.equal(overdue([start({}, 1), onMood]), 1, 'the shortest')
    t.equal(overdue([]), 0, 'no start on any')
    t.equal(overdue([{ ...onMood, stage: 'review' }]), 0, 'a review is no start')
    t.equal(overdue([{ ...onMood, response: 'unable' }]), 0, 'nor is one that was not completed')
    t.equal(overdue([onMood], { expectedDays: 90 }), 0, "the contract's is longer")
    t.equal(overdue([start({}, 1)], { expectedDays: 30 }), 1, "the contract's is shorter")
    t.equal(overdue([start({ instrumentVersion: 2 }, 1)], { instruments: [needs, laterVersion(2)] }), 0)
  },
)

t.test('an end before the start that it pairs with', async (t) => {
  const on = (startOn: string, ...endsOn: string[]) =>
    warnings([
      aCase('a', {
        assessments: [
          start({ assessedOn: startOn }, 1),
          ...endsOn.map((assessedOn, n) => end({ ref: `e-${n}`, assessedOn }, 1)),
        ],
      }),
    ])
  t.same(on('2019-02-02', '2019-02-01'), [['end-before-start', 'a', 'e-0']])
  t.same(on('2019-02-02', '2019-02-02'), [], 'on the same day')
  t.same(on('2019-02-02', '2019-02-01', '2019-02-03'), [], 'the latest end pairs')
  const byParent = { respondent: 'parent' } as const
  const assessments = [start({ ...byParent, assessedOn: '2019-03-01' }, 1), end(byParent, 1)]
  t.same(warnings([aCase('a', { assessments })]), [['end-before-start', 'a', 'e']], 'by whomever')
})

t.test('dates of a case out of order, of those that are given', async (t) => {
  const of = (dates: Partial<CaseToCheck>) => details([aCase('a', dates)])
  const day = '2019-01-08'
  const before = '2019-01-07'
  t.same(of({ referredOn: day, firstContactOn: day, startedOn: day, closedOn: day }), [])
  t.same(of({ referredOn: day, firstContactOn: before }), ['firstContactOn is before referredOn'])
  t.same(of({ firstContactOn: day, startedOn: before }), ['startedOn is before firstContactOn'])
  t.same(of({ startedOn: day, closedOn: before }), ['closedOn is before startedOn'])
  t.same(
    of({ referredOn: day, closedOn: before }),
    ['closedOn is before referredOn'],
    'the others are not given',
  )
  t.same(of({ referredOn: day, firstContactOn: before, startedOn: day, closedOn: before }), [
    'firstContactOn is before referredOn',
    'closedOn is before startedOn',
  ])
  t.same(warnings([aCase('a', { startedOn: day, closedOn: before })]), [['dates-out-of-order', 'a']])
})

t.test('a jump over the whole range of a score', async (t) => {
  const moved = (from: number | null, to: number | null) =>
    warnings([aCase('a', { assessments: [start({}, from), end({}, to)] })])
  const warned = [['implausible-jump', 'a', 'e']]
  t.same(moved(3, 0), warned, 'from the worst to the best')
  t.same(moved(0, 3), warned, 'and back')
  t.same(moved(3, 1), [])
  t.same(moved(2, 0), [])
  t.same(moved(3, 3), [])
  t.same(moved(3, null), [])
  t.same(moved(null, 0), [])
  const [detail = ''] = details([aCase('a', { assessments: [start({}, 3, 3, 1), end({}, 0, 0, 1)] })])
  const [first, second] = victimNeeds.scores.map(({ id }) => id)
  t.equal(detail, `from the start to this end, the whole range was crossed by ${first}, ${second}`)
})

t.test('a range of 2 steps is too narrow for a jump; steps are those of the decimal places', async (t) => {
  const moved = (high: number, places: number) => {
    const scores = victimNeeds.scores.map((score) => ({ ...score, range: [0, high] as const, places }))
    const assessments = [start({}, high * 10 ** places), end({}, 0)]
    return warnings([aCase('a', { assessments })], { instruments: [{ ...victimNeeds, scores }] }).length
  }
  t.equal(moved(2, 0), 0)
  t.equal(moved(3, 0), 1)
  t.equal(moved(1, 0), 0)
  t.equal(moved(1, 1), 1)
})

t.test('what only the reference tells apart is likely a duplicate', async (t) => {
  const of = (...assessments: Answered[]) => warnings([aCase('a', { assessments })])
  const one = start({ ref: 'b' }, 1)
  t.same(of(one, { ...one, ref: 'a' }), [['likely-duplicate', 'a', 'b']], 'the later reference')
  t.same(of(one, { ...one, ref: 'Z' }), [['likely-duplicate', 'a', 'b']], 'by bytes')
  t.same(of(one, { ...one, ref: 'd' }, { ...one, ref: 'c' }), [
    ['likely-duplicate', 'a', 'c'],
    ['likely-duplicate', 'a', 'd'],
  ])
  t.same(of(one, { ...one, ref: 'c', scores: [] }), [['likely-duplicate', 'a', 'c']], 'whatever the answers')
  for (const other of [
    { instrumentId: 'mood' },
    { stage: 'review' },
    { respondent: 'worker' },
    { assessedOn: '2019-01-09' },
  ] as const) {
    t.same(of(one, { ...one, ref: 'c', ...other }), [], JSON.stringify(other))
  }
  t.same(
    warnings([aCase('a', { assessments: [one] }), aCase('b', { assessments: [{ ...one, ref: 'c' }] })]),
    [],
  )
})

t.test('two cases of one client that started on the same day', async (t) => {
  const startedOn = '2019-01-08'
  const closed = { client: 'C', startedOn, countedOn: startedOn, inSupportFrom: startedOn }
  const duplicates = (...cases: CaseToCheck[]) =>
    warnings(cases).filter(([kind]) => kind === 'likely-duplicate')
  t.same(duplicates(aCase('b', closed), aCase('a', closed)), [['likely-duplicate', 'b']])
  t.same(duplicates(aCase('a', closed), aCase('b', { ...closed, startedOn: '2019-01-09' })), [])
  t.same(duplicates(aCase('a', closed), aCase('b', { ...closed, client: 'D' })), [])
  const unknown = { ...closed, client: null }
  t.same(duplicates(aCase('a', unknown), aCase('b', unknown)), [], 'nobody knows whose they are')
  const unstarted = { ...closed, startedOn: null }
  t.same(duplicates(aCase('a', unstarted), aCase('b', unstarted)), [], 'no startedOn is none')
})

t.test('possible re-entry: another case closed at most 28 days before', async (t) => {
  const back = (closedOn: string, inSupportFrom: string, client = 'C') => {
    const former = aCase('former', { client: 'C', inSupportFrom: '2018-10-01', countedOn: closedOn })
    const now = aCase('now', { client, inSupportFrom, countedOn: '2019-03-01' })
    return warnings([now], { casesOfClients: [former, now] })
  }
  const warned = [['possible-re-entry', 'now']]
  t.same(back('2019-01-01', '2019-01-29'), warned, '28 days')
  t.same(back('2019-01-01', '2019-01-30'), [], '29 days')
  t.same(back('2019-01-01', '2019-01-01'), warned, 'on the same day')
  t.same(back('2019-01-01', '2019-01-29', 'D'), [], 'another client')
})

t.test('possible re-entry: another case open at the same time', async (t) => {
  const both = (a: [string, string | null], b: [string, string | null]) =>
    warnings([
      aCase('a', { client: 'C', inSupportFrom: a[0], countedOn: a[1] }),
      aCase('b', { client: 'C', inSupportFrom: b[0], countedOn: b[1] }),
    ])
  const warned = [
    ['possible-re-entry', 'a'],
    ['possible-re-entry', 'b'],
  ]
  t.same(both(['2018-10-01', '2019-01-10'], ['2019-01-09', '2019-03-01']), warned, 'for a day')
  t.same(both(['2018-10-01', null], ['2019-01-09', null]), warned, 'both are open still')
  t.same(both(['2018-10-01', null], ['2019-01-09', '2019-01-20']), warned, 'one within the other')
  t.same(both(['2018-10-01', '2019-01-10'], ['2019-01-10', '2019-03-01']), [['possible-re-entry', 'b']])
})

t.test(
  'looked through: what counts in the period, is open in support during it, or was referred in it',
  async (t) => {
    const wrong = { referredOn: '2019-01-02', firstContactOn: '2019-01-01' }
    t.same(
      warnings([
        aCase('counted-before', { ...wrong, countedOn: '2018-12-31' }),
        aCase('counted-after', { ...wrong, countedOn: '2019-04-01' }),
        aCase('counted', { ...wrong, countedOn: '2019-03-31' }),
        aCase('declined', { ...wrong, inSupportFrom: null }),
        open('open', '2019-03-31', wrong),
        open('open-later', '2019-04-01', wrong),
        open('undecided', null, wrong),
        open('undecided-before', null, { referredOn: '2018-12-31', firstContactOn: '2018-12-30' }),
        open('undecided-last', null, { referredOn: '2019-03-31', firstContactOn: '2019-03-30' }),
        open('undecided-after', null, { referredOn: '2019-04-01', firstContactOn: '2019-03-31' }),
        open('unreferred', null, { firstContactOn: '2019-01-01' }),
      ]).map(([, caseRef]) => caseRef),
      ['counted', 'declined', 'open', 'undecided', 'undecided-last'],
    )
  },
)

t.test('warnings come by case, kind and reference, whatever the order of the cases', async (t) => {
  const assessments = [start({ assessedOn: '2019-03-01' }, 3), end({}, 0), end({ ref: 'e-2' }, 0)]
  const cases = [
    aCase('b', { assessments, startedOn: '2019-01-08', closedOn: '2019-01-07' }),
    aCase('B', { referredOn: '2019-01-02', firstContactOn: '2019-01-01' }),
  ]
  const expected = [
    ['dates-out-of-order', 'B'],
    ['dates-out-of-order', 'b'],
    ['end-before-start', 'b', 'e-2'],
    ['implausible-jump', 'b', 'e-2'],
    ['likely-duplicate', 'b', 'e-2'],
  ]
  t.same(warnings(cases), expected)
  t.same(warnings([...cases].reverse()), expected)
})
