import type { Measure, PairMeasure, CaseSelection } from '../measure.ts'
import type { Respondent, Stage } from '../instrument.ts'
import { asksForNeed } from './judge-pair.ts'
import { whereFields, type Choice, type Where, type WhereField } from './where.ts'

type Unnamed<M> = M extends unknown ? Omit<M, 'id' | 'title' | 'version' | 'question' | 'basis'> : never

/**
 * Who is in the denominator, in words, for every result to carry; of a count, what is counted.
 *
 * @example basisInWords({ kind: 'resolved', end: 'end', … }) // 'had the need at the start, and an end assessment'
 */
export function basisInWords(measure: Unnamed<Measure>): string {
  const question = 'total' in measure ? measure.total : measure
  const respondent = 'respondent' in question && question.respondent
  return [
    whoInWords(measure),
    ...(respondent ? [respondentInWords[respondent]] : []),
    ...conditionsInWords(measure.where),
  ].join('; ')
}

function whoInWords(measure: Unnamed<Measure>): string {
  switch (measure.kind) {
    case 'answered':
      return `answered "${measure.item}" ${stageInWords[measure.stage]}`
    case 'all-of':
    case 'any-of':
      return `counted in ${measure.counted} of: ${measure.parts.map(({ title }) => title).join(' | ')}`
    case 'share':
      return casesInWords[measure.of]
    case 'completed':
      return measure.window === 'rolling-year'
        ? 'different people in support at any time in the twelve months to the end of the period'
        : 'different people in support at any time in the period'
    case 'within-days':
      return `cases referred in the period whose ${dateInWords[measure.to]} was due within ${measure.days} ${measure.working ? 'working days' : 'days'} of the ${dateInWords[measure.from]}`
    case 'contact-every':
      return `cases in support that closed in the period, with contact at least every ${measure.days} days as the aim`
    case 'count':
      return countInWords(measure)
    default:
      return pairInWords(measure)
  }
}

function countInWords(measure: Unnamed<Measure> & { kind: 'count' }): string {
  if ('distinct' in measure)
    return `different values of ${fieldInWords[measure.distinct]} among cases in support in the period`
  if ('total' in measure)
    return `answers to "${measure.total.item}" ${stageInWords[measure.total.stage]}, added up`
  switch (measure.of) {
    case 'people':
      return 'different people in support in the period'
    case 'contacts':
      return 'contacts and sessions held in the period, each once'
    case 'hours':
      return 'hours of contacts and sessions held in the period, each once'
    case 'attendances':
      return 'people at contacts and sessions held in the period, each time they came'
    default:
      return casesInWords[measure.of]
  }
}

function pairInWords(measure: Unnamed<PairMeasure>): string {
  const end = `${measure.end === 'end' ? 'an' : 'a'} ${measure.end} assessment`
  const when = measure.countedBy === 'assessed' ? ' in the period, by the latest one, open cases too' : ''
  if (asksForNeed(measure)) return `had the need at the start, and ${end}${when}`
  if (measure.of === 'could-improve') return `had room to improve at the start, and ${end}${when}`
  return `had a start and ${end}${when}`
}

const casesInWords: Readonly<Record<CaseSelection, string>> = {
  referred: 'cases referred in the period',
  started: 'cases that came into support in the period',
  closed: 'cases closed in the period',
  supported: 'cases in support at any time in the period',
  'open-at-end': 'cases in support at the end of the period',
  new: 'cases newly in support in the period',
  held: 'cases in support in the period that came into it before, or that continue',
}

const dateInWords = {
  referredOn: 'referral',
  firstContactOn: 'first contact',
  startedOn: 'start of support',
  closedOn: 'closing',
} as const

const stageInWords: Readonly<Record<Stage, string>> = {
  start: 'at the start',
  review: 'at a review',
  end: 'at the end',
  'follow-up': 'at a follow-up',
}

const respondentInWords: Readonly<Record<Respondent, string>> = {
  self: 'answered by the person',
  parent: 'answered by a parent',
  worker: 'answered by a worker',
}

function conditionsInWords(where: Where | undefined): string[] {
  return whereFields.flatMap((field) => {
    const choice = where?.[field]
    return choice === undefined ? [] : [`${fieldInWords[field]} is ${choiceInWords(choice)}`]
  })
}

const choiceInWords = (choice: Choice): string =>
  'not' in choice ? `not ${choice.not.join(' or ')}` : choice.join(' or ')

const fieldInWords: Readonly<Record<WhereField, string>> = {
  closure: 'closure',
  cohort: 'cohort',
  crimeType: 'crime type',
  referralSource: 'referral source',
  reportedToPolice: 'reported to the police',
  ageBand: 'age band',
  sex: 'sex',
  ethnicity: 'ethnicity',
  disability: 'disability',
  nationality: 'nationality',
  fundingStream: 'funding stream',
  deliveredBy: 'delivered by',
  area: 'area',
  progress: 'progress',
}
