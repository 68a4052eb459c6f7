import { createHmac } from 'node:crypto'
import { gone, notFound, type Problem } from '../../domain/problem.ts'
import type { Erasure } from '../../store/casework/erasures.ts'
import type { Store } from '../../store/store.ts'

const digest = (secret: string, text: string): Buffer => createHmac('sha256', secret).update(text).digest()

/** What is kept of an erased case. */
export const digestOfCase = (secret: string, contractId: string, caseRef: string): Buffer =>
  digest(secret, `case ${contractId} ${caseRef}`)

/** What is kept of a person erased by an organisation, under its own pseudonym for that person. */
export const digestOfClient = (secret: string, organisation: string, client: string): Buffer =>
  digest(secret, `client ${organisation} ${client}`)

/** Which of some cases were erased, by their references, and whose they were. */
export async function lookForErased(
  { erasures }: Pick<Store, 'erasures'>,
  { contractId, secret }: { contractId: string; secret: string },
  caseRefs: readonly string[],
): Promise<ReadonlyMap<string, Pick<Erasure, 'deliveredBy'>>> {
  if (caseRefs.length === 0) return new Map()
  const refs = new Map(
    caseRefs.map((caseRef) => [digestOfCase(secret, contractId, caseRef).toString('hex'), caseRef]),
  )
  const found = await erasures.find(
    contractId,
    [...refs.keys()].map((hex) => Buffer.from(hex, 'hex')),
  )
  return new Map(found.map((one) => [refs.get(Buffer.from(one.digest).toString('hex')) ?? '', one]))
}

/** The problems that writes to erased cases end in: that one was erased is known to whoever may have known of it. */
export const refusalsOf = (
  erased: ReadonlyMap<string, Pick<Erasure, 'deliveredBy'>>,
  { contract, provider }: { contract: { provider: string }; provider: string },
): ReadonlyMap<string, Problem> =>
  new Map(
    [...erased].map(([caseRef, { deliveredBy }]) => [
      caseRef,
      provider === contract.provider || provider === deliveredBy ? gone() : notFound(),
    ]),
  )

/**
 * Which of some cases that are not there were erased, each with the problem that a write to it ends in. A case that is there
 * was not, so that only writes that would make one have to ask.
 */
export const findErased = async (
  store: Pick<Store, 'erasures'>,
  around: { contractId: string; contract: { provider: string }; provider: string; secret: string },
  caseRefs: readonly string[],
): Promise<ReadonlyMap<string, Problem>> => refusalsOf(await lookForErased(store, around, caseRefs), around)

/** @throws {Problem} `gone` if one of the cases was erased, or `not-found` if that was not this provider's to know */
export function refuseErased(
  erased: ReadonlyMap<string, Problem>,
  caseRefs: readonly (string | null)[],
): void {
  const problem = caseRefs.map((caseRef) => erased.get(caseRef ?? '')).find((one) => one !== undefined)
  if (problem !== undefined) throw problem
}
