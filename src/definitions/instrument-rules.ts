import type { Instrument, Item, Range, Score } from '../domain/instrument.ts'
import { placesOf, scoredRange, toScaled } from '../domain/instrument.ts'
import { decimalsOf } from './shape.ts'
import type { Finding, Path } from './yaml-source.ts'

/** Columns and fields of an assessment itself: an item of that name could not be told from them in a CSV. */
const reserved = new Set(['ref', 'case', 'instrument', 'stage', 'respondent', 'response', 'withdrawn'])

/** What a stored score must stay within: a whole number of four bytes. */
const LARGEST_KEPT = 2 ** 31 - 1

/** Everything that does not fit together within one instrument whose fields are all of the right type. */
export function instrumentFindings(instrument: Instrument): Finding[] {
  const { items, scores, inForce, comparableWith, version } = instrument
  const findings = [
    ...repeated(items, ['items']),
    ...items.flatMap((item, at) => itemFindings(item, items).map(under('items', at))),
    ...repeated(scores, ['scores']),
    ...scores.flatMap((score, at) => scoreFindings(score, instrument).map(under('scores', at))),
  ]
  if (inForce.from !== undefined && inForce.until !== undefined && inForce.until < inForce.from) {
    findings.push({ path: ['inForce', 'until'], reason: 'inForce: until must not be before from' })
  }
  if (comparableWith.some((other) => other > version)) {
    findings.push({ path: ['comparableWith'], reason: `comparableWith must name versions before ${version}` })
  }
  return findings
}

const under =
  (...above: Path) =>
  ({ path, reason }: Finding): Finding => ({ path: [...above, ...path], reason })

function repeated(named: readonly { id: string }[], above: Path): Finding[] {
  return named.flatMap(({ id }, at) =>
    named.findIndex((other) => other.id === id) < at
      ? [{ path: [...above, at, 'id'], reason: 'id is taken by another one above' }]
      : [],
  )
}

function itemFindings(item: Item, items: readonly Item[]): Finding[] {
  if (reserved.has(item.id))
    return [{ path: ['id'], reason: 'id is the name of a column of every CSV: choose another' }]
  switch (item.type) {
    case 'scale':
      return labelFindings(item)
    case 'decimal':
      return item.range.some((end) => decimalsOf(end) > item.places)
        ? [
            {
              path: ['range'],
              reason: `range must have no more decimal places than places says (${item.places})`,
            },
          ]
        : []
    case 'choice':
      return new Set(item.values).size < item.values.length
        ? [{ path: ['values'], reason: 'values must not name the same value twice' }]
        : []
    case 'text':
      return items.some(({ id, type }) => id === item.consentItem && type === 'yes-no')
        ? []
        : [
            {
              path: ['consentItem'],
              reason: `consentItem must be a yes-no item: there is none "${item.consentItem}"`,
            },
          ]
    default:
      return []
  }
}

function labelFindings({ labels, range: [low, high] }: Item & { type: 'scale' }): Finding[] {
  const values = high - low + 1
  if (labels === undefined || labels.length === values) return []
  const reason = `labels must be one for each of the ${values} values ${low} to ${high}, but there are ${labels.length}`
  return [{ path: ['labels'], reason }]
}

function scoreFindings(score: Score, instrument: Instrument): Finding[] {
  const made =
    score.method === 'count-needs' ? countNeedsFindings(score, instrument) : madeOfFindings(score, instrument)
  // Without knowing what it is made of, its range cannot be judged.
  if (made.length > 0) return made
  const raw = rawScore(score, instrument)
  return [
    ...missingFindings(score, raw.parts),
    ...(score.convert === undefined ? rangeFindings(score, raw) : convertFindings(score, score.convert, raw)),
    ...thresholdFindings(score),
  ]
}

function countNeedsFindings(score: Score, { scores }: Instrument): Finding[] {
  if (score.items.length > 0) {
    return [{ path: ['items'], reason: 'method count-needs counts scores: name them in scores, not items' }]
  }
  const named = score.scores ?? []
  if (named.length === 0) return [{ path: ['method'], reason: 'method count-needs needs scores: to count' }]
  if (new Set(named).size < named.length) {
    return [{ path: ['scores'], reason: 'scores must not name the same score twice' }]
  }
  return named.flatMap((id, at): Finding[] => {
    const other = scores.find((one) => one.id === id)
    const path = ['scores', at]
    if (other === undefined) return [{ path, reason: `there is no score "${id}"` }]
    if (other.method === 'count-needs') return [{ path, reason: `"${id}" counts needs itself` }]
    return other.need === undefined ? [{ path, reason: `score "${id}" has no need to count` }] : []
  })
}

function madeOfFindings(score: Score, { items }: Instrument): Finding[] {
  if (score.scores !== undefined)
    return [{ path: ['scores'], reason: 'scores belongs to method count-needs' }]
  if (score.items.length === 0) return [{ path: ['items'], reason: 'items is missing' }]
  if (score.method === 'value' && score.items.length > 1) {
    return [{ path: ['items'], reason: 'method value takes one item: use sum or mean for several' }]
  }
  if (new Set(score.items).size < score.items.length) {
    return [{ path: ['items'], reason: 'items must not name the same item twice' }]
  }
  return score.items.flatMap((id, at): Finding[] => {
    const item = items.find((one) => one.id === id)
    if (item === undefined) return [{ path: ['items', at], reason: `there is no item "${id}"` }]
    return scoredRange(item) === undefined
      ? [{ path: ['items', at], reason: `item "${id}" is of type ${item.type}, which is never scored` }]
      : []
  })
}

/** What a score of sound parts can be before it is converted. */
interface RawScore {
  /** How many answers, or needs, it is made of. */
  parts: number
  range: Range
  places: number
  /** It has counts in it, which have no highest value: the range then says only what is the best or worst. */
  open: boolean
}

function rawScore(score: Score, { items }: Instrument): RawScore {
  if (score.method === 'count-needs') {
    const parts = score.scores?.length ?? 0
    return { parts, range: [0, parts], places: 0, open: false }
  }
  const own = score.items.flatMap((id) => items.find((item) => item.id === id) ?? [])
  const ranges = own.flatMap((item) => [scoredRange(item) ?? [0, 0]])
  const divisor = score.method === 'mean' ? own.length : 1
  const total = (end: 0 | 1): number => ranges.reduce((sum, each) => sum + each[end], 0) / divisor
  return {
    parts: own.length,
    range: [total(0), total(1)],
    places: Math.max(...own.map(placesOf)),
    open: own.some(({ type }) => type === 'count'),
  }
}

function missingFindings({ missing: { prorateUpTo } }: Score, parts: number): Finding[] {
  if (prorateUpTo < parts) return []
  const reason = `missing: prorateUpTo must be below ${parts}, for something has to be answered`
  return [{ path: ['missing', 'prorateUpTo'], reason }]
}

function rangeFindings(score: Score, raw: RawScore): Finding[] {
  if (toScaled(score, Math.max(...[...raw.range, ...score.range].map(Math.abs))) > LARGEST_KEPT) {
    return [
      {
        path: ['places'],
        reason: `places must be fewer: ${score.places} leave no room for numbers this large`,
      },
    ]
  }
  const same = (end: 0 | 1): boolean => toScaled(score, score.range[end]) === toScaled(score, raw.range[end])
  if (same(0) && (raw.open || same(1))) return precisionFindings(score)
  const made = score.method === 'count-needs' ? 'the scores it counts make' : 'its items make'
  return [
    { path: ['range'], reason: `range is ${inWords(score.range)}, but ${made} it ${inWords(raw.range)}` },
  ]
}

function precisionFindings({ range, places }: Score): Finding[] {
  if (range.every((end) => decimalsOf(end) <= places)) return []
  return [{ path: ['range'], reason: `range must have no more decimal places than places says (${places})` }]
}

function convertFindings(score: Score, table: ReadonlyMap<number, number>, raw: RawScore): Finding[] {
  const fault = (reason: string): Finding[] => [{ path: ['convert'], reason: `convert ${reason}` }]
  if (raw.places > 0 || raw.open || (score.method === 'mean' && raw.parts > 1)) {
    return fault(
      'needs raw scores that can be listed: whole numbers of items with a range, and not their mean',
    )
  }
  const [low, high] = raw.range
  for (let each = low; each <= high; each += 1) {
    if (!table.has(each))
      return fault(`must have every raw score from ${low} to ${high}: ${each} is not there`)
  }
  const beyond = [...table.keys()].find((each) => each < low || each > high)
  if (beyond !== undefined) return fault(`has ${beyond}, but the raw score is ${inWords(raw.range)}`)
  const values = [...table.values()]
  const places = Math.max(...values.map(decimalsOf))
  if (places > score.places) {
    return [
      { path: ['places'], reason: `places must be ${places} at least, for convert has numbers like that` },
    ]
  }
  const reached: Range = [Math.min(...values), Math.max(...values)]
  if (score.range[0] === reached[0] && score.range[1] === reached[1]) return []
  return [
    { path: ['range'], reason: `range is ${inWords(score.range)}, but convert makes it ${inWords(reached)}` },
  ]
}

const inWords = ([low, high]: Range): string => `[${low}, ${high}]`

function thresholdFindings({ need, reliableChange, range: [low, high], better }: Score): Finding[] {
  const findings: Finding[] = []
  if (need && 'atLeast' in need) {
    if (better === 'higher') findings.push(needFault('must be atMost where higher is better'))
    else if (need.atLeast <= low || need.atLeast > high) {
      findings.push(
        needFault(`atLeast must be above ${low} and at most ${high}, or all or none would have the need`),
      )
    }
  }
  if (need && 'atMost' in need) {
    if (better === 'lower') findings.push(needFault('must be atLeast where lower is better'))
    else if (need.atMost < low || need.atMost >= high) {
      findings.push(
        needFault(`atMost must be at least ${low} and below ${high}, or all or none would have the need`),
      )
    }
  }
  if (reliableChange && 'atLeast' in reliableChange && reliableChange.atLeast > high - low) {
    const reason = `reliableChange: atLeast must be at most ${high - low}, the whole width of the range`
    findings.push({ path: ['reliableChange', 'atLeast'], reason })
  }
  return findings
}

const needFault = (reason: string): Finding => ({ path: ['need'], reason: `need ${reason}` })
