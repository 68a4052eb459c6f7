import { examplesFor, type Example } from './addresses.ts'
import { connectTo, inFlight } from './client.ts'
import { readWhenCounted, type Outcomes } from './outcomes.ts'
import { writesOf } from './people/case-system.ts'
import { makePeople, type Person } from './people/make-people.ts'
import type { Portfolio } from './portfolio.ts'
import { showProgress, type Screen } from './progress.ts'
import { issueKey, makeContract } from './set-up.ts'

/** Where the service listens, and its operator's key. */
export interface Service {
  url: string
  operatorKey: string
}

export interface Demonstration {
  outcomes: Outcomes
  /** To look at it oneself, as long as the keys are good. */
  examples: Example[]
  /** Takes back the keys that were made. */
  revokeKeys: () => Promise<void>
}

/** A case system keeps some requests on their way, not thousands. */
const IN_FLIGHT = 16

/**
 * Makes the contract, sends every made-up person through the API, and reads the outcomes as the commissioner once all of
 * it is counted. On a database that has it already, nothing changes.
 *
 * @param signal breaks it off between two requests
 */
export async function demonstrate(
  portfolio: Portfolio,
  { url, operatorKey }: Service,
  screen: Screen,
  signal: AbortSignal,
): Promise<Demonstration> {
  const operator = connectTo(url, operatorKey)
  await makeContract(operator, portfolio)
  const providerKey = await issueKey(operator, portfolio.provider.id)
  const commissionerKey = await issueKey(operator, portfolio.commissioner.id)
  const revokeKeys = async (): Promise<void> => {
    for (const { revoke } of [providerKey, commissionerKey]) await revoke()
  }
  try {
    const people = makePeople(portfolio.people, portfolio.window)
    const provider = connectTo(url, providerKey.key, signal)
    await send(
      people,
      `/v1/contracts/${portfolio.contract.id}`,
      (path, body) => provider.put(path, body),
      screen,
    )

    const commissioner = connectTo(url, commissionerKey.key, signal)
    const outcomes = await readWhenCounted(commissioner, portfolio.contract.id, portfolio.window.label)

    const keys = { provider: providerKey.key, commissioner: commissionerKey.key }
    return { outcomes, examples: examplesFor(portfolio, people, { url, keys }), revokeKeys }
  } catch (error) {
    await revokeKeys()
    throw error
  }
}

/** One person after the other in each of the requests' lanes, since a case's own writes have an order. */
async function send(
  people: readonly Person[],
  contractPath: string,
  put: (path: string, body: object) => Promise<void>,
  screen: Screen,
): Promise<void> {
  const sheets = people.map(writesOf)
  const progress = showProgress(screen, 'Sending cases and assessments', sheets.flat().length)
  try {
    await inFlight(sheets, IN_FLIGHT, async (writes) => {
      for (const { path, body } of writes) {
        await put(`${contractPath}/${path}`, body)
        progress.advance()
      }
    })
  } finally {
    progress.finish()
  }
}
