import { wasInSupport } from '../casework/progress.ts'
import { COMPLETENESS, measureSubject, runSubject, type Count, type Grouping } from '../counts.ts'
import type { CaseDate, CountMeasure, Measure, ShareMeasure, WithinDaysMeasure } from '../measure.ts'
import { excluded } from '../measures/judge-pair.ts'
import { matchesWhere, type CaseFacts } from '../measures/where.ts'
import { daysBetween, type LondonDate } from '../period.ts'
import { lastDayWithin, workingDaysBetween } from '../working-days.ts'
import { CaseReading, type AssessmentToCount, type CaseToCount } from './case-reading.ts'
import { groupsOf } from './groups.ts'
import { InstrumentLibrary, type AskedPair } from './instrument-library.ts'
import { ANSWERED, judgeCase, type CaseVerdict, type ClosedMeasure } from './judge-case.ts'
import { isLifeMeasure, isRun, type AgreedMeasure, type CountingPlan } from './plan.ts'
import { Tally, type Cell } from './tally.ts'

/** A contact or group session, with those of its cases that there are. */
export interface SessionToCount {
  on: LondonDate
  minutes: number | null
  attendees: number | null
  /** False: a try that reached nobody. */
  reached: boolean
  cases: readonly CaseFacts[]
}

/** Everything of one month that is counted; the same case may be in several of the lists. */
export interface MonthToCount {
  closed: readonly CaseToCount[]
  referred: readonly CaseToCount[]
  /** Those that came into support in the month. */
  entered: readonly CaseToCount[]
  /** Assessments without a case. */
  anonymous: readonly AssessmentToCount[]
  sessions: readonly SessionToCount[]
}

/** A contract's month as counts, in a fixed order: the same facts give the same bytes, whatever order they came in. */
export function countMonth(month: Partial<MonthToCount>, plan: CountingPlan): Count[] {
  const tally = new Tally()
  const library = new InstrumentLibrary(plan.instruments)
  const measures = plan.measures.filter(({ measure }) => !isLifeMeasure(measure))
  const instruments = [...new Set(plan.instruments.map(({ id }) => id))].map((id): AskedPair => ({
    instrument: { id },
    end: 'end',
  }))
  for (const facts of month.closed ?? []) {
    const reading = new CaseReading(facts, library)
    const cells = [
      ...scoreCells(reading, instruments, library, tally),
      ...closedCells(reading, measures, library, tally),
    ]
    tally.add(groupsOf(facts, plan.partners), cells)
  }
  for (const facts of month.referred ?? []) {
    tally.add(groupsOf(facts, plan.partners), referredCells(facts, measures, plan, tally))
  }
  for (const facts of month.entered ?? []) {
    tally.add(groupsOf(facts, plan.partners), enteredCells(facts, measures, tally))
  }
  for (const one of month.anonymous ?? []) {
    tally.add(groupsOf({}, []), anonymousCells(one, measures, library, tally))
  }
  for (const session of month.sessions ?? []) countSession(session, measures, plan, tally)
  return tally.counts()
}

const isAgreedOn = ({ from }: AgreedMeasure, on: LondonDate | null): boolean =>
  from === null || (on !== null && on >= from)

/** Transitions of every score, by the instrument's own respondent, and the case's completeness. */
function scoreCells(
  reading: CaseReading,
  instruments: readonly AskedPair[],
  library: InstrumentLibrary,
  tally: Tally,
): Cell[] {
  const { assessments } = reading.facts
  const cells: Cell[] = []
  let hasStart = false
  let hasPair = false
  for (const asked of instruments) {
    const { id } = asked.instrument
    const own = assessments.filter(
      (one) =>
        one.instrumentId === id &&
        one.response === 'completed' &&
        one.respondent === library.respondentOf(id),
    )
    if (own.length === 0) continue
    hasStart ||= own.some(({ stage }) => stage === 'start')
    const pair = reading.pair(asked)
    if (pair === undefined) continue
    hasPair = true
    for (const { subject, startIndex, endIndex } of library.sharedScores(pair)) {
      const start = pair.start.scores[startIndex] ?? null
      const end = pair.end.scores[endIndex] ?? null
      // A score missing at either end is unpaired, never replaced by an earlier one.
      if (start !== null && end !== null) cells.push(tally.cell(subject, start, end))
    }
  }
  if (reading.facts.inSupportFrom !== null) {
    cells.push(tally.cell(COMPLETENESS, Number(hasStart), Number(hasPair)))
  }
  return cells
}

function closedCells(
  reading: CaseReading,
  measures: readonly AgreedMeasure[],
  library: InstrumentLibrary,
  tally: Tally,
): Cell[] {
  const { facts } = reading
  const cells: Cell[] = []
  for (const agreed of measures) {
    const { measure } = agreed
    if (!isAgreedOn(agreed, facts.countedOn) || !matchesWhere(measure.where, facts)) continue
    if (isClosedMeasure(measure)) {
      const { mark } = judgeCase(measure, reading, library)
      if (mark) cells.push(tally.cell(measureSubject(measure), mark.x, mark.y))
    } else if (isRunMeasure(measure) && wasInSupport(facts)) {
      cells.push(runCell(measure, 'until', facts, tally))
    }
  }
  return cells
}

/** Judged in the month in which a case counts. */
export function isClosedMeasure(measure: Measure): measure is ClosedMeasure {
  switch (measure.kind) {
    case 'completed':
    case 'within-days':
      return false
    case 'share':
      return measure.of === 'closed'
    case 'count':
      return 'total' in measure || ('of' in measure && measure.of === 'closed')
    default:
      return !isLifeMeasure(measure)
  }
}

type RunMeasure = (ShareMeasure | CountMeasure) & { of: 'supported' | 'open-at-end' | 'held' }

const isRunMeasure = (measure: Measure): measure is RunMeasure =>
  (measure.kind === 'share' || measure.kind === 'count') && 'of' in measure && isRun(measure.of)

function runCell(measure: RunMeasure, edge: 'from' | 'until', facts: CaseToCount, tally: Tally): Cell {
  return tally.cell(runSubject(measure, edge), Number(facts.continues === true), achievedBy(measure, facts))
}

const achievedBy = (measure: ShareMeasure | CountMeasure, facts: CaseFacts): number =>
  measure.kind === 'count' || matchesWhere(measure.achieved, facts) ? 1 : 0

function referredCells(
  facts: CaseToCount,
  measures: readonly AgreedMeasure[],
  plan: CountingPlan,
  tally: Tally,
): Cell[] {
  // Taken over from an earlier contract: not newly referred.
  if (facts.continues === true) return []
  return measures.flatMap((agreed) => {
    const { measure } = agreed
    if (!isAgreedOn(agreed, facts.referredOn) || !matchesWhere(measure.where, facts)) return []
    if (measure.kind === 'within-days') {
      const { mark } = judgeTime(measure, facts, plan.bankHolidays)
      return mark ? [tally.cell(measureSubject(measure), mark.x, mark.y)] : []
    }
    if (!isOf(measure, 'referred')) return []
    return [tally.cell(measureSubject(measure), 1, achievedBy(measure, facts))]
  })
}

const isOf = (measure: Measure, of: string): measure is ShareMeasure | CountMeasure =>
  (measure.kind === 'share' || measure.kind === 'count') && 'of' in measure && measure.of === of

function enteredCells(facts: CaseToCount, measures: readonly AgreedMeasure[], tally: Tally): Cell[] {
  if (!wasInSupport(facts)) return []
  return measures.flatMap((agreed) => {
    const { measure } = agreed
    if (!matchesWhere(measure.where, facts)) return []
    if (isRunMeasure(measure)) {
      // As when it leaves: a case that closed before the measure was agreed on is in neither.
      const isIn = facts.countedOn === null || isAgreedOn(agreed, facts.countedOn)
      return isIn ? [runCell(measure, 'from', facts, tally)] : []
    }
    const isCounted = isOf(measure, 'started') || (isOf(measure, 'new') && facts.continues !== true)
    if (!isCounted || !isAgreedOn(agreed, facts.inSupportFrom)) return []
    return [tally.cell(measureSubject(measure), 1, achievedBy(measure, facts))]
  })
}

/** y of a `within-days` measure whose second date is not there yet: x is then the last day on which it is in time. */
export const WAITING = 2

/** @returns a mark of the days it took, or of the day until which there is time, as yyyymmdd */
export function judgeTime(
  { from, to, days, working }: WithinDaysMeasure,
  facts: Pick<CaseToCount, CaseDate>,
  bankHolidays: ReadonlySet<LondonDate>,
): CaseVerdict {
  const first = facts[from]
  const second = facts[to]
  if (first === null) return { verdict: excluded(`has no ${from}`), isAchieved: false }
  if (second === null) {
    const until = lastDayWithin(first, days, working ? bankHolidays : undefined)
    const mark = { x: Number(until.replaceAll('-', '')), y: WAITING }
    return { verdict: { verdict: 'not-met' }, mark, isAchieved: false }
  }
  const taken = working ? workingDaysBetween(first, second, bankHolidays) : daysBetween(first, second)
  const isMet = taken <= days
  const mark = { x: taken, y: Number(isMet) }
  return { verdict: { verdict: isMet ? 'met' : 'not-met' }, mark, isAchieved: isMet }
}

/**
 * They count for `answered` and nowhere else. Nothing is known of who answered, so a `where` that asks for a value does not
 * take them.
 */
function anonymousCells(
  one: AssessmentToCount,
  measures: readonly AgreedMeasure[],
  library: InstrumentLibrary,
  tally: Tally,
): Cell[] {
  const reading = new CaseReading({ ...NOBODY, assessments: [one] }, library)
  return measures.flatMap((agreed) => {
    const { measure } = agreed
    if (measure.kind !== 'answered') return []
    if (!isAgreedOn(agreed, one.assessedOn) || !matchesWhere(measure.where, {})) return []
    const { verdict } = judgeCase(measure, reading, library)
    if (verdict.verdict === 'excluded') return []
    return [tally.cell(measureSubject(measure), ANSWERED.anonymous, Number(verdict.verdict === 'met'))]
  })
}

/** Who answered without a case. */
export const NOBODY: CaseToCount = {
  caseRef: '',
  client: null,
  referredOn: null,
  firstContactOn: null,
  startedOn: null,
  closedOn: null,
  continues: null,
  countedOn: null,
  inSupportFrom: null,
  assessments: [],
  contacts: [],
}

/** Once a session, however many of its cases a measure is about; a group counts it once, too. */
function countSession(
  { on, minutes, attendees, reached, cases }: SessionToCount,
  measures: readonly AgreedMeasure[],
  { partners }: CountingPlan,
  tally: Tally,
): void {
  for (const agreed of measures) {
    const { measure } = agreed
    if (measure.kind !== 'count' || !('of' in measure) || !isAgreedOn(agreed, on)) continue
    const meant = cases.filter((one) => matchesWhere(measure.where, one))
    if (meant.length === 0) continue
    const groups = new Map<string, { group: Grouping; present: number }>()
    for (const group of meant.flatMap((one) => groupsOf(one, partners))) {
      const key = `${group.by} ${group.value}`
      groups.set(key, { group, present: (groups.get(key)?.present ?? 0) + 1 })
    }
    for (const { group, present } of groups.values()) {
      const attendances = reached ? (attendees ?? present) : 0
      const x = { contacts: 1, hours: minutes ?? 0, attendances }
      if (measure.of === 'contacts' || measure.of === 'hours' || measure.of === 'attendances') {
        tally.add([group], [tally.cell(measureSubject(measure), x[measure.of], 1)])
      }
    }
  }
}
