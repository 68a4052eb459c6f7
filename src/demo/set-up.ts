import { z } from 'zod'
import type { ApiClient } from './client.ts'
import type { Portfolio } from './portfolio.ts'

const issuedShape = z.object({ id: z.string(), key: z.string() })

/** A key of the demo, and the way to take it back. */
export interface DemoKey {
  key: string
  revoke: () => Promise<void>
}

/** Makes the two organisations and the contract between them, or finds them as an earlier demo made them. */
export async function makeContract(
  operator: ApiClient,
  { commissioner, provider, contract, published }: Portfolio,
): Promise<void> {
  await operator.put(organisationPath(commissioner.id), { name: commissioner.name, kind: 'commissioner' })
  await operator.put(organisationPath(provider.id), { name: provider.name, kind: 'provider' })
  const { id, funding, ...terms } = contract
  await operator.put(`/v1/contracts/${id}`, {
    ...terms,
    provider: provider.id,
    commissioners: [commissioner.id],
    measures: published.figures.map(({ measure }) => measure),
    funding: funding.map((one) => ({ ...one, commissioner: commissioner.id })),
  })
}

/** A key that is the demo's own, so that it can be shown, and taken back at the end. */
export async function issueKey(operator: ApiClient, organisation: string): Promise<DemoKey> {
  const keys = `${organisationPath(organisation)}/keys`
  const { id, key } = issuedShape.parse(await operator.post(keys, { label: 'demo' }))
  return { key, revoke: () => operator.delete(`${keys}/${id}`) }
}

const organisationPath = (organisation: string): string => `/v1/organisations/${organisation}`
