import { z } from 'zod'
import type { Portfolio, PortfolioContract } from '../definitions.ts'
import type { ApiClient } from './client.ts'

const issuedShape = z.object({ id: z.string(), key: z.string() })

/** Keys of the demo by organisation, and the way to take them back. */
export interface DemoKeys {
  of: (organisation: string) => string
  revoke: () => Promise<void>
}

/** Makes a portfolio's organisations and contracts, or finds them as an earlier demo made them. */
export async function setUp(
  operator: ApiClient,
  { commissioner, organisations, contracts }: Portfolio,
): Promise<void> {
  const { id, ...named } = commissioner
  // The people are made up, so that nobody minds exact counts in a return.
  await operator.put(organisationPath(id), { ...named, kind: 'commissioner', exactReturns: true })
  for (const { id, name, kind } of organisations) await operator.put(organisationPath(id), { name, kind })
  for (const contract of contracts) {
    await operator.put(`/v1/contracts/${contract.contract}`, termsOf(contract))
  }
}

/** Has every contract list the return that is owed of it: what it asks for is counted from then on, and of all the past. */
export async function listReturns(
  operator: ApiClient,
  { contracts, return: owed }: Portfolio,
): Promise<void> {
  if (owed === undefined) return
  const returns = [{ template: owed.template, frequency: 'quarterly' }]
  for (const contract of contracts) {
    await operator.put(`/v1/contracts/${contract.contract}`, { ...termsOf(contract), returns })
  }
}

function termsOf(contract: PortfolioContract): object {
  const { title, provider, partners, commissioners, startsOn, endsOn, instruments, targets } = contract
  const [lead] = commissioners
  return {
    ...{ title, provider, partners, commissioners, startsOn, endsOn, instruments, targets },
    measures: measuresOf(contract),
    funding: contract.funding.map((one) => ({ ...one, commissioner: one.commissioner ?? lead })),
  }
}

/** Each once, in the order in which they were published. */
export const measuresOf = ({ published }: PortfolioContract): string[] => [
  ...new Set(published.flatMap(({ measure }) => measure ?? [])),
]

/** Keys that are the demo's own, so that they can be shown, and taken back at the end. */
export async function issueKeys(operator: ApiClient, organisations: readonly string[]): Promise<DemoKeys> {
  const issued = new Map<string, { path: string; key: string }>()
  for (const organisation of new Set(organisations)) {
    const keys = `${organisationPath(organisation)}/keys`
    const { id, key } = issuedShape.parse(await operator.post(keys, { label: 'demo' }))
    issued.set(organisation, { path: `${keys}/${id}`, key })
  }
  return {
    of(organisation) {
      const found = issued.get(organisation)
      if (found === undefined) throw new Error(`the demo has no key of ${organisation}`)
      return found.key
    },
    async revoke() {
      for (const { path } of issued.values()) await operator.delete(path)
    },
  }
}

const organisationPath = (organisation: string): string => `/v1/organisations/${organisation}`
