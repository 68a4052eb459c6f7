import type { Contract } from '../domain/contracts/contract.ts'
import type { DatedMinimumCount } from '../domain/contracts/minimum-count.ts'
import type { CountMarks } from '../domain/counting/plan.ts'
import type { Sql } from './database.ts'
import type { PageRequest } from './store.ts'

/** A contract with the history of its minimum count, which no operator writes. */
export type ContractToStore = Contract & { minimumCounts: readonly DatedMinimumCount[] }

export type StoredContract = ContractToStore &
  CountMarks & {
    /** Null: its months are still to be marked. */
    countedWith: string | null
    /** Null: its people are kept, and counted. */
    peopleErasedAt: string | null
    revision: number
    createdAt: string
    updatedAt: string
  }

export type ContractParties = Pick<Contract, 'provider' | 'partners' | 'instruments'> & CountMarks

export const contractsIn = (sql: Sql) => {
  const countMarks = sql`has_life_counts, has_referral_counts, has_entry_counts, has_session_counts`
  const columns = sql`contract_id, title, provider_id as provider, partners, commissioners, starts_on, ends_on,
    follows, instruments, measures, targets, funding, returns, minimum_count, minimum_counts,
    retention, expected_days, counted_with, people_erased_at, ${countMarks}, revision, created_at, updated_at`
  const row = (contract: ContractToStore) => {
    const { provider, measures, targets, funding, returns, minimumCounts, retention, ...plain } = contract
    return sql({
      ...plain,
      partners: [...plain.partners],
      commissioners: [...plain.commissioners],
      instruments: [...plain.instruments],
      providerId: provider,
      measures: sql.json(measures as never),
      targets: sql.json(targets as never),
      funding: sql.json(funding as never),
      returns: sql.json(returns as never),
      minimumCounts: sql.json(minimumCounts as never),
      retention: retention === null ? null : sql.json(retention),
    })
  }
  return {
    async find(contractId: string): Promise<StoredContract | undefined> {
      const rows = await sql<
        StoredContract[]
      >`select ${columns} from contracts where contract_id = ${contractId}`
      return rows[0]
    },

    /** What writes of cases and assessments are checked against. */
    async findParties(contractId: string): Promise<ContractParties | undefined> {
      const rows = await sql<ContractParties[]>`
        select provider_id as provider, partners, instruments, ${countMarks}
        from contracts where contract_id = ${contractId}`
      return rows[0]
    },

    /** Locks the row, so that whoever changes it next sees this change first. */
    async lock(contractId: string): Promise<StoredContract | undefined> {
      const rows = await sql<StoredContract[]>`
        select ${columns} from contracts where contract_id = ${contractId} for update`
      return rows[0]
    },

    async list({ limit, after }: PageRequest): Promise<StoredContract[]> {
      return sql<StoredContract[]>`
        select ${columns} from contracts
        where contract_id > ${after ?? ''} order by contract_id limit ${limit}`
    },

    /** @returns undefined if somebody else made it in the same moment */
    async insert(contract: ContractToStore): Promise<StoredContract | undefined> {
      const rows = await sql<StoredContract[]>`
        insert into contracts ${row(contract)} on conflict do nothing returning ${columns}`
      return rows[0]
    },

    async update(contract: ContractToStore): Promise<StoredContract> {
      const rows = await sql<[StoredContract]>`
        update contracts set ${row(contract)}, revision = revision + 1, updated_at = now()
        where contract_id = ${contract.contractId} returning ${columns}`
      return rows[0]
    },

    /** Notes which definitions the counts from now on are made with; null: all of it is still to be marked. */
    async setCountedWith(
      contractId: string,
      how: { countedWith: string | null } & CountMarks,
    ): Promise<void> {
      await sql`update contracts set ${sql(how)} where contract_id = ${contractId}`
    },

    /** Notes that its people are erased: from here on, nothing of it is counted. */
    async setPeopleErasedAt(contractId: string, at: string): Promise<void> {
      await sql`update contracts set people_erased_at = ${at} where contract_id = ${contractId}`
    },
  }
}
