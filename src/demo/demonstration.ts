import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Definitions, Portfolio, PortfolioContract } from '../definitions.ts'
import { examplesFor, type Example } from './addresses.ts'
import { connectTo, inFlight, type ApiClient } from './client.ts'
import { bulkOf } from './people/bulk-lines.ts'
import { requestsOf, type Write } from './people/case-system.ts'
import { showProgress, type Screen } from '../process/progress.ts'
import { makeReturns, type MadeReturn, type ReturnPlace } from './make-returns.ts'
import { readFigures, readWhenCounted, type Outcomes, type SentFigures } from './reading.ts'
import { issueKeys, listReturns, setUp, type DemoKeys } from './set-up.ts'

/** Where the service listens, and its operator's key. */
export interface Service {
  url: string
  operatorKey: string
}

/** What came out for one contract. */
export interface Answer {
  /** As its commissioners read it. */
  outcomes: Outcomes
  /** As its provider does: nothing is hidden. */
  exact: Outcomes
  /** By period. */
  figures: ReadonlyMap<string, SentFigures>
  /** Whether all of its commissioners read the same. */
  isReadAlike: boolean
}

export interface Demonstration {
  answers: ReadonlyMap<PortfolioContract, Answer>
  returns: readonly MadeReturn[]
  /** To look at it oneself, as long as the keys are good. */
  examples: Example[]
  /** An organisation's key. */
  keyOf: DemoKeys['of']
  /** Takes back the keys that were made. */
  revokeKeys: () => Promise<void>
}

/** Case systems keep some requests on their way, not thousands. */
const IN_FLIGHT = 16

/** What a demonstration is made of, and where it shows itself. */
export interface Stage {
  definitions: Pick<Definitions, 'instrument'>
  screen: Screen
  /** Where the returns are written. */
  returns: ReturnPlace
}

/**
 * Makes the contracts of some portfolios, sends every made-up person through the API, and reads the outcomes as the
 * commissioners once all of it is counted, and their returns. On a database that has it already, nothing changes.
 *
 * @param signal breaks it off between two requests
 */
export async function demonstrate(
  portfolios: readonly Portfolio[],
  { url, operatorKey }: Service,
  { definitions, screen, returns: place }: Stage,
  signal: AbortSignal,
): Promise<Demonstration> {
  const operator = connectTo(url, operatorKey)
  for (const portfolio of portfolios) await setUp(operator, portfolio)
  const keys = await issueKeys(operator, portfolios.flatMap(organisationsOf))
  try {
    const clients = new Map<string, ApiClient>()
    const clientOf = (organisation: string): ApiClient => {
      const known = clients.get(organisation) ?? connectTo(url, keys.of(organisation), signal)
      clients.set(organisation, known)
      return known
    }
    const contracts = portfolios.flatMap((portfolio) => portfolio.contracts)
    await sendAll(contracts, { definitions, clientOf, screen })
    for (const contract of contracts.slice(0, 1)) await eraseAgain(contract, clientOf)
    const answers = new Map<PortfolioContract, Answer>()
    for (const contract of contracts) answers.set(contract, await readAnswer(contract, clientOf))
    // Only now: each month would else be counted for its returns, too, as often as something comes in.
    for (const portfolio of portfolios) await listReturns(operator, portfolio)
    const returns = await makeReturns(portfolios, clientOf, place)
    const examples = examplesOf(portfolios, { url, keys, definitions })
    return { answers, returns, examples, keyOf: keys.of, revokeKeys: keys.revoke }
  } catch (error) {
    await keys.revoke()
    throw error
  }
}

/** A case system's trial runs: a case, and all cases of a person, that nobody is to remember. */
async function eraseAgain(
  { contract, provider }: PortfolioContract,
  clientOf: (organisation: string) => ApiClient,
): Promise<void> {
  const [name, pseudonym] = [`trial-${randomUUID()}`, `trial-${randomUUID()}`]
  const client = clientOf(provider)
  const path = `/v1/contracts/${contract}/cases`
  await client.put(`${path}/${name}`, {})
  await client.delete(`${path}/${name}`)
  await client.put(`${path}/${name}-again`, { client: pseudonym })
  await client.delete(`/v1/clients/${pseudonym}`)
}

const organisationsOf = ({ commissioner, organisations }: Portfolio): string[] => [
  commissioner.id,
  ...organisations.map(({ id }) => id),
]

function examplesOf(
  portfolios: readonly Portfolio[],
  place: { url: string; keys: DemoKeys; definitions: Pick<Definitions, 'instrument'> },
): Example[] {
  const contracts = portfolios.flatMap((portfolio) => portfolio.contracts)
  // Whose people were asked, so that there is something to look at.
  const first = contracts.find(({ people }) => people.some(({ asked }) => asked.length > 0))
  return first ? examplesFor(first, place) : []
}

interface Sending {
  definitions: Pick<Definitions, 'instrument'>
  clientOf: (organisation: string) => ApiClient
  screen: Screen
}

/** Something that is sent by itself: one request after the other, each of which is so much progress. */
interface Errand {
  size: number
  run: (isDone: (size: number) => void) => Promise<void>
}

/** Sessions go last: the cases that they are about must be there. Files of lines go by themselves, contract by contract. */
async function sendAll(
  contracts: readonly PortfolioContract[],
  { definitions, clientOf, screen }: Sending,
): Promise<void> {
  const first: Errand[] = []
  const last: Errand[] = []
  for (const contract of contracts) {
    const { casework, sessions } = requestsOf(contract, definitions.instrument)
    const path = `/v1/contracts/${contract.contract}`
    if (contract.intake === 'bulk')
      first.push(fileErrand([...casework, ...sessions].flat(), { path, clientOf }))
    else {
      first.push(...casework.map((writes) => errand(writes, { path, clientOf })))
      last.push(...sessions.map((writes) => errand(writes, { path, clientOf })))
    }
  }
  const total = [...first, ...last].reduce((sum, { size }) => sum + size, 0)
  const progress = showProgress(screen, 'Sending cases, assessments and contacts', total)
  const isDone = (size: number): void => {
    for (let n = 0; n < size; n++) progress.advance()
  }
  try {
    for (const wave of [first, last]) await inFlight(wave, IN_FLIGHT, ({ run }) => run(isDone))
  } finally {
    progress.finish()
  }
}

type Route = Pick<Sending, 'clientOf'> & { path: string }

const errand = (writes: readonly Write[], { path, clientOf }: Route): Errand => ({
  size: writes.length,
  async run(isDone) {
    for (const write of writes) {
      await send(clientOf(write.by), path, write)
      isDone(1)
    }
  },
})

function fileErrand(writes: readonly Write[], { path, clientOf }: Route): Errand {
  const { bulks, others } = bulkOf(writes)
  return {
    size: writes.length,
    async run(isDone) {
      for (const { path: kind, by, lines } of bulks) {
        await clientOf(by).bulk(`${path}/${kind}`, lines)
        isDone(lines.length)
      }
      await errand(others, { path, clientOf }).run(isDone)
    },
  }
}

const postedShape = z.object({ ref: z.string() })

async function send(
  client: ApiClient,
  path: string,
  { method, path: below, body = {} }: Write,
): Promise<void> {
  if (method === 'PUT') return client.put(`${path}/${below}`, body)
  if (method === 'DELETE') return client.delete(`${path}/${below}`)
  const { ref } = postedShape.parse(
    await client.post(`${path}/${below}`, body, { 'idempotency-key': randomUUID() }),
  )
  return client.delete(`${path}/${below}/${ref}`)
}

async function readAnswer(
  { contract, commissioners, provider, period, published, figures }: PortfolioContract,
  clientOf: (organisation: string) => ApiClient,
): Promise<Answer> {
  const readings: Outcomes[] = []
  for (const commissioner of commissioners) {
    readings.push(await readWhenCounted(clientOf(commissioner), contract, period.label))
  }
  const [outcomes] = readings
  if (outcomes === undefined) throw new Error(`nobody reads ${contract}`)
  const isAsked = published.some(({ figure }) => figure !== undefined)
  const sent = new Map<string, SentFigures>()
  for (const { period: of } of isAsked ? figures : []) {
    sent.set(of, await readFigures(clientOf(provider), contract, of))
  }
  return {
    outcomes,
    exact: await readWhenCounted(clientOf(provider), contract, period.label),
    figures: sent,
    isReadAlike: readings.every((reading) => isDeepStrictEqual(reading, outcomes)),
  }
}
