import { createHmac } from 'node:crypto'
import { gone, notFound, type Problem } from '../../domain/problem.ts'
import type { Store } from '../../store/store.ts'

const digest = (secret: string, text: string): Buffer => createHmac('sha256', secret).update(text).digest()

/** What is kept of an erased case. */
export const digestOfCase = (secret: string, contractId: string, caseRef: string): Buffer =>
  digest(secret, `case ${contractId} ${caseRef}`)

/** What is kept of a person erased by an organisation, under its own pseudonym for that person. */
export const digestOfClient = (secret: string, organisation: string, client: string): Buffer =>
  digest(secret, `client ${organisation} ${client}`)

/**
 * Which of some cases that are not there were erased, each with the problem that a write to it ends in. A case that is there
 * was not, so that only writes that would make one have to ask.
 */
export async function findErased(
  { erasures }: Pick<Store, 'erasures'>,
  around: { contractId: string; contract: { provider: string }; provider: string; secret: string },
  caseRefs: readonly string[],
): Promise<ReadonlyMap<string, Problem>> {
  if (caseRefs.length === 0) return new Map()
  const { contractId, contract, provider, secret } = around
  const refs = new Map(
    caseRefs.map((caseRef) => [digestOfCase(secret, contractId, caseRef).toString('hex'), caseRef]),
  )
  const found = await erasures.find(
    contractId,
    [...refs.keys()].map((hex) => Buffer.from(hex, 'hex')),
  )
  return new Map(
    found.map(({ digest, deliveredBy }) => [
      refs.get(Buffer.from(digest).toString('hex')) ?? '',
      provider === contract.provider || provider === deliveredBy ? gone() : notFound(),
    ]),
  )
}

/** @throws {Problem} `gone` if one of the cases was erased, or `not-found` if that was not this provider's to know */
export function refuseErased(
  erased: ReadonlyMap<string, Problem>,
  caseRefs: readonly (string | null)[],
): void {
  const problem = caseRefs.map((caseRef) => erased.get(caseRef ?? '')).find((one) => one !== undefined)
  if (problem !== undefined) throw problem
}
