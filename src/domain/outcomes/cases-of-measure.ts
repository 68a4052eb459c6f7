import { findPairsByMonth } from '../casework/pair.ts'
import { wasInSupport } from '../casework/progress.ts'
import { CaseReading, type AssessmentToCount, type CaseToCount } from '../counting/case-reading.ts'
import { isClosedMeasure, judgeTime, NOBODY, WAITING } from '../counting/count-month.ts'
import { InstrumentLibrary } from '../counting/instrument-library.ts'
import { judgeByPair, judgeCase, type CaseVerdict } from '../counting/judge-case.ts'
import { isRun, type AgreedMeasure, type CountingPlan } from '../counting/plan.ts'
import { isPairMeasure, type Measure, type PairMeasure } from '../measure.ts'
import { excluded } from '../measures/judge-pair.ts'
import { matchesWhere, NOT_STATED, valuesOf } from '../measures/where.ts'
import { addMonths, monthOf, monthPeriod, type LondonDate, type Period } from '../period.ts'

/** What became of one case in a measure's figure; `case` is null for an answer without a case. */
export interface CaseItem {
  case: string | null
  verdict: 'met' | 'not-met' | 'excluded'
  reason: string
  /** The score, in its own units, or the answer; null where the measure looks at none. */
  start: string | number | boolean | null
  end: string | number | boolean | null
}

/** By which cases a measure is counted, so that those can be read; null: by contacts, not by cases. */
export type CasesOfMeasure = 'closed' | 'referred' | 'entered' | 'supported' | 'assessed' | null

export function casesOf(measure: Measure): CasesOfMeasure {
  if (isClosedMeasure(measure)) return 'closed'
  if (isPairMeasure(measure)) return 'assessed'
  if (measure.kind === 'within-days') return 'referred'
  if (measure.kind === 'completed' || 'distinct' in measure) return 'supported'
  if (!('of' in measure)) return null
  if (measure.of === 'referred') return 'referred'
  if (measure.of === 'started' || measure.of === 'new') return 'entered'
  return measure.of === 'people' || isRun(measure.of) ? 'supported' : null
}

/** The days that a measure looks at: those of the period, or of the year up to its end. */
export function windowOf(measure: Measure, period: Period): Pick<Period, 'from' | 'until'> {
  if (measure.kind !== 'completed' || measure.window === 'period') return period
  return { from: monthPeriod(addMonths(period.lastMonth, -11)).from, until: period.until }
}

interface Around {
  plan: CountingPlan
  period: Period
  today: LondonDate
}

/**
 * A verdict for each case that a measure could have counted in the period: those met add up to the numerator (or count),
 * those met and not met to the denominator.
 *
 * @param cases those that `casesOf` names, of the days of `windowOf`
 */
export function verdictsOf(
  agreed: AgreedMeasure,
  { cases, anonymous }: { cases: readonly CaseToCount[]; anonymous: readonly AssessmentToCount[] },
  around: Around,
): CaseItem[] {
  const { measure } = agreed
  const library = new InstrumentLibrary(around.plan.instruments)
  const inOrder = cases.toSorted((a, b) => (a.caseRef < b.caseRef ? -1 : 1))
  const ofCases = byPerson(
    measure,
    around.period,
  )(inOrder.map((one) => ({ one, judged: judged(one, agreed, around, library) })))
  const isAgreedOn = (day: LondonDate): boolean => agreed.from === null || day >= agreed.from
  const nobodys =
    measure.kind === 'answered'
      ? anonymous
          .filter(({ assessedOn }) => isAgreedOn(assessedOn))
          .map((answer) => ({
            one: NOBODY,
            judged: judgeCase(
              measure,
              new CaseReading({ ...NOBODY, assessments: [answer] }, library),
              library,
            ),
          }))
      : []
  return [
    ...ofCases.map(({ one, judged: verdict }) => itemOf(one.caseRef, verdict)),
    ...nobodys
      .filter(({ judged: { verdict } }) => verdict.verdict !== 'excluded' && matchesWhere(measure.where, {}))
      .map(({ judged: verdict }) => itemOf(null, verdict)),
  ]
}

function itemOf(caseRef: string | null, { verdict, start, end, places = 0 }: CaseVerdict): CaseItem {
  const shown = (value: CaseVerdict['end']) =>
    typeof value === 'number' ? value / 10 ** places : (value ?? null)
  return {
    case: caseRef,
    verdict: verdict.verdict,
    reason: verdict.verdict === 'excluded' ? verdict.reason : reasonOf[verdict.verdict],
    start: shown(start),
    end: shown(end),
  }
}

const reasonOf = { met: 'achieved', 'not-met': 'not achieved' } as const

const out = (reason: string): CaseVerdict => ({ verdict: excluded(reason), isAchieved: false })
const verdict = (isMet: boolean): CaseVerdict => ({
  verdict: { verdict: isMet ? 'met' : 'not-met' },
  isAchieved: isMet,
})

function judged(
  one: CaseToCount,
  { measure, from }: AgreedMeasure,
  { plan, period, today }: Around,
  library: InstrumentLibrary,
): CaseVerdict {
  if (!matchesWhere(measure.where, one)) return out('is not one of those that the measure is about')
  const source = casesOf(measure)
  if (source === 'assessed' && isPairMeasure(measure))
    return judgeLatest({ measure, from }, one, period, library)
  const day = dayOf(source, one)
  if (from !== null && ((day !== null && day < from) || period.until <= from))
    return out('is from before the measure was agreed on')
  if (isClosedMeasure(measure)) return judgeCase(measure, new CaseReading(one, library), library)
  if (source === 'referred' && one.continues === true) return out('continues a case of an earlier contract')
  if (measure.kind === 'within-days') {
    const time = judgeTime(measure, one, plan.bankHolidays)
    const isWaiting = time.mark?.y === WAITING && time.mark.x >= Number(today.replaceAll('-', ''))
    return isWaiting ? out('is not due yet') : time
  }
  if (source !== 'referred' && !wasInSupport(one)) return out('was not in support')
  const isNew = (one.inSupportFrom ?? '') >= period.from && one.continues !== true
  if ('of' in measure) {
    if (measure.of === 'new' && one.continues === true) return out('continues a case of an earlier contract')
    if (measure.of === 'held' && isNew) return out('came into support in the period')
    if (measure.of === 'open-at-end' && one.countedOn !== null && one.countedOn < period.until)
      return out('closed before the end of the period')
  }
  return verdict(measure.kind !== 'share' || matchesWhere(measure.achieved, one))
}

/** The day on which a measure takes a case, which must not be before the measure was agreed on. */
function dayOf(source: CasesOfMeasure, one: CaseToCount): LondonDate | null {
  if (source === 'referred') return one.referredOn
  return source === 'entered' ? one.inSupportFrom : one.countedOn
}

function judgeLatest(
  { measure, from }: { measure: PairMeasure; from: LondonDate | null },
  one: CaseToCount,
  { firstMonth, lastMonth }: Period,
  library: InstrumentLibrary,
): CaseVerdict {
  const question = {
    instrument: measure.instrument.id,
    version: measure.instrument.version,
    respondent: measure.respondent ?? library.respondentOf(measure.instrument.id) ?? 'self',
    end: measure.end,
  }
  const last = findPairsByMonth(one.assessments, question, library.find).findLast(
    ({ month }) => month >= firstMonth && month <= lastMonth,
  )
  if (last === undefined) return out(`has no ${measure.end} assessment in the period`)
  const { start, end } = last.pair
  if (from !== null && end !== undefined && end.assessedOn < from)
    return out('is from before the measure was agreed on')
  return judgeByPair(measure, start && end && { start, end }, library)
}

interface Judged {
  one: CaseToCount
  judged: CaseVerdict
}

/** Different people, or values, are counted once: by the first of their cases in the order of the references. */
function byPerson(measure: Measure, period: Period): (cases: readonly Judged[]) => readonly Judged[] {
  if (
    measure.kind !== 'completed' &&
    !('distinct' in measure) &&
    !('of' in measure && measure.of === 'people')
  )
    return (cases) => cases
  const person = ({ client, caseRef }: CaseToCount): string => client ?? `case ${caseRef}`
  return (cases) => {
    const counted = cases.filter(({ judged: one }) => one.verdict.verdict !== 'excluded')
    const completed = new Set(
      measure.kind === 'completed'
        ? counted.filter(({ one }) => isCompleted(measure, one, period)).map(({ one }) => person(one))
        : [],
    )
    const seen = new Set<string>()
    return cases.map(({ one, judged: before }) => {
      if (before.verdict.verdict === 'excluded') return { one, judged: before }
      const keys =
        'distinct' in measure
          ? valuesOf(measure.distinct, one).filter((value) => value !== NOT_STATED)
          : [person(one)]
      const fresh = keys.filter((key) => !seen.has(key))
      for (const key of fresh) seen.add(key)
      if (fresh.length === 0) return { one, judged: out('is counted by another case already') }
      return {
        one,
        judged: verdict(measure.kind !== 'completed' || completed.has(person(one))),
      }
    })
  }
}

function isCompleted(
  measure: Measure & { kind: 'completed' },
  { countedOn, closure }: CaseToCount,
  period: Period,
): boolean {
  if (countedOn === null || closure === null || closure === undefined) return false
  const { from } = windowOf(measure, period)
  return measure.closure.includes(closure) && countedOn >= from && monthOf(countedOn) <= period.lastMonth
}
