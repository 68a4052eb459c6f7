import { daysBetween } from '../period.ts'
import { progressOf, wasInSupport } from '../casework/progress.ts'
import type {
  AnsweredMeasure,
  CombinedMeasure,
  CountMeasure,
  ContactEveryMeasure,
  ItemQuestion,
  PairMeasure,
  PartMeasure,
  ShareMeasure,
} from '../measure.ts'
import type { Pair } from '../casework/pair.ts'
import {
  excluded,
  isAchieved,
  isThere,
  judgePair,
  scoredEnd,
  type ScoredEnd,
  type Verdict,
} from '../measures/judge-pair.ts'
import { matchesWhere } from '../measures/where.ts'
import type { CaseReading } from './case-reading.ts'
import type { InstrumentLibrary, SharedScore } from './instrument-library.ts'

/** Measures that are judged case by case in the month in which the case counts. */
export type ClosedMeasure =
  | PairMeasure
  | AnsweredMeasure
  | CombinedMeasure
  | ContactEveryMeasure
  | (ShareMeasure & { of: 'closed' })
  | (CountMeasure & { total: ItemQuestion })
  | (CountMeasure & { of: 'closed' })

/** What is kept of one case on one measure. */
export interface Mark {
  x: number
  y: number
}

/** A case's verdict with what made it. */
export interface CaseVerdict {
  verdict: Verdict
  /** What is counted of it; undefined: nothing. */
  mark?: Mark | undefined
  /** The measure's own condition, also of somebody outside its denominator. */
  isAchieved: boolean
  /** The score (value × 10^places) or answer at both ends, where the measure looks at them. */
  start?: number | null
  end?: string | number | boolean | null
  places?: number
}

/** x of an `answered` measure: in support and not asked, asked without an answer, answered, answered without a case. */
export const ANSWERED = { notAsked: 0, noAnswer: 1, answered: 2, anonymous: 3 } as const

/** Judges one case that counts in a month; `where` has been looked at before. */
export function judgeCase(
  measure: ClosedMeasure,
  reading: CaseReading,
  library: InstrumentLibrary,
): CaseVerdict {
  switch (measure.kind) {
    case 'answered':
      return judgeAnswer(measure, reading)
    case 'all-of':
    case 'any-of':
      return judgeCombined(measure, reading, library)
    case 'contact-every':
      return judgeContacts(measure, reading)
    case 'share': {
      if (reading.facts.inSupportFrom === null) return neverInSupport
      const isMet = matchesWhere(measure.achieved, reading.facts)
      return counted(isMet, { x: 1, y: Number(isMet) })
    }
    case 'count':
      if ('total' in measure) return judgeTotal(measure, reading)
      return reading.facts.inSupportFrom === null ? neverInSupport : counted(true, { x: 1, y: 1 })
    default:
      return judgeByPair(measure, reading.pair(measure), library)
  }
}

/** A referral that never came into support counts among those referred only. */
const neverInSupport: CaseVerdict = { verdict: excluded('was not in support'), isAchieved: false }

const verdictOf = (isMet: boolean): Verdict => ({ verdict: isMet ? 'met' : 'not-met' })

const counted = (isMet: boolean, mark: Mark): CaseVerdict => ({
  verdict: verdictOf(isMet),
  mark,
  isAchieved: isMet,
})

/** Judges the pair of a start and an end on a measure's score. */
export function judgeByPair(
  measure: PairMeasure,
  pair: Pair | undefined,
  library: InstrumentLibrary,
): CaseVerdict {
  const shared = pair && library.sharedScore(pair, measure.score)
  if (pair === undefined || shared === undefined) {
    return {
      verdict: excluded('has no start and end assessment that go together'),
      isAchieved: false,
      start: null,
      end: null,
    }
  }
  const { start, end } = endsOf(pair, shared)
  const score = shared.endScore
  const verdict = judgePair(measure, { score, best: shared.best }, { start, end })
  return {
    verdict,
    mark: verdict.verdict === 'excluded' ? undefined : markOf(measure, start, end, verdict.verdict === 'met'),
    isAchieved: isAchieved(measure, score, start, end),
    start: start.value,
    end: end.value,
    places: score.places,
  }
}

const endsOf = (pair: Pair, shared: SharedScore): { start: ScoredEnd; end: ScoredEnd } => ({
  start: scoredEnd(shared.startScore, pair.start.scores[shared.startIndex] ?? null),
  end: scoredEnd(shared.endScore, pair.end.scores[shared.endIndex] ?? null),
})

/**
 * `reduction` adds up the scores of both ends, `before-after` asks whether it was there; of the others the start is kept
 * beside the verdict, so that contracts whose people started differently can be compared.
 */
function markOf({ kind }: PairMeasure, start: ScoredEnd, end: ScoredEnd, isMet: boolean): Mark {
  if (kind === 'before-after') return { x: Number(isThere(start)), y: Number(isThere(end)) }
  return { x: start.value ?? 0, y: kind === 'reduction' ? (end.value ?? 0) : Number(isMet) }
}

function judgeAnswer(measure: AnsweredMeasure, reading: CaseReading): CaseVerdict {
  const outcome = reading.item(measure)
  if ('answer' in outcome) {
    const isMet = measure.in.includes(outcome.answer)
    return { ...counted(isMet, { x: ANSWERED.answered, y: Number(isMet) }), end: outcome.answer }
  }
  return {
    verdict: excluded(outcome.asked ? 'did not answer the item' : 'was not asked'),
    // Its dates may be out of order: whoever answered such a case is counted, and so is who did not.
    mark:
      progressOf(reading.facts) === 'accepted'
        ? { x: outcome.asked ? ANSWERED.noAnswer : ANSWERED.notAsked, y: 0 }
        : undefined,
    isAchieved: false,
    end: null,
  }
}

function judgeTotal({ total }: { total: ItemQuestion }, reading: CaseReading): CaseVerdict {
  const outcome = reading.item(total)
  if (!('answer' in outcome))
    return { verdict: excluded('did not answer the item'), isAchieved: false, end: null }
  return { ...counted(true, { x: Number(outcome.answer), y: 0 }), end: outcome.answer }
}

function judgeCombined(
  { parts, counted: whose, achieved }: CombinedMeasure,
  reading: CaseReading,
  library: InstrumentLibrary,
): CaseVerdict {
  const verdicts = parts.map((part) => judgePart(part, reading, library))
  const isCounted = ({ verdict }: CaseVerdict): boolean => verdict.verdict !== 'excluded'
  if (!(whose === 'all' ? verdicts.every(isCounted) : verdicts.some(isCounted))) {
    const reason =
      whose === 'all'
        ? 'is not in the denominator of all its measures'
        : 'is in the denominator of none of its measures'
    return { verdict: excluded(reason), isAchieved: false }
  }
  const isPartAchieved = (verdict: CaseVerdict): boolean => verdict.isAchieved
  const isMet =
    achieved === 'all'
      ? verdicts.every(isPartAchieved)
      : verdicts.some(isPartAchieved) === (achieved === 'any')
  return counted(isMet, { x: 1, y: Number(isMet) })
}

function judgePart(part: PartMeasure, reading: CaseReading, library: InstrumentLibrary): CaseVerdict {
  const judged = judgeCase(part, reading, library)
  if (matchesWhere(part.where, reading.facts)) return judged
  return { ...judged, verdict: excluded('is not one of those that the measure is about') }
}

/** From the start of support to its end no longer without contact than the measure allows. */
function judgeContacts({ days }: ContactEveryMeasure, { facts }: CaseReading): CaseVerdict {
  if (!wasInSupport(facts) || facts.countedOn === null)
    return { verdict: excluded('was not in support'), isAchieved: false }
  const { inSupportFrom, countedOn } = facts
  const reached = facts.contacts.filter((on) => on >= inSupportFrom && on <= countedOn).sort()
  const steps = [inSupportFrom, ...reached, countedOn]
  const isMet = steps.every((on, index) => index === 0 || daysBetween(steps[index - 1] ?? on, on) <= days)
  return counted(isMet, { x: 1, y: Number(isMet) })
}
