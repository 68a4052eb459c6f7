import type { Asked } from '../../definitions.ts'
import type { Answers, Instrument, Item, Stage } from '../../domain/instrument.ts'
import { needWeight } from './made-up-facts.ts'
import type { SeededRandom } from './seeded-random.ts'

/** One assessment, before it has a day. */
export interface Given {
  instrument: string
  stage: Stage
  respondent?: string
  /** What is noted of somebody who did not answer. */
  response?: string
  answers?: Answers
}

/** Answers at the start of support and later. */
interface Pair {
  crimeType: string
  start: Record<string, number | boolean>
  later: Record<string, number | boolean>
}

/**
 * What each of the people answered, at each stage at which they were asked: the lot decides who is one of the many that the
 * counts ask for, the counts how many there are.
 */
export function answersOf(
  asked: Asked,
  people: readonly { crimeType: string }[],
  instrument: Instrument,
  random: SeededRandom,
): Given[][] {
  return asked.said === undefined
    ? pairsOf(asked, people, instrument, random)
    : saidOf({ ...asked, said: asked.said }, people, instrument, random)
}

function pairsOf(
  asked: Asked,
  people: readonly { crimeType: string }[],
  instrument: Instrument,
  random: SeededRandom,
): Given[][] {
  const drafts = people.map(({ crimeType }): Pair => ({ crimeType, start: {}, later: {} }))
  const pairs = random.draw(drafts, asked.pairs ?? people.length)
  for (const [item, counts] of Object.entries(asked.needs ?? {})) answerNeed(pairs, item, counts, random)
  for (const [item, count] of Object.entries(asked.improved ?? {}))
    answerScale(pairs, oriented(instrument, item), count, random)
  for (const [item, counts] of Object.entries(asked.totals ?? {})) {
    spread(pairs, counts.before, random, (pair, share) => (pair.start[item] = share))
    spread(pairs, counts.after, random, (pair, share) => (pair.later[item] = share))
  }
  for (const [item, counts] of Object.entries(asked.yes ?? {})) answerYes(pairs, item, counts, random)

  const common = commonOf(asked)
  const isPaired = new Set(pairs)
  return drafts.map((pair) => {
    if (!isPaired.has(pair)) return []
    const start: Given = { ...common, stage: 'start', answers: pair.start }
    return asked.endless ? [start] : [start, { ...common, stage: asked.then, answers: pair.later }]
  })
}

const commonOf = ({ instrument, respondent }: Asked) => ({
  instrument,
  ...(respondent !== undefined && { respondent }),
})

const HIGHEST_NEED = 3

function answerNeed(
  pairs: readonly Pair[],
  item: string,
  { atStart, resolved, reduced }: { atStart: number; resolved: number; reduced?: number | undefined },
  random: SeededRandom,
): void {
  const inNeed = random.draw(pairs, atStart, ({ crimeType }) => needWeight(crimeType, item))
  const hasNeed = new Set(inNeed)
  // Those whose need is gone are the first of those who have less of it.
  const order = random.draw(inNeed, inNeed.length)
  const rank = new Map(order.map((pair, at) => [pair, at]))
  for (const pair of pairs) {
    if (!hasNeed.has(pair)) {
      pair.start[item] = 0
      // A need that was not there may come up, or may not be asked about again: no resolved need is counted then.
      if (!random.chance(0.02)) pair.later[item] = random.chance(0.03) ? 1 : 0
      continue
    }
    const place = rank.get(pair) ?? 0
    const isLess = reduced === undefined ? undefined : place < reduced
    const level = random.between(isLess === true && place >= resolved ? 2 : 1, HIGHEST_NEED)
    pair.start[item] = level
    pair.later[item] = place < resolved ? 0 : levelLeft(level, isLess, random)
  }
}

/** What is left of a need that is not resolved: as asked for, else mostly less than before, sometimes more. */
function levelLeft(level: number, isLess: boolean | undefined, random: SeededRandom): number {
  if (isLess === true) return random.between(1, level - 1)
  if (isLess === false) return random.between(level, HIGHEST_NEED)
  return random.chance(0.06) ? Math.min(level + 1, HIGHEST_NEED) : random.between(1, level)
}

/** A scale, and how many steps of it up (or, where lower is better, down) a level is. */
interface Scale {
  item: string
  steps: number
  /** From so many steps up to the answer. */
  answer: (step: number) => number
}

function oriented({ items, scores }: Instrument, id: string): Scale {
  const item = items.find((one) => one.id === id)
  if (item?.type !== 'scale') throw new RangeError(`${id} is no scale`)
  const [low, high] = item.range
  const isBetterLower = scores.some((score) => score.items.includes(id) && score.better === 'lower')
  return { item: id, steps: high - low, answer: (step) => (isBetterLower ? high - step : low + step) }
}

/** So many come further; most others stay where they were, and some fall behind. */
function answerScale(
  pairs: readonly Pair[],
  { item, steps, answer }: Scale,
  improved: number,
  random: SeededRandom,
): void {
  const comesFurther = new Set(random.draw(pairs, improved))
  for (const pair of pairs) {
    const from = random.between(1, Math.ceil(0.6 * steps))
    const to = comesFurther.has(pair)
      ? from + random.between(1, Math.min(4, steps - from))
      : from - (random.chance(0.3) ? 1 : 0)
    pair.start[item] = answer(from)
    pair.later[item] = answer(to)
  }
}

/** A total in whole numbers, to everybody about as much. */
function spread(
  pairs: readonly Pair[],
  total: number,
  random: SeededRandom,
  give: (pair: Pair, share: number) => void,
): void {
  const shares = new Map(pairs.map((pair) => [pair, 0]))
  for (let left = total; left > 0; left--) {
    const pair = pairs[random.between(0, pairs.length - 1)]
    if (pair) shares.set(pair, (shares.get(pair) ?? 0) + 1)
  }
  for (const [pair, share] of shares) give(pair, share)
}

function answerYes(
  pairs: readonly Pair[],
  item: string,
  { before, after, both }: { before: number; after: number; both: number },
  random: SeededRandom,
): void {
  const order = random.draw(pairs, pairs.length)
  for (const [at, pair] of order.entries()) {
    pair.start[item] = at < before
    pair.later[item] = at < both || (at >= before && at < before + after - both)
  }
}

const AGREEING = { agree: 55, 'strongly-agree': 45 } as const
const OTHERS = { neither: 60, disagree: 30, 'strongly-disagree': 10 } as const

function saidOf(
  asked: Asked & { said: Record<string, number> },
  people: readonly object[],
  instrument: Instrument,
  random: SeededRandom,
): Given[][] {
  const drafts = people.map(() => ({}))
  const answering = random.draw(drafts, asked.answered ?? people.length)
  sayTo(answering, asked.said, instrument, random)
  const hasAnswered = new Set(answering)
  const common = { ...commonOf(asked), stage: 'end' as const }
  return drafts.map((answers) => {
    if (hasAnswered.has(answers)) return [{ ...common, answers }]
    return asked.otherwise === undefined ? [] : [{ ...common, response: asked.otherwise }]
  })
}

/** Answers at the end alone, of people of whom so many agree. */
export function sayTo(
  answering: readonly Record<string, string | boolean>[],
  said: Readonly<Record<string, number>>,
  { items }: Instrument,
  random: SeededRandom,
): void {
  for (const [id, count] of Object.entries(said)) {
    const item = items.find((one) => one.id === id)
    const agreeing = new Set(random.draw(answering, count))
    for (const answers of answering) answers[id] = saidTo(item, agreeing.has(answers), random)
  }
}

function saidTo(item: Item | undefined, agrees: boolean, random: SeededRandom): string | boolean {
  if (item?.type === 'yes-no') return agrees
  return random.pick<string>(agrees ? AGREEING : OTHERS)
}

/** The same answers with the first one off the mark: another one that the item takes. */
export function withOneOff(answers: Answers, { items }: Instrument): Answers {
  const [first] = Object.entries(answers)
  if (first === undefined) return answers
  const [id, answer] = first
  const item = items.find((one) => one.id === id)
  return { ...answers, [id]: anotherAnswer(item, answer) }
}

function anotherAnswer(item: Item | undefined, answer: Answers[string]): Answers[string] {
  switch (item?.type) {
    case 'scale': {
      const [low, high] = item.range
      return Number(answer) < high ? Number(answer) + 1 : low
    }
    case 'choice':
      return item.values.find((value) => value !== answer) ?? answer
    case 'yes-no':
      return answer !== true
    case 'count':
      return Number(answer) + 1
    default:
      return answer
  }
}
