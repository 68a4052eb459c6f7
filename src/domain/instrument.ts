import type { LondonDate } from './period.ts'
import type { Fault } from './problem.ts'
import { hasNeed as meetsNeed } from './statistics/reliable-change.ts'

export type { Fault }

export const stages = ['start', 'review', 'end', 'follow-up'] as const
export type Stage = (typeof stages)[number]

export const respondents = ['self', 'parent', 'worker'] as const
export type Respondent = (typeof respondents)[number]

/** Both ends are in. */
export type Range = readonly [low: number, high: number]

interface ItemOfAnyType {
  id: string
  text?: string | undefined
  /** A missing answer is refused; otherwise it is stored as missing. */
  required: boolean
}

interface ScoredItem extends ItemOfAnyType {
  /** Scored as low + high − answer. */
  reverse: boolean
}

/** Whole numbers in a range, each with a label if there are labels. */
export interface ScaleItem extends ScoredItem {
  type: 'scale'
  range: Range
  labels?: readonly string[] | undefined
}

export interface DecimalItem extends ScoredItem {
  type: 'decimal'
  range: Range
  places: number
}

/** True scores 1, false 0. */
export interface YesNoItem extends ScoredItem {
  type: 'yes-no'
}

export interface CountItem extends ItemOfAnyType {
  type: 'count'
}

/** One of several words; never scored. */
export interface ChoiceItem extends ItemOfAnyType {
  type: 'choice'
  values: readonly string[]
}

/** Free words; never scored, and shown to a commissioner only if the consent item was answered with yes. */
export interface TextItem extends ItemOfAnyType {
  type: 'text'
  consentItem: string
}

export type Item = ScaleItem | DecimalItem | YesNoItem | CountItem | ChoiceItem | TextItem

/** How the answers to some items become one number. */
export interface Score {
  id: string
  title: string
  /** The items it is made of; none for `count-needs`. */
  items: readonly string[]
  /** For `count-needs`: the scores of the same instrument whose needs are counted. */
  scores?: readonly string[] | undefined
  method: 'sum' | 'mean' | 'count-needs' | 'value'
  range: Range
  better: 'lower' | 'higher'
  /** How many decimal places it is kept with; 0 for whole numbers. */
  places: number
  /** Up to so many missing answers are filled with the mean of the answered; above it the score is missing. */
  missing: { prorateUpTo: number }
  /** What counts as having the need. */
  need?: { atLeast: number } | { atMost: number } | undefined
  /** The least change that is more than measurement error, as published: itself, or what it follows from. */
  reliableChange?: { atLeast: number } | { sd: number; reliability: number; level: number } | undefined
  /** From the raw score to the published one; range, need and reliable change are then those of the published one. */
  convert?: ReadonlyMap<number, number> | undefined
}

/** One version of a questionnaire. A published version never changes. */
export interface Instrument {
  id: string
  version: number
  title: string
  source: string
  licence: string
  /** The licence forbids showing the items: the case system scores the form itself and sends the totals. */
  itemsWithheld: boolean
  /** The days on which an assessment without a version means this one; `until` is the last of them. */
  inForce: { from?: LondonDate | undefined; until?: LondonDate | undefined }
  /** Who answers it unless the assessment says otherwise. */
  respondent: Respondent
  /** It may be answered without a case. */
  anonymous: boolean
  items: readonly Item[]
  scores: readonly Score[]
  /** Earlier versions whose scores may be paired with this one's. */
  comparableWith: readonly number[]
  /** How long support is expected to take, unless the contract says otherwise. */
  expectedDays?: number | undefined
  /** SHA-256 of the content of the file, by which a version that was changed after all is found out. */
  hash: string
}

/** Answers by item. An item that is not there was not answered. */
export type Answers = Readonly<Record<string, number | boolean | string>>

/** A score as replies show it. */
export type ScoreValue = { value: number; need?: boolean } | { value: null; missing: 'not-answered' }

/** The longest time of support that is taken as expected. */
export const LONGEST_EXPECTED_DAYS = 3650

/** The highest count that is taken: it keeps every sum of counts exact, and far above anything one person can have. */
export const HIGHEST_COUNT = 1_000_000

const LONGEST_TEXT = 10_000

/**
 * Every fault of the answers at once; none when they are good. A detail says what is taken and never repeats the answer.
 *
 * @example checkAnswers(victimNeeds, { health: 4 }) // [{ pointer: '/answers/health', detail: 'must be 0 to 3' }]
 */
export function checkAnswers(instrument: Instrument, answers: unknown): Fault[] {
  if (typeof answers !== 'object' || answers === null || Array.isArray(answers)) {
    return [{ pointer: '/answers', detail: 'must be an object with one answer for each item' }]
  }
  const given = new Map<string, unknown>(Object.entries(answers))
  const faults: Fault[] = []
  for (const item of instrument.items) {
    const detail = given.has(item.id) ? faultOf(item, given.get(item.id)) : item.required && 'is required'
    if (detail) faults.push({ pointer: pointerTo(item.id), detail })
    given.delete(item.id)
  }
  const unknown = `is not an item of ${instrument.id}@${instrument.version}`
  return [...faults, ...[...given.keys()].map((name) => ({ pointer: pointerTo(name), detail: unknown }))]
}

/** RFC 6901: `~` and `/` inside a name are written `~0` and `~1`. */
const pointerTo = (name: string): string => `/answers/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`

function faultOf(item: Item, answer: unknown): string | undefined {
  if (answer === null) return 'must be left out if it was not answered'
  switch (item.type) {
    case 'scale': {
      if (!Number.isInteger(answer)) return `must be a whole number, ${inWords(item.range)}`
      return isWithin(item.range, answer) ? undefined : `must be ${inWords(item.range)}`
    }
    case 'decimal': {
      const taken = `${inWords(item.range)}, with at most ${item.places} decimal ${item.places === 1 ? 'place' : 'places'}`
      return isWithin(item.range, answer) && hasAtMost(item.places, answer) ? undefined : `must be ${taken}`
    }
    case 'yes-no':
      return typeof answer === 'boolean' ? undefined : 'must be true or false'
    case 'count': {
      const taken: Range = [0, HIGHEST_COUNT]
      const good = Number.isInteger(answer) && isWithin(taken, answer)
      return good ? undefined : `must be a whole number, ${inWords(taken)}`
    }
    case 'choice':
      return item.values.some((value) => value === answer)
        ? undefined
        : `must be one of ${item.values.join(', ')}`
    case 'text':
      return isStorableText(answer)
        ? undefined
        : `must be text of at most ${LONGEST_TEXT} characters, without NUL`
  }
}

const inWords = ([low, high]: Range): string => `${low} to ${high}`

const isWithin = ([low, high]: Range, answer: unknown): answer is number =>
  typeof answer === 'number' && answer >= low && answer <= high

const hasAtMost = (places: number, value: number): boolean => Number(value.toFixed(places)) === value

/** Postgres keeps neither a NUL nor half a surrogate pair. */
const isStorableText = (answer: unknown): boolean =>
  typeof answer === 'string' &&
  answer.length <= LONGEST_TEXT &&
  !answer.includes('\0') &&
  !/\p{Surrogate}/u.test(answer)

/**
 * The scores as they are kept: one whole number each (value × 10^places), in the order of the instrument; null for missing.
 * Missing answers are filled with the mean of the answered ones as scored (reversed), up to `missing.prorateUpTo` of them;
 * what has to be rounded is rounded half up, once. All of it is done in whole numbers, so the same answers always give
 * the same score.
 *
 * @param answers have passed `checkAnswers`
 */
export function scoreAnswers(instrument: Instrument, answers: Answers): readonly (number | null)[] {
  return instrument.scores.map((score) => scaledScore(instrument, score, answers))
}

function scaledScore(instrument: Instrument, score: Score, answers: Answers): number | null {
  const { values, places } = partsOf(instrument, score, answers)
  const answered = values.filter((value) => value !== null)
  const gaps = values.length - answered.length
  if (answered.length === 0 || gaps > score.missing.prorateUpTo) return null
  const total = answered.reduce((sum, value) => sum + value, 0)
  // Filling every gap with the mean of the answered multiplies their sum by all / answered and leaves their mean alone.
  const dividend = score.method === 'mean' ? total : total * values.length
  if (score.convert === undefined) return quotient(dividend, answered.length, score.places - places)
  const converted = score.convert.get(quotient(dividend, answered.length, -places))
  if (converted === undefined) throw new RangeError(`the conversion table of ${score.id} has a gap`)
  return toScaled(score, converted)
}

/** What a score is made of, each part as a whole number in units of 10^−places; null: not answered. */
function partsOf(
  instrument: Instrument,
  score: Score,
  answers: Answers,
): { values: readonly (number | null)[]; places: number } {
  if (score.method === 'count-needs') {
    const counted = instrument.scores.filter(({ id }) => score.scores?.includes(id))
    return {
      values: counted.map((one) => needAsCount(one, scaledScore(instrument, one, answers))),
      places: 0,
    }
  }
  const items = instrument.items.filter(({ id }) => score.items.includes(id))
  const places = Math.max(...items.map(placesOf))
  return {
    values: items.map((item) => {
      const answer = Object.hasOwn(answers, item.id) ? answers[item.id] : undefined
      return answer === undefined ? null : Math.round(asScored(item, answer) * 10 ** places)
    }),
    places,
  }
}

const needAsCount = (score: Score, scaled: number | null): number | null =>
  scaled === null ? null : hasNeed(score, scaled) === true ? 1 : 0

/** How many decimal places the answers to an item have. */
export const placesOf = (item: Item): number => (item.type === 'decimal' ? item.places : 0)

/** What an item can score, both ends in; undefined for an item that is never scored. */
export function scoredRange(item: Item): Range | undefined {
  if (item.type === 'scale' || item.type === 'decimal') return item.range
  if (item.type === 'yes-no') return [0, 1]
  return item.type === 'count' ? [0, HIGHEST_COUNT] : undefined
}

function asScored(item: Item, answer: number | boolean | string): number {
  const range = scoredRange(item)
  if (range === undefined || typeof answer === 'string')
    throw new TypeError(`${item.id} is not an item to be scored`)
  const value = Number(answer)
  return 'reverse' in item && item.reverse ? range[0] + range[1] - value : value
}

/** `dividend / divisor × 10^shift`, rounded half up; exact as long as the whole numbers in it are (the loader sees to it). */
function quotient(dividend: number, divisor: number, shift: number): number {
  const above = dividend * 10 ** Math.max(shift, 0)
  const below = divisor * 10 ** Math.max(-shift, 0)
  return Math.floor((2 * above + below) / (2 * below))
}

/** A value in a score's own units as the whole number that is kept. */
export const toScaled = (score: Pick<Score, 'places'>, value: number): number =>
  Math.round(value * 10 ** score.places)

/** The value in a score's own units of the whole number that is kept. */
export const fromScaled = (score: Pick<Score, 'places'>, scaled: number): number =>
  scaled / 10 ** score.places

/** The best possible score as it is kept; null where more is better of counts, which have no highest value. */
export function bestScore(score: Score, { items }: Pick<Instrument, 'items'>): number | null {
  const isOpen = items.some(({ id, type }) => type === 'count' && score.items.includes(id))
  if (isOpen && score.better === 'higher') return null
  return toScaled(score, score.better === 'lower' ? score.range[0] : score.range[1])
}

/** The scores by their ids, as replies show them. */
export function describeScores(
  instrument: Instrument,
  scaled: readonly (number | null)[],
): Record<string, ScoreValue> {
  return Object.fromEntries(
    instrument.scores.map((score, at) => [score.id, describeScore(score, scaled[at] ?? null)]),
  )
}

function describeScore(score: Score, scaled: number | null): ScoreValue {
  if (scaled === null) return { value: null, missing: 'not-answered' }
  const need = hasNeed(score, scaled)
  return { value: fromScaled(score, scaled), ...(need !== undefined && { need }) }
}

/** Whether a score says that the person has the need; undefined where the score knows no need. */
export function hasNeed(score: Score, scaled: number): boolean | undefined {
  return score.need && meetsNeed(scaled, score.need, score.places)
}

/**
 * The newest version in force on a day. Versions may overlap: a published file is never edited, so an old version gets
 * no last day when a new one comes into force.
 */
export function inForceOn(
  instruments: readonly Instrument[],
  id: string,
  date: LondonDate,
): Instrument | undefined {
  return instruments
    .filter((one) => one.id === id && isInForce(one, date))
    .reduce<Instrument | undefined>(
      (newest, one) => (newest && newest.version > one.version ? newest : one),
      undefined,
    )
}

const isInForce = ({ inForce: { from, until } }: Instrument, date: LondonDate): boolean =>
  (from === undefined || date >= from) && (until === undefined || date <= until)

/**
 * JSON Schema (2020-12) of `answers`. It takes whatever `checkAnswers` takes. It leaves the number of decimal places to
 * the description, since `multipleOf` 0.1 refuses 0.3 in validators that divide.
 */
export function answersJsonSchema(instrument: Instrument): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `Answers to ${instrument.id}@${instrument.version}`,
    type: 'object',
    properties: Object.fromEntries(instrument.items.map((item) => [item.id, itemJsonSchema(item)])),
    required: instrument.items.filter(({ required }) => required).map(({ id }) => id),
    additionalProperties: false,
  }
}

function itemJsonSchema(item: Item): Record<string, unknown> {
  const named = item.text === undefined ? {} : { title: item.text }
  switch (item.type) {
    case 'scale': {
      const [minimum, maximum] = item.range
      const labels = item.labels?.map((title, at) => ({ const: minimum + at, title }))
      return { ...named, type: 'integer', minimum, maximum, ...(labels && { oneOf: labels }) }
    }
    case 'decimal': {
      const [minimum, maximum] = item.range
      return {
        ...named,
        description: `Decimal places: at most ${item.places}`,
        type: 'number',
        minimum,
        maximum,
      }
    }
    case 'yes-no':
      return { ...named, type: 'boolean' }
    case 'count':
      return { ...named, type: 'integer', minimum: 0, maximum: HIGHEST_COUNT }
    case 'choice':
      return { ...named, enum: item.values }
    case 'text':
      return { ...named, type: 'string', maxLength: LONGEST_TEXT }
  }
}
