import { z } from 'zod'
import {
  LONGEST_EXPECTED_DAYS,
  type Instrument,
  type Item,
  type Score,
  placesOf,
  respondents,
} from '../domain/instrument.ts'
import { contentHash } from './content-hash.ts'
import {
  decimalsOf,
  finite,
  isFields,
  kebabId,
  londonDate,
  MOST_PLACES,
  places,
  range,
  shapeOf,
  versionNumber,
  wholeRange,
  words,
} from './shape.ts'
import type { Finding } from './yaml-source.ts'

const anyItem = { id: kebabId, text: words.optional(), required: z.boolean().default(false) }
const scored = { ...anyItem, reverse: z.boolean().default(false) }

const item = z.discriminatedUnion('type', [
  z.strictObject({
    ...scored,
    type: z.literal('scale'),
    range: wholeRange,
    labels: z.array(words).optional(),
  }),
  z.strictObject({ ...scored, type: z.literal('decimal'), range, places: z.int().min(1).max(MOST_PLACES) }),
  z.strictObject({ ...scored, type: z.literal('yes-no') }),
  z.strictObject({ ...anyItem, type: z.literal('count') }),
  z.strictObject({ ...anyItem, type: z.literal('choice'), values: z.array(words).min(1) }),
  z.strictObject({ ...anyItem, type: z.literal('text'), consentItem: kebabId }),
])

const need = z
  .strictObject({ atLeast: finite.optional(), atMost: finite.optional() })
  .refine(
    ({ atLeast, atMost }) => (atLeast === undefined) !== (atMost === undefined),
    'must be { atLeast: number } or { atMost: number }',
  )

const positive = finite.gt(0, 'must be above 0')
const share = z.number().gt(0, 'must be above 0').lt(1, 'must be below 1')

const reliableChange = z
  .strictObject({
    atLeast: positive.optional(),
    sd: positive.optional(),
    reliability: share.optional(),
    level: share.optional(),
  })
  .refine(
    ({ atLeast, ...jacobson }) =>
      atLeast === undefined
        ? Object.values(jacobson).filter((value) => value !== undefined).length === 3
        : Object.values(jacobson).every((value) => value === undefined),
    'must be { atLeast: number } or { sd: number, reliability: number, level: number }',
  )

/** Of every score; what it is made of depends on whether the items are shown. */
const anyScore = {
  id: kebabId,
  title: words,
  range,
  better: z.enum(['lower', 'higher']),
  places: places.optional(),
  missing: z.strictObject({ prorateUpTo: z.int().min(0) }).default({ prorateUpTo: 0 }),
  need: need.optional(),
  reliableChange: reliableChange.optional(),
  convert: z.record(z.string().regex(/^-?\d+$/), finite).optional(),
}

const score = z.strictObject({
  ...anyScore,
  method: z.enum(['sum', 'mean', 'count-needs', 'value']),
  items: z.array(kebabId).max(500).default([]),
  scores: z.array(kebabId).optional(),
})

/** Where the licence forbids showing the items, the case system sends each total as the answer to an item of the same id. */
const totalOnly = z.strictObject({ ...anyScore, method: z.enum(['sum', 'mean', 'value']).default('value') })

const anyInstrument = {
  instrument: kebabId,
  version: versionNumber,
  title: words,
  source: words,
  licence: words,
  inForce: z.strictObject({ from: londonDate.optional(), until: londonDate.optional() }).default({}),
  respondent: z.enum(respondents).default('self'),
  anonymous: z.literal('allowed').optional(),
  comparableWith: z.array(versionNumber).default([]),
  expectedDays: z.int().min(1).max(LONGEST_EXPECTED_DAYS).optional(),
}

const openInstrument = z.strictObject({
  ...anyInstrument,
  items: z.array(item).min(1),
  scores: z.array(score).default([]),
})

const withheldInstrument = z.strictObject({
  ...anyInstrument,
  items: z.literal('withheld'),
  scores: z.array(totalOnly).min(1),
})

type ScoreContent = z.output<typeof score>
type TotalContent = z.output<typeof totalOnly>

/** An instrument as its file says it, every field of the right type; whether the fields fit each other is another question. */
export function instrumentFrom(content: unknown): { good: Instrument } | { findings: Finding[] } {
  const hash = contentHash(content)
  if (isWithheld(content)) {
    const shape = shapeOf(withheldInstrument, content)
    if ('findings' in shape) return shape
    const items = shape.good.scores.map(totalItem)
    const scores = shape.good.scores.map((total) =>
      finished({ ...total, method: 'value', items: [total.id] }, items),
    )
    return { good: instrument({ ...shape.good, items, scores, itemsWithheld: true, hash }) }
  }
  const shape = shapeOf(openInstrument, content)
  if ('findings' in shape) return shape
  const { items, scores } = shape.good
  return {
    good: instrument({
      ...shape.good,
      items,
      scores: scores.map((one) => finished(one, items)),
      itemsWithheld: false,
      hash,
    }),
  }
}

const isWithheld = (content: unknown): boolean => isFields(content) && content.items === 'withheld'

function instrument({
  instrument: id,
  anonymous,
  comparableWith,
  ...rest
}: Omit<Instrument, 'id' | 'anonymous'> & {
  instrument: string
  anonymous?: 'allowed' | undefined
}): Instrument {
  return {
    ...rest,
    id,
    anonymous: anonymous === 'allowed',
    // A version is comparable with itself whether or not it says so.
    comparableWith: comparableWith.filter((version) => version !== rest.version),
  }
}

/** The item that takes a total: in raw units where there is a table to convert it with. */
function totalItem({ id, title, range: scoreRange, places: scorePlaces = 0, convert }: TotalContent): Item {
  const common = { id, text: title, required: false, reverse: false }
  if (convert === undefined && scorePlaces > 0) {
    return { ...common, type: 'decimal', range: scoreRange, places: scorePlaces }
  }
  const raw = convert === undefined ? scoreRange : ends(Object.keys(convert).map(Number))
  return { ...common, type: 'scale', range: raw }
}

const ends = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)]

function finished(
  { convert, need: needs, reliableChange: change, ...rest }: ScoreContent,
  items: readonly Item[],
): Score {
  const own = items.filter(({ id }) => rest.items.includes(id))
  const inTable = Object.values(convert ?? {}).map(decimalsOf)
  return {
    ...rest,
    // Not said: as many as the answers or the table have, so that nothing is rounded unasked.
    places: rest.places ?? Math.max(0, ...(convert === undefined ? own.map(placesOf) : inTable)),
    ...(convert && { convert: new Map(Object.entries(convert).map(([raw, value]) => [Number(raw), value])) }),
    ...(needs && { need: eitherNeed(needs) }),
    ...(change && { reliableChange: eitherChange(change) }),
  }
}

function eitherNeed({ atLeast, atMost }: z.output<typeof need>): Score['need'] {
  if (atLeast !== undefined) return { atLeast }
  return atMost === undefined ? undefined : { atMost }
}

function eitherChange({
  atLeast,
  sd,
  reliability,
  level,
}: z.output<typeof reliableChange>): Score['reliableChange'] {
  if (atLeast !== undefined) return { atLeast }
  return sd === undefined || reliability === undefined || level === undefined
    ? undefined
    : { sd, reliability, level }
}
