import type { AuditAction, AuditEvent } from '../../domain/audit/entry.ts'
import { checkContract, type ContractBody } from '../../domain/contracts/contract-rules.ts'
import { DEFAULT_MINIMUM_COUNT, type Contract } from '../../domain/contracts/contract.ts'
import { withMinimumCount } from '../../domain/contracts/minimum-count.ts'
import { checkPrecondition } from '../../domain/precondition.ts'
import { Problem, whole, type Reading } from '../../domain/problem.ts'
import { Overtaken } from '../../store/database.ts'
import type { StoredContract } from '../../store/contracts.ts'
import type { Store } from '../../store/store.ts'
import { recordEntry } from '../audit/record-entry.ts'
import { changedFields } from '../changed-fields.ts'
import type { Needs, Put } from '../needs.ts'
import { markOutdatedCounts } from '../counting/mark-outdated-counts.ts'

/**
 * Makes or changes a contract. Its provider stays for ever: a re-let contract is a new one that `follows` the old.
 * Where the change asks for other counts, its months are marked before this answers.
 */
export const putContract =
  (needs: Pick<Needs, 'transact' | 'definitions' | 'clock' | 'ring' | 'pause'>) =>
  async (
    contractId: string,
    reading: Reading<ContractBody>,
    { ifMatch, requests }: { ifMatch: string | undefined; requests: readonly string[] },
  ): Promise<Put<StoredContract>> => {
    const { transact, definitions, clock } = needs
    const put = await transact({ role: 'operator' }, async (store): Promise<Put<StoredContract>> => {
      const known = await store.contracts.lock(contractId)
      const faults = checkContract(reading.given, {
        contractId,
        standingProvider: known?.provider,
        kinds: await kindsOfParties(store, reading.given),
        follows: await predecessors(store, reading.given.follows),
        definitions,
      })
      const wanted = contractFrom(contractId, whole(reading, faults))
      const minimumCounts = withMinimumCount(known?.minimumCounts ?? [], wanted.minimumCount, clock.today())
      checkPrecondition(ifMatch, known?.revision)
      const record = (action: AuditAction, details: AuditEvent['details']): Promise<void> =>
        recordEntry(store, wanted.provider, {
          at: clock.now().toISOString(),
          actorKind: 'operator',
          action,
          subjectKind: 'contract',
          details: { contract: contractId, ...details },
        })
      if (known === undefined) {
        const stored = await store.contracts.insert({ ...wanted, minimumCounts })
        if (stored === undefined) throw new Overtaken()
        await record('contract-made', {})
        return { created: true, stored }
      }
      if (known.provider !== wanted.provider) {
        throw new Problem(
          'conflict',
          'The provider of a contract cannot change: a re-let contract is a new one that follows the old.',
        )
      }
      const fields = changedFields(known, wanted)
      if (fields.length === 0) return { created: false, stored: known }
      const stored = await store.contracts.update({ ...wanted, minimumCounts })
      await record('contract-changed', { fields })
      return { created: false, stored }
    })
    await markOutdatedCounts(needs)(contractId, requests)
    return put
  }

function kindsOfParties(store: Store, { provider, partners, commissioners, funding }: Partial<ContractBody>) {
  const funders = (funding ?? []).map(({ commissioner }) => commissioner)
  const named = [provider, ...(partners ?? []), ...(commissioners ?? []), ...funders]
  return store.organisations.kinds(named.filter((id) => id !== undefined))
}

/** The contract that is followed, the one that it follows, and so on; undefined if the first is not known. */
async function predecessors(store: Store, follows: string | undefined): Promise<string[] | undefined> {
  const chain: string[] = []
  let next: string | null = follows ?? null
  while (next !== null && !chain.includes(next)) {
    const contract: StoredContract | undefined = await store.contracts.find(next)
    if (contract === undefined) return chain.length === 0 ? undefined : chain
    chain.push(next)
    next = contract.follows
  }
  return chain
}

function contractFrom(contractId: string, body: ContractBody): Contract {
  return {
    contractId,
    title: body.title,
    provider: body.provider,
    partners: body.partners ?? [],
    commissioners: body.commissioners,
    startsOn: body.startsOn,
    endsOn: body.endsOn,
    follows: body.follows ?? null,
    instruments: body.instruments,
    measures: body.measures,
    targets: body.targets ?? {},
    funding: body.funding ?? [],
    returns: body.returns ?? [],
    minimumCount: body.minimumCount ?? DEFAULT_MINIMUM_COUNT,
    retention: body.retention ?? null,
    expectedDays: body.expectedDays ?? null,
  }
}
