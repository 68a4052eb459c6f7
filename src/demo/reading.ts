import { z } from 'zod'
import type { ApiClient } from './client.ts'

const count = z.number().nullable()
const interval = z.object({ low: z.number(), high: z.number() }).nullable().optional()
const side = z.object({ numerator: count, denominator: count, rate: count, interval }).optional()

const outcomesShape = z.object({
  from: z.string(),
  to: z.string(),
  pending: z.boolean(),
  completeness: z.object({ closedCases: count, withStart: count, paired: count, rate: count }),
  measures: z.array(
    z.object({
      measure: z.string(),
      title: z.string(),
      kind: z.string(),
      basis: z.string(),
      numerator: count,
      denominator: count,
      rate: count,
      interval,
      start: side,
      end: side,
      startTotal: count.optional(),
      endTotal: count.optional(),
      count: count.optional(),
      rag: z.enum(['green', 'amber', 'red']).nullable(),
      suppressed: z.boolean(),
    }),
  ),
  changes: z.array(
    z.object({
      instrument: z.string(),
      score: z.string(),
      pairs: count,
      change: z.object({ mean: count, interval }),
      suppressed: z.boolean(),
    }),
  ),
})

/** What of the service's answer is shown. Null: nobody counted, or hidden. */
export type Outcomes = z.output<typeof outcomesShape>

export const outcomesPath = (contract: string, period: string): string =>
  `/v1/contracts/${contract}/outcomes?period=${period}`

/** Short, so that Ctrl-C need not wait for long. */
const WAIT_SECONDS = 2
const MOST_WAITS = 60

/**
 * The outcomes once nothing that was sent is still to be counted.
 *
 * @throws {Error} if something is after two minutes: nobody counts, then
 */
export async function readWhenCounted(
  client: ApiClient,
  contract: string,
  period: string,
): Promise<Outcomes> {
  for (let waits = 0; waits < MOST_WAITS; waits++) {
    const reply = await client.get(outcomesPath(contract, period), { prefer: `wait=${WAIT_SECONDS}` })
    const outcomes = outcomesShape.parse(reply)
    if (!outcomes.pending) return outcomes
  }
  throw new Error(`After ${WAIT_SECONDS * MOST_WAITS} seconds the figures are still not counted.`)
}

/** What no case holds, by name, as the provider sent it for a period. */
export type SentFigures = Record<string, unknown>

const sentShape = z.record(z.string(), z.unknown())

export const readFigures = async (
  client: ApiClient,
  contract: string,
  period: string,
): Promise<SentFigures> => sentShape.parse(await client.get(`/v1/contracts/${contract}/figures/${period}`))
