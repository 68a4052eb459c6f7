import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { parsePeriod } from '../domain/period.ts'
import { packageFile } from '../process/package-file.ts'

const count = z.number().int().min(0)
const organisation = z.strictObject({ id: z.string(), name: z.string() })

const portfolioShape = z.strictObject({
  commissioner: organisation,
  provider: organisation,
  contract: z.strictObject({
    id: z.string(),
    title: z.string(),
    startsOn: z.string(),
    endsOn: z.string(),
    instruments: z.array(z.string()),
    funding: z.array(z.strictObject({ stream: z.string(), year: z.string(), amount: z.number() })),
  }),
  window: z.string().transform((text, context) => {
    const period = parsePeriod(text)
    if (period !== undefined) return period
    context.addIssue({ code: 'custom', message: 'must be a period' })
    return z.NEVER
  }),
  published: z.strictObject({
    when: z.string(),
    basis: z.string(),
    figures: z.array(z.strictObject({ measure: z.string(), need: z.string(), percent: z.number() })),
  }),
  people: z.strictObject({
    closedCases: count,
    withStart: count,
    paired: count,
    closedBefore: count,
    closedAfter: count,
    stillOpen: count,
    neverInSupport: count,
    needs: z.array(z.strictObject({ need: z.string(), atStart: count, resolved: count })),
  }),
})

/** A published portfolio: whose it is, what was printed, and the counts that its made-up people are made from. */
export type Portfolio = z.output<typeof portfolioShape>

/** @throws {Error} if the file is not laid out as a portfolio is */
export function readPortfolio(name: string): Portfolio {
  const file = `surveys/portfolio/${name}.yaml`
  const parsed = portfolioShape.safeParse(parse(readFileSync(packageFile(file), 'utf8')))
  if (parsed.success) return parsed.data
  throw new Error(`${file}: ${z.prettifyError(parsed.error)}`)
}
