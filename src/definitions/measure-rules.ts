import { checkAnswers, type Instrument, type Score } from '../domain/instrument.ts'
import { isPairMeasure, type ItemQuestion, type Measure, type PairMeasure } from '../domain/measure.ts'
import { asksForNeed } from '../domain/measures/judge-pair.ts'
import { isPart } from './measure-shape.ts'
import { decimalsOf } from './shape.ts'
import type { Finding } from './yaml-source.ts'

/** The instrument that a measure looks at, if it looks at one. */
export function instrumentOf(measure: Measure): ItemQuestion['instrument'] | undefined {
  if ('instrument' in measure) return measure.instrument
  return 'total' in measure ? measure.total.instrument : undefined
}

/**
 * Everything that a measure asks of the instruments and that they do not have.
 *
 * @param versions every version of the measure's instrument
 */
export function measureFindings(measure: Measure, versions: readonly Instrument[]): Finding[] {
  const instrument = instrumentOf(measure)
  if (instrument === undefined) return []
  const { id, version } = instrument
  if (versions.length === 0) return [{ path: ['instrument'], reason: `no instrument ${id}` }]
  const meant = versions.filter((one) => version === undefined || one.version === version)
  if (meant.length === 0)
    return [{ path: ['instrument'], reason: `no version ${String(version)} of instrument ${id}` }]
  if (measure.kind === 'answered') return answerFindings(measure, meant, measure.in)
  if ('total' in measure) return totalFindings(measure.total, meant)
  return isPairMeasure(measure) ? scoreFindings(measure, meant) : []
}

/**
 * What is wrong with the parts of a combined measure.
 *
 * @param among every measure that could be read
 * @param mayExist whether one that could not be read may have that name
 */
export function partFindings(
  measure: Measure,
  among: ReadonlyMap<string, Measure>,
  mayExist: (name: string) => boolean,
): Finding[] {
  if (measure.kind !== 'all-of' && measure.kind !== 'any-of') return []
  return measure.measures.flatMap((name, at) => {
    const part = among.get(name)
    const path = ['measures', at]
    if (measure.measures.indexOf(name) < at) return [{ path, reason: `measure ${name} is named twice` }]
    if (part === undefined) return mayExist(name) ? [] : [{ path, reason: `no measure ${name}` }]
    const what =
      isPairMeasure(part) && part.countedBy === 'assessed' ? 'countedBy: assessed' : `kind ${part.kind}`
    if (isPart(part)) return []
    return [{ path, reason: `measure ${name} (${what}) gives no verdict on a closed case of its own` }]
  })
}

function scoreFindings(measure: PairMeasure, meant: readonly Instrument[]): Finding[] {
  // A score may come with a later version: those without it have no pair, which is no fault.
  const scores = meant.flatMap((one) => one.scores.filter((score) => score.id === measure.score))
  if (scores.length === 0) {
    return [{ path: ['score'], reason: `no score "${measure.score}" in instrument ${named(measure)}` }]
  }
  return [
    ...needFindings(measure, scores),
    ...stepFindings(measure, scores),
    ...reliableFindings(measure, scores),
    ...reductionFindings(measure, meant),
  ]
}

function answerFindings(
  question: ItemQuestion,
  meant: readonly Instrument[],
  answers: readonly unknown[],
): Finding[] {
  const { item: id } = question
  const asking = meant.filter(({ items }) => items.some((item) => item.id === id))
  if (asking.length === 0) return [noItem(question)]
  return answers.flatMap((answer, at) => {
    const details = asking.map((one) => whyNotTaken(one, id, answer))
    // An answer may come with a later version, or go with an earlier one.
    if (details.includes(undefined)) return []
    const reason = `in: entry ${at + 1} ${details.at(-1) ?? ''}, as item "${id}" of ${named(question)} asks`
    return [{ path: ['in', at], reason }]
  })
}

function whyNotTaken(instrument: Instrument, id: string, answer: unknown): string | undefined {
  const items = instrument.items.filter((item) => item.id === id)
  if (items.some(({ type }) => type === 'text')) return 'must not be free text'
  return checkAnswers({ ...instrument, items }, { [id]: answer })[0]?.detail
}

function totalFindings(question: ItemQuestion, meant: readonly Instrument[]): Finding[] {
  const { item: id } = question
  const items = meant.flatMap((one) => one.items.filter((item) => item.id === id))
  if (items.length === 0) return [noItem(question)]
  if (items.every(({ type }) => type === 'count')) return []
  return [
    { path: ['item'], reason: `item "${id}" of ${named(question)} is no count, so that it has no total` },
  ]
}

const noItem = (question: ItemQuestion): Finding => ({
  path: ['item'],
  reason: `no item "${question.item}" in instrument ${named(question)}`,
})

const named = ({ instrument: { id, version } }: Pick<ItemQuestion, 'instrument'>): string =>
  version === undefined ? id : `${id}@${version}`

function needFindings(measure: PairMeasure, scores: readonly Score[]): Finding[] {
  if (measure.kind === 'before-after') return beforeAfterFindings(measure, scores)
  if (!asksForNeed(measure) || scores.every(({ need }) => need !== undefined)) return []
  const [field, asker] =
    measure.of === undefined ? ['kind', `kind ${measure.kind}`] : ['of', `of: ${measure.of}`]
  const reason = `score "${measure.score}" of ${named(measure)} does not say what the need is, which ${asker} asks for`
  return [{ path: [field], reason }]
}

/** It asks whether something was there: the need, or on a score of 0 and 1 the 1. */
function beforeAfterFindings(measure: PairMeasure, scores: readonly Score[]): Finding[] {
  const isYesNo = ({ range: [low, high] }: Score): boolean => low === 0 && high === 1
  if (scores.every((score) => score.need !== undefined || isYesNo(score))) return []
  const reason = `score "${measure.score}" of ${named(measure)} is neither 0 or 1 nor says what the need is, which kind before-after asks for`
  return [{ path: ['kind'], reason }]
}

function reliableFindings(measure: PairMeasure, scores: readonly Score[]): Finding[] {
  if (!measure.kind.startsWith('reliably-')) return []
  if (scores.every(({ reliableChange }) => reliableChange !== undefined)) return []
  const reason = `score "${measure.score}" of ${named(measure)} has no published reliable change, which kind ${measure.kind} asks for`
  return [{ path: ['kind'], reason }]
}

/** Only what is counted has a total that means something. */
function reductionFindings(measure: PairMeasure, meant: readonly Instrument[]): Finding[] {
  if (measure.kind !== 'reduction') return []
  const isCounted = meant.every(({ items, scores }) => {
    const score = scores.find(({ id }) => id === measure.score)
    const made = items.filter(({ id }) => score?.items.includes(id))
    return score?.method === 'count-needs' || made.every(({ type }) => type === 'count')
  })
  if (isCounted) return []
  const reason = `score "${measure.score}" of ${named(measure)} is not made of count items, which kind reduction asks for`
  return [{ path: ['kind'], reason }]
}

function stepFindings({ by }: PairMeasure, scores: readonly Score[]): Finding[] {
  if (by === undefined) return []
  const width = Math.min(...scores.map(({ range: [low, high] }) => high - low))
  if (by > width)
    return [{ path: ['by'], reason: `by must be at most ${width}, the whole width of the range` }]
  const places = Math.min(...scores.map((score) => score.places))
  if (decimalsOf(by) <= places) return []
  const reason = `by must have no more decimal places than the score has (${places})`
  return [{ path: ['by'], reason }]
}
