import type { CaseToCount } from '../../../src/domain/counting/case-reading.ts'
import { countLife } from '../../../src/domain/counting/count-life.ts'
import { countMonth } from '../../../src/domain/counting/count-month.ts'
import type { CountingPlan } from '../../../src/domain/counting/plan.ts'
import { InstrumentLibrary } from '../../../src/domain/counting/instrument-library.ts'
import { everybody, type Count, type DatedCount, type Grouping } from '../../../src/domain/counts.ts'
import type { Instrument, Score } from '../../../src/domain/instrument.ts'
import type { Measure } from '../../../src/domain/measure.ts'
import { basisInWords } from '../../../src/domain/measures/basis.ts'
import { measureFigure, type MeasureFigure } from '../../../src/domain/outcomes/measure-figure.ts'
import { addMonths, monthOf, type LondonDate, type Month } from '../../../src/domain/period.ts'
import type { AssessmentToCount } from '../../../src/domain/counting/case-reading.ts'
import type { SessionToCount } from '../../../src/domain/counting/count-month.ts'

/** A case that was in support from 8 January to 31 March 2019, in all but what the test says. */
export const aCase = (more: Partial<CaseToCount> = {}): CaseToCount => ({
  caseRef: 'VF-1',
  client: null,
  referredOn: '2019-01-03',
  firstContactOn: '2019-01-05',
  startedOn: '2019-01-08',
  closedOn: '2019-03-31',
  closure: 'planned',
  continues: null,
  deliveredBy: 'catch-22',
  countedOn: '2019-03-31',
  inSupportFrom: '2019-01-08',
  assessments: [],
  contacts: [],
  ...more,
})

/** In support from a day to another, or still; each with a name of its own. */
export const inSupport = (
  caseRef: string,
  from: LondonDate,
  until: LondonDate | null,
  more: Partial<CaseToCount> = {},
): CaseToCount =>
  aCase({ caseRef, startedOn: from, inSupportFrom: from, closedOn: until, countedOn: until, ...more })

type Unnamed<M> = M extends unknown ? Omit<M, 'id' | 'title' | 'version' | 'question' | 'basis'> : never

/** A measure called by its version. */
export const aMeasure = (version: string, measure: Unnamed<Measure>): Measure => ({
  ...measure,
  id: version,
  title: version,
  version,
  question: version,
  basis: basisInWords(measure),
})

/** A plan of measures agreed on from the beginning. */
export const aPlan = (measures: readonly Measure[], more: Partial<CountingPlan> = {}): CountingPlan => ({
  measures: measures.map((measure) => ({ measure, from: null })),
  instruments,
  bankHolidays: new Set(),
  partners: [],
  ...more,
})

const score: Score = {
  id: 'total',
  title: 'Total',
  items: ['q'],
  method: 'value',
  range: [0, 27],
  better: 'lower',
  places: 0,
  missing: { prorateUpTo: 0 },
}

const instrument = (id: string, scores: Score[], more: Partial<Instrument> = {}): Instrument => ({
  id,
  version: 1,
  title: id,
  source: '',
  licence: '',
  itemsWithheld: false,
  inForce: {},
  respondent: 'self',
  anonymous: true,
  items: [],
  scores,
  comparableWith: [],
  hash: id,
  ...more,
})

/** Two clinical scales, a count of incidents, scores that are better higher (decimal, open), and a form for parents. */
export const instruments: readonly Instrument[] = [
  instrument('phq', [{ ...score, need: { atLeast: 10 }, reliableChange: { atLeast: 6 } }]),
  instrument('gad', [{ ...score, range: [0, 21], need: { atLeast: 8 }, reliableChange: { atLeast: 4 } }]),
  instrument('incidents', [{ ...score, range: [0, 1000] }]),
  instrument('wellbeing', [
    { ...score, range: [7, 35], better: 'higher', places: 2, need: { atMost: 19.25 } },
  ]),
  instrument('days-well', [{ ...score, range: [0, 28], better: 'higher' }], {
    items: [{ id: 'q', type: 'count', required: false }],
  }),
  instrument('child', [{ ...score, need: { atLeast: 17 } }], { respondent: 'parent' }),
]

export const library = new InstrumentLibrary(instruments)

/** A completed assessment with one score. */
export const assessed = (
  instrumentId: string,
  stage: AssessmentToCount['stage'],
  assessedOn: LondonDate,
  value: number | null,
  more: Partial<AssessmentToCount> = {},
): AssessmentToCount => ({
  ref: `${instrumentId}-${stage}-${assessedOn}`,
  instrumentId,
  instrumentVersion: 1,
  stage,
  respondent: instrumentId === 'child' ? 'parent' : 'self',
  response: 'completed',
  assessedOn,
  scores: [value],
  ...more,
})

/** Start and end of one instrument. */
export const moved = (
  instrumentId: string,
  start: number | null,
  end: number | null,
): AssessmentToCount[] => [
  assessed(instrumentId, 'start', '2019-01-08', start),
  assessed(instrumentId, 'end', '2019-03-31', end),
]

/** Everything of one contract, as the months' counts and the whole life's are made of it. */
export interface History {
  cases: readonly CaseToCount[]
  anonymous?: readonly AssessmentToCount[]
  sessions?: readonly SessionToCount[]
}

/** All counts of a contract, made month by month as the worker makes them. */
export function countAll(
  history: History,
  plan: CountingPlan,
): { byMonth: DatedCount[]; life: DatedCount[] } {
  const { cases, anonymous = [], sessions = [] } = history
  const inMonth = (month: Month, day: LondonDate | null): boolean => day !== null && monthOf(day) === month
  const days = [
    ...cases.flatMap(({ countedOn, referredOn, inSupportFrom }) => [countedOn, referredOn, inSupportFrom]),
    ...anonymous.map(({ assessedOn }) => assessedOn),
    ...sessions.map(({ on }) => on),
  ]
  const months = [...new Set(days.flatMap((day) => (day === null ? [] : [monthOf(day)])))]
  const byMonth = months.flatMap((month) =>
    countMonth(
      {
        closed: cases.filter(({ countedOn }) => inMonth(month, countedOn)),
        referred: cases.filter(({ referredOn }) => inMonth(month, referredOn)),
        entered: cases.filter(({ inSupportFrom }) => inMonth(month, inSupportFrom)),
        anonymous: anonymous.filter(({ assessedOn }) => inMonth(month, assessedOn)),
        sessions: sessions.filter(({ on }) => inMonth(month, on)),
      },
      plan,
    ).map((count) => ({ ...count, month })),
  )
  return { byMonth, life: countLife(cases, plan) }
}

/** Reads a measure's figure of a period and group out of all counts of a contract. */
export function readFigure(
  measure: Measure,
  { byMonth, life }: ReturnType<typeof countAll>,
  [firstMonth, lastMonth]: readonly [Month, Month],
  { by, value }: Grouping = everybody,
  today: LondonDate = '2030-01-01',
): MeasureFigure {
  const its = [...byMonth, ...life].filter((count) => count.by === by && count.value === value)
  const isDated = ({ subject }: Count): boolean => subject.startsWith('dated/')
  const merged = its.filter((one) => !isDated(one) && one.month >= firstMonth && one.month <= lastMonth)
  const dated = its.filter((one) => isDated(one) && one.month <= lastMonth)
  const around = { period: { firstMonth, lastMonth }, today, library }
  return measureFigure(measure, { merged: bySubject(merged), dated: bySubject(dated) }, around)
}

/** The figure of a measure over a history of cases. */
export const figureOf = (
  measure: Measure,
  history: History,
  period: readonly [Month, Month],
  more: { plan?: Partial<CountingPlan>; group?: Grouping; today?: LondonDate } = {},
): MeasureFigure =>
  readFigure(measure, countAll(history, aPlan([measure], more.plan)), period, more.group, more.today)

export function bySubject<C extends Count>(counts: readonly C[]): Map<string, C[]> {
  const groups = new Map<string, C[]>()
  for (const count of counts) groups.set(count.subject, [...(groups.get(count.subject) ?? []), count])
  return groups
}

export const monthsFrom = (first: Month, last: Month): Month[] =>
  first > last ? [] : [first, ...monthsFrom(addMonths(first, 1), last)]
