import { z } from 'zod'
import { parsePeriod } from '../../domain/period.ts'
import { kebabId, londonDate, shapeOf, words } from '../shape.ts'
import type { Finding } from '../yaml-source.ts'
import { feedbackGroup, figuresOfPeriod, peopleGroup } from './people-shape.ts'

const count = z.int().min(0)
const percent = z.number().min(0, 'must be 0 to 100').max(100, 'must be 0 to 100')
const pounds = z.number().min(0)
const year = z.string().regex(/^\d{4}-\d{2}$/, 'must be a financial year, such as 2019-20')

const period = z.string().transform((text, context) => {
  const parsed = parsePeriod(text)
  if (parsed !== undefined) return parsed
  context.addIssue({ code: 'custom', message: 'must be a period, such as 2019-20 or 2018-19-Q3..2019-20-Q2' })
  return z.NEVER
})

const rag = z.enum(['green', 'amber', 'red'])

/** What is asked of the service: one of its measures, the distance travelled on a score, or a figure that no case holds. */
const askedFor = ['measure', 'score', 'figure'] as const
/** What was printed; none of them where only a term of the contract was. */
const printedAs = [
  'percent',
  'overPercent',
  'count',
  'over',
  'atLeast',
  'perMonth',
  'number',
  'improvement',
] as const

const howMany = (content: object, names: readonly string[]): number =>
  Object.entries(content).filter(([name, value]) => names.includes(name) && value !== undefined).length

/** One published figure: what it was called, what was printed, and what is to be read beside it. */
const publishedFigure = z
  .strictObject({
    measure: kebabId.optional(),
    score: z
      .string()
      .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'must be instrument/score')
      .optional(),
    figure: kebabId.optional(),
    label: words.max(28),
    percent: percent.optional(),
    overPercent: percent.optional(),
    count: count.optional(),
    over: count.optional(),
    atLeast: count.optional(),
    /** A twelfth of the count. */
    perMonth: count.optional(),
    number: z.number().optional(),
    improvement: z.literal('average').optional(),
    /** Of a before-after measure: which of its two rates. */
    at: z.enum(['start', 'end']).optional(),
    rag: rag.optional(),
    /** How the source made whole numbers of fractions. */
    rounding: z.enum(['half-up', 'truncated']).default('half-up'),
  })
  .refine((one) => howMany(one, askedFor) === 1, `must have one of ${askedFor.join(', ')}`)
  .refine((one) => howMany(one, printedAs) <= 1, `must have at most one of ${printedAs.join(', ')}`)

const funding = z.strictObject({ stream: kebabId, year, amount: pounds, commissioner: kebabId.optional() })

const bands = z.strictObject({ green: percent, amber: percent, better: z.literal('lower').optional() })
const limits = z.strictObject({ atLeast: count }).or(z.strictObject({ atMost: count }))

const contract = z.strictObject({
  contract: kebabId,
  title: words,
  provider: kebabId,
  partners: z.array(kebabId).default([]),
  /** The first one leads. */
  commissioners: z.array(kebabId).min(1),
  startsOn: londonDate,
  endsOn: londonDate,
  instruments: z.array(kebabId),
  funding: z.array(funding).default([]),
  targets: z.record(kebabId, z.union([bands, limits])).default({}),
  period,
  /** The figures in the words of their source. */
  says: words,
  published: z.array(publishedFigure).min(1),
  /** How its case systems send: as things happen, or a file of them at a time. */
  intake: z.enum(['single', 'bulk']).default('single'),
  people: z.array(peopleGroup).min(1),
  feedback: z.array(feedbackGroup).default([]),
  figures: z.array(figuresOfPeriod).default([]),
  /** What a reader has to know to understand the figures, or what is wrong with them. */
  remarks: z.array(words).default([]),
})

const allocation = z
  .strictObject({ contract: kebabId.optional(), label: words.optional(), amount: pounds })
  .refine((one) => howMany(one, ['contract', 'label']) === 1, 'must have one of contract, label')

const grant = z.strictObject({
  grant: kebabId,
  title: words,
  from: words,
  year,
  amount: pounds,
  published: words,
  allocated: z.array(allocation).min(1),
  /** How it was divided in the end; with the underspend it makes up the amount again. */
  reallocated: z.array(allocation).default([]),
  underspend: pounds.default(0),
})

/** Numbers to be shown as they were printed, whether or not they add up. */
const printed = z.strictObject({
  source: words,
  parts: z.array(count).min(2),
  total: count,
  shares: z.array(z.strictObject({ of: count, percent: count })).default([]),
})

const portfolio = z.strictObject({
  portfolio: kebabId,
  title: words,
  commissioner: z.strictObject({ id: kebabId, name: words, areaCode: words }),
  organisations: z.array(
    z.strictObject({ id: kebabId, name: words, kind: z.enum(['provider', 'commissioner']) }),
  ),
  contracts: z.array(contract).min(1),
  /** What its commissioner owes of all of them, and the period that the demo makes it of. */
  return: z.strictObject({ template: kebabId, period }).optional(),
  grants: z.array(grant).default([]),
  printed: z.array(printed).default([]),
})

/** What one commissioner published, and made-up people whose counts must give the same figures. */
export type Portfolio = z.output<typeof portfolio> & { id: string }
export type PortfolioContract = Portfolio['contracts'][number]
export type PublishedFigure = PortfolioContract['published'][number]
export type Grant = Portfolio['grants'][number]
export type PrintedNumbers = Portfolio['printed'][number]

/** A portfolio as its file says it. */
export function portfolioFrom(content: unknown): { good: Portfolio } | { findings: Finding[] } {
  const shape = shapeOf(portfolio, content)
  return 'findings' in shape ? shape : { good: { ...shape.good, id: shape.good.portfolio } }
}
