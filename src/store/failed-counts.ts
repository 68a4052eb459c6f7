import type { ContractMonth } from '../domain/counts.ts'
import type { Sql, Write } from './database.ts'

export interface FailedCount extends ContractMonth {
  failures: number
  nextTryAt: string
}

/** Months that could not be counted; each is there until it could. */
export const failedCountsIn = (sql: Sql) => ({
  /** Two seconds later the first time, then twice as long each time, a quarter of an hour at most. */
  putOff({ contractId, month }: ContractMonth): Write {
    return sql`
      insert into failed_counts as f (contract_id, month, failures, next_try_at)
      values (${contractId}, ${month}, 1, now() + interval '2 seconds')
      on conflict (contract_id, month) do update set failures = f.failures + 1,
        next_try_at = now() + least(interval '2 seconds' * 2 ^ least(f.failures, 20), interval '15 minutes')`
  },

  async list(): Promise<FailedCount[]> {
    return sql<FailedCount[]>`
      select contract_id, month, failures, next_try_at from failed_counts order by contract_id, month`
  },

  /** Has it tried again now. */
  tryNow({ contractId, month }: ContractMonth): Write {
    return sql`
      update failed_counts set next_try_at = now() where contract_id = ${contractId} and month = ${month}`
  },

  /** It was counted. */
  forget({ contractId, month }: ContractMonth): Write {
    return sql`delete from failed_counts where contract_id = ${contractId} and month = ${month}`
  },

  /** Every contract-month that waits to be counted and is not put off. */
  async due(): Promise<ContractMonth[]> {
    return sql<ContractMonth[]>`
      select distinct contract_id, month from marks m
      where not exists (
        select from failed_counts f
        where f.contract_id = m.contract_id and f.month = m.month and f.next_try_at > now())
      order by contract_id, month`
  },
})
